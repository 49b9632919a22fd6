"""Names and addresses, without a network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.egress.policy import EgressPolicy, is_name, is_pattern, is_public

POLICY = EgressPolicy(allow=("github.com", "*.example.org", "API.Upper.io"))


@pytest.mark.parametrize(
    "name", ["github.com", "GitHub.COM", "a.example.org", "a.b.example.org", "api.upper.io"]
)
def test_name_on_the_list_is_allowed(name: str) -> None:
    assert POLICY.allows(name)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("example.org", id="apex of a suffix"),
        pytest.param("notgithub.com", id="prefix"),
        pytest.param("notexample.org", id="prefix of a suffix"),
        pytest.param("github.com.evil.net", id="suffix"),
        pytest.param("github.com.", id="trailing dot"),
        pytest.param(".example.org", id="empty label"),
        pytest.param("a..example.org", id="empty label inside"),
        pytest.param("*.example.org", id="the pattern itself"),
        pytest.param("githüb.com", id="unicode"),
        pytest.param("github。com", id="ideographic full stop"),
        pytest.param("g\u0131thub.com", id="dotless i"),
        pytest.param("github.com\0.example.org", id="NUL"),
        pytest.param("github.com\n", id="newline"),
        pytest.param("evil.net@github.com", id="userinfo"),
        pytest.param("evil.net%2egithub.com", id="percent"),
        pytest.param("a" * 64 + ".example.org", id="long label"),
        pytest.param("a." * 130 + "example.org", id="long name"),
        pytest.param("-a.example.org", id="leading hyphen"),
        pytest.param("", id="nothing"),
    ],
)
def test_name_that_only_looks_like_one_on_the_list_is_not_allowed(name: str) -> None:
    assert not POLICY.allows(name)


@pytest.mark.parametrize(
    "spelling",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "1.1",
        "127.0.0.0x1",
        "[::1]",
        "::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "localhost",
    ],
)
def test_address_is_no_name_in_any_spelling(spelling: str) -> None:
    assert not is_name(spelling)
    assert not EgressPolicy(allow=("*.x.y",)).allows(spelling)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - an address to deny
        *("10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1"),
        *("198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "168.63.129.16"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8"),
        *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:1ff::1", "2001:db8::1"),
        *("2002:0a00:0001::1", "2002:808:808::", "fc00::1", "fdaa::3", "fe80::1", "fec0::1"),
        *("ff02::1", "2606:4700::1%eth0", "3fff::1", "4000::1", "not an address", "", "010.8.8.8"),
    ],
)
def test_address_that_is_not_public_is_denied(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "140.82.121.4",
        "172.32.0.1",
        "172.15.255.255",
        "100.128.0.1",
        "2606:50c0:8003::154",
    ],
)
def test_public_address_is_dialled(address: str) -> None:
    assert is_public(address)


def test_one_private_answer_denies_all_answers() -> None:
    assert POLICY.may_dial(["8.8.8.8"])
    assert not POLICY.may_dial(["8.8.8.8", "10.0.0.1"])
    assert not POLICY.may_dial([])


def test_empty_list_allows_nothing() -> None:
    assert not EgressPolicy().allows("github.com")


@pytest.mark.parametrize(
    "pattern", ["*", "*.com", "*.*.org", "a b.org", "10.0.0.1", "http://x.org", "x.org:443", ""]
)
def test_pattern_that_would_open_too_much_is_refused(pattern: str) -> None:
    assert not is_pattern(pattern)
    with pytest.raises(ValueError, match="is not a host name"):
        EgressPolicy(allow=(pattern,))


@given(st.text(max_size=40))
def test_no_text_slips_through_but_what_is_listed(text: str) -> None:
    if POLICY.allows(text):
        lower = text.lower()
        assert text.isascii()
        assert lower in {"github.com", "api.upper.io"} or lower.endswith(".example.org")

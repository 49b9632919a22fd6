"""The server name in a ClientHello."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.egress.client_hello import NotAClientHello, server_name
from tests.fakes import tls

NAME = "github.com"


def test_name_is_read_from_what_openssl_sends() -> None:
    assert server_name(tls.real_hello(NAME)) == NAME


@pytest.mark.parametrize("records", [1, 2, 7, 40])
def test_name_is_read_across_records(records: int) -> None:
    assert server_name(tls.made_hello(tls.server_name(b"github.com"), records=records)) == NAME


def test_every_beginning_asks_for_more() -> None:
    hello = tls.real_hello(NAME)

    assert [server_name(hello[:end]) for end in range(len(hello))] == [None] * len(hello)


def test_bytes_after_the_hello_do_not_matter() -> None:
    assert server_name(tls.real_hello(NAME) + b"anything") == NAME


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(tls.real_hello(None), id="no name"),
        pytest.param(tls.made_hello(), id="no extensions"),
        pytest.param(
            tls.made_hello(tls.server_name(b"github.com", b"evil.net")), id="two names in one"
        ),
        pytest.param(
            tls.made_hello(tls.server_name(b"evil.net"), tls.server_name(b"github.com")),
            id="two name extensions",
        ),
        pytest.param(tls.made_hello(tls.server_name(b"github.com", kind=1)), id="another kind"),
        pytest.param(
            tls.made_hello(tls.server_name(b"github.com"), tls.extension(0xFE0D, b"\0" * 40)),
            id="encrypted hello",
        ),
        pytest.param(tls.made_hello(tls.server_name("g\u0131thub.com".encode())), id="not ASCII"),
        pytest.param(tls.made_hello(tls.server_name(b"github.com"), kind=2), id="server hello"),
        pytest.param(tls.made_hello(tls.server_name(b"github.com"), junk=b"x"), id="trailing junk"),
        pytest.param(b"GET / HTTP/1.1\r\n", id="plain HTTP"),
        pytest.param(b"SSH-2.0-x\r\n", id="SSH"),
        pytest.param(b"\x16\x02\x01\x00\x05hello", id="wrong version"),
        pytest.param(b"\x16\x03\x01\x00\x00", id="empty record"),
        pytest.param(b"\x16\x03\x01\xff\xff", id="huge record"),
        pytest.param(b"\x16\x03\x01\x00\x04\x01\xff\xff\xff", id="huge message"),
        pytest.param(b"\x80\x2e\x01\x03\x01", id="SSL 2"),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(NotAClientHello):
        server_name(data)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_mangled_hello_never_crashes_the_reader(noise: bytes, place: int) -> None:
    hello = tls.made_hello(tls.server_name(b"github.com"))
    try:
        name = server_name(hello[:place] + noise + hello[place + len(noise) :])
    except NotAClientHello:
        return
    assert name is None or name.isascii()

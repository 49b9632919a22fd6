"""What an agent might send to the one way out; nothing of it may get anywhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runner.egress.policy import EgressPolicy
from runner.egress.proxy import EgressProxy
from tests.fakes import tls
from tests.fakes.internet import Internet

POLICY = EgressPolicy(allow=("github.com", "*.allowed.org"))
GOOD = "140.82.121.4"
HELLO = tls.real_hello("github.com")


def zone() -> dict[str, list[list[str]]]:
    return {
        "github.com": [[GOOD]],
        "a.allowed.org": [["8.8.4.4"]],
        "private.allowed.org": [["10.0.0.1"]],
        "metadata.allowed.org": [["169.254.169.254"]],
        "mapped.allowed.org": [["::ffff:10.0.0.1"]],
        "sixtofour.allowed.org": [["2002:a00:1::1"]],
        "nat64.allowed.org": [["64:ff9b::a00:1"]],
        "zone.allowed.org": [["fe80::1%lo"]],
        "ula.allowed.org": [["fdaa::3"]],
        "mixed.allowed.org": [["8.8.8.8", "192.168.1.1"]],
        "mixed6.allowed.org": [["8.8.8.8", "::1"]],
        "evil.net": [["9.9.9.9"]],
        "rebind.allowed.org": [["8.8.8.8"], ["10.0.0.1"]],
    }


@asynccontextmanager
async def proxy(
    tmp_path: Path, *, head_timeout_s: float = 2.0, idle_timeout_s: float = 2.0
) -> AsyncIterator[tuple[EgressProxy, Internet, Path]]:
    path = tmp_path / "s"
    async with Internet(zone()).up() as world:
        made = EgressProxy(
            POLICY,
            resolver=world.resolve,
            dialer=world.dial,
            head_timeout_s=head_timeout_s,
            idle_timeout_s=idle_timeout_s,
        )
        async with made.on_socket(path):
            yield made, world, path


async def say(path: Path, *parts: bytes, end: bool = True) -> bytes:
    """Send *parts* one by one; return everything that comes back."""
    reader, writer = await asyncio.open_unix_connection(path)
    answer = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
        if end:
            writer.write_eof()
        async with asyncio.timeout(10):
            answer = await reader.read()
    except (BrokenPipeError, ConnectionResetError):
        pass
    finally:
        writer.close()
    return answer


def connect(authority: bytes, *headers: bytes) -> bytes:
    lines = [b"CONNECT " + authority + b" HTTP/1.1", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def test_allowed_name_is_reached_and_both_halves_end_on_their_own(tmp_path: Path) -> None:
    async with proxy(tmp_path) as (made, world, path):
        answer = await say(
            path, connect(b"github.com:443", b"Host: github.com:443"), HELLO, b"more"
        )

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"bye")
    assert bytes(world.received) == HELLO + b"more"
    assert world.dialled == [(GOOD, 443)]
    assert made.journal.contacted == {"github.com": 1}


async def test_fragmented_hello_passes_unchanged(tmp_path: Path) -> None:
    parts = [HELLO[start : start + 50] for start in range(0, len(HELLO), 50)]
    async with proxy(tmp_path) as (_, world, path):
        await say(path, connect(b"github.com:443"), *parts)

    assert bytes(world.received) == HELLO


DENIED = [
    *(
        pytest.param(connect(text), id=f"authority {text[:40]!r}")
        for text in (
            b"evil.net:443",
            b"notgithub.com:443",
            b"github.com.evil.net:443",
            b"allowed.org:443",
            b"github.com:80",
            b"github.com:22",
            b"github.com:8443",
            b"github.com:0443",
            b"github.com:443 ",
            b"github.com:+443",
            b"github.com:443x",
            b"github.com:65979",
            b"github.com:4_43",
            b"github.com:",
            b"github.com",
            b":443",
            b"github.com.:443",
            b"github.com:443:443",
            b"user@github.com:443",
            b"github.com:443@evil.net:443",
            b"evil.net#.allowed.org:443",
            b"evil.net?.allowed.org:443",
            b"evil.net/.allowed.org:443",
            b"evil.net\\.allowed.org:443",
            b"evil.net%00.allowed.org:443",
            b"evil.net\x00.allowed.org:443",
            b"evil.net\t.allowed.org:443",
            "g\u0131thub.com:443".encode(),
            "github。com:443".encode(),
            "ⓖithub.com:443".encode(),
            b"github.com\xad:443",
            b"127.0.0.1:443",
            b"127.1:443",
            b"2130706433:443",
            b"0x7f000001:443",
            b"0x7f.1:443",
            b"0177.0.0.1:443",
            b"017700000001:443",
            b"8.8.8.8:443",
            b"140.82.121.4:443",
            b"[::1]:443",
            b"[::ffff:10.0.0.1]:443",
            b"[fe80::1%25lo]:443",
            b"[fdaa::3]:443",
            b"localhost:443",
            b"http://github.com:443",
            b"*.allowed.org:443",
            b"a..allowed.org:443",
            b"-a.allowed.org:443",
            b"_dns.allowed.org:443",
            b"a" * 300 + b".allowed.org:443",
        )
    ),
    pytest.param(
        b"GET http://github.com/ HTTP/1.1\r\nHost: github.com\r\n\r\n", id="absolute form"
    ),
    pytest.param(b"GET https://github.com/ HTTP/1.1\r\n\r\n", id="absolute form with TLS"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: github.com\r\n\r\n", id="origin form"),
    pytest.param(b"POST /pypi/x HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", id="method that writes"),
    pytest.param(b"connect github.com:443 HTTP/1.1\r\n\r\n", id="method in lower case"),
    pytest.param(b"CONNECT  github.com:443 HTTP/1.1\r\n\r\n", id="two spaces"),
    pytest.param(b"CONNECT\tgithub.com:443\tHTTP/1.1\r\n\r\n", id="tabs"),
    pytest.param(b"CONNECT github.com:443 HTTP/2.0\r\n\r\n", id="other version"),
    pytest.param(b"CONNECT github.com:443\r\n\r\n", id="no version"),
    pytest.param(b"\r\nCONNECT github.com:443 HTTP/1.1\r\n\r\n", id="leading empty line"),
    pytest.param(b" CONNECT github.com:443 HTTP/1.1\r\n\r\n", id="leading space"),
    pytest.param(b"CONNECT github.com:443 HTTP/1.1\n\n", id="bare newlines"),
    pytest.param(
        b"CONNECT github.com:443 HTTP/1.1\rX: y\r\n\r\n", id="bare carriage return in the line"
    ),
    pytest.param(
        b"CONNECT github.com:443 HTTP/1.1\nCONNECT evil.net:443 HTTP/1.1\r\n\r\n",
        id="second request line behind a newline",
    ),
    pytest.param(
        connect(b"github.com:443", b"CONNECT evil.net:443 HTTP/1.1"),
        id="second request line as a header",
    ),
    pytest.param(connect(b"evil.net:443", b"Host: github.com:443"), id="allowed Host"),
    pytest.param(connect(b"github.com:443", b"Host: evil.net:443"), id="other Host"),
    pytest.param(
        connect(b"github.com:443", b"Host: github.com", b"Host: evil.net"), id="two Hosts"
    ),
    pytest.param(connect(b"github.com:443", b"Content-Length: 5"), id="a body"),
    pytest.param(connect(b"github.com:443", b"Transfer-Encoding: chunked"), id="chunks"),
    pytest.param(connect(b"github.com:443", b"X: a\r\n folded"), id="folded header"),
    pytest.param(connect(b"github.com:443", b"X: a\x00b"), id="NUL in a header"),
    pytest.param(connect(b"github.com:443", b"X : a"), id="space before the colon"),
    pytest.param(connect(b"github.com:443", b"X: " + b"a" * 9000), id="oversize header"),
    pytest.param(b"CONNECT " + b"a" * 100_000, id="endless request line"),
    pytest.param(b"\x05\x01\x00", id="SOCKS 5"),
    pytest.param(b"\x04\x01\x01\xbb\x01\x01\x01\x01\x00", id="SOCKS 4"),
    pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
    pytest.param(HELLO, id="TLS to the proxy"),
    pytest.param(b"", id="nothing"),
]


@pytest.mark.parametrize("request_bytes", DENIED)
async def test_request_of_another_form_or_name_goes_nowhere_and_asks_no_name_server(
    tmp_path: Path, request_bytes: bytes
) -> None:
    async with proxy(tmp_path) as (_, world, path):
        answer = await say(path, request_bytes, HELLO)

    assert not answer.startswith(b"HTTP/1.1 200")
    assert world.asked == []
    assert world.dialled == []


@pytest.mark.parametrize(
    "name",
    [
        *("private", "metadata", "mapped", "sixtofour", "nat64", "zone", "ula", "mixed", "mixed6"),
        "unknown",
    ],
)
async def test_allowed_name_with_any_denied_address_is_not_dialled(
    tmp_path: Path, name: str
) -> None:
    host = f"{name}.allowed.org"
    async with proxy(tmp_path) as (made, world, path):
        answer = await say(path, connect(f"{host}:443".encode()))

    assert answer.startswith((b"HTTP/1.1 403", b"HTTP/1.1 502"))
    assert world.dialled == []
    assert host in made.journal.blocked


async def test_name_that_rebinds_is_dialled_at_the_address_that_was_checked(tmp_path: Path) -> None:
    async with proxy(tmp_path) as (_, world, path):
        hello = tls.real_hello("rebind.allowed.org")
        first = await say(path, connect(b"rebind.allowed.org:443"), hello)
        second = await say(path, connect(b"rebind.allowed.org:443"))

    assert first.startswith(b"HTTP/1.1 200")
    assert second.startswith(b"HTTP/1.1 403")
    assert world.asked == ["rebind.allowed.org"] * 2
    assert world.dialled == [("8.8.8.8", 443)]


@pytest.mark.parametrize(
    "first_bytes",
    [
        pytest.param(tls.real_hello("evil.net"), id="another name"),
        pytest.param(tls.real_hello("a.allowed.org"), id="another allowed name"),
        pytest.param(tls.real_hello(None), id="no name"),
        pytest.param(
            tls.made_hello(tls.server_name(b"github.com"), tls.extension(0xFE0D, b"\0" * 60)),
            id="encrypted hello",
        ),
        pytest.param(tls.made_hello(tls.server_name(b"evil.net"), records=30), id="cut small"),
        pytest.param(tls.made_hello(tls.server_name(b"github.com", b"evil.net")), id="two names"),
        pytest.param(tls.made_hello(tls.server_name(b"github.com\0.evil.net")), id="NUL"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: github.com\r\n\r\n", id="plain HTTP"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n", id="SSH"),
        pytest.param(HELLO[:60], id="half a hello"),
        pytest.param(b"", id="nothing"),
    ],
)
async def test_nothing_but_a_hello_for_that_name_is_delivered(
    tmp_path: Path, first_bytes: bytes
) -> None:
    async with proxy(tmp_path) as (made, world, path):
        await say(path, connect(b"github.com:443"), first_bytes)

    assert world.received == b""
    assert made.journal.contacted == {}


async def test_bytes_sent_before_the_answer_are_checked_like_all_others(tmp_path: Path) -> None:
    async with proxy(tmp_path) as (_, world, path):
        await say(path, connect(b"github.com:443") + b"CONNECT evil.net:443 HTTP/1.1\r\n\r\n")

    assert world.received == b""
    assert "evil.net" not in world.asked


async def test_client_that_dribbles_its_request_is_cut_off(tmp_path: Path) -> None:
    async with proxy(tmp_path, head_timeout_s=0.1) as (_, world, path):
        answer = await say(path, b"CONNECT github.com:443 HTT", end=False)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert world.asked == []


async def test_client_that_dribbles_its_hello_is_cut_off(tmp_path: Path) -> None:
    async with proxy(tmp_path, head_timeout_s=0.1) as (_, world, path):
        answer = await say(path, connect(b"github.com:443"), HELLO[:40], end=False)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert world.received == b""


async def test_silent_connection_ends(tmp_path: Path) -> None:
    async with proxy(tmp_path, idle_timeout_s=0.1) as (_, world, path):
        await say(path, connect(b"github.com:443"), HELLO, end=False)

    assert bytes(world.received) == HELLO


async def test_blocked_hosts_are_recorded_once_and_bounded(tmp_path: Path) -> None:
    async with proxy(tmp_path) as (made, _, path):
        for _ in range(2):
            await say(path, connect(b"evil.net:443"))
        for number in range(300):
            made.journal.refused(f"h{number}.evil.net", "not on the list")

    assert made.journal.blocked["evil.net"] == "not on the list of allowed hosts"
    assert len(made.journal.blocked) == 200


async def test_proxy_that_closes_ends_its_connections_without_a_noise(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with proxy(tmp_path) as (_, world, path):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(connect(b"github.com:443") + HELLO)
        await reader.readuntil(b"sink:")
    async with asyncio.timeout(5):
        await reader.read()
    writer.close()

    assert bytes(world.received) == HELLO
    assert caplog.records == []


async def test_connections_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runner.egress.proxy.MAX_CONNECTIONS", 3)
    async with proxy(tmp_path) as (_, _, path):
        idle = [await asyncio.open_unix_connection(path) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert await say(path, connect(b"github.com:443"), HELLO) == b""
        for _, writer in idle:
            writer.close()
        await asyncio.sleep(0.05)
        assert (await say(path, connect(b"evil.net:443"))).startswith(b"HTTP/1.1 403")

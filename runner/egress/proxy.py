"""The one way out of a sandbox: CONNECT to allowed names on 443, and package registries to read.

Name allowed, then resolved, then every address checked, then that very address dialled, then the
TLS server name compared, then spliced. Nothing is looked up for a name that is not allowed.
"""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from runner.egress.client_hello import MAX_BYTES, NotAClientHello, server_name
from runner.egress.policy import EgressPolicy
from runner.egress.seams import Ask, Journal, Refused
from runner.egress.seams import Registries as Registries  # for those who make a proxy
from runner.egress.splice import CHUNK_BYTES, splice

HEAD_BYTES = 8_192
HEAD_TIMEOUT_S = 10.0
DIAL_TIMEOUT_S = 10.0
IDLE_TIMEOUT_S = 300.0
MAX_CONNECTIONS = 256
_REQUEST = re.compile(rb"(CONNECT|GET|HEAD) ([!-~]{1,4096}) HTTP/1\.[01]\Z")
_AUTHORITY = re.compile(rb"([A-Za-z0-9.-]{1,253}):443\Z")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)\Z")
log = structlog.get_logger()

Resolver = Callable[[str], Awaitable[list[str]]]
Dialer = Callable[[str, int], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


async def resolve(name: str) -> list[str]:
    """Return the addresses of *name* by the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class EgressProxy:
    """Serves one run's sandbox."""

    def __init__(
        self,
        policy: EgressPolicy,
        *,
        registries: Registries | None = None,
        resolver: Resolver = resolve,
        dialer: Dialer = asyncio.open_connection,
        head_timeout_s: float = HEAD_TIMEOUT_S,
        idle_timeout_s: float = IDLE_TIMEOUT_S,
    ) -> None:
        self.journal = Journal()
        self._policy, self._registries = policy, registries
        self._resolve, self._dial = resolver, dialer
        self._head_timeout_s, self._idle_timeout_s = head_timeout_s, idle_timeout_s
        self._busy: set[asyncio.Task[None]] = set()

    def allow(self, names: tuple[str, ...]) -> None:
        """Add *names* to what is allowed; raise `ValueError` for one that is no host name."""
        self._policy = replace(self._policy, allow=(*self._policy.allow, *names))

    @asynccontextmanager
    async def on_socket(self, path: Path) -> AsyncIterator[None]:
        """Listen on the Unix socket *path*, in a private folder, for the length of the block."""
        server = await asyncio.start_unix_server(self._accept, path, limit=HEAD_BYTES)
        async with self._serving(server):
            yield

    @asynccontextmanager
    async def on_listener(self, line: socket.socket) -> AsyncIterator[None]:
        """Serve a Unix socket that somebody else made, for the length of the block."""
        server = await asyncio.start_unix_server(self._accept, sock=line, limit=HEAD_BYTES)
        async with self._serving(server):
            yield

    async def forget_blocked(self) -> None:
        """Forget all that was refused until now."""
        self.journal.blocked.clear()

    @asynccontextmanager
    async def on_port(self, host: str, port: int) -> AsyncIterator[int]:
        """Listen on TCP for the length of the block; yield the port."""
        server = await asyncio.start_server(self._accept, host, port, limit=HEAD_BYTES)
        async with self._serving(server):
            yield server.sockets[0].getsockname()[1]

    @asynccontextmanager
    async def _serving(self, server: asyncio.Server) -> AsyncIterator[None]:
        try:
            yield
        finally:
            server.close()
            for task in self._busy:
                task.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._busy) >= MAX_CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except Refused as refusal:
            self.journal.refused(refusal.host, str(refusal))
            log.debug("egress refused", host=refusal.host, reason=str(refusal))
            with contextlib.suppress(OSError):
                writer.write(_refusal(refusal))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # one side went away: there is nobody left to tell
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, headers = await self._request(reader)
        if method == "CONNECT":
            name = _authority(target, headers)
            await self._tunnel(name, reader, writer)
        elif self._registries is not None and target.startswith("/"):
            ask = Ask(
                method=method,
                target=target,
                accept=headers.get("accept", ""),
                host=headers.get("host", ""),
                user_agent=headers.get("user-agent", ""),
            )
            async for chunk in self._registries.answer(ask, self.journal):
                writer.write(chunk)
                async with asyncio.timeout(self._idle_timeout_s):
                    await writer.drain()
        else:
            raise Refused(403, "only CONNECT goes through here")

    async def _request(self, reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
        try:
            async with asyncio.timeout(self._head_timeout_s):
                head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError as error:
            raise Refused(431, "the request is too long") from error
        except TimeoutError as error:
            raise Refused(408, "the request did not come") from error
        first, *lines = head[:-4].split(b"\r\n")
        request = _REQUEST.match(first)
        if request is None:
            raise Refused(400, "not a request that goes through here")
        return request[1].decode(), request[2].decode(), _headers(lines)

    async def _tunnel(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        address = await self._checked_address(name)
        try:
            async with asyncio.timeout(DIAL_TIMEOUT_S):
                up_reader, up_writer = await self._dial(address, 443)
        except (OSError, TimeoutError) as error:
            raise Refused(502, "no connection", host=name) from error
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            hello = await self._hello(name, reader)
            self.journal.reached(name)
            up_writer.write(hello)
            await splice(
                (reader, writer), (up_reader, up_writer), idle_timeout_s=self._idle_timeout_s
            )
        finally:
            up_writer.close()

    async def _checked_address(self, name: str) -> str:
        """Return the one address that may be dialled for *name*."""
        if not self._policy.allows(name):
            raise Refused(403, "not on the list of allowed hosts", host=name)
        try:
            async with asyncio.timeout(DIAL_TIMEOUT_S):
                addresses = await self._resolve(name)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise Refused(502, "the name has no address", host=name) from error
        if not self._policy.may_dial(addresses):
            raise Refused(403, "it has an address that is not public", host=name)
        return addresses[0]

    async def _hello(self, name: str, reader: asyncio.StreamReader) -> bytes:
        """Return the first bytes of the client, which must ask TLS for *name*."""
        try:
            async with asyncio.timeout(self._head_timeout_s):
                asked, data = await _client_hello(reader)
        except (NotAClientHello, TimeoutError) as error:
            self.journal.refused(name, f"the first bytes were refused: {error}")
            raise ConnectionAbortedError from error
        if asked.lower() != name:
            self.journal.refused(name, f"TLS was asked for {asked!r}")
            raise ConnectionAbortedError
        return data


async def _client_hello(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Return the server name that is asked for, and all bytes read so far."""
    data = b""
    while len(data) <= MAX_BYTES:
        if (asked := server_name(data)) is not None:
            return asked, data
        more = await reader.read(CHUNK_BYTES)
        if not more:
            break
        data += more
    raise NotAClientHello("no ClientHello came")


def _authority(target: str, headers: dict[str, str]) -> str:
    """Return the lower-case name that is asked for; every other form and port is refused."""
    match = _AUTHORITY.match(target.encode())
    if match is None:
        raise Refused(403, "only host:443 can be connected to", host=target[:253])
    name = match[1].decode().lower()
    if headers.get("host", name).lower() not in (name, f"{name}:443"):
        raise Refused(400, "Host differs from what is asked for", host=name)
    return name


def _headers(lines: list[bytes]) -> dict[str, str]:
    """Return the headers by lower-case name; a strange or repeated one is refused."""
    headers: dict[str, str] = {}
    for line in lines:
        match = _HEADER.match(line)
        name = match[1].decode().lower() if match else ""
        if match is None or name in headers:
            raise Refused(400, "malformed header")
        headers[name] = match[2].decode("latin-1").strip()
    if headers.keys() & {"content-length", "transfer-encoding", "upgrade"} - _harmless(headers):
        raise Refused(400, "a request with a body")
    return headers


def _harmless(headers: dict[str, str]) -> set[str]:
    return {"content-length"} if headers.get("content-length") == "0" else set()


def _refusal(refusal: Refused) -> bytes:
    body = f"cadence: {refusal}\n".encode("ascii", "replace")
    head = f"HTTP/1.1 {refusal.status} Refused\r\nContent-Type: text/plain\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body

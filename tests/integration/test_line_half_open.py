"""Lines whose other end vanished without a word: both sides notice, and let go."""

import asyncio
import base64
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvloop
from aiohttp import web

from bot.blobs import Blobs
from bot.bus import Bus
from runner.agent.link import WebSocketLink
from runner.channel import SocketChannel
from runner.gateway import Gateway
from runner.protocol import AssignFrame
from tests.fakes.desk import SPEC, FakeDesk

TOKEN = "t" * 64
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def listening(*routes: web.AbstractRouteDef) -> AsyncIterator[int]:
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def mute(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A line whose end here answers no ping, and reads nothing that it is not told to."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_024)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /ws/runner HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def unmasked(text: str) -> bytes:
    """A short text frame, masked with zeros, which changes nothing."""
    data = text.encode()
    assert len(data) < 126
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data


async def flood(channel: SocketChannel) -> None:
    for _ in range(1_000):
        await channel.say("x" * 1_000_000)


async def test_gateway_lets_go_of_a_runner_that_vanished(
    monkeypatch: pytest.MonkeyPatch, bus: Bus, tmp_path: Path
) -> None:
    monkeypatch.setattr("runner.gateway.PING_S", 0.2)
    desk = FakeDesk()
    desk.run(hashlib.sha256(TOKEN.encode()).hexdigest())
    gateway = Gateway(bus, blobs=Blobs((tmp_path / "store").as_uri()))
    gateway.open_for(desk)
    async with asyncio.timeout(30), listening(*gateway.routes()) as port, mute(port) as ends:
        reader, writer = ends
        writer.write(unmasked('{"type":"hello","runId":"run-1"}'))
        told = await reader.read(-1)  # it ends because the other side hangs up

    assert b'"assign"' in told
    assert desk.renewed == 1


async def test_runner_dials_again_when_its_coordinator_vanished(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("runner.agent.link.PING_S", 0.2)
    dials: list[int] = []
    again = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=False, timeout=0.1)
        await socket.prepare(request)
        dials.append(len(dials))
        await socket.send_str(AssignFrame(spec=SPEC, protocol=2).to_json())
        if len(dials) == 2:
            again.set()
        async for _ in socket:
            pass
        return socket

    async with asyncio.timeout(30), listening(web.get("/ws/runner", silent)) as port:
        link = WebSocketLink(f"http://127.0.0.1:{port}", TOKEN, "run-1", root=tmp_path)
        line = asyncio.create_task(link.run())
        await again.wait()
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)
        link.close()

    assert dials[:2] == [0, 1]


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_side_that_takes_nothing_is_cut_off(run: Callable[[Awaitable[None]], None]) -> None:
    """What waits to be sent to it would hold a task, and its memory, until TCP gives up."""
    ended: list[str | None] = []

    async def day() -> None:
        over = asyncio.Event()

        async def talk(request: web.Request) -> web.StreamResponse:
            socket = web.WebSocketResponse(timeout=0.1)
            await socket.prepare(request)
            channel = SocketChannel(socket, stuck_s=0.3)
            with pytest.raises(ConnectionError):
                await flood(channel)
            ended.append(await channel.hear())
            over.set()
            return socket

        async with asyncio.timeout(60), listening(web.get("/ws/runner", talk)) as port, mute(port):
            await over.wait()

    run(day())
    assert ended == [None]

"""A coordinator of which only the door for daemons is there, on the real rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.bus import Bus
from bot.db.daemons import Daemons
from runner.lines.machine_lines import MachineLines, Orders
from runner.machine_protocol import BeatFrame, EndedFrame, ReadyFrame, TakenFrame


class DoorDesk:
    """Knows daemons by their tokens and notes when they are heard."""

    def __init__(self, daemons: Daemons) -> None:
        self._daemons = daemons

    async def known(self, secret_hash: str) -> str | None:
        daemon = await self._daemons.by_token(secret_hash)
        return None if daemon is None else daemon.id

    async def ready(self, machine_id: str, frame: ReadyFrame) -> None:
        await self._daemons.seen(machine_id, version=frame.version)

    async def beat(self, machine_id: str, frame: BeatFrame) -> None:
        await self._daemons.seen(machine_id)

    async def orders(self, machine_id: str) -> Orders:
        return Orders()

    async def taken(self, machine_id: str, frame: TakenFrame) -> None:
        raise AssertionError(f"nothing was to be taken: {frame}")

    async def ended(self, machine_id: str, frame: EndedFrame) -> None:
        raise AssertionError(f"nothing was to end: {frame}")


@asynccontextmanager
async def door(daemons: Daemons, bus: Bus) -> AsyncIterator[str]:
    """Let daemons in; yield the coordinator's address."""
    lines = MachineLines(bus, "/ws/daemon")
    lines.open_for(DoorDesk(daemons))
    app = web.Application()
    app.add_routes(lines.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await lines.close()
        await runner.cleanup()

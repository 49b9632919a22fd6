"""The program in a machine and the coordinator's door, with a real line between them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.bus import Bus
from bot.db.engine import Database
from bot.machine import Machine, MachineState
from runner.lines.machine_lines import MachineLines
from runner.machine import NotNeeded, NotOurs, WaitingMachine
from runner.tokens import machine_token
from tests.fakes.pool_scene import KEY, Scene, opened


@dataclass
class Hall:
    """A pool with its door open, and what its machines did."""

    scene: Scene
    url: str
    root: Path
    lines: MachineLines
    worked: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def machine(self, row: Machine) -> WaitingMachine:
        return WaitingMachine(self.url, machine_token(KEY, row.id), self.root, self.run)

    async def run(self, order: dict[str, str]) -> int:
        self.worked.append(order["runId"])
        await self.gate.wait()
        return 0

    async def reached(self, claim: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(10):
            while not await claim():  # noqa: ASYNC110 - rows tell nobody
                await asyncio.sleep(0.01)

    async def until_state(self, row: Machine, state: MachineState) -> None:
        async def is_there() -> bool:
            return await self.scene.state(row) == state

        await self.reached(is_there)


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    database, bus = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}"), Bus()
    await database.open()
    lines = MachineLines(bus, "/ws/machine")
    app = web.Application()
    app.add_routes(lines.routes())
    server = web.AppRunner(app, shutdown_timeout=0.1)
    await server.setup()
    await web.TCPSite(server, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{server.addresses[0][1]}"
    async with opened(database, bus) as scene:
        lines.open_for(scene.pool, enrol=scene.pool.enrol)
        yield Hall(scene, url, tmp_path, lines)
    await lines.close()
    await server.cleanup()
    await database.close()


async def test_machine_waits_takes_one_run_and_ends_with_it(hall: Hall) -> None:
    row = await hall.scene.pool.order(1)
    living = asyncio.create_task(hall.machine(row).live())
    await hall.until_state(row, MachineState.READY)
    await hall.scene.backend.start(hall.scene.order("run-1"))
    hall.gate.set()

    assert await asyncio.wait_for(living, 10) == 0
    assert hall.worked == ["run-1"]
    await hall.until_state(row, MachineState.ENDING)


async def test_token_opens_the_door_once(hall: Hall) -> None:
    row = await hall.scene.pool.order(1)
    living = asyncio.create_task(hall.machine(row).live())
    await hall.until_state(row, MachineState.READY)

    with pytest.raises(NotOurs, match="401"):
        await hall.machine(row).live()
    assert not living.done()
    living.cancel()
    await asyncio.wait({living})


async def test_machine_that_is_not_needed_ends(hall: Hall) -> None:
    row = await hall.scene.pool.order(1)
    living = asyncio.create_task(hall.machine(row).live())
    await hall.until_state(row, MachineState.READY)
    await hall.scene.machines.end_waiting(row.id, "too many")
    await hall.lines.close()

    with pytest.raises(NotNeeded):
        await asyncio.wait_for(living, 10)
    assert hall.worked == []


async def test_run_goes_on_while_the_line_breaks(hall: Hall) -> None:
    row = await hall.scene.pool.order(1)
    living = asyncio.create_task(hall.machine(row).live())
    await hall.until_state(row, MachineState.READY)
    await hall.scene.backend.start(hall.scene.order("run-1"))

    async def is_taken() -> bool:
        found = await hall.scene.machines.get(row.id)
        return found is not None and found.taken_at is not None

    await hall.reached(is_taken)
    await hall.lines.close()

    async def is_back() -> bool:
        return row.id in hall.lines.connected

    await hall.reached(is_back)
    hall.gate.set()

    assert await asyncio.wait_for(living, 10) == 0
    assert hall.worked == ["run-1"]


async def test_machine_that_is_told_to_stop_leaves_nothing_going(hall: Hall) -> None:
    row = await hall.scene.pool.order(1)
    before = asyncio.all_tasks()
    living = asyncio.create_task(hall.machine(row).live())
    await hall.until_state(row, MachineState.READY)
    ours = {
        task
        for task in asyncio.all_tasks() - before
        if "WaitingMachine" in str(task.get_coro()) and task is not living
    }
    living.cancel()
    await asyncio.wait({living})
    await asyncio.wait(ours, timeout=5)

    assert ours
    assert all(task.cancelled() for task in ours)


async def test_line_that_breaks_after_a_long_time_is_dialled_anew(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Patience is counted from the line's end, also when it ends in an error."""
    monkeypatch.setattr("runner.machine.PATIENCE_S", 0.5)
    row = await hall.scene.pool.order(1)
    lines: list[aiohttp.ClientWebSocketResponse] = []

    class Breaking(WaitingMachine):
        async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
            lines.append(socket)
            if len(lines) == 1:
                await asyncio.sleep(0.8)
                raise ConnectionResetError
            await super()._serve(socket)

    token = machine_token(KEY, row.id)
    living = asyncio.create_task(Breaking(hall.url, token, hall.root, hall.run).live())
    await hall.until_state(row, MachineState.READY)

    assert len(lines) == 2
    living.cancel()
    await asyncio.wait({living})

"""Pauses that outlast machines, places that have none: judged with a real database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.runs import Runs
from bot.domain import Agent, Run, RunId, RunStatus
from bot.errors import MachineUnavailable
from bot.life.following import Following, Patience
from bot.life.run_log import RunLog
from bot.places.placing import Placing, Preference
from runner.backends.base import MachineOrder
from tests.fakes.tasks import TASK


@dataclass
class Place:
    """A place whose machines sleep, wake and die on demand."""

    name: str = "somewhere"
    boot_s: float = 0.0
    can_sleep: bool = True
    wakes: bool = True
    alive: bool = True
    has_machines: bool = True
    told: list[str] = field(default_factory=list)

    async def start(self, order: MachineOrder) -> dict[str, Any]:
        self.told.append("start")
        if not self.has_machines:
            raise MachineUnavailable("no machine is free")
        return {"at": self.name}

    async def is_alive(self, run_id: str) -> bool:
        return self.alive

    async def destroy(self, run_id: str) -> None:
        self.told.append("destroy")

    async def last_words(self, run_id: str) -> str:
        return ""

    async def suspend(self, run_id: str) -> bool:
        self.told.append("suspend")
        return self.can_sleep

    async def wake(self, run_id: str) -> bool:
        self.told.append("wake")
        return self.wakes

    async def usage(self, run_id: str) -> tuple[float, float]:
        return 0.0, 0.0

    async def known_runs(self) -> list[str]:
        return []


@dataclass
class Scene:
    bus: Bus
    agents: Agents
    runs: Runs
    log: RunLog
    agent: Agent
    run: Run
    place: Place = field(default_factory=Place)

    def follow(self, **patience: float) -> asyncio.Task[str]:
        chosen = {"lease_s": 60.0, "sleep_after_s": 0.0, "park_after_s": 60.0} | patience
        following = Following(self.bus, self.agents, self.runs, Patience(**chosen))
        return asyncio.create_task(following.until_the_end(self.run.id, self.place))

    async def pause(self) -> None:
        await self.agents.pause(self.agent.id, by="dana")
        await self.log.note_pause(self.run.id, is_paused=True)

    async def told(self, word: str) -> None:
        async with asyncio.timeout(10):
            while word not in self.place.told:  # noqa: ASYNC110 - a fake tells nobody
                await asyncio.sleep(0.02)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    await database.open()
    bus = Bus()
    agents, runs = Agents(database, bus), Runs(database)
    agent, _ = await agents.create(TASK)
    now = datetime.now(UTC)
    await agents.start(agent.id, model="m", deadline_at=now + timedelta(hours=1))
    run = Run(
        id=RunId(f"{agent.id}-1"),
        agent_id=agent.id,
        attempt=1,
        started_at=now,
        lease_until=now + timedelta(seconds=60),
    )
    await runs.open(run, token_hash="h")
    yield Scene(bus, agents, runs, RunLog(database, bus), agent, run)
    await database.close()


async def test_machine_sleeps_in_a_pause_and_wakes_after_it(scene: Scene) -> None:
    following = scene.follow()
    await scene.pause()
    await scene.told("suspend")
    await scene.agents.resume(scene.agent.id, by="dana")
    await scene.told("wake")
    await scene.log.note_pause(scene.run.id, is_paused=False)
    await scene.runs.end(scene.run.id, RunStatus.FINISHED, at=datetime.now(UTC))

    assert await asyncio.wait_for(following, 10) == "finished"
    assert scene.place.told == ["suspend", "wake"]


async def test_sleeping_machine_is_silent_and_not_lost(scene: Scene) -> None:
    await scene.runs.renew(scene.run.id, datetime.now(UTC) - timedelta(seconds=1))
    scene.place.alive = False
    await scene.pause()
    following = scene.follow(lease_s=0.2)
    await scene.told("suspend")
    await asyncio.sleep(2.5)

    assert not following.done()
    following.cancel()


async def test_machine_that_does_not_wake_is_lost(scene: Scene) -> None:
    scene.place.wakes = False
    following = scene.follow()
    await scene.pause()
    await scene.told("suspend")
    await scene.agents.resume(scene.agent.id, by="dana")

    assert await asyncio.wait_for(following, 10) == "lost"


async def test_long_pause_gives_the_machine_back(scene: Scene) -> None:
    following = scene.follow(park_after_s=0.5)
    await scene.pause()

    assert await asyncio.wait_for(following, 10) == "parked"


async def test_place_that_cannot_sleep_is_judged_as_ever(scene: Scene) -> None:
    scene.place.can_sleep = False
    following = scene.follow()
    await scene.pause()
    await scene.told("suspend")
    scene.place.alive = False

    assert await asyncio.wait_for(following, 10) == "lost"


async def test_stop_wakes_a_sleeping_machine(scene: Scene) -> None:
    following = scene.follow()
    await scene.pause()
    await scene.told("suspend")
    await scene.agents.cancel(scene.agent.id, by="dana")
    await scene.told("wake")

    following.cancel()


async def test_pause_of_a_run_that_is_over_is_not_noted(scene: Scene) -> None:
    await scene.pause()
    await scene.runs.end(scene.run.id, RunStatus.PARKED, at=datetime.now(UTC))
    await scene.log.note_pause(scene.run.id, is_paused=False)

    run = await scene.runs.get(scene.run.id)
    assert run is not None
    assert run.paused_at is not None


def order() -> MachineOrder:
    return MachineOrder(run_id="r", url="http://127.0.0.1:9", token=SecretStr("t"))


async def test_next_place_is_asked_when_the_first_has_no_machine(scene: Scene) -> None:
    full, free = Place(name="vps", has_machines=False), Place(name="fly")

    async def prefer(_agent: Agent) -> Preference:
        return Preference(places=("vps", "fly"))

    placed = await Placing({"vps": full, "fly": free}, prefer).start(scene.agent, order())

    assert (placed.place, placed.facts) == ("fly", {"at": "fly"})
    assert placed.note == "On a Fly Machine: no machine is free."


async def test_no_place_at_all_is_said(scene: Scene) -> None:
    async def prefer(_agent: Agent) -> Preference:
        return Preference(places=("fly", "gone"))

    placing = Placing({"fly": Place(has_machines=False)}, prefer)

    with pytest.raises(MachineUnavailable, match="gone"):
        await placing.start(scene.agent, order())


async def test_many_runs_are_looked_at_together(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand runs that are each looked at every second must not take a thousand reads."""
    reads = 0
    look = Database.look

    async def counted(self: Database, work: Any) -> Any:
        nonlocal reads
        reads += 1
        return await look(self, work)

    monkeypatch.setattr(Database, "look", counted)
    found = await asyncio.gather(*(scene.runs.standing(scene.run.id) for _ in range(150)))
    nobody = await scene.runs.standing("nobody-1")

    assert {one.run.id for one in found if one} == {scene.run.id}
    assert nobody is None
    assert reads == 2

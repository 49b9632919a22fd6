"""The whole road on rented machines: warm, cold, asleep, dying; none is left behind."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.devkit.fly import FlyStandIn
from tests.e2e.plays import FIX, ask, finish, play, prepare, said, use
from tests.e2e.world import World, world
from tests.fakes.github import REPO

pytestmark = [pytest.mark.slow, pytest.mark.sandbox, pytest.mark.timeout(300)]
STEPS = [use("bash", command=f"echo {n} >> steps.txt; sleep 0.6") for n in range(1, 6)]
SCENARIO = play(*STEPS, FIX["turns"][0], finish(closes_issue=True))


@dataclass
class Scene:
    made: World
    fly: FlyStandIn

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.made.root / "data/cadence.sqlite3") as rows:
            return rows.execute(query).fetchall()

    def events(self, kind: str, field: str) -> list[str]:
        """One field of what the agent's log shows, in order."""
        found = self.rows(f"SELECT data FROM agent_events WHERE kind = '{kind}' ORDER BY seq")  # noqa: S608 - a test
        return [str(json.loads(row[0]).get(field)) for row in found]

    def states(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT state FROM machines ORDER BY created_at")]

    def working(self) -> str:
        """The machine at Fly's that has taken a run."""
        found = self.rows(
            "SELECT provider_id FROM machines WHERE taken_at IS NOT NULL "
            "AND state IN ('ready', 'suspended') ORDER BY taken_at DESC"
        )
        return found[0][0] if found else ""

    def asked(self, count: int) -> bool:
        return len(self.made.llm.messages) >= count

    async def done(self, number: int) -> None:
        claim = partial(said, self.made, number, "is ready for review")
        await self.made.until(claim, "done", seconds=90)
        assert len(self.made.github.pulls(REPO)) == 1

    async def nothing_left(self) -> None:
        def over() -> bool:
            claimed = self.rows("SELECT state FROM machines WHERE run_id IS NOT NULL")
            return all(row[0] == "gone" for row in claimed)

        await self.made.until(over, "the run's machines are gone")


@pytest.fixture
async def scene(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(world(tmp_path, SCENARIO))
        fly = await stack.enter_async_context(FlyStandIn())
        made.settings |= {
            "CADENCE_FLY_TOKEN": fly.token,
            "CADENCE_FLY_URL": fly.url,
            "CADENCE_FLY_IMAGE": "registry/runner@sha256:" + "0" * 64,
            "CADENCE_PUBLIC_URL": made.url,
            "CADENCE_SLEEP_AFTER_S": "0",
            "CADENCE_LEASE_S": "10",
        } | getattr(request, "param", {})
        await prepare(made.github)
        await made.start()
        yield Scene(made, fly)


async def test_first_run_has_a_machine_made_for_it(scene: Scene) -> None:
    number = ask(scene.made)
    await scene.done(number)
    await scene.nothing_left()

    config = next(iter(scene.fly.machines.values())).config
    assert config["auto_destroy"] is True
    assert config["restart"] == {"policy": "no"}
    assert config["services"] == []
    assert set(config["env"]) == {"CADENCE_URL", "CADENCE_MACHINE_TOKEN"}
    [app] = scene.fly.apps.values()
    assert app["network"] != "default"


async def test_machine_that_dies_is_followed_by_another(scene: Scene) -> None:
    number = ask(scene.made)
    await scene.made.until(lambda: scene.asked(4), "some steps", seconds=60)
    await scene.fly.kill(scene.working())
    await scene.done(number)
    await scene.nothing_left()


async def test_pause_puts_the_machine_to_sleep_and_resume_wakes_it(scene: Scene) -> None:
    number = ask(scene.made)
    await scene.made.until(lambda: scene.asked(4), "some steps", seconds=60)
    machine = scene.working()
    scene.made.github.comment(REPO, number, "dana", "@cadence pause")
    await scene.made.until(lambda: "suspended" in scene.states(), "asleep")
    assert scene.fly.machines[machine].state == "suspended"
    await asyncio.sleep(3)
    scene.made.github.comment(REPO, number, "dana", "@cadence resume")
    await scene.done(number)

    runs = scene.rows("SELECT id FROM runs")
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("scene", "machines"),
    [
        pytest.param({}, 1, id="asleep"),
        pytest.param({"CADENCE_PARK_AFTER_S": "2"}, 2, id="given back"),
        pytest.param({"CADENCE_SLEEP_AFTER_S": "600"}, 1, id="awake"),
    ],
    indirect=["scene"],
)
async def test_log_does_not_tell_what_became_of_the_machine_in_a_pause(
    scene: Scene, machines: int
) -> None:
    number = ask(scene.made)
    await scene.made.until(lambda: scene.asked(4), "some steps", seconds=60)
    machine = scene.working()
    scene.made.github.comment(REPO, number, "dana", "@cadence pause")
    await scene.made.until(partial(said, scene.made, number, "aused"), "paused")
    if machines == 2:
        gone = scene.fly.machines[machine]
        await scene.made.until(lambda: gone.is_gone, "the machine is given back")
        assert "suspended" in [one["type"] for one in gone.events]
    else:
        await asyncio.sleep(3)
    scene.made.github.comment(REPO, number, "dana", "@cadence resume")
    await scene.done(number)
    await scene.nothing_left()

    used = scene.rows("SELECT id FROM machines WHERE taken_at IS NOT NULL")
    assert len(used) == machines
    assert scene.events("phase", "phase") == [
        "cloning", "verifying", "working", "verifying", "publishing", "publishing"
    ]  # fmt: skip
    talk = [text for text in scene.events("log", "text") if "aused" in text or "Going" in text]
    assert talk == ["Paused; the clock stands still.", "Going on."]
    results = scene.events("tool_result", "id")
    assert len(results) == len(set(results))
    everything = " ".join(scene.events("log", "text"))
    assert not any(word in everything for word in ("lost", "anew", "machine", "checkpoint"))


async def test_machine_that_wakes_without_its_memory_is_replaced(scene: Scene) -> None:
    number = ask(scene.made)
    await scene.made.until(lambda: scene.asked(4), "some steps", seconds=60)
    scene.made.github.comment(REPO, number, "dana", "@cadence pause")
    await scene.made.until(lambda: "suspended" in scene.states(), "asleep")
    scene.fly.faults.cold = 1
    scene.made.github.comment(REPO, number, "dana", "@cadence resume")
    await scene.done(number)
    await scene.nothing_left()

    texts = [row[0] for row in scene.rows("SELECT data FROM agent_events WHERE kind = 'log'")]
    assert not [text for text in texts if "lost" in text]


async def test_coordinator_that_dies_finds_its_machines_again(scene: Scene) -> None:
    number = ask(scene.made)
    await scene.made.until(lambda: scene.asked(3), "some steps", seconds=60)
    await scene.made.kill()
    await scene.made.start()
    await scene.done(number)
    await scene.nothing_left()


async def test_lost_answer_of_a_creation_makes_no_second_machine(scene: Scene) -> None:
    scene.fly.faults.lost, scene.fly.faults.lost_path = 1, "/machines"
    number = ask(scene.made)
    await scene.done(number)

    names = [one.name for one in scene.fly.machines.values()]
    assert len(names) == len(set(names))
    [run] = scene.rows("SELECT count(*) FROM machines WHERE run_id IS NOT NULL")
    assert run == (1,)


async def test_region_without_room_is_passed_over(scene: Scene) -> None:
    scene.fly.faults.no_room = {"fra": -1}
    number = ask(scene.made)
    await scene.done(number)

    assert {one.region for one in scene.fly.machines.values()} == {"ams"}


async def test_second_task_has_a_machine_that_was_waiting(scene: Scene) -> None:
    number = ask(scene.made)
    await scene.done(number)
    await scene.made.until(
        lambda: scene.rows("SELECT id FROM machines WHERE run_id IS NULL AND state = 'ready'"),
        "a machine waits",
        seconds=60,
    )
    second = ask(scene.made)
    await scene.made.until(
        partial(said, scene.made, second, "ready for review"), "done", seconds=90
    )

    [facts] = scene.rows("SELECT machine FROM runs ORDER BY started_at DESC LIMIT 1")
    assert '"warm": true' in facts[0]

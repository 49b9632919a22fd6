"""The whole road on rented machines: warm, cold, asleep, dying; none is left behind."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from deploy.devkit.fly import FlyStandIn
from tests.e2e.plays import FIX, ask, finish, play, prepare, said, use
from tests.e2e.world import World, world
from tests.fakes.github import REPO

pytestmark = [pytest.mark.slow, pytest.mark.sandbox, pytest.mark.timeout(300)]
STEPS = [use("bash", command=f"echo {n} >> steps.txt; sleep 0.6") for n in range(1, 6)]
SCENARIO = play(*STEPS, FIX["turns"][0], finish(closes_issue=True))


class Held:
    """Answers to creations of machines, held back while `is_on`: made, and nobody knows."""

    def __init__(self) -> None:
        self.is_on = False
        self.made = asyncio.Event()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Any) -> web.StreamResponse:
        answer: web.StreamResponse = await handler(request)
        if self.is_on and request.method == "POST" and request.path.endswith("/machines"):
            self.made.set()
            while self.is_on:  # noqa: ASYNC110 - until the test lets go
                await asyncio.sleep(0.05)
        return answer


@dataclass
class Scene:
    made: World
    fly: FlyStandIn
    held: Held

    async def machines(self, *words: str) -> str:
        """Say ``cadence machines …`` as the operator would."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "machines", *words),
            env=self.made.environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0
        return said.decode()

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

    @asynccontextmanager
    async def in_the_middle(self) -> AsyncIterator[None]:
        """Hold back the model's answer after some steps, however fast this machine is."""
        reached, go_on = asyncio.Event(), asyncio.Event()

        async def gate(_body: dict[str, Any]) -> None:
            if len(self.made.llm.messages) >= 4:
                reached.set()
                await go_on.wait()

        self.made.llm.gate = gate
        try:
            await asyncio.wait_for(reached.wait(), 120)
            yield
        finally:
            self.made.llm.gate = None
            go_on.set()

    async def pause(self, number: int) -> None:
        """Pause the agent in the middle of its work."""
        async with self.in_the_middle():
            self.made.github.comment(REPO, number, "dana", "@cadence pause")
            asked = "SELECT id FROM agents WHERE status = 'paused'"
            await self.made.until(lambda: self.rows(asked), "the pause is noted", seconds=60)

    async def done(self, number: int) -> None:
        claim = partial(said, self.made, number, "is ready for review")
        await self.made.until(claim, "done", seconds=120)
        assert len(self.made.github.pulls(REPO)) == 1

    async def nothing_left(self) -> None:
        def over() -> bool:
            claimed = self.rows("SELECT state FROM machines WHERE run_id IS NOT NULL")
            return all(row[0] == "gone" for row in claimed)

        await self.made.until(over, "the run's machines are gone", seconds=60)


@pytest.fixture
async def scene(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(world(tmp_path, SCENARIO))
        held = Held()
        fly = await stack.enter_async_context(FlyStandIn(middlewares=[held.middleware]))
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
        yield Scene(made, fly, held)


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
    async with scene.in_the_middle():
        await scene.fly.kill(scene.working())
    await scene.done(number)
    await scene.nothing_left()


async def test_pause_puts_the_machine_to_sleep_and_resume_wakes_it(scene: Scene) -> None:
    number = ask(scene.made)
    await scene.pause(number)
    machine = scene.working()
    await scene.made.until(lambda: "suspended" in scene.states(), "asleep", seconds=60)
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
    await scene.pause(number)
    machine = scene.working()
    await scene.made.until(partial(said, scene.made, number, "aused"), "paused", seconds=60)
    if machines == 2:
        gone = scene.fly.machines[machine]
        await scene.made.until(lambda: gone.is_gone, "the machine is given back", seconds=60)
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
    await scene.pause(number)
    await scene.made.until(lambda: "suspended" in scene.states(), "asleep", seconds=60)
    scene.fly.faults.cold = 1
    scene.made.github.comment(REPO, number, "dana", "@cadence resume")
    await scene.done(number)
    await scene.nothing_left()

    texts = [row[0] for row in scene.rows("SELECT data FROM agent_events WHERE kind = 'log'")]
    assert not [text for text in texts if "lost" in text]


async def test_coordinator_that_dies_finds_its_machines_again(scene: Scene) -> None:
    number = ask(scene.made)
    async with scene.in_the_middle():
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


@pytest.mark.parametrize(
    "scene", [{"CADENCE_POOL_MOST": "0", "CADENCE_POOL_ASLEEP": "1"}], indirect=True
)
async def test_sleeping_machine_of_the_pool_that_wakes_without_its_memory_is_replaced(
    scene: Scene,
) -> None:
    await scene.done(ask(scene.made))
    asleep = "SELECT provider_id FROM machines WHERE run_id IS NULL AND state = 'suspended'"
    await scene.made.until(lambda: scene.rows(asleep), "one sleeps", seconds=90)
    [[sleeper]] = scene.rows(asleep)
    scene.fly.faults.cold = 1
    second = ask(scene.made)
    await scene.made.until(
        partial(said, scene.made, second, "ready for review"), "done", seconds=120
    )

    assert scene.fly.machines[sleeper].is_gone
    assert scene.fly.faults.cold == 0
    assert len(scene.rows("SELECT id FROM runs")) == 2
    assert "lost" not in " ".join(scene.events("log", "text"))


async def test_coordinator_that_dies_while_a_machine_is_made_leaves_none_behind(
    scene: Scene,
) -> None:
    scene.held.is_on = True
    number = ask(scene.made)
    await asyncio.wait_for(scene.held.made.wait(), 60)
    await scene.made.kill()
    assert scene.rows("SELECT state, provider_id FROM machines") == [("ordered", "")]
    scene.held.is_on = False
    await scene.made.start()
    await scene.done(number)
    await scene.nothing_left()

    # It may have done its work, and be gone, before what was ordered was looked for: then its row
    # never learned the provider's name for it.
    def none_is_left_over() -> bool:
        known = {row[0] for row in scene.rows("SELECT provider_id FROM machines")}
        return all(one.is_gone or one.id in known for one in scene.fly.machines.values())

    await scene.made.until(none_is_left_over, "each machine is known, or gone", seconds=60)
    assert len(scene.rows("SELECT id FROM machines WHERE taken_at IS NOT NULL")) == 1
    assert sum(scene.fly.rates.refused.values()) <= 1


async def test_operator_sees_machines_ends_one_at_work_and_drains_those_that_wait(
    scene: Scene,
) -> None:
    number = ask(scene.made)
    async with scene.in_the_middle():
        shown = json.loads(await scene.machines("list", "--json"))
        [at_work] = [one for one in shown if one["run"]]
        assert at_work["providerId"] == scene.working()
        await scene.machines("destroy", at_work["id"][:8])
    await scene.done(number)
    await scene.nothing_left()
    assert scene.fly.machines[at_work["providerId"]].is_gone
    waits = "SELECT provider_id FROM machines WHERE run_id IS NULL AND state = 'ready'"
    await scene.made.until(lambda: scene.rows(waits), "a machine waits", seconds=60)
    waiting = [row[0] for row in scene.rows(waits)]
    assert "to end" in await scene.machines("drain")
    gone = scene.fly.machines[waiting[0]]
    await scene.made.until(lambda: gone.is_gone, "it is drained", seconds=60)

    assert "US dollars" in await scene.machines("costs")
    assert sum(scene.fly.rates.refused.values()) <= 1


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

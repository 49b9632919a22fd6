"""Everything dies now and then, and every task ends well. The full storm: `tests.bench.chaos`."""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import psycopg
import pytest

from deploy.devkit.fly import FlyStandIn
from tests.e2e.chaos import (
    LastOnes,
    Storm,
    Watcher,
    orphans,
    stored_events,
    storm_play,
    tasks,
    unseen,
    wrong_pulls,
)
from tests.e2e.plays import prepare
from tests.e2e.world import World, world

FINAL = {"completed", "failed", "cancelled"}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.sandbox,
    pytest.mark.postgres,
    pytest.mark.timeout(1_500),
]


async def weather(
    root: Path, postgres_url: str, *, agents: int, kills: int, seed: int, kinds: Sequence[str]
) -> Storm:
    """Let a storm blow over *agents* and hold everything against what should be.

    With machines among the *kinds* the agents run on rented ones, else on this machine.
    """
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(world(root, storm_play()))
        made.settings |= {
            "CADENCE_LEASE_S": "10",
            "CADENCE_EXECUTOR_SILENT_S": "6",
            "CADENCE_AGENTS_PER_INSTALLATION": "3",
            "CADENCE_MAX_RUNS": "8",  # a storm may hit one machine many times before its first step
            "CADENCE_SECRET_KEY": "k" * 32,
            "DATABASE_URL": postgres_url,
        }
        fly, place = await rented(stack, made) if "machine" in kinds else (None, root)
        await prepare(made.github)
        await made.start()
        numbers = tasks(made, agents)
        await made.until(partial(all_asked, postgres_url, agents), "every agent is there")
        ids = sorted(stored(postgres_url))
        watchers = [Watcher(agent_id) for agent_id in ids]
        watching = [asyncio.create_task(one.watch(made)) for one in watchers]
        made.llm.gate = gate = LastOnes(agents)
        storm = Storm(made, random.Random(seed), kinds, fly)  # noqa: S311 - moments, not secrets
        await storm.blow(kills, pause_s=(0.5, 2.5))
        gate.over.set()
        await made.until(lambda: over(postgres_url) == agents, "all are over", seconds=900)
        ended = ends(postgres_url)
        assert ended == {"completed done ": agents}, ended
        await made.until(lambda: not wrong_pulls(made, numbers), "right pull requests")
        if fly is not None:
            await made.until(
                lambda: not orphans(made, fly, place), "no orphan is left", seconds=240
            )
        else:
            await made.until(lambda: not made.runner_pids()[1:], "no machine is left")
        await made.until(lambda: not unseen(watchers, stored(postgres_url)), "all seen")
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        return storm


async def rented(stack: AsyncExitStack, made: World) -> tuple[FlyStandIn, Path]:
    """Let the agents of this world run on machines of Fly's stand-in."""
    # A machine's folder holds sockets, whose names must be short.
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fly-")))
    fly = await stack.enter_async_context(FlyStandIn(place))
    made.settings |= {
        "CADENCE_FLY_TOKEN": fly.token,
        "CADENCE_FLY_URL": fly.url,
        "CADENCE_FLY_IMAGE": "registry/runner@sha256:" + "0" * 64,
        "CADENCE_PUBLIC_URL": made.url,
        "CADENCE_POOL_WARM": "2",
    }
    return fly, place


def rows(url: str, query: str) -> list[tuple[str, int]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def stored(url: str) -> dict[str, list[int]]:
    return stored_events(rows(url, "SELECT agent_id, seq FROM agent_events"))


def all_asked(url: str, count: int) -> bool:
    return len(rows(url, "SELECT id, number FROM agents")) == count


def ends(url: str) -> Counter[str]:
    """How many agents stand where, and why."""
    found = rows(url, "SELECT status || ' ' || phase || ' ' || reason, number FROM agents")
    return Counter(words for words, _ in found)


def over(url: str) -> int:
    return sum(n for words, n in ends(url).items() if words.split()[0] in FINAL)


async def test_storm_over_a_few_tasks_costs_nothing(tmp_path: Path, postgres_url: str) -> None:
    kinds = ["runner", "runner", "coordinator", "database"]
    storm = await weather(tmp_path, postgres_url, agents=4, kills=12, seed=7, kinds=kinds)

    assert storm.hits == {"runner": 6, "coordinator": 3, "database": 3}


async def test_storm_over_rented_machines_leaves_none_behind(
    tmp_path: Path, postgres_url: str
) -> None:
    kinds = ["runner", "machine", "coordinator", "database"]
    storm = await weather(tmp_path, postgres_url, agents=3, kills=8, seed=8, kinds=kinds)

    assert storm.hits == {"runner": 2, "machine": 2, "coordinator": 2, "database": 2}

"""Whoever asks for machines, in whatever order, from two coordinators at once."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.db.engine import Database
from bot.db.machines import Machines
from bot.machine import Machine, MachineState

_worlds = itertools.count(1)
INSTALLATIONS, RUNS = 2, 4
VERBS = ("order", "order", "claim", "claim", "claim", "release", "end", "doze")
wishes = st.tuples(st.sampled_from(VERBS), st.integers(0, INSTALLATIONS - 1), st.integers(0, RUNS))
crowds = st.lists(st.lists(wishes, min_size=1, max_size=6), min_size=1, max_size=8)


@pytest.fixture
async def sides(database: Database, database_url: str) -> AsyncIterator[list[Machines]]:
    """Two coordinators on one database."""
    other = Database(database_url)
    await other.open()
    yield [Machines(database), Machines(other)]
    await other.close()


class World:
    """Installations and runs that no earlier example knew, and who was given what."""

    def __init__(self, sides: list[Machines]) -> None:
        self.number = next(_worlds)
        self.sides = itertools.cycle(sides)
        self.given: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)

    def installation(self, index: int) -> int:
        return self.number * INSTALLATIONS + index

    def run(self, index: int, run: int) -> str:
        return f"run-{self.installation(index)}-{run}"

    async def wish(self, verb: str, index: int, run: int) -> None:
        machines = next(self.sides)
        installation, run_id = self.installation(index), self.run(index, run)
        if verb == "order":
            made = await machines.order("fly", installation)
            assert made is not None
            now = datetime.now(UTC)
            await machines.set(made.id, state=MachineState.READY, ready_at=now, seen_at=now)
        elif verb == "claim":
            found = await machines.claim("fly", installation, run_id, heard_s=600)
            if found is not None:
                assert found.installation_id == installation
                assert found.run_id == run_id
                self.given[found.id].add((installation, run_id))
        else:
            for one in await self.mine(machines):
                await getattr(self, f"_{verb}")(machines, one, run_id)

    async def mine(self, machines: Machines) -> list[Machine]:
        ours = {self.installation(index) for index in range(INSTALLATIONS)}
        return [one for one in await machines.all() if one.installation_id in ours]

    async def _release(self, machines: Machines, one: Machine, run_id: str) -> None:
        await machines.release(one.id, run_id, "it did not begin")

    async def _end(self, machines: Machines, one: Machine, _run_id: str) -> None:
        await machines.end_waiting(one.id, "too many")

    async def _doze(self, machines: Machines, one: Machine, _run_id: str) -> None:
        await machines.doze(one.id)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(crowds=crowds)
async def test_no_machine_is_ever_of_two_runs_or_of_two_installations(
    sides: list[Machines], crowds: list[list[tuple[str, int, int]]]
) -> None:
    world = World(sides)
    for crowd in crowds:
        await asyncio.gather(*(world.wish(*one) for one in crowd))

    assert all(len(owners) == 1 for owners in world.given.values())
    for one in await world.mine(sides[0]):
        if one.run_id is not None:
            assert (one.installation_id, one.run_id) in world.given[one.id]
        if one.state is MachineState.ENDING:  # never to be had again
            assert one.run_id is None


@pytest.mark.parametrize("count", [1, 7, 20])
async def test_each_of_many_runs_has_its_own_of_as_many_machines(
    sides: list[Machines], count: int
) -> None:
    now = datetime.now(UTC)
    for _ in range(count):
        made = await sides[0].order("fly", 1)
        assert made is not None
        await sides[0].set(made.id, state=MachineState.READY, ready_at=now, seen_at=now)
    claims = await asyncio.gather(
        *(sides[n % 2].claim("fly", 1, f"run-{n}", heard_s=600) for n in range(count + 5))
    )

    got = [one.id for one in claims if one is not None]
    assert len(got) == len(set(got)) == count

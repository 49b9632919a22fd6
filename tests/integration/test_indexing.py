"""The durable road of indexes: whoever waits holds up nobody else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.db.engine import Database
from bot.engine import Engine
from bot.errors import Unavailable
from bot.indexing.road import AT_ONCE, Indexing
from indexer.embed import EmbeddingsUnavailable

OTHERS = range(1, AT_ONCE + 3)
LAST = 99


class Work:
    """In place of indexes: notes what is asked for, and fails as it is told."""

    embeds = True

    def __init__(self) -> None:
        self.refreshed: list[int] = []
        self.embedded: list[int] = []
        self.at_once = self.most_at_once = 0
        self.is_endpoint_down = False
        self.unreachable: set[int] = set()

    async def refresh(self, _installation_id: int, repository_id: int, _name: str) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.05)
        self.at_once -= 1
        self.refreshed.append(repository_id)
        if repository_id in self.unreachable:
            raise Unavailable("GitHub does not answer")

    async def embed(self, repository_id: int) -> int:
        self.embedded.append(repository_id)
        if self.is_endpoint_down:
            raise EmbeddingsUnavailable("nobody answers", retry_after_s=3_600)
        return 1


class Road:
    """The real engine with the workflows of indexes on it."""

    def __init__(self, work: Work, indexing: Indexing) -> None:
        self.work = work
        self._indexing = indexing

    async def push(self, repository_id: int, why: str = "one") -> None:
        await self._indexing.ask(7, repository_id, f"acme/{repository_id}", why)

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not is_true():  # noqa: ASYNC110 - a row of the engine's, not an event of ours
                await asyncio.sleep(0.05)


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Road]:
    work: Any = Work()
    indexing = Indexing(work)
    engine = Engine(database, [Indexing.queue, Indexing.embedding])
    indexing.use(engine)
    await engine.open(indexing.register)
    yield Road(work, indexing)
    await engine.close()


async def test_endpoint_that_is_down_holds_up_no_push(road: Road) -> None:
    road.work.is_endpoint_down = True
    for number in OTHERS:
        await road.push(number)
    await road.until(lambda: set(road.work.embedded) == set(OTHERS))

    await road.push(LAST)
    await road.push(1, "another push")

    await road.until(lambda: LAST in road.work.refreshed and road.work.refreshed.count(1) == 2)
    assert road.work.embedded.count(1) == 1  # the second waits for the first


async def test_repositories_that_cannot_be_reached_hold_up_no_other(road: Road) -> None:
    road.work.unreachable = set(OTHERS)
    for number in OTHERS:
        await road.push(number)
    await road.until(lambda: set(OTHERS) <= set(road.work.refreshed))

    await road.push(LAST)

    await road.until(lambda: LAST in road.work.embedded)


async def test_few_are_indexed_at_once_however_many_wait(road: Road) -> None:
    for number in range(10):
        await road.push(number)

    await road.until(lambda: len(road.work.embedded) == 10)

    assert road.work.most_at_once == AT_ONCE


async def test_same_reason_is_one_indexing(road: Road) -> None:
    await road.push(1, "delivery")
    await road.push(1, "delivery")
    await road.push(LAST)

    await road.until(lambda: LAST in road.work.embedded)
    await road.push(1, "another")
    await road.until(lambda: len(road.work.embedded) == 3)

    assert road.work.refreshed.count(1) == 2

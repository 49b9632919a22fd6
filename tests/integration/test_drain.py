"""The drainer: what is no work is settled at a glance, the rest is enqueued, each once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bot.agents import Agents
from bot.bus import Bus
from bot.db.deliveries import Delivery, DeliveryStore
from bot.db.engine import Database
from bot.db.runs import Runs
from bot.dispatcher import Dispatcher
from bot.indexing.road import Indexing
from bot.life.supervisor import Limits


def delivery(number: int, words: str) -> Delivery:
    body = orjson.dumps({"action": "created", "comment": {"body": words}})
    return Delivery(
        guid=f"guid-{number}",
        event="issue_comment",
        action="created",
        installation_id=1,
        body=body,
        received_at=datetime.now(UTC),
    )


class Handled:
    """A door that remembers."""

    def __init__(self) -> None:
        self.guids: list[str] = []

    async def handle(self, delivery: Delivery) -> str:
        self.guids.append(delivery.guid)
        return "done"

    def glance(self, delivery: Delivery) -> str | None:
        if b"odd" in delivery.body:
            raise KeyError("odd")
        return None if b"@cadence" in delivery.body else "ignored: not for us"


@pytest.fixture
async def store(database: Database) -> AsyncIterator[DeliveryStore]:
    store = DeliveryStore(database)
    yield store
    await store.close()


def dispatcher_for(
    database: Database, bus: Bus, agents: Agents, store: DeliveryStore, door: Handled
) -> Dispatcher:
    nobody: Any = None  # no agent is started here
    return Dispatcher(
        database=database,
        bus=bus,
        agents=agents,
        runs=Runs(database),
        deliveries=store,
        supervisor=_NoRuns(),  # type: ignore[arg-type]  # only its name is registered
        finisher=nobody,
        handle=door.handle,
        glance=door.glance,
        limits=Limits(per_installation=1, hard_minutes=1, lease_s=1, max_runs=1),
        indexing=Indexing(nobody),
    )


class _NoRuns:
    async def execute(self, *_: object) -> str:
        return "lost"


async def drained(dispatcher: Dispatcher, door: Handled, wanted: Sequence[str]) -> None:
    await dispatcher.open()
    drain = asyncio.create_task(dispatcher.drain())
    try:
        for _ in range(1_000):
            if sorted(door.guids) == sorted(wanted):
                await asyncio.sleep(0.3)  # would one come twice?
                return
            await asyncio.sleep(0.05)
        pytest.fail(f"handled {door.guids}, wanted {wanted}")
    finally:
        drain.cancel()
        await asyncio.gather(drain, return_exceptions=True)
        await dispatcher.close()


async def test_stored_deliveries_are_handled_once_and_the_rest_is_settled(
    database: Database, bus: Bus, agents: Agents, store: DeliveryStore
) -> None:
    door = Handled()
    batch = [delivery(n, "@cadence go" if n % 3 == 0 else "hello") for n in range(8)]
    batch.append(delivery(8, "odd"))
    await store.add_many(batch)
    await store.add_many(batch)

    wanted = ["guid-0", "guid-3", "guid-6", "guid-8"]
    await drained(dispatcher_for(database, bus, agents, store, door), door, wanted)

    assert sorted(door.guids) == wanted
    assert await store.unqueued(10) == []


async def test_delivery_that_was_stored_before_a_kill_is_found_at_the_next_start(
    database: Database, bus: Bus, agents: Agents, store: DeliveryStore
) -> None:
    await store.add_many([delivery(1, "@cadence go")])
    door = Handled()

    await drained(dispatcher_for(database, bus, agents, store, door), door, ["guid-1"])

    assert door.guids == ["guid-1"]

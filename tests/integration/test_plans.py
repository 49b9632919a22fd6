"""Plans with a real database: the month's agents are counted once, however many ask at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.agents import Admit, Agents
from bot.bus import Bus
from bot.db.engine import Database, Tx
from bot.db.plans import PlanRows
from bot.domain import Task
from bot.errors import QuotaExceeded
from bot.places.plans import Plans
from bot.quota import MonthUsedUp, Plan
from tests.fakes.tasks import TASK

TODAY = date(2026, 12, 31)
MONTH = "2026-12"
ACME = "acme"
FREE = 3


def plans(
    database: Database, *, are_on: bool = True, free: int = FREE, today: date = TODAY
) -> Plans:
    return Plans(PlanRows(database), are_on=are_on, free_agents=free, today=lambda: today)


def writer(database: Database) -> Agents:
    return Agents(database, Bus(), now=lambda: datetime(2026, 12, 31, 12, tzinfo=UTC))


def task(ref: str, repository: str = TASK.repository) -> Task:
    return replace(TASK, source_ref=ref, repository=repository)


async def asked(database: Database, admit: Admit, *tasks: Task) -> list[bool]:
    """Ask for an agent by each trigger at once; whether each is there."""
    agents = writer(database)

    async def one(wanted: Task) -> bool:
        try:
            await agents.create(wanted, admit=admit)
        except QuotaExceeded:
            return False
        return True

    return list(await asyncio.gather(*map(one, tasks)))


async def used(database: Database, month: str = MONTH) -> int:
    return await PlanRows(database).used(ACME, month)


@pytest.fixture
async def second(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same database as another process has it; one process alone has a file."""
    if database.is_sqlite:
        yield database
        return
    other = Database(database_url)
    await other.open()
    yield other
    await other.close()


async def test_no_more_than_the_limit_however_many_ask_at_once(
    database: Database, second: Database
) -> None:
    admit = plans(database).admit
    here, there = await asyncio.gather(
        asked(database, admit, *(task(f"comment:{n}") for n in range(15))),
        asked(second, admit, *(task(f"comment:{n}") for n in range(15, 30))),
    )

    assert (here + there).count(True) == FREE
    assert len(await writer(database).recent()) == FREE
    assert await used(database) == FREE


async def test_repositories_of_one_account_share_its_month_and_others_do_not(
    database: Database,
) -> None:
    some = plans(database, free=1)
    mine, other = task("comment:1", "Acme/one"), task("comment:2", "ACME/two")

    assert await asked(database, some.admit, mine) == [True]
    assert await asked(database, some.admit, other) == [False]
    assert await asked(database, some.admit, task("comment:3", "umbrella/one")) == [True]


async def test_same_trigger_counts_once_even_when_it_comes_many_times_at_once(
    database: Database, second: Database
) -> None:
    admit = plans(database).admit
    results = await asyncio.gather(
        asked(database, admit, *[task("comment:1")] * 5),
        asked(second, admit, *[task("comment:1")] * 5),
    )

    assert all(results[0] + results[1])
    assert await used(database) == 1


async def test_known_trigger_finds_its_agent_when_the_month_is_used_up(database: Database) -> None:
    some = plans(database, free=1)
    await asked(database, some.admit, task("comment:1"))

    assert await asked(database, some.admit, task("comment:1")) == [True]
    assert await asked(database, some.admit, task("comment:2")) == [False]


async def test_refused_agent_counts_nothing_and_leaves_nothing(database: Database) -> None:
    with pytest.raises(MonthUsedUp) as caught:
        await writer(database).create(TASK, admit=plans(database, free=0).admit)

    limit = caught.value
    assert (limit.account, limit.used, limit.limit) == (ACME, 0, 0)
    assert (limit.ends_on, limit.again_on) == (TODAY, date(2027, 1, 1))
    assert await writer(database).recent() == []
    assert await used(database) == 0


async def test_agent_that_comes_to_nothing_in_its_transaction_counts_nothing(
    database: Database,
) -> None:
    some = plans(database)

    async def broken(tx: Tx, wanted: Task) -> None:
        await some.admit(tx, wanted)
        raise RuntimeError("killed here")

    with pytest.raises(RuntimeError):
        await writer(database).create(TASK, admit=broken)

    assert await used(database) == 0
    assert await writer(database).recent() == []


async def test_next_month_begins_anew(database: Database) -> None:
    await asked(database, plans(database, free=1).admit, task("comment:1"))
    january = plans(database, free=1, today=date(2027, 1, 1))

    assert await asked(database, january.admit, task("comment:2"), task("comment:3")) in (
        [True, False],
        [False, True],
    )
    assert (await used(database), await used(database, "2027-01")) == (1, 1)


async def test_pro_has_no_limit_and_is_counted(database: Database) -> None:
    await PlanRows(database).set_plan("ACME", Plan.PRO, by="op")
    there = await asked(database, plans(database).admit, *(task(f"comment:{n}") for n in range(6)))

    assert all(there)
    assert await used(database) == 6
    assert await plans(database).plan_of("Acme/widgets") is Plan.PRO


async def test_account_that_was_pro_hears_how_many_it_really_had(database: Database) -> None:
    rows, some = PlanRows(database), plans(database)
    await rows.set_plan(ACME, Plan.PRO, by="op")
    await asked(database, some.admit, *(task(f"comment:{n}") for n in range(5)))
    await rows.set_plan(ACME, Plan.FREE, by="op")

    with pytest.raises(MonthUsedUp) as caught:
        await writer(database).create(task("comment:9"), admit=some.admit)

    assert (caught.value.used, caught.value.limit) == (5, FREE)


async def test_where_plans_are_off_everybody_has_everything(database: Database) -> None:
    some = plans(database, are_on=False)
    await PlanRows(database).set_plan(ACME, Plan.FREE, by="op")

    assert all(await asked(database, some.admit, *(task(f"comment:{n}") for n in range(5))))
    assert await some.plan_of("acme/widgets") is Plan.PRO


async def test_account_without_a_plan_is_free(database: Database) -> None:
    assert await plans(database).plan_of("acme/widgets") is Plan.FREE


async def test_agent_that_failed_by_our_fault_makes_room_for_another(database: Database) -> None:
    some = plans(database, free=1)
    agent, _ = await writer(database).create(task("comment:1"), admit=some.admit)
    assert await asked(database, some.admit, task("comment:2")) == [False]

    await some.give_back(agent)

    assert await used(database) == 0
    assert await asked(database, some.admit, task("comment:2")) == [True]


async def test_agent_is_given_back_to_the_month_that_it_was_made_in(database: Database) -> None:
    december, january = plans(database), plans(database, today=date(2027, 1, 1))
    agent, _ = await writer(database).create(task("comment:1"), admit=december.admit)
    await asked(database, january.admit, task("comment:2"))

    await january.give_back(agent)

    assert (await used(database), await used(database, "2027-01")) == (0, 1)


async def test_nobody_has_less_than_nothing(database: Database) -> None:
    rows = PlanRows(database)
    await rows.give_back(ACME, MONTH)
    await asked(database, plans(database).admit, task("comment:1"))
    await rows.give_back(ACME, MONTH)
    await rows.give_back(ACME, MONTH)

    assert await used(database) == 0

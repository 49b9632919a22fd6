"""Plans with a real database: the month's agents are counted once, however many ask at once."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.installations import Installations
from bot.db.plans import PlanRows
from bot.errors import QuotaExceeded
from bot.machine import Place
from bot.plans import Plans
from bot.quota import MonthUsedUp, Plan, choose, month_of, next_month
from tests.fakes.tasks import TASK

TODAY = date(2026, 12, 31)


def plans(database: Database, *, are_on: bool = True, free: int = 3) -> Plans:
    return Plans(
        PlanRows(database),
        Installations(database),
        are_on=are_on,
        free_agents=free,
        today=lambda: TODAY,
    )


async def installed(database: Database, login: str = "Acme") -> None:
    await Installations(database).upsert(
        TASK.installation_id, account_login=login, account_type="User", suspended=False
    )


async def asked(database: Database, some: Plans, *refs: str) -> list[bool]:
    """Ask for an agent by each trigger at once; whether each is there."""
    agents = Agents(database, Bus())
    admit = await some.admission(TASK.installation_id)

    async def one(ref: str) -> bool:
        try:
            await agents.create(replace(TASK, source_ref=ref), admit=admit)
        except QuotaExceeded:
            return False
        return True

    return list(await asyncio.gather(*(one(ref) for ref in refs)))


async def test_no_more_than_the_limit_however_many_ask_at_once(database: Database) -> None:
    await installed(database)
    there = await asked(database, plans(database), *(f"comment:{n}" for n in range(10)))

    assert there.count(True) == 3
    assert len(await Agents(database, Bus()).recent()) == 3
    assert await PlanRows(database).used("acme", "2026-12") == 3


async def test_same_trigger_counts_once(database: Database) -> None:
    await installed(database)
    assert await asked(database, plans(database), "comment:1") == [True]
    assert await asked(database, plans(database), "comment:1") == [True]

    assert await PlanRows(database).used("acme", "2026-12") == 1


async def test_pro_has_no_limit_and_is_counted(database: Database) -> None:
    await installed(database)
    await PlanRows(database).set_plan("ACME", Plan.PRO, by="op")
    there = await asked(database, plans(database), *(f"comment:{n}" for n in range(6)))

    assert all(there)
    assert await PlanRows(database).used("acme", "2026-12") == 6


async def test_no_limit_where_plans_are_off(database: Database) -> None:
    await installed(database)
    some = plans(database, are_on=False)

    assert all(await asked(database, some, *(f"comment:{n}" for n in range(5))))


async def test_account_that_installs_anew_begins_no_new_month(database: Database) -> None:
    await installed(database)
    await asked(database, plans(database), *(f"comment:{n}" for n in range(3)))
    await Installations(database).remove(TASK.installation_id)
    await installed(database, "ACME")

    assert await asked(database, plans(database), "comment:9") == [False]


async def test_agent_that_failed_by_our_fault_is_given_back(database: Database) -> None:
    await installed(database)
    some = plans(database, free=1)
    agent, _ = await Agents(database, Bus()).create(
        TASK, admit=await some.admission(TASK.installation_id)
    )
    assert agent.created_at is not None
    rows = PlanRows(database)
    month = month_of(agent.created_at.date())
    await rows.give_back("acme", month)  # nothing there: stays at nothing
    before = await rows.used("acme", month)
    await some.give_back(agent)

    assert await rows.used("acme", month) == max(before - 1, 0)


async def test_refusal_says_when_the_month_is_over(database: Database) -> None:
    await installed(database)
    admit = await plans(database, free=0).admission(TASK.installation_id)

    with pytest.raises(MonthUsedUp) as caught:
        await Agents(database, Bus()).create(TASK, admit=admit)

    assert caught.value.again_on == date(2027, 1, 1)
    assert await Agents(database, Bus()).recent() == []


@pytest.mark.parametrize(
    ("plan", "wanted", "has_fly", "vps", "places", "note"),
    [
        (Plan.FREE, "auto", True, "none", [Place.FLY], ""),
        (Plan.FREE, "auto", False, "none", [Place.LOCAL], ""),
        (Plan.FREE, "auto", True, "connected", [Place.FLY], ""),
        (Plan.PRO, "auto", True, "connected", [Place.VPS, Place.FLY], ""),
        (Plan.PRO, "auto", False, "connected", [Place.VPS, Place.LOCAL], ""),
        (Plan.PRO, "auto", True, "none", [Place.FLY], ""),
        (Plan.PRO, "auto", True, "away", [Place.FLY], "Your VPS is away"),
        (Plan.PRO, "auto", False, "away", [Place.LOCAL], "Your VPS is away"),
        (Plan.PRO, "local", True, "connected", [Place.LOCAL], ""),
    ],
)
def test_place_follows_plan_and_settings(
    plan: Plan, wanted: str, has_fly: bool, vps: str, places: list[Place], note: str
) -> None:
    choice = choose(plan, wanted=wanted, has_fly=has_fly, vps=vps)  # type: ignore[arg-type]

    assert list(choice.places) == places
    assert choice.note.startswith(note)
    assert bool(choice.note) == bool(note)


@pytest.mark.parametrize(
    ("day", "first"),
    [(date(2026, 1, 31), date(2026, 2, 1)), (date(2026, 12, 1), date(2027, 1, 1))],
)
def test_month_ends_on_its_first_day_after(day: date, first: date) -> None:
    assert next_month(day) == first

"""``cadence plans`` as the operator types it."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.plans import PlanRows
from bot.places.plans import Plans
from bot.quota import month_of, next_month
from bot.settings import child_environment
from tests.fakes.tasks import TASK

ROOT = Path(__file__).parents[2]
ON = {"CADENCE_PLANS": "on"}
OFF = {"CADENCE_PLANS": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A terminal where the coordinator's database is."""

    home: Path
    url: str

    async def says(self, *words: str, code: int = 0, env: Mapping[str, str] = ON) -> str:
        """Run ``cadence plans`` and return what it said, errors included."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "plans", *words),
            env={
                **child_environment(),
                "PYTHONPATH": os.fspath(ROOT),
                "DATABASE_URL": self.url,
                **env,
            },
            cwd=self.home,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        assert process.returncode == code, out.decode()
        return out.decode().strip()

    async def facts(self, *words: str, env: Mapping[str, str] = ON) -> Any:
        return json.loads(await self.says(*words, "--json", env=env))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(home=tmp_path, url=f"sqlite:///{tmp_path / 'cadence.sqlite3'}")


async def use(desk: Desk) -> None:
    """Have acme make one agent."""
    database = Database(desk.url)
    await database.open()
    try:
        admit = Plans(PlanRows(database), are_on=True).admit
        await Agents(database, Bus()).create(TASK, admit=admit)
    finally:
        await database.close()


async def test_plan_that_is_set_is_shown_listed_and_may_be_taken_back(desk: Desk) -> None:
    assert await desk.says("set", "@Acme", "pro") == "acme is on pro now."
    assert (await desk.facts("show", "ACME"))["plan"] == "pro"
    assert [one["plan"] for one in await desk.facts("list")] == ["pro"]
    assert "acme" in await desk.says("list")

    await desk.says("set", "acme", "free")

    assert [(one["account"], one["plan"]) for one in await desk.facts("list")] == [("acme", "free")]


async def test_show_says_what_was_used_of_the_month(desk: Desk) -> None:
    await use(desk)
    today = datetime.now(UTC).date()
    month, again = month_of(today), next_month(today).isoformat()

    assert await desk.facts("show", "acme", env={**ON, "CADENCE_FREE_AGENTS": "7"}) == {
        "account": "acme",
        "plan": "free",
        "month": month,
        "agents": 1,
        "limit": 7,
        "nextMonth": again,
    }
    said = await desk.says("show", "acme")
    assert said == f"acme: free, 1 of 5 agents in {month}; a new month on {again}."


async def test_pro_and_plans_that_are_off_have_no_limit(desk: Desk) -> None:
    await desk.says("set", "acme", "pro")

    assert (await desk.facts("show", "acme"))["limit"] is None
    assert (await desk.facts("show", "other", env=OFF))["limit"] is None
    assert "CADENCE_PLANS is off" in await desk.says("show", "other", env=OFF)
    assert "CADENCE_PLANS is off" in await desk.says("set", "acme", "pro", env=OFF)


async def test_repository_or_unknown_plan_is_refused(desk: Desk) -> None:
    assert "'acme/widgets' is no account's login" in await desk.says(
        "set", "acme/widgets", "pro", code=2
    )
    assert "'gold'" in await desk.says("set", "acme", "gold", code=2)
    assert await desk.says("list") == "Every account is on free: no plan was set."

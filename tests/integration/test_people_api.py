"""The thinnest road: signed in with GitHub, an agent made, listed, held, let go and stopped."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bus import Bus
from bot.db.engine import Database
from tests.fakes.github import REPO
from tests.fakes.phone import Home, home


@pytest.fixture
async def here(tmp_path: Path, database: Database, bus: Bus) -> AsyncIterator[Home]:
    async with home(tmp_path, database, bus) as made:
        yield made


async def test_a_person_signs_in_and_steers_an_agent(here: Home) -> None:
    dana = await here.signed_in()

    me = (await dana.get("/api/me")).body
    assert (me["login"], me["csrfToken"]) == ("dana", dana.cookie("cadence_csrf"))

    made = await dana.post("/api/agents", {"repo": REPO, "task": "Fix the sum"})
    assert made.status == 201, made.text
    path = made.headers["Location"]
    assert made.body["status"] == "pending"
    assert made.body["number"] == 1
    assert made.body["branch"] == f"cadence/fix-the-sum-{made.body['id'][:6]}"
    assert [agent.id for agent in here.started] == [made.body["id"]]

    listed = (await dana.get("/api/agents")).body
    assert [one["id"] for one in listed["items"]] == [made.body["id"]]
    assert (await dana.post(f"{path}/pause")).body["status"] == "paused"
    assert (await dana.post("/api/agents/1/resume")).body["status"] == "pending"
    assert (await dana.post(f"{path}/stop")).body["status"] == "cancelled"
    again = await dana.post(f"{path}/pause")
    assert (again.status, again.kind) == (409, "illegal-transition")

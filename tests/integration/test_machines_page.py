"""The operator's page of machines."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.db.engine import Database
from bot.db.machines import Machines
from bot.machine import MachineState
from mobile_api.machines_page import MachinesPage, page
from runner.tokens import page_key

KEY = SecretStr("k" * 32)


@pytest.fixture
async def machines(tmp_path: Path) -> AsyncIterator[Machines]:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    await database.open()
    yield Machines(database)
    await database.close()


@pytest.fixture
async def url(machines: Machines) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(MachinesPage(machines, KEY).routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_page_opens_with_its_key_only(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/machines/{page_key(KEY)}") as answer:
            assert answer.status == 200
            assert "script" not in answer.headers["Content-Security-Policy"]
            text = await answer.text()
        async with session.get(f"{url}/machines/{page_key(SecretStr('other'))}") as answer:
            assert answer.status == 404

    assert "There are no machines." in text


async def test_page_shows_states_starts_and_costs(machines: Machines) -> None:
    now = datetime.now(UTC)
    for n in range(4):
        made = await machines.order("fly", 7, usd_per_hour=2.4, run_id=f"r{n}" if n else None)
        assert made is not None
        await machines.set(
            made.id,
            state=MachineState.READY if n < 3 else MachineState.GONE,
            created_at=now - timedelta(days=2, hours=n),
            ready_at=now - timedelta(days=2, hours=n) + timedelta(seconds=2 + n),
            gone_at=now - timedelta(days=1) if n == 3 else None,
        )
    text = page(await machines.all(), now)

    assert "2 at work, 1 waiting. Times are UTC." in text
    assert "3.5 s in the middle" in text
    assert text.count("<circle") == 4
    assert text.count("<rect") == 30
    hours = 48 + 49 + 50 + 27
    assert f"${hours * 2.4:.2f} in all" in text


async def test_page_says_what_machines_are_there_for_and_for_how_long(machines: Machines) -> None:
    now = datetime.now(UTC)
    told = [
        (MachineState.READY, "run-1", 30),
        (MachineState.READY, None, 5),
        (MachineState.SUSPENDED, "run-2", 600),
        (MachineState.SUSPENDED, None, 10),
        (MachineState.BOOTING, None, 0.5),
        (MachineState.ENDING, "run-3", 60),
    ]
    for state, run_id, minutes in told:
        made = await machines.order("fly", 7, run_id=run_id)
        assert made is not None
        at = now - timedelta(minutes=minutes)
        await machines.set(made.id, state=state, created_at=at)
    text = page(await machines.all(), now)

    lead = "1 at work, 1 paused, 1 waiting, 1 asleep, 1 on the way, 1 ending."
    assert lead in text
    for use, age in [
        ("at work", "30 min"),
        ("waiting", "5 min"),
        ("paused", "10.0 h"),
        ("asleep", "10 min"),
        ("on the way", "30 s"),
        ("ending", "60 min"),
    ]:
        assert f"<td>{use}</td><td class=n>1</td><td class=n>{age}</td>" in text


async def test_page_says_how_soon_runs_began_on_machines_that_waited(machines: Machines) -> None:
    now = datetime.now(UTC)
    for n, waited in enumerate([0.1, 0.2, 0.6, 40.0]):
        made = await machines.order("fly", 7, run_id=f"r{n}")
        assert made is not None
        ready = now - timedelta(seconds=300 if waited < 1 else 100)  # the last one was cold
        at = {"ready_at": ready, "claimed_at": now - timedelta(seconds=200)}
        taken = now - timedelta(seconds=200 - waited)
        await machines.set(made.id, state=MachineState.READY, taken_at=taken, **at)

    assert "to the run: 0.20 s in the middle, of 3." in page(await machines.all(), now)


async def test_names_are_text_and_never_markup(machines: Machines) -> None:
    await machines.order("<script>alert(1)</script>"[:16], 7)

    assert "<script" not in page(await machines.all(), datetime.now(UTC))

"""``cadence machines``: what the operator sees, ends and pays, on a terminal of 80 columns."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.commands.machines import app
from bot.db.engine import Database
from bot.db.machines import Machines
from bot.machine import Machine, MachineState

RUN = CliRunner()
Work = Callable[[Machines], Awaitable[Any]]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CADENCE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CADENCE_PUBLIC_URL", "https://cadence.example")
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def kept(data: Path, work: Work) -> Any:
    async def run() -> Any:
        database = Database(f"sqlite:///{data}/cadence.sqlite3")
        await database.open()
        try:
            return await work(Machines(database))
        finally:
            await database.close()

    return asyncio.run(run())


def machine(data: Path, name: str, *, run_id: str | None = None, **facts: Any) -> None:
    """Write down a machine of two hours, one and a half of them at work when it has a run."""
    now = datetime.now(UTC)

    async def work(machines: Machines) -> None:
        installation = facts.pop("installation", 4711)
        made = await machines.order(
            "fly", installation, machine_id=name.ljust(32, "0"), run_id=run_id, usd_per_hour=0.5
        )
        assert made is not None
        values = {
            "state": MachineState.READY,
            "created_at": now - timedelta(hours=2),
            "ready_at": now - timedelta(hours=2) + timedelta(seconds=2.5),
            "claimed_at": now - timedelta(hours=1.5) if run_id else None,
        }
        await machines.set(made.id, **(values | facts))

    kept(data, work)


def states(data: Path) -> dict[str, MachineState]:
    def named(found: list[Machine]) -> dict[str, MachineState]:
        return {one.id.rstrip("0"): one.state for one in found}

    async def work(machines: Machines) -> dict[str, MachineState]:
        return named(await machines.all())

    return dict(kept(data, work))


def said(*words: str, code: int = 0) -> str:
    result = RUN.invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def test_list_fits_eighty_columns_and_says_what_each_is_there_for(data: Path) -> None:
    run_id = "b41c7c52-6d3b-43f5-a4c1-8d5bb1ff4c55-1"
    machine(data, "a1", run_id=run_id, installation=81230012)
    machine(data, "b2", region="fra")
    machine(data, "c3", state=MachineState.SUSPENDED)
    machine(data, "d4", state=MachineState.ENDING, reason="it fell silent")
    machine(data, "e5", state=MachineState.GONE)
    lines = said("list").splitlines()

    assert max(map(len, lines)) <= 80
    rows = [line.split() for line in lines[1:]]
    assert [row[0] for row in rows] == ["a1000000", "b2000000", "c3000000", "d4000000"]
    assert rows[0][5] == "b41c7c52"
    assert [row[5] for row in rows[1:3]] == ["waits", "sleeps"]
    assert "it fell silent" in lines[4]
    assert "2.5 s" in lines[1]
    assert "e5000000" in said("list", "--all")


def test_list_is_json_for_programs(data: Path) -> None:
    machine(data, "a1", run_id="run-1", region="fra")
    [one] = json.loads(said("list", "--json"))

    assert (one["run"], one["region"], one["startSeconds"]) == ("run-1", "fra", 2.5)


def test_nothing_is_said_to_be_nothing(data: Path) -> None:
    assert said("list") == "There are no machines.\n"
    assert said("costs") == "There were no machines in the last 30 days.\n"


def test_address_of_the_page_is_printed_alone(data: Path) -> None:
    address = said("list", "--page")

    assert address.startswith("https://cadence.example/machines/")
    assert len(address.strip().rsplit("/", 1)[1]) == 32


def test_drain_ends_those_that_wait_and_no_others(data: Path) -> None:
    machine(data, "a1", run_id="run-1")
    machine(data, "b2")
    machine(data, "c3", installation=8)
    assert said("drain", "--installation", "4711").startswith("1 waiting machine is to end")
    assert states(data) == {"a1": "ready", "b2": "ending", "c3": "ready"}
    said("drain")

    assert states(data) == {"a1": "ready", "b2": "ending", "c3": "ending"}


def test_destroy_ends_one_that_is_named_clearly(data: Path) -> None:
    machine(data, "a1", run_id="run-1")
    machine(data, "a2")
    machine(data, "b1", state=MachineState.GONE)
    assert "a1000000, a2000000" in said("destroy", "a", code=1)
    assert "no machine" in said("destroy", "b", code=1)
    assert "no machine" in said("destroy", "c", code=1)
    assert states(data) == {"a1": "ready", "a2": "ready", "b1": "gone"}
    said("destroy", "a1")

    assert states(data) == {"a1": "ending", "a2": "ready", "b1": "gone"}


def test_costs_are_those_of_the_days_asked_for(data: Path) -> None:
    now = datetime.now(UTC)
    machine(data, "a1", run_id="run-1")
    machine(data, "b2", created_at=now - timedelta(days=3), claimed_at=None)
    machine(data, "c3", installation=8, state=MachineState.GONE, gone_at=now - timedelta(hours=1))
    machine(
        data,
        "d4",
        state=MachineState.GONE,
        created_at=now - timedelta(days=9),
        gone_at=now - timedelta(days=8),
    )
    sums = json.loads(said("costs", "--days", "1", "--json"))
    assert sums["4711"]["machines"] == 2
    assert sums["4711"]["hours"] == pytest.approx(2 + 24, abs=0.01)
    assert sums["4711"]["worked"] == pytest.approx(1.5, abs=0.01)
    assert sums["4711"]["usd"] == pytest.approx(13, abs=0.01)
    assert sums["8"]["usd"] == pytest.approx(0.5, abs=0.01)

    lines = said("costs", "--days", "1").splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines] == ["installation", "4711", "8", "all"]
    assert lines[-1].split()[-1] == "13.50"


def test_sleep_costs_its_own_price_and_is_no_work(data: Path) -> None:
    now = datetime.now(UTC)
    slept = [[(now - timedelta(hours=one)).isoformat() for one in (1.25, 0.25)]]
    machine(data, "a1", run_id="run-1", sleeps=slept, asleep_usd_per_hour=0.02)
    sums = json.loads(said("costs", "--json"))["4711"]
    [one] = json.loads(said("list", "--json"))
    assert one["asleepSeconds"] == pytest.approx(3600)
    assert one["usd"] == pytest.approx(0.52, abs=0.005)

    assert sums["asleep"] == pytest.approx(1, abs=0.01)
    assert sums["hours"] == pytest.approx(1, abs=0.01)
    assert sums["worked"] == pytest.approx(0.5, abs=0.01)
    assert sums["usd"] == pytest.approx(0.52, abs=0.005)


def test_cost_that_is_next_to_nothing_is_not_nothing(data: Path) -> None:
    machine(data, "a1", created_at=datetime.now(UTC) - timedelta(seconds=9))

    assert said("costs").splitlines()[1].endswith("under 0.01")

"""``cadence machines``: the operator's view of rented machines."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.db.engine import Database
from bot.db.machines import Machines
from bot.machine import Machine, MachineState
from bot.settings import load
from runner.tokens import page_key

app = typer.Typer(help="See and end rented machines, and what they cost.", no_args_is_help=True)
T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
_COLOURS = {"ready": "green", "gone": "dim", "ending": "yellow", "suspended": "cyan"}


@app.command("list")
def show(
    everything: Annotated[bool, typer.Option("--all", help="Those that are gone, too.")] = False,
    page: Annotated[bool, typer.Option("--page", help="Print the page's address only.")] = False,
    as_json: Json = False,
) -> None:
    """Show the machines: whose, where, in what state, at what run."""
    if page:
        settings = load()
        typer.echo(f"{settings.base_url}/machines/{page_key(settings.server_key)}")
        return
    living = [state for state in MachineState if state is not MachineState.GONE]
    states = list(MachineState) if everything else living
    found = _with(lambda machines: machines.all(*states))
    if as_json:
        typer.echo(json.dumps([_facts(one) for one in found], indent=2))
        return
    if not found:
        typer.echo("There are no machines.")
        return
    table = Table(box=None, header_style="bold")
    for column in ("machine", "place", "installation", "region", "state", "run", "age", "start"):
        table.add_column(column, justify="right" if column in {"age", "start"} else "left")
    for one in found:
        table.add_row(
            one.id[:12],
            one.backend,
            str(one.installation_id),
            one.region or "-",
            f"[{_COLOURS.get(one.state, 'default')}]{one.state}[/]",
            one.run_id or ("waits" if one.state is MachineState.READY else "-"),
            _span(_age(one)),
            _span(_start_s(one)),
        )
    Console().print(table)


@app.command()
def drain(
    installation: Annotated[int, typer.Option(help="Of one installation only.")] = 0,
) -> None:
    """End the machines that wait; those at work go on to their end."""

    async def work(machines: Machines) -> int:
        ended = 0
        for one in await machines.all():
            if not installation or one.installation_id == installation:
                ended += await machines.end_waiting(one.id, "drained by the operator")
        return ended

    typer.echo(f"{_with(work)} waiting machines are to end; the coordinator destroys them.")


@app.command()
def destroy(
    machine: Annotated[str, typer.Argument(help="A machine, or the beginning of its name.")],
) -> None:
    """End one machine, whatever it does; its run goes on elsewhere from its checkpoint."""

    async def work(machines: Machines) -> str:
        found = [one for one in await machines.all() if one.id.startswith(machine)]
        if len(found) != 1:
            return f"{len(found)} machines begin with {machine}; nothing was done."
        await machines.set(found[0].id, state=MachineState.ENDING, reason="ended by the operator")
        return f"{found[0].id} is to end; the coordinator destroys it."

    typer.echo(_with(work))


@app.command()
def costs(
    days: Annotated[int, typer.Option(min=1, max=365, help="How far back.")] = 30,
    as_json: Json = False,
) -> None:
    """Sum up machine time and money by installation."""
    since = datetime.now(UTC) - timedelta(days=days)
    sums: dict[int, dict[str, float]] = {}
    for one in _with(lambda machines: machines.all()):
        if one.created_at is None or (one.gone_at or datetime.now(UTC)) < since:
            continue
        seconds = _age(one) or 0.0
        worked = (one.gone_at or datetime.now(UTC)) - one.claimed_at if one.claimed_at else None
        entry = sums.setdefault(
            one.installation_id, {"machines": 0, "hours": 0.0, "worked": 0.0, "usd": 0.0}
        )
        entry["machines"] += 1
        entry["hours"] += seconds / 3600
        entry["worked"] += worked.total_seconds() / 3600 if worked else 0.0
        entry["usd"] += seconds / 3600 * one.usd_per_hour
    if as_json:
        typer.echo(json.dumps(sums, indent=2))
        return
    table = Table(title=f"The last {days} days", box=None, header_style="bold")
    for column in ("installation", "machines", "hours", "at work", "US dollars"):
        table.add_column(column, justify="right")
    for installation, entry in sorted(sums.items(), key=lambda item: -item[1]["usd"]):
        table.add_row(
            str(installation),
            f"{entry['machines']:.0f}",
            f"{entry['hours']:.2f}",
            f"{entry['worked']:.2f}",
            f"{entry['usd']:.2f}",
        )
    Console().print(table)


def _with(work: Callable[[Machines], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(load().database)
        await database.open()
        try:
            return await work(Machines(database))
        finally:
            await database.close()

    return asyncio.run(run())


def _facts(one: Machine) -> dict[str, Any]:
    return {
        "id": one.id,
        "place": one.backend,
        "installation": one.installation_id,
        "app": one.app,
        "providerId": one.provider_id,
        "region": one.region,
        "state": one.state,
        "run": one.run_id,
        "createdAt": one.created_at.isoformat() if one.created_at else None,
        "startSeconds": _start_s(one),
        "seconds": _age(one),
        "usdPerHour": one.usd_per_hour,
        "reason": one.reason,
        "facts": one.facts,
    }


def _age(one: Machine) -> float | None:
    if one.created_at is None:
        return None
    return ((one.gone_at or datetime.now(UTC)) - one.created_at).total_seconds()


def _start_s(one: Machine) -> float | None:
    """Seconds from the order to the first word."""
    if one.created_at is None or one.ready_at is None:
        return None
    return (one.ready_at - one.created_at).total_seconds()


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"

"""``cadence machines``: the operator's view of rented machines."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.db.engine import Database
from bot.db.machines import Machines
from bot.machine import COSTS_DAYS, Machine, MachineState
from bot.settings import load
from runner.tokens import page_key

app = typer.Typer(help="See and end rented machines, and what they cost.", no_args_is_help=True)
T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
_LIVING = [state for state in MachineState if state is not MachineState.GONE]
_COLOURS = {"ready": "green", "gone": "dim", "ending": "yellow", "suspended": "cyan"}
_USES = {MachineState.READY: "waits", MachineState.SUSPENDED: "sleeps"}
_SHORT = 8  # enough of a name to tell one from another, and to fit 80 columns


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
    states = list(MachineState) if everything else _LIVING
    found = _with(lambda machines: machines.all(*states))
    if as_json:
        typer.echo(json.dumps([_facts(one) for one in found], indent=2))
    elif found:
        Console().print(_table(found))
    else:
        typer.echo("There are no machines.")


def _table(found: Sequence[Machine]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("machine", "place", "installation", "region", "state"):
        table.add_column(column, no_wrap=True)
    table.add_column("run", overflow="fold")
    table.add_column("age", justify="right", no_wrap=True)
    table.add_column("start", justify="right", no_wrap=True)
    for one in found:
        table.add_row(
            one.id[:_SHORT],
            one.backend,
            str(one.installation_id),
            one.region or "-",
            f"[{_COLOURS.get(one.state, 'default')}]{one.state}[/]",
            _use(one),
            _span(_age(one)),
            _span(_start_s(one)),
        )
    return table


def _use(one: Machine) -> str:
    """Return the run, what the machine does without one, or why it ends."""
    if one.run_id:
        return one.run_id[:_SHORT]
    return one.reason or _USES.get(one.state, "-")


@app.command()
def drain(
    installation: Annotated[int, typer.Option(help="Of one installation only.")] = 0,
) -> None:
    """End the machines that wait; those at work go on to their end.

    Where there was demand new ones are ordered, with today's image and size.
    """

    async def work(machines: Machines) -> int:
        ended = 0
        for one in await machines.all(*_LIVING):
            if not installation or one.installation_id == installation:
                ended += await machines.end_waiting(one.id, "drained by the operator")
        return ended

    count = _with(work)
    noun = "machine is" if count == 1 else "machines are"
    typer.echo(f"{count} waiting {noun} to end; the coordinator destroys them within a minute.")


@app.command()
def destroy(
    machine: Annotated[str, typer.Argument(help="A machine, or the beginning of its name.")],
) -> None:
    """End one machine, whatever it does; its run goes on elsewhere from its checkpoint."""

    async def work(machines: Machines) -> Sequence[Machine]:
        found = [one for one in await machines.all(*_LIVING) if one.id.startswith(machine)]
        if len(found) == 1:
            reason = "ended by the operator"
            await machines.move(found[0].id, MachineState.ENDING, only_from=_LIVING, reason=reason)
        return found

    found = _with(work)
    if len(found) != 1:
        named = ", ".join(one.id[:_SHORT] for one in found[:5])
        several = f"several machines begin with {machine!r}: {named}" if found else ""
        typer.echo(several or f"no machine that is there begins with {machine!r}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{found[0].id} is to end; the coordinator destroys it within a minute.")


@dataclass(slots=True)
class _Sum:
    machines: int = 0
    hours: float = 0.0
    worked: float = 0.0
    asleep: float = 0.0
    usd: float = 0.0

    def add(self, one: Machine, since: datetime, now: datetime) -> None:
        """Add how long *one* ran, and was at work, and slept between *since* and *now*."""
        use = one.use(since, now)
        self.machines += 1
        self.hours += use.awake_s / 3600
        self.asleep += use.asleep_s / 3600
        if one.claimed_at is not None:
            self.worked += one.use(max(since, one.claimed_at), now).awake_s / 3600
        self.usd += use.usd


@app.command()
def costs(
    days: Annotated[int, typer.Option(min=1, max=COSTS_DAYS, help="How far back.")] = 30,
    as_json: Json = False,
) -> None:
    """Sum up machine time and money by installation."""
    now = datetime.now(UTC)
    since = now - timedelta(days=days)
    sums: dict[int, _Sum] = {}
    for one in _with(lambda machines: machines.all()):
        if (one.gone_at or now) > since:
            sums.setdefault(one.installation_id, _Sum()).add(one, since, now)
    if as_json:
        typer.echo(json.dumps({key: asdict(one) for key, one in sums.items()}, indent=2))
    elif sums:
        Console().print(_costs(sums, days))
    else:
        typer.echo(f"There were no machines in the last {days} days.")


def _costs(sums: dict[int, _Sum], days: int) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, show_footer=len(sums) > 1)
    told = list(sums.values())
    columns: list[tuple[str, str]] = [
        ("installation", "all"),
        ("machines", str(sum(one.machines for one in told))),
        ("hours", f"{sum(one.hours for one in told):.2f}"),
        ("at work", f"{sum(one.worked for one in told):.2f}"),
        ("asleep", f"{sum(one.asleep for one in told):.2f}"),
        (f"US dollars in {days} days", _usd(sum(one.usd for one in told))),
    ]
    for name, whole in columns:
        table.add_column(name, whole, justify="right", footer_style="bold")
    for installation, one in sorted(sums.items(), key=lambda item: -item[1].usd):
        table.add_row(
            str(installation),
            str(one.machines),
            f"{one.hours:.2f}",
            f"{one.worked:.2f}",
            f"{one.asleep:.2f}",
            _usd(one.usd),
        )
    return table


def _usd(exact: float) -> str:
    return "under 0.01" if 0 < exact < 0.005 else f"{exact:.2f}"


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
        **_used(one),
        "usdPerHour": one.usd_per_hour,
        "asleepUsdPerHour": one.asleep_usd_per_hour,
        "reason": one.reason,
        "facts": one.facts,
    }


def _used(one: Machine) -> dict[str, float | None]:
    """Return how long it ran and slept, and what that cost."""
    if one.created_at is None:
        return {"awakeSeconds": None, "asleepSeconds": None, "usd": None}
    use = one.use(one.created_at, datetime.now(UTC))
    return {"awakeSeconds": use.awake_s, "asleepSeconds": use.asleep_s, "usd": use.usd}


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

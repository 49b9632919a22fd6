"""``cadence keys``: which keys sealed what is stored, and which may be dropped."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from bot.db.engine import Database
from bot.db.sealed import SealedRows
from bot.keys.resealing import Report, Resealing
from bot.keys.vault import OWN
from bot.settings import load
from bot.wiring.people import vault_of

app = typer.Typer(help="Keys of stored sign-ins: what each sealed.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
_WHEN = "once every coordinator runs with {key} first, and an hour after that"


@app.command()
def show(as_json: Json = False) -> None:
    """Show how many values each key sealed, and which keys may be dropped; change nothing."""
    _print(_with(lambda resealing: resealing.look()), as_json=as_json)


@app.command()
def reseal(as_json: Json = False) -> None:
    """Seal everything with the newest key now; coordinators do it by themselves each hour."""
    _print(_with(lambda resealing: resealing.work()), as_json=as_json)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        facts = {
            "current": report.current, "values": report.counts, "unknown": report.unknown,
            "resealed": report.resealed, "unreadable": report.unreadable, "busy": report.busy,
            "droppable": report.droppable,
        }  # fmt: skip
        typer.echo(json.dumps(facts))
        return
    if report.resealed:
        typer.echo(f"{report.resealed} rows sealed anew.")
    for name, count in report.counts.items():
        typer.echo(f"{name}: {_said(report, name, count)}")
    if report.unknown:
        typer.echo(f"{report.unknown} values are of keys that are not here: nobody can open them.")


def _said(report: Report, name: str, count: int) -> str:
    values = f"sealed {count} value{'s' * (count != 1)}"
    if name == report.current:
        return f"{values}; the newest"
    if count:
        return f"{values}; still needed"
    if name == OWN:
        return f"{values}; comes from CADENCE_SECRET_KEY"
    return f"{values}; may be dropped {_WHEN.format(key=report.current)}"


def _with(work: Callable[[Resealing], Awaitable[Report]]) -> Report:
    async def run() -> Report:
        settings = load()
        vault = vault_of(settings)
        database = Database(settings.database)
        await database.open()
        try:
            return await work(Resealing(SealedRows(database), vault))
        finally:
            await database.close()

    return asyncio.run(run())

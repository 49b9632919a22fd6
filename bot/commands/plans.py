"""``cadence plans``: who pays for what, set by the operator."""

import asyncio
import getpass
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.db.engine import Database
from bot.db.plans import PlanRows
from bot.quota import Plan, month_of
from bot.settings import load

app = typer.Typer(help="Set and show the plans of accounts.", no_args_is_help=True)
T = TypeVar("T")
Account = Annotated[str, typer.Argument(help="The account's login on GitHub.")]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("set")
def set_plan(account: Account, plan: Annotated[Plan, typer.Argument(help="free or pro.")]) -> None:
    """Give an account a plan."""
    _with(lambda rows: rows.set_plan(account, plan, by=getpass.getuser()))
    typer.echo(f"{account.lower()} is on {plan.value} now.")


@app.command()
def show(account: Account, as_json: Json = False) -> None:
    """Show an account's plan and what it used this month."""
    month = month_of(datetime.now(UTC).date())

    async def look(rows: PlanRows) -> dict[str, str | int]:
        plan = await rows.plan_of(account) or Plan.FREE
        used = await rows.used(account, month)
        return {"account": account.lower(), "plan": str(plan), "month": month, "agents": used}

    facts = _with(look)
    if as_json:
        typer.echo(json.dumps(facts))
        return
    typer.echo("{account}: {plan}, {agents} agents in {month}".format_map(facts))


@app.command("list")
def show_all(as_json: Json = False) -> None:
    """List the accounts whose plan was set."""
    found = _with(lambda rows: rows.all())
    if as_json:
        facts = [{"account": a, "plan": p, "since": at.isoformat()} for a, p, at in found]
        typer.echo(json.dumps(facts, indent=2))
        return
    if not found:
        typer.echo("Every account is on free: no plan was set.")
        return
    table = Table(box=None, header_style="bold")
    for column in ("account", "plan", "since"):
        table.add_column(column)
    for account, plan, at in found:
        table.add_row(account, plan, f"{at:%Y-%m-%d}")
    Console().print(table)


def _with(work: Callable[[PlanRows], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(load().database)
        await database.open()
        try:
            return await work(PlanRows(database))
        finally:
            await database.close()

    return asyncio.run(run())

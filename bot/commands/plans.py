"""``cadence plans``: who pays for what, set by the operator."""

import asyncio
import getpass
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.db.engine import Database
from bot.db.plans import PlanRows
from bot.errors import InvalidRequest
from bot.quota import Plan, month_of, next_month
from bot.settings import load

app = typer.Typer(help="Set and show the plans of accounts.", no_args_is_help=True)
T = TypeVar("T")
Account = Annotated[str, typer.Argument(help="The account's login on GitHub.")]
_LOGIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")  # of people, organisations and managed users
_OFF = "Plans do not count here: CADENCE_PLANS is off."
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("set")
def set_plan(account: Account, plan: Annotated[Plan, typer.Argument(help="free or pro.")]) -> None:
    """Give an account a plan; it holds from the next agent on."""
    login = _login(account)
    _with(lambda rows: rows.set_plan(login, plan, by=getpass.getuser()))
    typer.echo(f"{login} is on {plan.value} now.")
    if load().plans == "off":
        typer.echo(_OFF)


@app.command()
def show(account: Account, as_json: Json = False) -> None:
    """Show an account's plan and what it used of this month."""
    login, today, settings = _login(account), datetime.now(UTC).date(), load()
    month = month_of(today)

    async def look(rows: PlanRows) -> tuple[Plan, int]:
        return Plan(await rows.plan_of(login) or Plan.FREE), await rows.used(login, month)

    plan, used = _with(look)
    has_limit = settings.plans == "on" and plan is Plan.FREE
    limit = settings.free_agents if has_limit else None
    if as_json:
        facts = {"account": login, "plan": plan, "month": month, "agents": used, "limit": limit}
        typer.echo(json.dumps(facts | {"nextMonth": next_month(today).isoformat()}))
        return
    had = f"{used} agent{'s' * (used != 1)}" if limit is None else f"{used} of {limit} agents"
    typer.echo(f"{login}: {plan.value}, {had} in {month}; a new month on {next_month(today)}.")
    if settings.plans == "off":
        typer.echo(_OFF)


@app.command("list")
def show_all(as_json: Json = False) -> None:
    """List the accounts whose plan was set."""
    found = _with(lambda rows: rows.all())
    if as_json:
        every = [{"account": a, "plan": p, "since": at.isoformat()} for a, p, at in found]
        typer.echo(json.dumps(every, indent=2))
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


def _login(account: str) -> str:
    login = account.lower().removeprefix("@")
    if not _LOGIN.fullmatch(login):
        raise InvalidRequest(f"{account!r} is no account's login")
    return login


def _with(work: Callable[[PlanRows], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(load().database)
        await database.open()
        try:
            return await work(PlanRows(database))
        finally:
            await database.close()

    return asyncio.run(run())

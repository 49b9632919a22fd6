"""Servers and what they cost, as tables for people or as JSON for programs."""

import contextlib
import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.machine import Daemon, Server, ServerState
from bot.places.inventory import Cost, Listed

_COLOURS = {"ready": "green", "booting": "cyan", "resizing": "cyan", "ending": "yellow"}
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
_SILENT_S = 60.0


@contextlib.contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show on standard error what is going on; nothing when *quiet*."""
    console = Console(stderr=True, quiet=quiet, highlight=False)
    with console.status("looking at what is there") as status:

        def tell(said: str) -> None:
            console.print(Text.assemble(("• ", "cyan"), said))
            status.update(said)

        yield tell


def show_server(server: Server, what: str, *, as_json: bool) -> None:
    """Print what became of one server."""
    if as_json:
        typer.echo(json.dumps(_server(server), indent=2))
        return
    where = f" ({server.kind} in {server.location})" if server.location else ""
    Console(highlight=False).print(Text(f"✓ {server.name} {what}{where}.", style="green"))


def show_all(found: Sequence[Listed], *, as_json: bool) -> None:
    """Print servers, daemons and orphans."""
    if as_json:
        typer.echo(json.dumps([_listed(one) for one in found], indent=2))
        return
    console = Console(highlight=False)
    if not found:
        console.print("There are no servers and no daemons.")
        return
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("name", "account", "size", "where", "state", "daemon", "age"):
        table.add_column(column, justify="right" if column == "age" else "left")
    notes = []
    for one in found:
        *cells, note = _row(one)
        table.add_row(*cells)
        if note:
            notes.append(Text.assemble(("! ", "yellow"), cells[0], f": {note}"))
    console.print(table)
    for note in notes:
        console.print(note)
    if any(one.is_orphan for one in found):
        said = "Orphans are paid for: `cadence vps destroy --orphans` removes them."
        console.print(Text(said, style="yellow"))


def show_costs(costs: Sequence[Cost], *, as_json: bool) -> None:
    """Print what servers cost."""
    if as_json:
        typer.echo(json.dumps([_cost(cost) for cost in costs], indent=2))
        return
    console = Console(highlight=False)
    if not costs:
        console.print("There are no servers.")
        return
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), show_footer=len(costs) > 1)
    totals = _totals(costs)
    for column in ("name", "size", "where", "per hour", "per month", "hours", "so far"):
        left = column in ("name", "size", "where")
        footer = {"name": "together", **totals}.get(column, "")
        table.add_column(column, justify="left" if left else "right", footer=footer)
    for cost in costs:
        money = _SIGNS.get(cost.price.currency, f"{cost.price.currency} ")
        table.add_row(
            Text(cost.server.name),
            cost.server.kind,
            cost.server.location,
            f"{money}{cost.price.hourly:.4f}",
            f"{money}{cost.price.monthly:.2f}",
            f"{cost.hours:.1f}",
            f"{money}{cost.so_far:.2f}",
        )
    console.print(table)


def show_removed(names: Sequence[str], *, as_json: bool) -> None:
    """Print what was removed."""
    if as_json:
        typer.echo(json.dumps({"removed": list(names)}))
    else:
        typer.echo(f"Removed: {', '.join(names)}." if names else "There was nothing to remove.")


def show_token(daemon: Daemon, token: SecretStr, url: str, *, as_json: bool) -> None:
    """Print a daemon's token and the command that starts it; it is shown this once."""
    if as_json:
        facts = {"daemon": daemon.id, "name": daemon.name, "token": token.get_secret_value()}
        typer.echo(json.dumps({**facts, "url": url}))
        return
    command = f"cadence daemon --url {shlex.quote(url)} --token-file cadence.token"
    console = Console(highlight=False)
    console.print(Text(f"On {daemon.name}, once:", style="bold"))
    # Not folded, not framed: it is to be copied.
    for line in (f"(umask 077; printf %s {token.get_secret_value()} > cadence.token)", command):
        console.print(Text(f"  {line}", style="cyan"), soft_wrap=True)
    console.print("The token is not shown again; `cadence vps destroy` shuts the daemon out.")


Row = tuple[str | Text, ...]


def _row(one: Listed) -> Row:
    if one.is_orphan:
        return _orphan_row(one)
    if one.server is not None:
        return _server_row(one.server, one)
    return _daemon_row(one.daemon) if one.daemon is not None else ()


def _orphan_row(one: Listed) -> Row:
    state = Text("orphan", style="red")
    if one.rented is None:
        name = one.server.name if one.server is not None else one.server_id[:8]
        return Text(name), "-", "-", "-", state, "-", "-", "its firewall, address or key"
    age = _span(_age_s(one.rented.created_at))
    return Text(one.rented.name), "-", one.rented.kind, one.rented.location, state, "-", age, ""


def _daemon_row(daemon: Daemon) -> Row:
    own = Text("own machine", style="dim")
    account, age = str(daemon.installation_id), _span(_age_s(daemon.created_at))
    return Text(daemon.name), account, "-", "-", own, _seen(daemon), age, ""


def _server_row(server: Server, one: Listed) -> Row:
    state, note = Text(server.state, style=_COLOURS.get(server.state, "")), server.reason
    if one.rented is None and server.state in (ServerState.READY, ServerState.BOOTING):
        state, note = Text("lost", style="red"), "not at Hetzner any more: destroy it"
    return (
        Text(server.name),
        str(server.installation_id),
        server.kind,
        server.location or "-",
        state,
        _seen(one.daemon),
        _span(_age_s(server.created_at)),
        note,
    )


def _seen(daemon: Daemon | None) -> Text:
    if daemon is None or daemon.seen_at is None:
        return Text("never seen", style="dim")
    silent_s = (datetime.now(UTC) - daemon.seen_at).total_seconds()
    version = f" {daemon.version}" if daemon.version else ""
    if silent_s <= _SILENT_S:
        return Text(f"connected{version}", style="green")
    return Text(f"silent for {_span(silent_s)}{version}", style="yellow")


def _age_s(created: datetime | None) -> float | None:
    return None if created is None else (datetime.now(UTC) - created).total_seconds()


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _totals(costs: Sequence[Cost]) -> dict[str, str]:
    currencies = {cost.price.currency for cost in costs}
    if len(currencies) != 1:
        return {}
    money = _SIGNS.get(costs[0].price.currency, f"{costs[0].price.currency} ")
    return {
        "per hour": f"{money}{sum(cost.price.hourly for cost in costs):.4f}",
        "per month": f"{money}{sum(cost.price.monthly for cost in costs):.2f}",
        "so far": f"{money}{sum(cost.so_far for cost in costs):.2f}",
    }


def _server(server: Server) -> dict[str, Any]:
    return {
        "id": server.id,
        "name": server.name,
        "installation": server.installation_id,
        "daemon": server.daemon_id,
        "provider": server.provider,
        "providerId": server.provider_id,
        "size": server.kind,
        "location": server.location,
        "state": server.state,
        "usdPerHour": server.usd_per_hour,
        "reason": server.reason,
        "createdAt": _iso(server.created_at),
        "readyAt": _iso(server.ready_at),
        "goneAt": _iso(server.gone_at),
    }


def _listed(one: Listed) -> dict[str, Any]:
    rented, daemon = one.rented, one.daemon
    at_provider = None
    if rented is not None:
        at_provider = {
            "id": rented.id,
            "name": rented.name,
            "status": rented.status,
            "size": rented.kind,
            "location": rented.location,
            "address": rented.address,
        }
    said = None
    if daemon is not None:
        said = {
            "id": daemon.id,
            "name": daemon.name,
            "installation": daemon.installation_id,
            "version": daemon.version,
            "seenAt": _iso(daemon.seen_at),
        }
    return {
        "serverId": one.server_id,
        "isOrphan": one.is_orphan,
        "server": _server(one.server) if one.server is not None else None,
        "atProvider": at_provider,
        "daemon": said,
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "name": cost.server.name,
        "size": cost.server.kind,
        "location": cost.server.location,
        "state": cost.server.state,
        "currency": cost.price.currency,
        "perHour": round(cost.price.hourly, 6),
        "perMonth": round(cost.price.monthly, 4),
        "hours": round(cost.hours, 3),
        "soFar": round(cost.so_far, 4),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()

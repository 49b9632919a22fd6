"""``cadence daemons``: the operator's view of programs on people's own machines."""

import asyncio
import getpass
import json
import shlex
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from bot.db.daemons import Daemons
from bot.db.engine import Database
from bot.db.servers import Servers
from bot.errors import InvalidRequest
from bot.machine import Daemon
from bot.places.own_machines import OwnMachines
from bot.settings import load

app = typer.Typer(help="Daemons on machines of people's own.", no_args_is_help=True)
T = TypeVar("T")
Name = Annotated[str, typer.Argument(help="The daemon's name or id.")]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
_AWAY_S = 15.0


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What the machine is to be called.")],
    installation: Annotated[int, typer.Option(min=1, help="Whose agents it runs.")],
    as_json: Json = False,
) -> None:
    """Let a machine run agents: print its token, once, and the command to run there."""
    url = load().base_url

    async def admitted(daemons: Daemons, servers: Servers) -> tuple[Daemon, str]:
        own = OwnMachines(servers, daemons)
        daemon, token = await own.admit(installation, name=name, created_by=getpass.getuser())
        return daemon, token.get_secret_value()

    daemon, token = _with(admitted)
    command = f"cadence daemon --url {shlex.quote(url)}"
    if as_json:
        typer.echo(json.dumps({"id": daemon.id, "token": token, "command": command}))
        return
    typer.echo("Its token, shown this once:")
    typer.echo(f"  {token}")
    typer.echo("On that machine, with the token as CADENCE_DAEMON_TOKEN or in a --token-file:")
    typer.echo(f"  {command}")


@app.command("list")
def show(as_json: Json = False) -> None:
    """Show the daemons that were not revoked, and whether each is heard."""
    found = [one for one in _with(lambda daemons, _: daemons.all()) if one.revoked_at is None]
    if as_json:
        typer.echo(json.dumps([_facts(one) for one in found], indent=2))
        return
    if not found:
        typer.echo("There are no daemons.")
    for one in found:
        facts = _facts(one)
        wish = "".join(f", {word}" for word in facts["wishes"])
        typer.echo(
            f"{one.name}  {facts['state']}{wish}  installation {one.installation_id}  "
            f"{one.capacity} at once  version {one.version or '-'}  {one.id}"
        )


@app.command()
def update(
    name: Name, version: Annotated[str, typer.Argument(help="The version to bring it to.")]
) -> None:
    """Have a daemon bring itself to a version, as soon as nothing runs on it."""
    _wish(name, update_to=version)
    typer.echo(f"{name} brings itself to {version} as soon as nothing runs on it.")


@app.command()
def drain(name: Name) -> None:
    """Have a daemon take nothing new, and leave when its last run is over."""
    _wish(name, drain=True)
    typer.echo(f"{name} takes nothing new and leaves when its last run is over.")


@app.command()
def undrain(name: Name) -> None:
    """Let a daemon that was drained take runs again, once it is started."""
    _wish(name, drain=False)
    typer.echo(f"{name} takes runs again once it is started.")


@app.command()
def revoke(name: Name) -> None:
    """Let a daemon's token be worth nothing; its runs go on elsewhere."""
    _with(lambda daemons, servers: OwnMachines(servers, daemons).shut_out(name))
    typer.echo(f"{name} is let in no more.")


def _wish(name: str, **wishes: Any) -> None:
    async def wished(daemons: Daemons, _: Servers) -> None:
        found = [one for one in await daemons.all() if name in (one.name, one.id)]
        living = [one for one in found if one.revoked_at is None]
        if len(living) != 1:
            raise InvalidRequest(f"{len(living)} daemons are called {name!r}: give an id")
        await daemons.wish(living[0].id, wishes)

    _with(wished)


def _facts(one: Daemon) -> dict[str, Any]:
    age_s = (datetime.now(UTC) - one.seen_at).total_seconds() if one.seen_at else None
    state = "never seen" if age_s is None else "connected" if age_s < _AWAY_S else "away"
    return {
        "id": one.id,
        "name": one.name,
        "installation": one.installation_id,
        "state": state,
        "capacity": one.capacity,
        "version": one.version,
        "wishes": [word for word in ("drain", "update_to") if one.facts.get(word)],
        "facts": one.facts,
    }


def _with(work: Callable[[Daemons, Servers], Awaitable[T]]) -> T:
    settings = load()

    async def run() -> T:
        database = Database(settings.database)
        await database.open()
        try:
            return await work(Daemons(database), Servers(database))
        finally:
            await database.close()

    return asyncio.run(run())

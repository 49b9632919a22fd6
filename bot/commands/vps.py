"""``cadence vps``: servers of one's own, rented at Hetzner, and daemons elsewhere."""

import asyncio
import getpass
import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from bot.commands import vps_report as report
from bot.db.daemons import Daemons
from bot.db.engine import Database
from bot.db.servers import Servers
from bot.errors import BadSettings, InvalidRequest, NotFound
from bot.log import configure
from bot.machine import Server
from bot.places.inventory import Inventory
from bot.places.own_machines import OwnMachines
from bot.places.servers import Fleet, Terms
from bot.settings import Settings, load
from bot.wiring.places import mark_of
from runner.machines.hetzner import Hetzner
from runner.machines.hetzner_api import Api
from runner.redact import Redactor

app = typer.Typer(help="Servers of one's own that run agents.", no_args_is_help=True)
T = TypeVar("T")
Name = Annotated[str, typer.Argument(help="The server's name, as a host name.")]
Installation = Annotated[int, typer.Option(min=1, help="Whose agents it runs.")]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rental:
    """What the commands work with."""

    fleet: Fleet
    inventory: Inventory
    own: OwnMachines


@app.command()
def create(
    name: Name,
    installation: Installation,
    kind: Annotated[str, typer.Option("--type", help="Hetzner's name of the size.")] = "",
    as_json: Json = False,
) -> None:
    """Rent a server and wait until its daemon has connected; run it again to go on."""
    with report.progress(as_json) as tell:
        server = _with(
            lambda rental: rental.fleet.create(
                installation, name=name, kind=kind, created_by=getpass.getuser(), tell=tell
            )
        )
    report.show_server(server, "is ready", as_json=as_json)


@app.command("list")
def show(as_json: Json = False) -> None:
    """Show servers and daemons, and what the provider has that nobody knows of."""
    report.show_all(_with(lambda rental: rental.inventory.everything()), as_json=as_json)


@app.command()
def resize(
    name: Name,
    kind: Annotated[str, typer.Argument(help="Hetzner's name of the new size.")],
    as_json: Json = False,
) -> None:
    """Change a server's size; it is off for a few minutes, and its runs go on afterwards."""
    with report.progress(as_json) as tell:
        server = _with(lambda rental: rental.fleet.resize(name, kind, tell=tell))
    report.show_server(server, "is ready", as_json=as_json)


@app.command()
def destroy(
    name: Annotated[str, typer.Argument(help="A server's or a daemon's name.")] = "",
    orphans: Annotated[
        bool, typer.Option("--orphans", help="What is at the provider and not in our list.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Remove a server with all that belongs to it, and let its daemon in no more."""
    if bool(name) is orphans:
        raise InvalidRequest("say which server to remove, or --orphans")
    if not (yes or as_json):
        what = "everything of ours at Hetzner that is not in our list" if orphans else name
        typer.confirm(f"Remove {what}, with its disk?", abort=True)
    if orphans:
        removed = _with(lambda rental: rental.fleet.destroy_orphans())
        report.show_removed(removed, as_json=as_json)
        return
    with report.progress(as_json) as tell:
        tell(f"removing {name}")
        server = _with(lambda rental: _removed(rental, name))
    if server is None:
        report.show_removed([name], as_json=as_json)
    else:
        report.show_server(server, "is gone", as_json=as_json)


async def _removed(rental: Rental, name: str) -> Server | None:
    """Remove the server of that name; None when it was a daemon elsewhere."""
    try:
        return await rental.fleet.destroy(name)
    except NotFound:
        await rental.own.shut_out(name)
        return None


@app.command()
def costs(
    over: Annotated[bool, typer.Option("--all", help="Those that are gone, too.")] = False,
    as_json: Json = False,
) -> None:
    """Show what the servers cost by the provider's own prices, with tax."""
    report.show_costs(_with(lambda rental: rental.inventory.costs(over=over)), as_json=as_json)


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="What the machine is to be called.")],
    installation: Installation,
    as_json: Json = False,
) -> None:
    """Let a machine of your own run agents: print the daemon's token, once."""
    settings = load()
    daemon, secret = _with(
        lambda rental: rental.own.admit(installation, name=name, created_by=getpass.getuser()),
        rents=False,
    )
    report.show_token(daemon, secret, settings.base_url, as_json=as_json)


def rental_of(settings: Settings, database: Database) -> Rental:
    """Return what rents servers by the *settings*."""
    servers, daemons = Servers(database), Daemons(database)
    # Another coordinator's servers in the same project are left alone.
    hetzner = Hetzner(Api(settings.hetzner_token, settings.hetzner_url), mark=mark_of(settings))
    terms = Terms(
        coordinator_url=settings.base_url,
        package=settings.vps_package,
        version=_version(),
        kind=settings.vps_kind,
        image=settings.vps_image,
        locations=settings.vps_locations,
        ssh_key=settings.vps_ssh_key,
        boot_s=settings.vps_boot_s,
        usd_rate=settings.vps_usd_rate,
    )
    return Rental(
        fleet=Fleet(servers, daemons, hetzner, terms),
        inventory=Inventory(servers, daemons, hetzner),
        own=OwnMachines(servers, daemons),
    )


def _with(work: Callable[[Rental], Awaitable[T]], *, rents: bool = True) -> T:
    settings = load()
    level = settings.log_level if settings.log_level != "info" else "warning"
    configure(settings.log_format, level, Redactor(settings.secret_values).redact)
    if rents and not settings.hetzner_token.get_secret_value():
        raise BadSettings("set HCLOUD_TOKEN to an API token of your Hetzner project")

    async def run() -> T:
        database = Database(settings.database)
        await database.open()
        try:
            return await work(rental_of(settings, database))
        finally:
            await database.close()

    return asyncio.run(run())


def _version() -> str:
    """Return our own version: a server gets the same."""
    try:
        return metadata.version("cadence-bot")
    except metadata.PackageNotFoundError:  # a checkout that was never installed
        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
        return str(project["project"]["version"])

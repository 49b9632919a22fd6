"""``cadence daemon``: run agents of one's account on a machine of one's own."""

import asyncio
import signal
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from bot.errors import BadSettings
from bot.log import configure
from bot.settings import child_environment, daemon_token
from runner.daemon.mirrors import MirrorLimits
from runner.daemon.program import Daemon, DaemonOptions, Refused
from runner.daemon.update import Plan, Versions
from runner.redact import Redactor


def daemon(
    url: Annotated[str, typer.Option(help="The coordinator's address.")],
    token_file: Annotated[
        Path | None, typer.Option(help="File with the token; else CADENCE_DAEMON_TOKEN.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder for runs and mirrors.")] = None,
    capacity: Annotated[int, typer.Option(min=1, max=64, help="Runs at once.")] = 2,
    mirrors: Annotated[int, typer.Option(min=0, help="Repositories to keep mirrors of.")] = 5,
    mirrors_mb: Annotated[int, typer.Option(min=0, help="Megabytes of mirrors, caches.")] = 20_000,
    package: Annotated[
        str, typer.Option(help="What pip installs for an update, as in NAME=={version}.")
    ] = "",
    trial: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Connect to the coordinator and run agents here until told to stop."""
    token = _token(token_file)
    root = data or Path.home() / "cadence-daemon"
    again: tuple[str, ...] = ("daemon", "--url", url, "--data", str(root))
    again += ("--capacity", str(capacity), "--mirrors", str(mirrors))
    again += ("--mirrors-mb", str(mirrors_mb))
    plan = Plan(
        root=root,
        package=package,
        arguments=(*again, "--package", package),
        token=token,
        environment=child_environment(),
    )
    options = DaemonOptions(
        url=url,
        token=token,
        root=root,
        capacity=0 if trial else capacity,
        is_trial=trial,
        version=_version(),
        update=Versions(plan).bring_to if package else None,
        environment=child_environment(),
        mirrors=MirrorLimits(most=mirrors, most_mb=mirrors_mb),
    )
    raise typer.Exit(_run(options))


def _run(options: DaemonOptions) -> int:
    configure("auto", "info", Redactor([options.token.get_secret_value()]).redact)
    options.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return asyncio.run(_live(options))
    except Refused as refused:
        raise BadSettings(f"{refused}; ask the operator for another") from refused


async def _live(options: DaemonOptions) -> int:
    living = asyncio.create_task(Daemon(options).live())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, living.cancel)
    try:
        return await living
    except asyncio.CancelledError:
        return 0  # the runs go on; the next daemon finds them


def _version() -> str:
    try:
        return metadata.version("cadence-bot")
    except metadata.PackageNotFoundError:  # a checkout that was never installed
        return "0"


def _token(file: Path | None) -> SecretStr:
    if file is None:
        token = daemon_token()
    else:
        try:
            token = file.read_text().strip()
        except OSError as error:
            raise BadSettings(f"the token cannot be read from {file}") from error
    if not token:
        raise BadSettings("there is no token: give --token-file, or set CADENCE_DAEMON_TOKEN")
    return SecretStr(token)

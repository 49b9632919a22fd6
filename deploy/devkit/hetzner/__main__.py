"""Serve a project at Hetzner: ``python -m deploy.devkit.hetzner --port 0``.

With ``--machine "PROGRAM ARGUMENTS"`` each server that is on runs that program; it finds the
server's name and the path of its user data in ``HETZNER_SERVER`` and ``HETZNER_USER_DATA``.
"""

import argparse
import asyncio
import json
import shlex
import signal
import sys
import tempfile
from pathlib import Path

from deploy.devkit.hetzner.machines import Boot, Command
from deploy.devkit.hetzner.server import HetznerStandIn


def booting(program: str, folder: Path) -> Boot | None:
    """Return what starts *program* for each server, None without a program."""
    if not program:
        return None

    def boot(name: str, user_data: str) -> Command:
        path = folder / f"{name}.yaml"
        path.touch(mode=0o600)
        path.write_text(user_data)
        environment = {"HETZNER_SERVER": name, "HETZNER_USER_DATA": str(path)}
        return Command(argv=tuple(shlex.split(program)), environment=environment)

    return boot


async def _serve(args: argparse.Namespace, folder: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    boot = booting(args.machine, folder)
    standing = HetznerStandIn(
        token=args.token, port=args.port, boot=boot, action_s=args.action_seconds
    )
    async with standing as hetzner:
        sys.stdout.write(json.dumps({"url": hetzner.url, "token": hetzner.token}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line, print one JSON line when ready, serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="deploy.devkit.hetzner", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--token", default="hetzner-devkit-token")
    parser.add_argument("--machine", default="", help="what a server runs")
    parser.add_argument("--action-seconds", type=float, default=1.0)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_serve(parser.parse_args(), Path(folder)))


if __name__ == "__main__":
    main()

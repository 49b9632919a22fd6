"""Serve an organisation at Fly: ``python -m deploy.devkit.fly --port 0``.

With ``--machine "PROGRAM ARGUMENTS"`` each machine that is on runs that program.
"""

import argparse
import asyncio
import json
import shlex
import signal
import sys

from deploy.devkit.fly.lives import Durations
from deploy.devkit.fly.server import FlyStandIn


async def _serve(args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    command = shlex.split(args.machine) or [sys.executable, "-m", "runner.machine"]
    durations = Durations(
        create_s=args.create_seconds,
        start_s=args.start_seconds,
        suspend_s=args.suspend_seconds,
        resume_s=args.resume_seconds,
    )
    standing = FlyStandIn(command=command, port=args.port, token=args.token, durations=durations)
    async with standing as fly:
        sys.stdout.write(json.dumps({"url": fly.url, "token": fly.token}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line, print one JSON line when ready, serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="deploy.devkit.fly", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--token", default="fly-devkit-token")
    parser.add_argument("--machine", default="", help="what a machine runs")
    for name in ("create", "start", "suspend", "resume"):
        parser.add_argument(f"--{name}-seconds", type=float, default=0.0)
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()

"""``python -m deploy.devkit.github``: the stand-in in a process of its own."""

import argparse
import asyncio
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deploy.devkit.github.control import perform
from deploy.devkit.github.records import AppCredentials, Json
from deploy.devkit.github.standin import GitHubStandIn


async def seed(github: GitHubStandIn, steps: list[Json]) -> list[AppCredentials]:
    """Do *steps*, each ``{"verb": {its fields}}``; return the Apps that came of them."""
    made = []
    for step in steps:
        for verb, fields in step.items():
            done: Any = await perform(getattr(github, verb), dict(fields))
            if isinstance(done, AppCredentials):
                made.append(done)
    return made


async def serve(*, root: Path, port: int, steps: list[Json]) -> None:
    """Run until a signal comes; the first line on standard output is JSON with all addresses."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with GitHubStandIn(root=root, port=port) as github:
        apps = await seed(github, steps)
        ready = {
            "url": github.url,
            "api_url": github.api_url,
            "apps": [{**asdict(app), "bot_login": app.bot_login} for app in apps],
            "installations": {
                each.account.login: each.id for each in github.world.installations.values()
            },
        }
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m deploy.devkit.github", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--root", type=Path, required=True, help="where the bare repositories go")
    parser.add_argument("--seed", type=Path, help='JSON list of steps: [{"app": {...}}, ...]')
    given = parser.parse_args()
    steps = json.loads(given.seed.read_text()) if given.seed else []
    asyncio.run(serve(root=given.root, port=given.port, steps=steps))


if __name__ == "__main__":
    main()

"""Serve a scenario: ``python -m deploy.devkit.anthropic --port 0 --scenario FILE``."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from deploy.devkit.anthropic.server import AnthropicStandIn


async def _serve(args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AnthropicStandIn(args.scenario, key=args.key, port=args.port) as llm:
        sys.stdout.write(json.dumps({"url": llm.url, "key": llm.key}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line, print one JSON line when ready, serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="deploy.devkit.anthropic", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--scenario", type=Path, help="a JSON or YAML file")
    parser.add_argument("--key", default="anthropic-devkit-key", help="the API key that is valid")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()

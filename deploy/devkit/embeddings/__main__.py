"""Serve embeddings of words: ``python -m deploy.devkit.embeddings --port 0``."""

import argparse
import asyncio
import json
import signal
import sys

from deploy.devkit.embeddings.server import EmbeddingsStandIn


async def _serve(args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with EmbeddingsStandIn(key=args.key, port=args.port) as server:
        sys.stdout.write(json.dumps({"url": server.url, "key": server.key}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line, print one JSON line when ready, serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="deploy.devkit.embeddings", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--key", default="openai-devkit-key", help="valid; empty asks for none")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()

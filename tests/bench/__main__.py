"""``make bench``: measure everything in one run and write the table into the documentation."""

import argparse
import asyncio
import shutil
import tempfile
from pathlib import Path

from tests.bench import engine, road, table, webhooks

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


async def measure(place: Path, *, parts: list[str], is_quick: bool) -> list[table.Row]:
    """Return the rows of *parts*."""
    rows: list[table.Row] = []
    if "webhooks" in parts:
        seconds, rounds = (3, 1) if is_quick else (6, 3)
        rows += await webhooks.measure(place / "webhooks", seconds=seconds, rounds=rounds)
    if "engine" in parts:
        rows += await engine.measure(place / "engine", count=500 if is_quick else 3000)
    if "road" in parts:
        rows += await road.measure(place / "road", agents=1 if is_quick else 7)
    return rows


def main() -> None:
    """Measure, print, and write unless told otherwise."""
    known = ["webhooks", "engine", "road"]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(known)}; all if none")
    parser.add_argument("--quick", action="store_true", help="short, to see that it works")
    parser.add_argument("--dry", action="store_true", help="leave the documentation alone")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(known):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    place = Path(tempfile.mkdtemp(prefix="cadence-bench-"))
    (place / "road").mkdir()
    try:
        rows = asyncio.run(measure(place, parts=chosen.parts or known, is_quick=chosen.quick))
    finally:
        shutil.rmtree(place, ignore_errors=True)
    for row in rows:
        print(f"{row.part:22} {row.what:64} {row.figure:>12}  {row.note}")
    # A part alone, or a hasty one, is not what the page is about.
    if not (chosen.dry or chosen.quick or chosen.parts):
        table.write(PAGE, rows)


if __name__ == "__main__":
    main()

"""Package caches in whole runs: setup fills them, agents do not."""

from pathlib import Path
from typing import Any

import pytest

from runner.agent.shelf import cache_of
from tests.fakes.runs import DONE, FILES, FIX, Play, use

FILL = "mkdir -p ~/.cache/pip && echo good > ~/.cache/pip/w"
POISON = "mkdir -p ~/.cache/pip && echo bad > ~/.cache/pip/w && echo bad > ~/.cache/pip/x"


def played(tmp_path: Path, caches: Path, *turns: dict[str, Any], setup: str) -> Play:
    config = f"verify: 'true'\nsetup:\n  - |\n    {setup}\n"
    return Play(
        tmp_path,
        [*turns, use("edit", **FIX), use("finish", **DONE)],
        files=FILES | {".github/cadence.yml": config},
        conditions={"caches": str(caches)},
        spec={"sandbox": "bubblewrap"},
    )


@pytest.mark.sandbox
async def test_agent_cannot_put_anything_into_the_cache(tmp_path: Path) -> None:
    caches = tmp_path / "1.packages"
    one = played(tmp_path, caches, use("bash", command=POISON), setup=FILL)
    await one.run()

    kept = cache_of(caches, "main") / ".cache/pip"
    assert [path.name for path in kept.iterdir()] == ["w"]
    assert (kept / "w").read_text() == "good\n"


@pytest.mark.sandbox
async def test_next_run_finds_what_setup_got(tmp_path: Path) -> None:
    caches = tmp_path / "1.packages"
    place = cache_of(caches, "main") / ".cache/pip"
    place.mkdir(parents=True)
    (place / "w").write_text("from before")
    one = played(tmp_path, caches, setup="grep -q 'from before' ~/.cache/pip/w")
    await one.run()

    assert "exit code 0" in one.line.log


@pytest.mark.sandbox
async def test_setup_that_failed_leaves_no_cache(tmp_path: Path) -> None:
    caches = tmp_path / "1.packages"
    one = played(tmp_path, caches, setup=f"{FILL}; exit 3")
    await one.run()

    assert not cache_of(caches, "main").exists()

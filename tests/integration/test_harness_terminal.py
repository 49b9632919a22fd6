"""``cadence run``: the same run, seen in a terminal."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from runner.agent.seams import RunFailed
from runner.agent.terminal import run_locally
from runner.spec import Budget, Outcome
from tests.fakes.line import git
from tests.fakes.runs import DONE, FIX, Play, say, use

ESCAPE = "\x1b[31mred\x1b[0m"


async def locally(one: Play, out: io.StringIO, **settings: Any) -> Outcome:
    async with one.llm:
        return await run_locally(
            one.repository,
            "Fix the area!",
            model=one.make_spec().model,
            budget=Budget(),
            sandbox="none",
            bundle=one.home / "work.bundle",
            out=out,
            **{"as_json": False, **settings},
        )


async def test_local_run_prints_progress_and_leaves_a_bundle(tmp_path: Path) -> None:
    plan = [{"text": "Multiply [bold]", "done": True}]
    one = Play(
        tmp_path,
        [
            say(f"Looking. {ESCAPE}", stop_reason="end_turn"),
            use("update_plan", items=plan),
            use("edit", **FIX),
            use("bash", command="false"),
            use("finish", **DONE),
        ],
    )
    before = git(one.repository, "for-each-ref")
    out = io.StringIO()

    outcome = await locally(one, out)

    shown = out.getvalue()
    assert (outcome.status, outcome.kind) == ("completed", "change")
    assert "  [x] Multiply [bold]" in shown
    assert "== cloning" in shown
    assert "> edit area.py" in shown
    assert "[exit code 1]" in shown
    assert "[ok] final: sh test.sh passed (exit code 0" in shown
    assert "\x1b" not in shown
    assert git(one.repository, "for-each-ref") == before
    git(one.repository, "fetch", "-q", str(tmp_path / "work.bundle"), "cadence/fix-the-area:new")
    assert "width * height" in git(one.repository, "show", "new:area.py")


async def test_json_lines_end_with_the_result(tmp_path: Path) -> None:
    one = Play(tmp_path, [use("edit", **FIX), use("finish", **DONE)])
    out = io.StringIO()

    await locally(one, out, as_json=True)

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines[0]["kind"] == "phase"
    assert lines[-1]["kind"] == "result"
    assert lines[-1]["data"]["verification"]["exitCode"] == 0


async def test_folder_without_a_repository_is_refused_with_a_sentence(tmp_path: Path) -> None:
    one = Play(tmp_path, [])
    one.repository = tmp_path / "empty"
    one.repository.mkdir()

    with pytest.raises(RunFailed, match="is not a git repository with a branch"):
        await locally(one, io.StringIO())

"""``cadence parse`` as a program: sentences or JSON lines in, one answer each out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CONTEXT = {
    "repos": ["acme/web", "acme/api"],
    "focus": None,
    "agents": [
        {
            "id": "x1", "number": 1, "title": "Fix the login", "repo": "acme/web",
            "status": "running", "started": "2026-11-20T09:00:00Z", "branch": "cadence/fix-login",
        }
    ],
}  # fmt: skip


def _run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "parse", *arguments]
    return subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=170, check=False
    )


def _lines(*rows: Any) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def test_lines_are_answered_one_by_one_in_order() -> None:
    rows = [
        {"id": "a", "transcript": "stop the login agent", "context": CONTEXT},
        {"id": "b", "transcript": "start an agent on the api to add a test", "context": CONTEXT},
        {"id": "c", "transcript": "what a lovely day", "context": CONTEXT},
    ]

    done = _run("--no-model", given=_lines(*rows))

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [one["id"] for one in answers] == ["a", "b", "c"]
    assert [one["intent"] for one in answers] == ["stop_agent", "create_agent", "unknown"]
    assert (answers[0]["entities"]["agents"], answers[0]["needs_confirmation"]) == (["x1"], True)
    assert answers[1]["entities"] == {
        "repo": "acme/api", "agents": [], "branch": None, "task": "add a test",
    }  # fmt: skip


def test_sentences_take_a_context_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "context.json"
    file.write_text(json.dumps(CONTEXT))

    done = _run("pause the login agent", "status", "--no-model", "--context", str(file))

    assert done.returncode == 0, done.stderr
    assert "pause_agent agents=x1" in done.stdout
    assert "check_status" in done.stdout


def test_a_line_that_is_no_json_is_named() -> None:
    done = _run("--no-model", given='{"id": 1, "transcript": "status"}\nnonsense\n')

    assert done.returncode == 2
    assert "line 2 of standard input is not JSON" in done.stderr

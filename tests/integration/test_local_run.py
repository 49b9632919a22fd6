import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.settings import child_environment
from deploy.devkit.anthropic import AnthropicStandIn

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

CONFIG = "verify: python3 test_it.py\n"
TEST = "from it import area\nassert area(2, 3) == 6, area(2, 3)\n"
FIX = {
    "triage": {"kind": "change", "restated": "x", "question_to_ask": "", "closes_issue": True},
    "turns": [
        {
            "content": [
                {
                    "type": "tool_use",
                    "name": "edit",
                    "input": {
                        "file_path": "it.py",
                        "old_string": "width + height",
                        "new_string": "width * height",
                    },
                }
            ]
        },
        {
            "content": [
                {
                    "type": "tool_use",
                    "name": "finish",
                    "input": {"title": "Multiply the sides", "summary": "An area is a product."},
                }
            ]
        },
    ],
}


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Dana", "-c", "user.email=dana@example.org")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".github").mkdir(parents=True)
    (folder / "it.py").write_text("def area(width, height):\n    return width + height\n")
    (folder / "test_it.py").write_text(TEST)
    (folder / ".github" / "cadence.yml").write_text(CONFIG)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Begin")
    return folder


@pytest.fixture
async def llm() -> AsyncIterator[AnthropicStandIn]:
    async with AnthropicStandIn(FIX) as server:
        yield server


async def cadence(
    llm: AnthropicStandIn, cwd: Path, *arguments: str, **settings: str
) -> tuple[int, str, str]:
    environment = child_environment() | {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "ANTHROPIC_API_KEY": llm.key,
        "ANTHROPIC_BASE_URL": llm.url,
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", *arguments),
        cwd=cwd,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), timeout=120)
    return process.returncode or 0, out.decode(), err.decode()


async def test_work_ends_on_a_branch_of_the_repository(
    llm: AnthropicStandIn, repository: Path, tmp_path: Path
) -> None:
    code, out, err = await cadence(
        llm, tmp_path, "--repo", str(repository), "--task", "Area is wrong, fix it"
    )

    assert code == 0, out + err
    assert "Branch cadence/area-is-wrong-fix-it" in out
    assert "python3 test_it.py: passed (exit code 0)" in out
    assert "width * height" in git(repository, "show", "cadence/area-is-wrong-fix-it:it.py")
    assert git(repository, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "log", "-1", "--format=%an", "cadence/area-is-wrong-fix-it") == (
        "cadence[bot]"
    )


async def test_json_is_one_line_an_event_and_ends_with_the_result(
    llm: AnthropicStandIn, repository: Path, tmp_path: Path
) -> None:
    code, out, err = await cadence(
        llm, tmp_path, "--repo", str(repository), "--task", "Fix area", "--json"
    )

    lines: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    assert code == 0, out + err
    assert lines[-1]["kind"] == "result"
    assert lines[-1]["data"]["verification"]["exitCode"] == 0
    assert {"phase", "tool_call", "verification", "commit"} <= {line["kind"] for line in lines}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--repo", "/nowhere", "--task", "x"], "is not a git repository", id="path"),
        pytest.param(["--repo", ".", "--task", " "], "say what is to be done", id="no task"),
        pytest.param(["--task", "x"], "--repo", id="no repository"),
        pytest.param(
            ["--repo", ".", "--task", "x", "--model", "gpt-9"], "not known", id="unknown model"
        ),
    ],
)
async def test_bad_usage_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, llm: AnthropicStandIn, repository: Path
) -> None:
    code, out, err = await cadence(llm, repository, *arguments)

    assert code == 2
    assert said in out + err
    assert "Traceback" not in err


async def test_run_that_fails_has_exit_code_1(
    llm: AnthropicStandIn, repository: Path, tmp_path: Path
) -> None:
    llm.keys.clear()

    code, out, _ = await cadence(llm, tmp_path, "--repo", str(repository), "--task", "x")

    assert code == 1
    assert "key" in out

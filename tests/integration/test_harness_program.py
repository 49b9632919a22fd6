"""The program in the machine: ``python -m runner.agent`` as its own process."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.devkit.anthropic import AnthropicStandIn
from runner.spec import Outcome
from tests.fakes.coordinator import Coordinator, coordinator
from tests.fakes.github import REPO, Town, town
from tests.fakes.runs import CHANGE, DONE, Play

TOKEN = "one-time-" + "7c1d" * 8
FIX = {"file_path": "widgets.py", "old_string": "width + height", "new_string": "width * height"}


@dataclass
class Scene:
    """Everything round the process."""

    home: Path
    town: Town
    boss: Coordinator
    llm: AnthropicStandIn
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> asyncio.subprocess.Process:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "runner.agent"),
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd=Path(__file__).parents[2],
        )
        order = {"url": self.boss.url, "token": TOKEN, "runId": "a1-1", "root": str(self.home)}
        stdin = self.process.stdin
        assert stdin is not None
        stdin.write(json.dumps(order).encode() + b"\n")
        stdin.close()
        return self.process

    async def ended(self) -> tuple[Outcome, int, str]:
        assert self.process is not None
        async with asyncio.timeout(90):
            outcome = await self.boss.outcome
            _, said = await self.process.communicate()
        return outcome, self.process.returncode or 0, said.decode()


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with _scene(tmp_path) as made:
        yield made
        if made.process is not None and made.process.returncode is None:
            made.process.kill()
            await made.process.wait()


@asynccontextmanager
async def _scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with town(tmp_path / "github") as place:
        clone_token = place.github.token(place.installation_id, permissions={"contents": "read"})
        async with (
            coordinator(tmp_path, token=TOKEN, clone_token=clone_token) as boss,
            AnthropicStandIn({"triage": CHANGE}) as llm,
        ):
            (tmp_path / "play").mkdir()
            play = Play(tmp_path / "play", [])
            play.llm = llm
            where: dict[str, Any] = {
                "repository": REPO,
                "clone_url": f"{place.github.url}/{REPO}.git",
            }
            boss.spec = play.make_spec().model_copy(update=where)
            yield Scene(tmp_path / "machine", place, boss, llm)


async def test_program_works_off_its_assignment_and_ends(scene: Scene) -> None:
    scene.llm.use("edit", **FIX)
    scene.llm.use("bash", command="env; cat /proc/$PPID/environ | tr '\\0' '\\n'")
    scene.llm.use("finish", **DONE)

    process = await scene.start()
    arguments = command_line(process.pid)
    outcome, code, said = await scene.ended()

    assert (outcome.status, outcome.kind, code) == ("completed", "change", 0), said
    assert scene.boss.bundle.read_bytes().startswith(b"# v")
    assert scene.boss.kinds[0] == "phase"
    everything = "".join(scene.boss.frames) + said + arguments
    assert TOKEN not in everything
    assert scene.llm.key not in everything
    last = json.loads(said.splitlines()[-1])
    assert (last["event"], last["status"], last["run_id"]) == ("run ended", "completed", "a1-1")


async def test_program_that_is_told_to_stop_keeps_its_work(scene: Scene) -> None:
    scene.llm.use("edit", **FIX)
    scene.llm.use("bash", command="sleep 600")
    process = await scene.start()

    def stop(kind: str, data: dict[str, Any]) -> None:
        if kind == "tool_call" and data["name"] == "bash":
            process.send_signal(signal.SIGTERM)

    scene.boss.reactions.append(stop)
    outcome, code, _ = await scene.ended()

    assert (outcome.status, outcome.kind, code) == ("cancelled", "change", 0)
    assert outcome.reason == "The machine was told to stop."


async def test_program_that_is_not_known_ends_at_once(scene: Scene, tmp_path: Path) -> None:
    async with coordinator(tmp_path, token="another", clone_token="") as stranger:
        scene.boss.url = stranger.url
        process = await scene.start()
        _, said = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 1
    assert "no assignment" in said.decode()

"""The whole road on a machine of one's own: a real daemon, its mirrors, and what goes wrong."""

import asyncio
import contextlib
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bot.settings import child_environment
from tests.e2e.plays import FIX, ask, finish, play, prepare, said, use
from tests.e2e.world import World, world
from tests.fakes.github import REPO

pytestmark = [pytest.mark.slow, pytest.mark.sandbox, pytest.mark.timeout(300)]
STEPS = [use("bash", command=f"echo {n} >> steps.txt; sleep 0.6") for n in range(1, 6)]
SCENARIO = play(*STEPS, FIX["turns"][0], finish(closes_issue=True))
TOKEN = "d" * 43


@dataclass
class Scene:
    made: World
    place: Path
    process: asyncio.subprocess.Process | None = None

    async def start_daemon(self) -> None:
        with (self.place / "daemon.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "daemon", "--url", self.made.url),
                *("--data", str(self.place / "data"), "--capacity", "1"),
                env={
                    **child_environment(),
                    "PYTHONPATH": str(Path(__file__).parents[2]),
                    "CADENCE_DAEMON_TOKEN": TOKEN,
                },
                cwd=self.place,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def stop_daemon(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 20)

    def rows(self, query: str) -> list[tuple[str, ...]]:
        with sqlite3.connect(self.made.root / "data/cadence.sqlite3") as rows:
            return rows.execute(query).fetchall()

    def write(self, query: str, *values: object) -> None:
        with sqlite3.connect(self.made.root / "data/cadence.sqlite3") as rows:
            rows.execute(query, values)

    def add_daemon(self) -> None:
        self.write(
            "INSERT INTO daemons (id, installation_id, name, token_hash, created_by, version, "
            "capacity, facts, created_at) VALUES ('d1', ?, 'box', ?, 'op', '', 1, '{}', "
            "'2026-01-01 00:00:00')",
            self.made.town.installation_id,
            hashlib.sha256(TOKEN.encode()).hexdigest(),
        )

    def go_pro(self) -> None:
        command = [sys.executable, "-m", "bot", "plans", "set", REPO.partition("/")[0], "pro"]
        env = self.made.environment()
        subprocess.run(command, env=env, cwd=self.place, check=True, capture_output=True)

    def places(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT backend FROM runs ORDER BY started_at")]

    async def connected(self) -> None:
        def heard() -> bool:
            return self.rows("SELECT seen_at FROM daemons")[0][0] is not None

        await self.made.until(heard, "the daemon has connected")

    async def done(self, number: int) -> None:
        claim = partial(said, self.made, number, "is ready for review")
        await self.made.until(claim, "done", seconds=90)

    def pids(self) -> list[int]:
        return [int(p.read_text().split()[0]) for p in (self.place / "data").glob("runs/*/*.pid")]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(world(tmp_path, SCENARIO))
        place = tmp_path / "box"
        place.mkdir()
        await prepare(made.github)
        made.settings |= {"CADENCE_LEASE_S": "10"}
        await made.start()
        some = Scene(made, place)
        some.add_daemon()
        some.go_pro()
        yield some
        for pid in some.pids():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        if some.process is not None and some.process.returncode is None:
            some.process.kill()
            await some.process.wait()


async def test_pro_agent_runs_on_its_own_machine_and_leaves_nothing(scene: Scene) -> None:
    await scene.start_daemon()
    await scene.connected()
    number = ask(scene.made)
    await scene.done(number)

    assert scene.places() == ["vps"]
    runs = scene.place / "data/runs"
    await scene.made.until(lambda: not list(runs.iterdir()), "the run's folder is gone")
    assert [path.name for path in (scene.place / "data/mirrors").iterdir()]


async def test_daemon_killed_in_mid_work_finds_its_run_again(scene: Scene) -> None:
    await scene.start_daemon()
    await scene.connected()
    number = ask(scene.made)
    await scene.made.until(lambda: len(scene.made.llm.messages) >= 4, "steps", seconds=60)
    await scene.stop_daemon(signal.SIGKILL)
    await scene.start_daemon()
    await scene.done(number)

    assert scene.places() == ["vps"]


async def test_machine_that_reboots_is_followed_by_another_run(scene: Scene) -> None:
    await scene.start_daemon()
    await scene.connected()
    number = ask(scene.made)
    await scene.made.until(lambda: len(scene.made.llm.messages) >= 4, "steps", seconds=60)
    await scene.stop_daemon(signal.SIGKILL)
    for pid in scene.pids():
        os.killpg(pid, signal.SIGKILL)
    await scene.start_daemon()
    await scene.done(number)

    assert len(scene.made.github.pulls(REPO)) == 1


async def test_agent_runs_elsewhere_while_the_machine_is_away_and_says_so(scene: Scene) -> None:
    number = ask(scene.made)
    await scene.done(number)

    assert scene.places() == ["local"]
    assert said(scene.made, number, "On Cadence's own server: your VPS was away.")
    [pull] = scene.made.github.pulls(REPO)
    assert "your VPS was away" in (pull.body or "")


async def test_revoked_token_ends_the_daemon_with_a_sentence(scene: Scene) -> None:
    await scene.start_daemon()
    await scene.connected()
    scene.write("UPDATE daemons SET revoked_at = '2026-01-01 00:00:00'")

    assert scene.process is not None
    assert await asyncio.wait_for(scene.process.wait(), 30) == 2
    assert "revoked" in (scene.place / "daemon.log").read_text()


async def test_token_is_seen_by_no_run(scene: Scene) -> None:
    await scene.start_daemon()
    await scene.connected()
    ask(scene.made)
    await scene.made.until(scene.pids, "a run")

    for pid in scene.pids():
        environment = Path(f"/proc/{pid}/environ").read_bytes()  # noqa: ASYNC240
        command = Path(f"/proc/{pid}/cmdline").read_bytes()  # noqa: ASYNC240
        assert TOKEN.encode() not in environment + command

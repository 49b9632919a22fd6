"""A publisher killed with -9 before any of its steps, and run again."""

import asyncio
import fcntl
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.publishing.mirrors import Mirrors
from tests.fakes.github import REPO
from tests.fakes.press import Press, press
from tests.fakes.workshop import BRANCH, FIX, heads

ROOT = Path(__file__).parents[2]
STEPS = [
    "check the bundle",
    "fetch the base",
    "unpack the bundle",
    "look for the branch",
    "push",
    "pushed",
    "look for the pull request",
    "open the pull request",
    "opened",
    "mark it ready",
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Press]:
    async with press(tmp_path) as it:
        yield it


async def publish_in_a_process(desk: Press, folder: Path, last_step: str) -> int:
    bundle = desk.workshop.bundle()
    facts = {
        "app": {
            "api_url": desk.github.api_url,
            "app_id": desk.town.app.app_id,
            "private_key_pem": desk.town.app.private_key_pem,
            "slug": desk.town.app.slug,
        },
        "url": desk.github.url,
        "root": str(folder / "mirrors"),
        "agent": {
            "installation_id": desk.agent.task.installation_id,
            "repository_id": desk.agent.task.repository_id,
            "repository": REPO,
            "issue": desk.issue,
        },
        "outcome": desk.workshop.outcome(bundle).model_dump(mode="json"),
        "bundle": str(bundle),
    }
    file = folder / "facts.json"
    file.write_text(json.dumps(facts))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.publish_once", str(file), last_step),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


@pytest.mark.parametrize("step", STEPS)
async def test_killed_before_a_step_and_run_again_it_publishes_once(
    desk: Press, tmp_path: Path, step: str
) -> None:
    head = desk.workshop.commit(FIX)

    assert await publish_in_a_process(desk, tmp_path, step) == -signal.SIGKILL
    assert await publish_in_a_process(desk, tmp_path, "") == 0

    refs = await desk.github.refs(REPO)
    assert heads(refs) == [BRANCH]
    assert refs[f"refs/heads/{BRANCH}"] == head
    assert [pull.draft for pull in desk.github.pulls(REPO)] == [False]


async def test_what_a_killed_git_leaves_behind_is_in_nobodys_way(
    desk: Press, tmp_path: Path
) -> None:
    desk.workshop.commit(FIX)
    await publish_in_a_process(desk, tmp_path, "unpack the bundle")
    task = desk.agent.task
    mirror = tmp_path / "mirrors" / str(task.installation_id) / f"{task.repository_id}.git"
    for lock in ("shallow.lock", "packed-refs.lock", "refs/heads/main.lock", "config.lock"):
        (mirror / lock).touch()
    desk_left = mirror.with_name(f"{mirror.stem}-dead.desk")
    desk_left.mkdir()
    await desk.github.push(REPO, "main", {"NEWS.md": "x\n"}, author="dana")

    assert await publish_in_a_process(desk, tmp_path, "") == 0

    assert not desk_left.exists()
    assert len(desk.github.pulls(REPO)) == 1


async def test_lock_lasts_as_long_as_a_git_that_outlives_its_publisher(tmp_path: Path) -> None:
    mirrors = Mirrors(tmp_path)
    async with mirrors.hold(1, 2, "http://127.0.0.1:1/x.git") as mirror:
        orphan = await asyncio.create_subprocess_exec(
            *("git", f"--git-dir={mirror.git.directory}", "cat-file", "--batch"),
            stdin=asyncio.subprocess.PIPE,
            pass_fds=tuple(mirror.git.held),
        )
    lock = tmp_path / "1/2.lock"
    with lock.open() as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        await orphan.communicate(b"")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

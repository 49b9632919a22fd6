"""What an agent changed while it works: real bundles, a real mirror, asked through the API."""

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.blobs import Blobs
from bot.bus import Bus
from bot.db import checkpoints as rows
from bot.db.checkpoints import Checkpoints
from bot.db.engine import Database
from bot.life.keeping import Keeping
from bot.life.run_log import RunLog
from bot.publishing.work_diff import MOST_BYTES, WorkDiffs
from runner.agent.seams import CommandResult
from runner.agent.snapshot import Snapshots
from runner.lines.uploads import part_name
from runner.redact import Redactor
from runner.spec import Checkpoint, Part
from tests.fakes.github import REPO
from tests.fakes.phone import Answer, Browser, Home, home
from tests.fakes.workshop import Workshop
from tests.integration.test_streams import Work, made

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"


class Shell:
    """Runs what the runner would run in its cage; the tree is our own."""

    isolation = "none"

    def __init__(self, tree: Path) -> None:
        self._tree = tree

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        raise NotImplementedError(name, arguments)

    async def run(
        self, command: str, *, timeout_s: float, env: dict[str, str] | None = None
    ) -> CommandResult:
        del timeout_s
        around = {"PATH": os.defpath, "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
        process = await asyncio.create_subprocess_exec(
            "bash", "-c", command, cwd=self._tree, env={**around, **(env or {})},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await process.communicate()
        return CommandResult(exit_code=process.returncode or 0, output=out.decode(), seconds=0.0)


class Machine:
    """A machine at work: its checkout, and where it keeps its checkpoints."""

    def __init__(self, here: Home, agent_id: str, blobs: Blobs, root: Path) -> None:
        origin = here.github.world.repository(REPO).path
        self.shop = Workshop(root / f"tree-{agent_id}", origin)
        self.start = self.shop.base_sha
        self.parts: list[Part] = []
        self.number = 0
        self._here, self._agent_id, self._blobs = here, agent_id, blobs
        sha = self.start
        self._chain = Snapshots(
            Shell(self.shop.path), self.shop.path, base_sha=sha, start=sha, head=sha
        )

    async def keep(self, **more: Any) -> Checkpoint:
        """Keep a checkpoint as the runner does."""
        state, bundle = await self._chain.take()
        if bundle is not None:
            data = bundle.read_bytes()
            sha256 = hashlib.sha256(data).hexdigest()
            await self._blobs.put(part_name(self._agent_id, sha256), data)
            self.parts.append(Part(kind="tree", sha256=sha256, bytes=len(data)))
        return await self.note(tree=state.model_copy(update=more), parts=tuple(self.parts))

    async def note(self, **facts: Any) -> Checkpoint:
        """Write a checkpoint down."""
        self.number += 1
        run_id = f"{self._agent_id}-1"
        kept = Checkpoint(number=self.number, run_id=run_id, step=self.number, **facts)
        manifest = kept.model_dump(mode="json", by_alias=True)
        async with self._here.database.write() as tx:
            await rows.add(
                tx, self._agent_id, run_id, manifest, size=kept.size, at=datetime.now(UTC)
            )
        return kept


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs((tmp_path / "store").as_uri())


@pytest.fixture
async def here(tmp_path: Path, database: Database, bus: Bus, blobs: Blobs) -> AsyncIterator[Home]:
    async with home(tmp_path, database, bus) as opened:
        keeping = Keeping(RunLog(database, bus), Checkpoints(database), blobs)
        work = WorkDiffs(
            keeping,
            blobs,
            tmp_path / "mirrors",
            opened.side.github(),
            Redactor(),
            lambda name: f"{opened.github.url}/{name}.git",
            timeout_s=600,
        )
        opened.side.work.come(work)
        yield opened


@pytest.fixture
async def dana(here: Home) -> Browser:
    return await here.signed_in()


@pytest.fixture
async def machine(here: Home, dana: Browser, blobs: Blobs, tmp_path: Path) -> Machine:
    agent_id = await made(dana)
    await Work(here, agent_id).begun()
    return Machine(here, agent_id, blobs, tmp_path)


async def diff(dana: Browser, machine: Machine) -> Answer:
    answer = await dana.get(f"/api/agents/{machine._agent_id}/diff")
    assert answer.status == 200, answer.text
    return answer


async def test_work_of_several_steps_is_shown_before_it_is_pushed(
    dana: Browser, machine: Machine
) -> None:
    machine.shop.write({"widgets.py": "def area(width, height):\n    return width * height\n"})
    await machine.keep()
    machine.shop.write({"new/über.py": "one\ntwo\n", "logo.png": b"\x89PNG\0\1"})
    (machine.shop.path / "README.md").unlink()
    await machine.keep()

    body = (await diff(dana, machine)).body

    assert body["source"] == "work"
    assert body["note"] == "not pushed yet: as it was after step 2"
    files = {one["path"]: one for one in body["files"]}
    assert {path: one["status"] for path, one in files.items()} == {
        "README.md": "removed",
        "logo.png": "added",
        "new/über.py": "added",
        "widgets.py": "modified",
    }
    assert files["widgets.py"]["patch"].splitlines()[1:] == [
        " def area(width, height):",
        "-    return width + height",
        "+    return width * height",
    ]
    assert (files["new/über.py"]["additions"], files["new/über.py"]["deletions"]) == (2, 0)
    assert files["logo.png"]["patch"] is None


async def test_next_step_is_shown_and_the_same_one_is_not_read_again(
    dana: Browser, machine: Machine, tmp_path: Path
) -> None:
    machine.shop.write({"a.txt": "1\n"})
    await machine.keep()
    first = (await diff(dana, machine)).body
    shutil.rmtree(tmp_path / "store")  # whoever looks again would miss it

    assert (await diff(dana, machine)).body == first
    machine.shop.write({"b.txt": "2\n"})
    await machine.keep()
    later = (await diff(dana, machine)).body

    assert later["files"] == []
    assert "not kept where they can be read" in later["note"]


async def test_why_there_is_no_diff_is_told(here: Home, dana: Browser, machine: Machine) -> None:
    waiting = await made(dana, "Something else")
    told = [(await dana.get(f"/api/agents/{waiting}/diff")).body["note"]]
    told += [(await diff(dana, machine)).body["note"]]
    await machine.note()
    told += [(await diff(dana, machine)).body["note"]]
    await machine.keep()
    told += [(await diff(dana, machine)).body["note"]]
    machine.parts.append(Part(kind="tree", sha256="0" * 64, bytes=MOST_BYTES + 1))
    await machine.keep()
    told += [(await diff(dana, machine)).body["note"]]
    await here.agents.fail(machine._agent_id, "It gave up.")
    told += [(await diff(dana, machine)).body["note"]]

    assert told == [
        "the agent waits for its turn: nothing is changed yet",
        "there is nothing to compare yet: no step is finished",
        "the agent has not touched a file yet",
        "the agent has changed no file yet",
        "the changes are too large to show before a push",
        "the agent is over, and nothing of it was pushed",
    ]


async def test_secrets_are_taken_out(dana: Browser, machine: Machine) -> None:
    machine.shop.write({".env": f"TOKEN={SECRET}\n"})
    await machine.keep()

    answer = await diff(dana, machine)

    assert SECRET not in answer.text
    assert "[redacted:" in answer.body["files"][0]["patch"]


async def test_settings_of_the_tree_run_nothing(
    dana: Browser, machine: Machine, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    machine.shop.write(
        {
            ".gitattributes": "*.py diff=evil filter=evil\n",
            ".gitconfig": f'[diff "evil"]\n\ttextconv = touch {mark}\n',
            "widgets.py": "changed\n",
        }
    )
    await machine.keep()

    files = {one["path"]: one for one in (await diff(dana, machine)).body["files"]}

    assert "+changed" in files["widgets.py"]["patch"]
    assert not mark.exists()


async def test_a_start_that_is_on_no_branch_of_ours_is_not_shown(
    here: Home, dana: Browser, machine: Machine
) -> None:
    """A machine may say anything: the commit of a fork is not compared with."""
    machine.shop.write({"a.txt": "1\n"})
    elsewhere = machine.shop.commit({"b.txt": "2\n"})
    await machine.keep(start=elsewhere)

    body = (await diff(dana, machine)).body

    assert (body["files"], body["source"]) == ([], "none")
    assert body["note"] == "the changes cannot be shown before a push"


async def test_broken_bundles_and_many_files_do_no_harm(
    dana: Browser, machine: Machine, blobs: Blobs
) -> None:
    machine.shop.write({f"many/{n:03}.txt": f"{n}\n" for n in range(320)})
    machine.shop.write({"long.txt": "line\n" * 4_000})
    await machine.keep()
    body = (await diff(dana, machine)).body
    assert (len(body["files"]), body["truncated"]) == (300, True)
    longest = body["files"][0]
    assert (longest["path"], longest["additions"], longest["patch"]) == ("long.txt", 4_000, None)

    data = b"# v2 git bundle\nnothing\n"
    sha256 = hashlib.sha256(data).hexdigest()
    await blobs.put(part_name(machine._agent_id, sha256), data)
    machine.parts.append(Part(kind="tree", sha256=sha256, bytes=len(data)))
    machine.shop.write({"c.txt": "3\n"})
    await machine.keep()
    assert (await diff(dana, machine)).body["note"] == "the changes cannot be shown before a push"


async def test_strangers_see_nothing(here: Home, machine: Machine) -> None:
    erin = await here.signed_in("erin")
    assert (await erin.get(f"/api/agents/{machine._agent_id}/diff")).status == 404

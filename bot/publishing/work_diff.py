"""What an agent changed so far: the tree of its newest checkpoint against where it started.

The tree's bundles are unpacked on a desk, as the publisher does it: nothing of a tree is believed,
nothing of it runs, and secrets are taken out before anybody sees it.
"""

import asyncio
import os
import re
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

import structlog

from bot.blobs import Blobs
from bot.domain import Agent
from bot.errors import CadenceError, NotFound, Unavailable
from bot.git import Git, GitFailed
from bot.github.app import GitHubApp
from bot.life.base_commits import contents_token, fetch_start
from bot.life.keeping import Keeping
from bot.publishing import bundles
from bot.publishing.mirrors import Mirror, Mirrors
from runner.lines.uploads import part_name
from runner.spec import Part, TreeState

MOST_FILES = 300
MOST_BYTES = 48 * 1024 * 1024  # of bundles
MOST_LINES, MOST_LINES_OF_FILE = 20_000, 3_000
TIMEOUT_S = 20.0
_AT_ONCE, _REMEMBERED = 2, 64
_STATUSES: dict[str, Literal["added", "modified", "removed"]] = {"A": "added", "D": "removed"}
_SECTION = re.compile(rb"^diff --git ", re.MULTILINE)  # lines of files have a mark before them
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """One file; *patch* are its hunks, None for a binary or very long one."""

    path: str
    status: Literal["added", "modified", "removed"]
    additions: int
    deletions: int
    patch: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """The changes up to step *step*; *note* says in a sentence why there are none."""

    files: tuple[ChangedFile, ...] = ()
    truncated: bool = False
    step: int | None = None
    note: str = ""


class Redacts(Protocol):
    """Takes secrets out of text."""

    def redact(self, text: str) -> str:
        """Return *text* without secrets."""
        ...


class WorkDiffs:
    """Looks at the work of agents; the newest looks are remembered, a few are made at once."""

    def __init__(
        self,
        keeping: Keeping,
        blobs: Blobs,
        root: Path,
        github: GitHubApp,
        redactor: Redacts,
        git_url: Callable[[str], str],
        *,
        environment: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._keeping, self._blobs = keeping, blobs
        self._mirrors = Mirrors(root, environment=environment)
        self._github, self._redactor, self._git_url = github, redactor, git_url
        self._timeout_s = timeout_s
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._known: OrderedDict[str, tuple[str, Glimpse]] = OrderedDict()

    async def look(self, agent: Agent) -> Glimpse:
        """Return what the agent changed so far; it never raises for work that cannot be shown."""
        kept = await self._keeping.newest(agent.id)
        if kept is None:
            return Glimpse(note="there is nothing to compare yet: no step is finished")
        if kept.tree is None:
            return Glimpse(step=kept.step, note="the agent has not touched a file yet")
        parts = [part for part in kept.parts if part.kind == "tree"]
        if sum(part.bytes for part in parts) > MOST_BYTES:
            return Glimpse(step=kept.step, note="the changes are too large to show before a push")
        known = self._known.get(agent.id)
        if known is not None and known[0] == kept.tree.snapshot:
            return known[1]
        try:
            async with asyncio.timeout(self._timeout_s), self._turns:
                found = await self._compared(agent, kept.tree, parts, kept.step)
        except (TimeoutError, CadenceError, GitFailed) as error:
            log.warning("work not shown", agent_id=agent.id, error=type(error).__name__)
            return Glimpse(step=kept.step, note=_why(error))
        self._remember(agent.id, kept.tree.snapshot, found)
        return found

    def _remember(self, agent_id: str, snapshot: str, found: Glimpse) -> None:
        self._known[agent_id] = snapshot, found
        self._known.move_to_end(agent_id)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def _compared(
        self, agent: Agent, tree: TreeState, parts: list[Part], step: int
    ) -> Glimpse:
        task = agent.task
        with tempfile.TemporaryDirectory(prefix="cadence-work-") as folder:
            paths = [
                await self._blobs.get_file(part_name(agent.id, part.sha256), Path(folder, str(n)))
                for n, part in enumerate(parts)
            ]
            url = self._git_url(task.repository)
            async with self._mirrors.hold(task.installation_id, task.repository_id, url) as mirror:
                await self._bring(mirror, agent, tree.start)
                async with mirror.desk(f"{agent.id}-look", tree.start) as desk:
                    for bundle in paths:
                        await bundles.fetch(desk, bundle, "+refs/cadence/*:refs/work/*")
                    return await self._told(desk, tree.start, tree.snapshot, step)

    async def _bring(self, mirror: Mirror, agent: Agent, start: str) -> None:
        """Have the commit that the work starts from; mostly it is there from work before."""
        if await mirror.git.has(start):
            return
        task = agent.task
        base = task.options.base
        if not base:
            repository = self._github.repository(
                task.installation_id, task.repository, repository_id=task.repository_id
            )
            base = (await repository.get()).default_branch
        async with contents_token(self._github, task, "read") as token:
            await fetch_start(mirror, start, base, agent.branch, token=token)

    async def _told(self, desk: Git, old: str, new: str, step: int) -> Glimpse:
        counted = await _counted(desk, old, new)
        shown = counted[:MOST_FILES]
        patches = await _patches(desk, old, new, [path for path, *_ in _short(shown)])
        files = [
            ChangedFile(
                path=_text(path),
                status=_STATUSES.get(status, "modified"),
                additions=added or 0,
                deletions=removed or 0,
                patch=patches.get(path),
            )
            for path, status, added, removed in shown
        ]
        clean = await asyncio.to_thread(lambda: tuple(self._clean(file) for file in files))
        note = "" if clean else "the agent has changed no file yet"
        return Glimpse(files=clean, truncated=len(counted) > len(shown), step=step, note=note)

    def _clean(self, file: ChangedFile) -> ChangedFile:
        redact = self._redactor.redact
        patch = None if file.patch is None else redact(file.patch)
        return replace(file, path=redact(file.path), patch=patch)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError | Unavailable):
        return "the changes cannot be read just now: look again"
    if isinstance(error, NotFound):
        return "the changes are not kept where they can be read"
    return "the changes cannot be shown before a push"


_Counted = tuple[bytes, str, int | None, int | None]


async def _counted(desk: Git, old: str, new: str) -> list[_Counted]:
    """Return path, status, and lines added and removed (None for a binary file) of each change."""
    same = ("diff-tree", "-r", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")
    statuses = (await desk(*same, "--name-status", old, new)).split(b"\0")
    status_of = dict(zip(statuses[1::2], statuses[::2], strict=False))
    found: list[_Counted] = []
    for row in (await desk(*same, "--numstat", old, new)).split(b"\0"):
        if row:
            added, removed, path = row.split(b"\t", 2)
            status = status_of.get(path, b"M").decode("ascii", "replace")
            found.append((path, status, _number(added), _number(removed)))
    return found


def _number(word: bytes) -> int | None:
    return None if word == b"-" else int(word)


def _short(files: list[_Counted]) -> Iterator[_Counted]:
    """Yield the text files that are not too long, until there are many lines."""
    left = MOST_LINES
    for file in files:
        lines = None if file[2] is None or file[3] is None else file[2] + file[3]
        if file[1] != "T" and lines is not None and lines <= min(MOST_LINES_OF_FILE, left):
            left -= lines
            yield file


async def _patches(desk: Git, old: str, new: str, paths: list[bytes]) -> dict[bytes, str]:
    """Return the hunks of each of *paths*, which are in git's order."""
    if not paths:
        return {}
    out = await desk(
        *("--literal-pathspecs", "diff-tree", "-r", "-p", "--no-renames", "--no-ext-diff"),
        *("--no-textconv", "--no-color", old, new, "--", *map(os.fsdecode, paths)),
    )
    sections = _SECTION.split(out)[1:]
    if len(sections) != len(paths):  # a file became a folder, or the like
        return {}
    hunks = (section[max(section.find(b"\n@@ "), -1) + 1 :] for section in sections)
    return {
        path: hunk.decode("utf-8", "replace") if hunk.startswith(b"@@ ") else ""
        for path, hunk in zip(paths, hunks, strict=True)
    }


def _text(path: bytes) -> str:
    return path.decode("utf-8", "replace")

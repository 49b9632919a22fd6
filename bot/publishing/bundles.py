"""A bundle from a machine, looked through before anything of it leaves the house."""

import asyncio
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.errors import ForbiddenContent, PublishRefused
from bot.git import Git, GitFailed
from bot.publishing.forbidden import (
    MAX_COMMITS,
    MAX_FILES,
    Change,
    Commit,
    check_change,
    check_commit,
    check_sizes,
    check_symlink,
)
from bot.texts import prose

MAX_BUNDLE_BYTES = 100_000_000
_HEADER_BYTES = 64 * 1024
_SHA = re.compile(r"[0-9a-f]{40}")
_WORDS = re.compile(rb"[\x20-\x7e]{8,}")
_HEAD = "refs/cadence/head"


class SecretFinder(Protocol):
    """Finds secrets in text."""

    def find(self, text: str) -> Sequence[object]:
        """Return one entry for each secret in *text*."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one bundle must keep to."""

    branch: str
    bot_email: str
    co_authors: tuple[str, ...] = ()
    allow_workflows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A changed file as git counts it; a binary one has no lines."""

    path: str
    added: int | None
    removed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a bundle holds, after all checks."""

    head_sha: str
    commits: tuple[Commit, ...]
    files: tuple[FileChange, ...]


def check_file(path: Path, sha256: str) -> None:
    """Refuse a file that is not the one that the run handed over."""
    if not path.is_file():
        raise PublishRefused("the work that the machine handed over is gone")
    size = path.stat().st_size
    if size > MAX_BUNDLE_BYTES:
        raise ForbiddenContent(
            f"the work has {size // 1_000_000} MB; "
            f"more than {MAX_BUNDLE_BYTES // 1_000_000} MB is not published"
        )
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != sha256.lower():
        raise PublishRefused("the work that arrived is not the work that was sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a bundle says of itself: it brings *head* and needs *start*, empty for nothing."""

    head: str
    start: str


def read_header(path: Path, *, branch: str) -> Header:
    """Return what the bundle brings and needs; refuse more than the one *branch*."""
    with path.open("rb") as file:
        head, end, _ = file.read(_HEADER_BYTES).partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    if not end or lines[0] not in {"# v2 git bundle", "# v3 git bundle"}:
        raise ForbiddenContent("what arrived is not a git bundle")
    refs = [line for line in lines[1:] if not line.startswith(("-", "@"))]
    if len(refs) != 1 or not _is_wanted(refs[0], branch):
        raise ForbiddenContent(f"the work holds something else than the branch `{branch}`")
    if any(line.startswith("@") and line != "@object-format=sha1" for line in lines):
        raise ForbiddenContent("the work is in a form of bundle that Cadence does not take")
    needs = [line[1:41] for line in lines if line.startswith("-")]
    if len(needs) > 1 or not all(_SHA.fullmatch(sha) for sha in needs):
        raise ForbiddenContent("the work starts from more than one commit")
    return Header(head=refs[0][:40], start=next(iter(needs), ""))


def _is_wanted(line: str, branch: str) -> bool:
    sha, _, ref = line.partition(" ")
    return _SHA.fullmatch(sha) is not None and ref == f"refs/heads/{branch}"


async def fetch(desk: Git, path: Path, refs: str) -> None:
    """Fetch *refs* of the bundle at the absolute *path*, which git proves; raise `GitFailed`."""
    await desk(
        *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", str(path), refs),
        allow="file",
        config=("transfer.fsckObjects=true", "fetch.fsckObjects=true"),
        timeout_s=300,
    )


async def unpack(desk: Git, path: Path, *, rules: Rules, base_sha: str) -> str:
    """Fetch the bundle at the absolute *path* onto *desk*; return its commit, *base_sha*'s heir."""
    sha = read_header(path, branch=rules.branch).head
    try:
        await fetch(desk, path, f"refs/heads/{rules.branch}:{_HEAD}")
    except GitFailed as failed:
        raise ForbiddenContent("git finds the work damaged or malicious") from failed
    if sha == base_sha or not await desk.is_ancestor(base_sha, sha):
        raise ForbiddenContent("the work does not follow the commit that it was given")
    return sha


async def inspect(
    desk: Git, sha: str, *, rules: Rules, base_sha: str, secrets: SecretFinder
) -> Work:
    """Check every commit from *base_sha* to *sha*; raise `ForbiddenContent` at the first fault."""
    commits = await _commits(desk, base_sha, sha)
    parent = base_sha
    changes: list[Change] = []
    for commit in commits:
        check_commit(commit, parent=parent, bot_email=rules.bot_email, co_authors=rules.co_authors)
        if secrets.find(commit.message):
            raise ForbiddenContent(f"the message of commit {commit.sha[:10]} holds a secret")
        changes += await _changes(desk, parent, commit.sha)
        if len(changes) > MAX_FILES:
            raise ForbiddenContent(f"the work changes more than {MAX_FILES} files")
        parent = commit.sha
    for change in changes:
        check_change(change, allow_workflows=rules.allow_workflows)
    await _check_contents(desk, changes, secrets)
    return Work(head_sha=sha, commits=tuple(commits), files=await _counted(desk, base_sha, sha))


async def _commits(desk: Git, base_sha: str, sha: str) -> list[Commit]:
    span = f"{base_sha}..{sha}"
    count = int(await desk("rev-list", "--count", span))
    if count > MAX_COMMITS:
        raise ForbiddenContent(f"the work has {count} commits; at most {MAX_COMMITS} are published")
    out = await desk(
        *("log", "-z", "--reverse", "--topo-order", "--no-mailmap", "--no-notes"),
        *("--no-show-signature", "--format=%H%x00%P%x00%ae%x00%ce%x00%B", span, "--"),
    )
    fields = out.decode("utf-8", "replace").split("\0")
    return [
        Commit(
            sha=one[0],
            parents=tuple(one[1].split()),
            author_email=one[2],
            committer_email=one[3],
            message=one[4],
        )
        for one in zip(*[iter(fields)] * 5, strict=False)
    ]


async def _changes(desk: Git, old: str, new: str) -> list[Change]:
    out = await desk("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new)
    fields = iter(out.split(b"\0"))
    found = []
    for facts in fields:
        if not facts:
            break
        old_mode, new_mode, old_blob, new_blob, _ = facts.decode().removeprefix(":").split(" ")
        try:
            path = next(fields).decode()
        except UnicodeDecodeError as error:
            raise ForbiddenContent("the work holds a file name that is not UTF-8") from error
        found.append(
            Change(path=path, old_mode=old_mode, new_mode=new_mode, old=old_blob, new=new_blob)
        )
    return found


async def _check_contents(desk: Git, changes: Sequence[Change], secrets: SecretFinder) -> None:
    """Check sizes first, then links and secrets in what each commit adds."""
    kept = [change for change in changes if not change.is_gone and change.old != change.new]
    sizes = await _sizes(desk, {change.new for change in kept})
    check_sizes([(change.path, sizes[change.new]) for change in kept])
    for change in kept:
        new = await desk("cat-file", "blob", change.new)
        if change.is_symlink:
            check_symlink(change.path, new.decode("utf-8", "replace"))
        old = await _before(desk, change)
        found = await asyncio.to_thread(_added_secrets, secrets, old, new)
        if found or secrets.find(change.path):
            raise ForbiddenContent(
                f"the change to {prose.code(change.path)} adds what looks like a secret"
            )


async def _before(desk: Git, change: Change) -> bytes:
    if change.old_mode in {"000000", "160000"}:
        return b""
    sizes = await _sizes(desk, {change.old})
    return b"" if sizes[change.old] > 20_000_000 else await desk("cat-file", "blob", change.old)


async def _sizes(desk: Git, blobs: set[str]) -> dict[str, int]:
    asked = "".join(f"{blob}\n" for blob in sorted(blobs)).encode()
    out = await desk("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=asked)
    pairs = (line.split(" ", 1) for line in out.decode().splitlines())
    try:
        return {name: int(size) for name, size in pairs}
    except ValueError as error:
        raise ForbiddenContent("the work lacks some of its own files") from error


def _added_secrets(secrets: SecretFinder, old: bytes, new: bytes) -> Sequence[object]:
    known = set(_lines(old))
    fresh = "\n".join(line for line in _lines(new) if line not in known)
    return secrets.find(fresh)


def _lines(data: bytes) -> Iterator[str]:
    """Yield lines of text; of a binary file the words that can be read in it."""
    if b"\0" in data:
        return (word.decode("ascii") for word in _WORDS.findall(data.replace(b"\0", b"")))
    return iter(data.decode("utf-8", "replace").splitlines())


async def _counted(desk: Git, base_sha: str, sha: str) -> tuple[FileChange, ...]:
    out = await desk("diff-tree", "-r", "-z", "--numstat", "--no-renames", base_sha, sha)
    rows = (row.split("\t", 2) for row in out.decode("utf-8", "replace").split("\0") if row)
    return tuple(
        FileChange(
            path=path,
            added=None if added == "-" else int(added),
            removed=None if removed == "-" else int(removed),
        )
        for added, removed, path in rows
    )

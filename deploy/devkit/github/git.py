"""Bare repositories on disk, read with the real git."""

import asyncio
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ZERO = "0" * 40
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
GIT = shutil.which("git") or "git"
ENV = {
    "PATH": f"{Path(GIT).parent}:{os.defpath}",
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
}


class GitFailed(Exception):
    """Git refused; the message is its standard error."""


@dataclass(frozen=True, kw_only=True)
class CommitInfo:
    """One commit as git tells it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    author_date: str
    committer_name: str
    committer_email: str
    committer_date: str
    message: str


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """What happened to one file between two commits."""

    status: str
    path: str
    previous: str | None
    additions: int
    deletions: int
    is_binary: bool


async def run(cwd: Path, *args: str, stdin: bytes = b"", env: Mapping[str, str] = ENV) -> bytes:
    """Run git in *cwd* and return its output; raise `GitFailed` if it fails."""
    process = await asyncio.create_subprocess_exec(
        GIT,
        *args,
        cwd=cwd,
        env=dict(env),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(stdin)
    if process.returncode:
        raise GitFailed(err.decode(errors="replace").strip())
    return out


async def rev(path: Path, name: str) -> str | None:
    """Return the commit that *name* means, if there is one."""
    try:
        out = await run(
            path, "rev-parse", "--verify", "-q", "--end-of-options", f"{name}^{{commit}}"
        )
    except GitFailed:
        return None
    return out.decode().strip()


async def refs(path: Path) -> dict[str, str]:
    """Return every ref with the object it points at."""
    out = await run(path, "for-each-ref", "--format=%(refname) %(objectname)")
    return dict(line.split(" ", 1) for line in out.decode().splitlines())


async def update_ref(path: Path, ref: str, sha: str | None) -> None:
    """Point *ref* at *sha*, or delete it."""
    await run(path, "update-ref", *(("-d", ref) if sha is None else (ref, sha)))


_FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00%x01"


async def log(path: Path, *revisions: str, limit: int = 250) -> list[CommitInfo]:
    """Return the commits that *revisions* name, newest first."""
    args = ("log", "-z", f"-n{limit}", f"--format={_FORMAT}", "--end-of-options", *revisions, "--")
    out = (await run(path, *args)).decode(errors="replace")
    commits = []
    for record in out.split("\x00\x01"):
        fields = record.lstrip("\x00").split("\x00")
        if len(fields) < 10:
            continue
        sha, tree, parents, *rest = fields
        an, ae, ad, cn, ce, cd, message = rest[:7]
        commits.append(
            CommitInfo(
                sha=sha, tree=tree, parents=tuple(parents.split()), message=message.rstrip("\n"),
                author_name=an, author_email=ae, author_date=ad,
                committer_name=cn, committer_email=ce, committer_date=cd,
            )
        )  # fmt: skip
    return commits


async def merge_base(path: Path, one: str, other: str) -> str | None:
    """Return the best common ancestor, if the two have one."""
    try:
        return (await run(path, "merge-base", one, other)).decode().strip()
    except GitFailed:
        return None


async def count(path: Path, span: str) -> int:
    """Return how many commits *span* holds."""
    return int(await run(path, "rev-list", "--count", span))


async def diff(path: Path, old: str, new: str, *files: str) -> str:
    """Return the unified diff from *old* to *new*."""
    out = await run(path, "diff", "--no-ext-diff", "-M", old, new, "--", *files)
    return out.decode(errors="replace")


async def changes(path: Path, old: str, new: str) -> list[FileChange]:
    """Return what happened to each file from *old* to *new*."""
    status = (await run(path, "diff", "--name-status", "-M", "-z", old, new)).decode()
    numbers = (await run(path, "diff", "--numstat", "-M", "-z", old, new)).decode()
    counts = _counts(numbers.split("\0"))
    fields = iter(status.split("\0"))
    found = []
    for code in fields:
        if not code:
            break
        first = next(fields)
        previous, name = (first, next(fields)) if code[0] in "RC" else (None, first)
        plus, minus = counts.get(name, ("0", "0"))
        found.append(
            FileChange(
                status=code[0], path=name, previous=previous, is_binary=plus == "-",
                additions=int(plus) if plus != "-" else 0,
                deletions=int(minus) if minus != "-" else 0,
            )
        )  # fmt: skip
    return found


def _counts(fields: list[str]) -> dict[str, tuple[str, str]]:
    counts, rest = {}, iter(fields)
    for field in rest:
        if not field:
            break
        plus, minus, name = field.split("\t", 2)
        if not name:  # a rename: old and new name follow
            next(rest)
            name = next(rest)
        counts[name] = (plus, minus)
    return counts


async def entry(path: Path, commit_sha: str, file: str) -> list[tuple[str, str, str, int, str]]:
    """Return mode, type, sha, size and path of *file*, or of what the directory holds."""
    args = ("ls-tree", "-l", "-z", commit_sha, "--", *((file,) if file else ()))
    found = _entries(await run(path, *args))
    if file and len(found) == 1 and found[0][1] == "tree":
        return _entries(await run(path, "ls-tree", "-l", "-z", commit_sha, "--", f"{file}/"))
    return found


def _entries(out: bytes) -> list[tuple[str, str, str, int, str]]:
    found = []
    for line in out.decode(errors="replace").split("\0"):
        if line:
            meta, name = line.split("\t", 1)
            mode, kind, sha, size = meta.split()
            found.append((mode, kind, sha, 0 if size == "-" else int(size), name))
    return found


async def blob(path: Path, sha: str) -> bytes:
    """Return the bytes of a blob."""
    return await run(path, "cat-file", "blob", sha)


async def merges(path: Path, base: str, head: str) -> bool:
    """Tell whether *head* merges into *base* without a conflict."""
    try:
        await run(path, "merge-tree", "--write-tree", base, head)
    except GitFailed:
        return False
    return True


async def size_kb(path: Path) -> int:
    """Return how much the objects of a repository take."""
    counts = dict(
        line.split(": ", 1)
        for line in (await run(path, "count-objects", "-v")).decode().splitlines()
    )
    return int(counts["size"]) + int(counts["size-pack"])

"""Bare repositories on disk, changed and read with the real git."""

import asyncio
import os
import shutil
import tempfile
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

# Stands for the rules that GitHub enforces before it moves a ref.
UPDATE_HOOK = """#!/bin/sh
ref=$1 old=$2 new=$3
case $ref in refs/pull/*) echo "error: GH002: refs/pull is read-only" >&2; exit 1;; esac
if grep -qxF "$ref" "$GIT_DIR/protected" 2>/dev/null; then
  echo "error: GH006: Protected branch update failed for $ref." >&2
  echo "error: Changes must be made through a pull request." >&2
  exit 1
fi
[ -n "$DEVKIT_NO_WORKFLOWS" ] || exit 0
[ "$new" = 0000000000000000000000000000000000000000 ] && exit 0
for commit in $(git rev-list "$new" --not --all); do
  path=$(git diff-tree --root --no-commit-id --name-only -r "$commit" -- .github/workflows)
  path=$(printf '%s' "$path" | head -n 1)
  [ -z "$path" ] && continue
  printf '%s' "refusing to allow a GitHub App to create or update workflow " >&2
  echo "\\`$path\\` without \\`workflows\\` permission" >&2
  exit 1
done
"""


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


async def create(path: Path, default_branch: str) -> None:
    """Make an empty bare repository at *path* that serves as GitHub's do."""
    await run(path.parent, "init", "-q", "--bare", "-b", default_branch, path.name)
    await asyncio.to_thread(_configure, path)


def _configure(path: Path) -> None:
    with (path / "config").open("a") as config:
        config.write("[http]\n\treceivepack = true\n[receive]\n\tfsckObjects = true\n")
        config.write("[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n")
        config.write("[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n")
    hook = path / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(UPDATE_HOOK)
    hook.chmod(0o755)


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


async def commit(
    path: Path,
    *,
    branch: str,
    message: str,
    author: tuple[str, str],
    files: Mapping[str, str | bytes | None],
    directory: Path | None = None,
) -> str:
    """Put *files* (``None`` removes one) or a whole *directory* on *branch*; return the commit."""
    with tempfile.TemporaryDirectory() as scratch:
        name, email = author
        env = {
            **ENV,
            "GIT_INDEX_FILE": f"{scratch}/index",
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": email,
            "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": email,
        }
        parent = await rev(path, f"refs/heads/{branch}")
        if parent:
            await run(path, "read-tree", parent, env=env)
        if directory is not None:
            tree_args = (f"--git-dir={path}", f"--work-tree={directory}", "add", "-A", "-f", ".")
            await run(directory, *tree_args, env=env)
        for file, content in files.items():
            await _stage(path, file, content, env=env)
        tree = (await run(path, "write-tree", env=env)).decode().strip()
        parents = ("-p", parent) if parent else ()
        made = await run(path, "commit-tree", *parents, tree, stdin=message.encode(), env=env)
    sha = made.decode().strip()
    await update_ref(path, f"refs/heads/{branch}", sha)
    return sha


async def _stage(
    path: Path, file: str, content: str | bytes | None, *, env: Mapping[str, str]
) -> None:
    if content is None:
        await run(path, "update-index", "--force-remove", "--", file, env=env)
        return
    data = content.encode() if isinstance(content, str) else content
    blob = (await run(path, "hash-object", "-w", "--stdin", stdin=data, env=env)).decode().strip()
    mode = "100755" if data.startswith(b"#!") else "100644"
    await run(path, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{file}", env=env)


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


async def merge(path: Path, base: str, head: str, *, message: str, author: tuple[str, str]) -> str:
    """Return a merge commit of *head* into *base*; raise `GitFailed` on a conflict."""
    tree = (await run(path, "merge-tree", "--write-tree", base, head)).decode().split()[0]
    name, email = author
    env = {**ENV, "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email}
    env |= {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}
    args = ("commit-tree", "-p", base, "-p", head, tree)
    return (await run(path, *args, stdin=message.encode(), env=env)).decode().strip()


async def merges(path: Path, base: str, head: str) -> bool:
    """Tell whether *head* merges into *base* without a conflict."""
    try:
        await run(path, "merge-tree", "--write-tree", base, head)
    except GitFailed:
        return False
    return True

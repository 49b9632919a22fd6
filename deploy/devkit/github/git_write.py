"""Bare repositories made and written to, with the rules that GitHub has for pushes."""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deploy.devkit.github import git

# Stands for the rules that GitHub enforces before it moves a ref.
_UPDATE_HOOK = """#!/bin/sh
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


async def create(path: Path, default_branch: str) -> None:
    """Make an empty bare repository at *path* that serves as GitHub's do."""
    await git.run(path.parent, "init", "-q", "--bare", "-b", default_branch, path.name)
    await asyncio.to_thread(_configure, path)


def _configure(path: Path) -> None:
    with (path / "config").open("a") as config:
        config.write("[http]\n\treceivepack = true\n[receive]\n\tfsckObjects = true\n")
        config.write("[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n")
        config.write("[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n")
    hook = path / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_UPDATE_HOOK)
    hook.chmod(0o755)


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
            **git.ENV,
            "GIT_INDEX_FILE": f"{scratch}/index",
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": email,
            "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": email,
        }
        parent = await git.rev(path, f"refs/heads/{branch}")
        if parent:
            await git.run(path, "read-tree", parent, env=env)
        if directory is not None:
            tree_args = (f"--git-dir={path}", f"--work-tree={directory}", "add", "-A", "-f", ".")
            await git.run(directory, *tree_args, env=env)
        for file, content in files.items():
            await _stage(path, file, content, env=env)
        tree = (await git.run(path, "write-tree", env=env)).decode().strip()
        parents = ("-p", parent) if parent else ()
        made = await git.run(path, "commit-tree", *parents, tree, stdin=message.encode(), env=env)
    sha = made.decode().strip()
    await git.update_ref(path, f"refs/heads/{branch}", sha)
    return sha


async def _stage(
    path: Path, file: str, content: str | bytes | None, *, env: Mapping[str, str]
) -> None:
    if content is None:
        line = f"0 {git.ZERO}\t{file}\n".encode()  # mode 0 takes it out of the index
        await git.run(path, "update-index", "--index-info", stdin=line, env=env)
        return
    data = content.encode() if isinstance(content, str) else content
    blob = (
        (await git.run(path, "hash-object", "-w", "--stdin", stdin=data, env=env)).decode().strip()
    )
    mode = "100755" if data.startswith(b"#!") else "100644"
    await git.run(path, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{file}", env=env)


async def merge(path: Path, base: str, head: str, *, message: str, author: tuple[str, str]) -> str:
    """Return a merge commit of *head* into *base*; raise `GitFailed` on a conflict."""
    tree = (await git.run(path, "merge-tree", "--write-tree", base, head)).decode().split()[0]
    name, email = author
    env = {**git.ENV, "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email}
    env |= {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}
    args = ("commit-tree", "-p", base, "-p", head, tree)
    return (await git.run(path, *args, stdin=message.encode(), env=env)).decode().strip()

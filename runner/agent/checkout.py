"""The tree that the cage gets: a repository of its own, made before anybody works in it."""

import asyncio
import re
import shutil
from pathlib import Path

from runner.agent.git import GitFailed, environment, git
from runner.agent.seams import RunFailed
from runner.spec import RunSpec

_TIMEOUT_S = 300.0
_MISSING = re.compile(r"^\?([0-9a-f]{40,64})$", re.MULTILINE)
# A promised object may be absent: status, add, commit and bundle then work without it.
_CONFIG = """\
[core]
\trepositoryformatversion = 1
\tbare = false
\tlogallrefupdates = true
[extensions]
\tpartialClone = origin
[remote "origin"]
\turl = {url}
\tpromisor = true
\tpartialclonefilter = blob:limit=10m
\tfetch = +refs/heads/*:refs/remotes/origin/*
[user]
\tname = {name}
\temail = {email}
[gc]
\tauto = 0
"""
# What tools leave lying about; only for untracked files, and only in this run's repository.
_EXCLUDED = """\
.cache/
.coverage
.hypothesis/
.mypy_cache/
.nox/
.pytest_cache/
.ruff_cache/
.tox/
.venv/
*.egg-info/
*.pyc
__pycache__/
node_modules/
"""


async def check_out(
    store: Path, tree: Path, start: str, *, spec: RunSpec, url: str
) -> tuple[str, ...]:
    """Fill the empty folder *tree* with commit *start* of *store*; return the paths left out.

    The objects are copied, not linked: what the cage does to its own never reaches the store.
    """
    folder = tree / ".git"
    await asyncio.to_thread(_copy, store, folder, start, spec, url)
    env = environment({})
    try:
        await git("read-tree", start, env=env, cwd=tree)
        left_out = await _leave_out_missing(tree, start, env)
        await git("checkout-index", "--all", "--quiet", env=env, cwd=tree, timeout_s=_TIMEOUT_S)
        await git("update-index", "-q", "--refresh", env=env, cwd=tree)
    except GitFailed as error:
        raise RunFailed(f"{spec.repository} could not be checked out: {error}") from error
    return left_out


def _copy(store: Path, folder: Path, start: str, spec: RunSpec, url: str) -> None:
    for name in ("info", "refs/heads", "refs/tags"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(store / "objects", folder / "objects")
    if (store / "shallow").exists():
        shutil.copyfile(store / "shallow", folder / "shallow")
    head = folder / "refs/heads" / spec.branch
    head.parent.mkdir(parents=True, exist_ok=True)
    head.write_text(f"{start}\n")
    (folder / "HEAD").write_text(f"ref: refs/heads/{spec.branch}\n")
    name, email = (_quoted(text) for text in (spec.author.name, spec.author.email))
    (folder / "info/exclude").write_text(_EXCLUDED)
    (folder / "config").write_text(_CONFIG.format(url=_quoted(url), name=name, email=email))


def _quoted(text: str) -> str:
    """Return *text* as a value of git's configuration."""
    plain = "".join(character for character in text if character.isprintable())
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


async def _leave_out_missing(tree: Path, start: str, env: dict[str, str]) -> tuple[str, ...]:
    """Mark what was too large to be fetched, so that git does not take it for deleted."""
    listed = await git("rev-list", "--objects", "--missing=print", "-1", start, env=env, cwd=tree)
    missing = set(_MISSING.findall(listed))
    if not missing:
        return ()
    paths = []
    for entry in (await git("ls-tree", "-r", "-z", start, env=env, cwd=tree)).split("\0"):
        about, _, path = entry.partition("\t")
        if about.rpartition(" ")[2] in missing:
            paths.append(path)
    await git("update-index", "--skip-worktree", "--", *paths, env=env, cwd=tree)
    return tuple(paths)

"""Fetching a repository: shallow, partial, one branch, watched, and every failure a sentence."""

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.agent import mirror
from runner.agent.git import GitFailed, authorization, clone_url, environment, git
from runner.agent.limits import disk_usage_mb
from runner.agent.seams import RunFailed
from runner.spec import RunSpec, TreeState

TIMEOUT_S = 600.0
BLOB_LIMIT = "10m"
SIZE_CHECK_S = 0.5
_BASE = mirror.BASE
_START = "refs/cadence/start"
_BRANCH = "refs/cadence/branch/"
_SHOWN = 8
_PLAIN = environment({})
_PLAIN_BRANCH = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\/.-][^\x00-\x20\x7f~^:?*\[\\]{0,243}\Z")
_NO_ACCESS = (
    "authentication failed",
    "could not read username",
    "not found",
    "does not appear to be a git repository",
    "error: 401",
    "error: 403",
    "error: 404",
)
_NO_NETWORK = (
    "could not resolve host",
    "failed to connect",
    "couldn't connect",
    "connection refused",
    "connection reset",
    "operation too slow",
    "timed out",
    "returned error: 5",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came: the base commit, and our own branch when it was there already."""

    url: str
    base_sha: str
    branch_sha: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Whence and what: *mirror* is a bare repository on this machine, *at* commits to begin at."""

    allow_file: bool = False
    mirror: str = ""
    at: TreeState | None = None


NEWEST = Source()


async def fetch(
    spec: RunSpec,
    token: str,
    store: Path,
    *,
    source: Source | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Fetched:
    """Fetch the newest commit of the base of *spec*, or those of *source*, into the new *store*."""
    source = source or NEWEST
    at = source.at
    url = clone_url(spec.repository, spec.clone_url, allow_file=source.allow_file)
    protocols = ("file",) if not url.startswith("http") else ("http", "https")
    env = environment(authorization(url, token), protocols=protocols)
    if not (_is_branch(spec.base) and _is_branch(spec.branch)):
        raise RunFailed("The branch has a name that git cannot use.")
    await _begin(store, url, env)
    await mirror.take_from(source.mirror, store)
    command = git(
        *("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"),
        *(f"--filter=blob:limit={BLOB_LIMIT}", "--no-write-fetch-head", "origin"),
        *_wanted(spec, at),
        env=env,
        cwd=store,
        timeout_s=timeout_s,
    )
    try:
        await _within(command, store, spec)
    except GitFailed as error:
        raise RunFailed(await _sentence(error, spec, env, store)) from error
    await mirror.put_into(source.mirror, store)
    if at is not None:
        return Fetched(url=url, base_sha=at.base_sha, branch_sha=at.start)
    return Fetched(
        url=url,
        base_sha=await _sha(store, _BASE) or "",
        branch_sha=await _sha(store, _BRANCH + spec.branch),
    )


async def _begin(store: Path, url: str, env: dict[str, str]) -> None:
    await git("init", "--quiet", "--bare", "--template=", str(store), env=env)
    await git("config", "remote.origin.url", url, env=env, cwd=store)


def _wanted(spec: RunSpec, at: TreeState | None) -> tuple[str, ...]:
    if at is not None:
        return (f"+{at.base_sha}:{_BASE}", f"+{at.start}:{_START}")
    # A pattern may match nothing, a name may not.
    ours = f"+refs/heads/{spec.branch}*:{_BRANCH}{spec.branch}*"
    return (f"+refs/heads/{spec.base}:{_BASE}", ours)


async def _within(command: Coroutine[Any, Any, str], store: Path, spec: RunSpec) -> None:
    """Await the fetch; stop it as soon as the store is larger than the run allows."""
    task = asyncio.create_task(command)
    try:
        done = False
        while not done:
            done = bool((await asyncio.wait({task}, timeout=SIZE_CHECK_S))[0])
            if await asyncio.to_thread(disk_usage_mb, store) > spec.max_clone_mb:
                raise RunFailed(
                    f"{spec.repository} is larger than {spec.max_clone_mb} MB, "
                    "which is the most that is cloned here."
                )
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _sha(store: Path, reference: str) -> str | None:
    shown = await git("for-each-ref", "--format=%(objectname)", reference, env=_PLAIN, cwd=store)
    return shown.strip() or None


async def _sentence(error: GitFailed, spec: RunSpec, env: dict[str, str], store: Path) -> str:
    """Return what to tell the person who asked about *error*."""
    said = error.output.lower()
    if error.timed_out:
        return f"Cloning {spec.repository} took too long and was stopped."
    if "couldn't find remote ref" in said:
        return await _missing_base(spec, env, store)
    if any(sign in said for sign in _NO_ACCESS):
        return f"{spec.repository} cannot be read: it does not exist, or the App may not see it."
    if any(sign in said for sign in _NO_NETWORK):
        return f"The server of {spec.repository} could not be reached."
    return f"{spec.repository} could not be cloned: {error.output.strip()[-300:]}"


async def _missing_base(spec: RunSpec, env: dict[str, str], store: Path) -> str:
    try:
        listed = await git("ls-remote", "--heads", "origin", env=env, cwd=store)
    except GitFailed:
        return f"{spec.repository} has no branch {spec.base}."
    names = [line.partition("refs/heads/")[2] for line in listed.splitlines()]
    if not names:
        return f"{spec.repository} is empty: it needs a first commit before anything can be done."
    more = ", …" if len(names) > _SHOWN else ""
    return f"{spec.repository} has no branch {spec.base}; it has {', '.join(names[:_SHOWN])}{more}."


def _is_branch(name: str) -> bool:
    """Whether *name* is a branch for git (git-check-ref-format) and no pattern or option."""
    return (
        _PLAIN_BRANCH.match(name) is not None
        and not any(bad in name for bad in ("..", "//", "@{", "/."))
        and not name.endswith(("/", ".", ".lock"))
        and ".lock/" not in name
    )

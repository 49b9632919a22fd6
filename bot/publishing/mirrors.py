"""Bare repositories of our own: a cache of what GitHub has, and a desk for what came back.

One mirror per installation and repository; only what GitHub served gets into it. A bundle is
unpacked on a *desk*, a throw-away repository that borrows the mirror's objects, so that work which
is refused leaves no trace. Nothing is ever checked out.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from bot.errors import RepositoryUnusable
from bot.git import Git, GitFailed, refusal

_DEPTHS = (50, 1_000)
_LOCK_POLL_S = 0.05
_MOST_PACKS = 50
_MOST_LOOSE = 6_700


class Mirror:
    """What GitHub has of one repository, as far as we needed it; held by one task at a time."""

    def __init__(self, git: Git, url: str) -> None:
        self.git = git
        self.url = url
        self._transport = url.partition(":")[0]

    async def heads(self, *names: str, token: str) -> dict[str, str]:
        """Return the branches on GitHub whose names match one of *names* (globs)."""
        patterns = [f"refs/heads/{name}" for name in names]
        try:
            out = await self.git(
                "ls-remote", "--", self.url, *patterns, allow=self._transport, token=token
            )
        except GitFailed as failed:
            raise refusal(failed, doing="look at the branches") from failed
        lines = (line.split("\t", 1) for line in out.decode(errors="replace").splitlines())
        return {
            ref.removeprefix("refs/heads/"): sha
            for sha, ref in lines
            if ref.startswith("refs/heads/")
        }

    async def fetch(self, branch: str, tip: str, *, token: str, alone: bool = False) -> None:
        """Fetch *branch*, whose commit is *tip*: alone at first, later with what came since.

        Always *alone*, if wanted: what came since a forced push may be the whole history.
        """
        if not await self.git.has(tip):
            known = await self.git("for-each-ref", "--count=1", f"refs/heads/{branch}")
            depth = ("--depth=1",) if alone or not known else ()
            await self._fetch(branch, *depth, token=token)

    async def pack(self) -> None:
        """Put what many fetches brought into one pack, and drop what is long out of use."""
        objects = self.git.directory / "objects"
        packs = sum(1 for _ in objects.glob("pack/*.pack"))
        loose = sum(1 for _ in objects.glob("17/*")) * 256  # as git guesses it
        if packs > _MOST_PACKS or loose > _MOST_LOOSE:
            # Whoever reads an older commit right now does so without our lock.
            await self.git("gc", "--quiet", "--prune=6.hours.ago", timeout_s=900)

    async def reaches(self, sha: str, branch: str, tip: str, *, token: str) -> bool:
        """Fetch *branch* as deep as it takes and tell whether *sha* is on it."""
        await self.fetch(branch, tip, token=token)
        for depth in (*_DEPTHS, None):
            if await self.git.is_ancestor(sha, tip):
                return True
            if not (self.git.directory / "shallow").exists():
                return False
            how = "--unshallow" if depth is None else f"--depth={depth}"
            await self._fetch(branch, how, token=token)
        return await self.git.is_ancestor(sha, tip)

    async def push(self, desk: Git, sha: str, branch: str, *, seen: str, token: str) -> None:
        """Put *sha* on *branch*, if that still is at *seen* (empty: is not there).

        Raise `GitFailed`, whose words say whether it was a race.
        """
        ref = f"refs/heads/{branch}"
        await desk(
            *("push", "--porcelain", "--no-verify", f"--force-with-lease={ref}:{seen}"),
            *("--", self.url, f"{sha}:{ref}"),
            allow=self._transport,
            token=token,
            timeout_s=600,
        )

    @contextlib.asynccontextmanager
    async def desk(self, name: str, base_sha: str) -> AsyncIterator[Git]:
        """Return a throw-away repository that knows *base_sha* and all that the mirror has."""
        path = self.git.directory.with_name(f"{self.git.directory.stem}-{name}.desk")
        shutil.rmtree(path, ignore_errors=True)
        try:
            await self.git("init", "-q", "--bare", "--template=", str(path))
            (path / "objects/info").mkdir(exist_ok=True)
            (path / "objects/info/alternates").write_text(f"{self.git.directory}/objects\n")
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(self.git.directory / "shallow", path / "shallow")
            desk = Git(directory=path, held=self.git.held, environment=self.git.environment)
            await desk("update-ref", "refs/cadence/base", base_sha)
            yield desk
        finally:
            shutil.rmtree(path, ignore_errors=True)

    async def _fetch(self, branch: str, *how: str, token: str) -> None:
        spec = f"+refs/heads/{branch}:refs/heads/{branch}"
        try:
            await self.git(
                *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", *how),
                *("--", self.url, spec),
                allow=self._transport,
                token=token,
                timeout_s=900,
            )
        except GitFailed as failed:
            if "couldn't find remote ref" in failed.said:
                raise RepositoryUnusable(f"the branch `{branch}` is gone") from failed
            raise refusal(failed, doing="fetch the repository") from failed


class Mirrors:
    """All mirrors, below *root*."""

    def __init__(self, root: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self._root = root.resolve()
        self._environment = dict(environment or {})

    @contextlib.asynccontextmanager
    async def hold(
        self, installation_id: int, repository_id: int, url: str
    ) -> AsyncIterator[Mirror]:
        """Return the mirror of one repository; others wait, in this process and elsewhere."""
        home = self._root / str(int(installation_id))
        path = home / f"{int(repository_id)}.git"
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        async with _locked(path.with_suffix(".lock")) as held:
            git = Git(directory=path, held=(held,), environment=self._environment)
            if not (path / "HEAD").exists():
                shutil.rmtree(path, ignore_errors=True)
                path.mkdir(mode=0o700)
                await git("init", "-q", "--bare", "--template=")
            _tidy(path)
            yield Mirror(git, url)

    async def forget(self, repository_id: int, *, installation_id: int | None = None) -> None:
        """Remove the mirror of a repository, of all installations or one; wait for who holds it."""
        of = "*" if installation_id is None else str(int(installation_id))
        pattern = f"{of}/{int(repository_id)}.lock"  # whoever made a mirror made its lock first
        for lock in await asyncio.to_thread(lambda: list(self._root.glob(pattern))):
            async with _locked(lock):
                for place in (lock.with_suffix(".git"), *lock.parent.glob(f"{lock.stem}-*.desk")):
                    await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
                lock.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[int]:
    """Hold the lock at *path*: as long as we, or a git that outlives us, keep it open."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _try_lock(descriptor):  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(_LOCK_POLL_S)
        if _is_at(path, descriptor):
            yield descriptor
            return
    finally:
        os.close(descriptor)
    async with _locked(path) as again:  # it was forgotten while we waited
        yield again


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether the file open at *descriptor* is the one that others find at *path*."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _tidy(path: Path) -> None:
    """Remove what a killed git left behind; we hold the lock, so no git is alive there."""
    for stale in (*path.glob("*.lock"), *path.glob("refs/**/*.lock")):
        stale.unlink(missing_ok=True)
    for stale in path.glob("objects/pack/tmp_*"):
        stale.unlink(missing_ok=True)
    for stale in path.parent.glob(f"{path.stem}-*.desk"):
        shutil.rmtree(stale, ignore_errors=True)

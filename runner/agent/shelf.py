"""What runs on one machine share: locks, and the package caches of a repository's base branch.

A cache is taken from a run only right after a good setup on the base commit, before the model has
done anything: what is in it, the base branch and its package registries have put there. A run gets
a copy. Nothing on the host ever follows a link that was made in the sandbox.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

CACHES = (".cache/pip", ".cache/uv", ".npm/_cacache", ".cargo/registry/cache", "go/pkg/mod/cache")
MOST_BYTES = 2_000_000_000
MOST_FILES = 200_000
LOCK_WAIT_S = 30.0
_POLL_S = 0.05
log = structlog.get_logger()


class Busy(OSError):
    """Another run holds what is wanted."""


class TooMuch(OSError):
    """A cache is larger than is kept."""


@contextmanager
def held(place: Path, *, is_shared: bool = False, wait_s: float = LOCK_WAIT_S) -> Iterator[int]:
    """Hold *place* against other processes, in a thread; raise `Busy` after *wait_s*.

    Whoever inherits the yielded descriptor holds it, too, should this process be killed.
    """
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kind = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
    until = time.monotonic() + wait_s
    with place.with_name(f"{place.name}.lock").open("ab") as file:
        while True:
            try:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    raise Busy(f"{place.name} is in use") from error
                time.sleep(_POLL_S)  # noqa: TID251 - called in a thread
        yield file.fileno()


def cache_of(root: Path, base: str) -> Path:
    """Return the cache of branch *base* in the repository's folder *root*."""
    return root / hashlib.sha256(base.encode()).hexdigest()[:16]


def give(cache: Path, home: Path) -> bool:
    """Copy the *cache* into the sandbox's *home* before anything runs there."""
    if not cache.is_dir():
        return False
    try:
        with held(cache, is_shared=True):
            _copy_all(cache, home)
            os.utime(cache)
            os.utime(cache.parent)
    except OSError as error:
        log.warning("cache not used", error=str(error))
        return False
    return True


def keep(cache: Path, home: Path) -> bool:
    """Keep a copy of the caches in *home* for the next run; the one before goes."""
    fresh = cache.with_name(f"{cache.name}.{secrets.token_hex(4)}")
    try:
        with held(cache):
            _copy_all(home, fresh)
            if fresh.is_dir():
                shutil.rmtree(cache, ignore_errors=True)
                fresh.rename(cache)
    except OSError as error:
        log.warning("cache not kept", error=str(error))
        return False
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return cache.is_dir()


def _copy_all(source: Path, target: Path) -> None:
    left = [MOST_BYTES, MOST_FILES]
    for name in CACHES:
        place = source / name
        if not _is_linked(source, name) and place.is_dir() and not _is_linked(target, name):
            _copy(place, target / name, left)


def _is_linked(root: Path, name: str) -> bool:
    parts = Path(name).parts
    return any(root.joinpath(*parts[:end]).is_symlink() for end in range(1, len(parts) + 1))


def _copy(source: Path, target: Path, left: list[int]) -> None:
    """Copy files and folders that are not there yet; links, sockets and the like stay behind."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _copy(Path(entry.path), target / entry.name, left)
            elif entry.is_file(follow_symlinks=False):
                stat = entry.stat(follow_symlinks=False)
                left[0] -= stat.st_size
                left[1] -= 1
                if min(left) < 0:
                    raise TooMuch("the caches are larger than is kept")
                _copy_file(Path(entry.path), target / entry.name, stat.st_mode)


def _copy_file(source: Path, target: Path, mode: int) -> None:
    with suppress(FileExistsError), source.open("rb") as read, target.open("xb") as written:
        shutil.copyfileobj(read, written)
        target.chmod(0o700 if mode & 0o100 else 0o600)

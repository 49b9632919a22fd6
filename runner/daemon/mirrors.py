"""What is kept of the repositories that were worked on last: mirrors and package caches."""

import contextlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import structlog

from runner.agent.shelf import Busy, held

# As `runner.agent.mirror` and `runner.agent.shelf` name what is not whole yet.
_UNFINISHED = re.compile(r"([0-9]+\.git|[0-9a-f]{16})\.[0-9a-f]{8}")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorLimits:
    """How many repositories, and how many megabytes all that is kept of them together."""

    most: int = 5
    most_mb: int = 20_000


class Mirrors:
    """Folders by repository, named ``1.git``; those that were used longest ago go first."""

    def __init__(self, root: Path, limits: MirrorLimits, *, suffix: str = ".git") -> None:
        self._root = root
        self._limits = limits
        self._suffix = suffix

    def path(self, repository_id: int) -> Path:
        """Return the repository's folder for a run, and note its use; it may not be there."""
        path = self._root / f"{int(repository_id)}{self._suffix}"
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(OSError):
            os.utime(path)
        return path

    def prune(self, *, in_use: frozenset[int] = frozenset(), beside_mb: float = 0.0) -> list[str]:
        """Remove what is too much, never one *in_use* or held by a run; return the names.

        *beside_mb* is what else takes of the same megabytes.
        """
        self.sweep()
        kept, kept_mb, removed = 0, beside_mb, []
        for path, _ in self._by_last_use():
            size_mb = _size_mb(path)
            is_too_much = kept >= self._limits.most or kept_mb + size_mb > self._limits.most_mb
            if is_too_much and path.stem not in {str(one) for one in in_use}:
                gone = _removed(path)
                removed += gone
                if gone:
                    continue
            kept, kept_mb = kept + 1, kept_mb + size_mb
        if removed:
            log.info("mirrors removed", folder=self._root.name, names=removed)
        return removed

    def sweep(self) -> list[str]:
        """Remove what runs that were killed left unfinished beside or below; return the names."""
        removed = []
        for path in sorted([*self._root.glob(f"*{self._suffix}.*"), *self._root.glob("*/*")]):
            whole = _UNFINISHED.fullmatch(path.name)
            if whole is not None and not path.is_symlink() and path.is_dir():
                removed += _removed(path, path.with_name(whole[1]))
        if removed:
            log.info("unfinished ones removed", folder=self._root.name, names=removed)
        return removed

    def size_mb(self) -> float:
        """Return how much there is."""
        return sum(_size_mb(path) for path, _ in self._by_last_use())

    def _by_last_use(self) -> list[tuple[Path, float]]:
        found = [(path, path.stat().st_mtime) for path in self._root.glob(f"*{self._suffix}")]
        return sorted(found, key=lambda pair: -pair[1])


def _size_mb(path: Path) -> float:
    size = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with contextlib.suppress(OSError):
                size += (Path(folder) / name).lstat().st_size
    return size / 1_000_000


def _removed(path: Path, lock: Path | None = None) -> list[str]:
    """Remove *path*, unless a run holds it by *lock*, its own if None."""
    try:
        with held(lock or path, wait_s=0.0):
            shutil.rmtree(path, ignore_errors=True)
    except Busy:
        return []
    return [path.name]

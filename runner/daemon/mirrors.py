"""Bare mirrors of the repositories that were worked on last: a clone then fetches what is new."""

import contextlib
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorLimits:
    """How many mirrors, and how many megabytes all of them together."""

    most: int = 5
    most_mb: int = 20_000


class Mirrors:
    """Folders by repository; those that were used longest ago go first."""

    def __init__(self, root: Path, limits: MirrorLimits) -> None:
        self._root = root
        self._limits = limits

    def path(self, repository_id: int) -> Path:
        """Return the mirror's folder for a run, and note that it is used; it may not be there."""
        path = self._root / f"{int(repository_id)}.git"
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(OSError):
            os.utime(path)
        return path

    def prune(self, *, in_use: frozenset[int] = frozenset()) -> list[str]:
        """Remove what is too much, never one *in_use*; return the names."""
        kept_mb, removed = 0.0, []
        for number, (path, _) in enumerate(self._by_last_use()):
            kept_mb += _size_mb(path)
            is_too_much = number >= self._limits.most or kept_mb > self._limits.most_mb
            if is_too_much and path.stem not in {str(one) for one in in_use}:
                shutil.rmtree(path, ignore_errors=True)
                removed.append(path.name)
        if removed:
            log.info("mirrors removed", mirrors=removed)
        return removed

    def _by_last_use(self) -> list[tuple[Path, float]]:
        found = [(path, path.stat().st_mtime) for path in self._root.glob("*.git")]
        return sorted(found, key=lambda pair: -pair[1])


def _size_mb(path: Path) -> float:
    size = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with contextlib.suppress(OSError):
                size += (Path(folder) / name).lstat().st_size
    return size / 1_000_000


def touched(path: Path) -> None:
    """Note that a mirror was used now."""
    with contextlib.suppress(OSError):
        os.utime(path, (time.time(), time.time()))

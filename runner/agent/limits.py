"""What a run may use: memory, processes, CPU, file sizes, disk; cgroup v1 or v2, else rlimits."""

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
_MB = 1024 * 1024
_REMOVE_TRIES = 40
_REMOVE_PAUSE_S = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds for everything in one run's cages together (rlimits: for each process)."""

    memory_mb: int = 4096
    processes: int = 512
    cpus: float = 2.0
    file_mb: int = 4096
    disk_mb: int = 10_240
    tmp_mb: int = 1024
    open_files: int = 4096

    def rlimits(self, *, with_memory: bool) -> str:
        """Return ``NAME=value,…`` for `runner.cage_init`.

        Memory is bounded as data, not as address space: node, Go and Java reserve far more
        addresses than they use and would not start.
        """
        bounds = {
            "CORE": 0,
            "NOFILE": self.open_files,
            "FSIZE": self.file_mb * _MB,
            "NPROC": self.processes,
        }
        if with_memory:
            bounds["DATA"] = self.memory_mb * _MB
        return ",".join(f"{name}={value}" for name, value in bounds.items())


@asynccontextmanager
async def cgroup(
    name: str, limits: Limits, *, root: Path = CGROUPS
) -> AsyncIterator[tuple[Path, ...]]:
    """Make a cgroup *name* with *limits*; yield the files that a process joins it by.

    Yields nothing where no cgroup may be written: the rlimits are what is left then.
    """
    made: list[Path] = []
    try:
        for parent, settings in (*_version_1(root, limits), *_version_2(root, limits)):
            _sweep(parent)
            group = parent / name
            if _make(group, settings):
                made.append(group)
        yield tuple(group / "cgroup.procs" for group in made)
    finally:
        for group in made:
            await _remove(group)


async def _remove(group: Path) -> None:
    """Kill what is left in *group* and remove it; a killed process takes a moment to be gone."""
    for _ in range(_REMOVE_TRIES):
        if _is_removed(group):
            return
        await asyncio.sleep(_REMOVE_PAUSE_S)


def _is_removed(group: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        for pid in map(int, (group / "cgroup.procs").read_text().split()):
            if pid > 1:  # 0 is a process of another namespace, and to us a whole group
                os.kill(pid, signal.SIGKILL)
    try:
        group.rmdir()
    except OSError:
        return False
    return True


def group_name() -> str:
    """Return a name for this process's next cgroup."""
    return f"cadence-{os.getpid()}-{secrets.token_hex(6)}"


def _sweep(parent: Path) -> None:
    """Remove the groups of runners that were killed."""
    for group in parent.glob("cadence-*-*"):
        pid = group.name.split("-")[1]
        if pid.isdigit() and not Path("/proc", pid).exists():
            with contextlib.suppress(OSError):
                group.rmdir()


def _make(group: Path, settings: dict[str, str]) -> bool:
    """Create *group* and write *settings*; leave no trace when that is not allowed."""
    try:
        group.mkdir()
    except OSError:
        return False
    try:
        for name, value in settings.items():
            (group / name).write_text(value)
    except OSError:
        with contextlib.suppress(OSError):
            group.rmdir()
        return False
    return True


def _version_1(root: Path, limits: Limits) -> Iterator[tuple[Path, dict[str, str]]]:
    memory = str(limits.memory_mb * _MB)
    yield root / "memory", {"memory.limit_in_bytes": memory}
    yield root / "pids", {"pids.max": str(limits.processes)}
    quota = {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": str(int(limits.cpus * 100_000))}
    yield root / "cpu", quota


def _version_2(root: Path, limits: Limits) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield our own group's folder where memory and processes are delegated to us."""
    with contextlib.suppress(OSError):
        line = Path("/proc/self/cgroup").read_text().splitlines()[-1]
        if line.startswith("0::") and (root / "cgroup.controllers").exists():
            own = root / line.removeprefix("0::").lstrip("/")
            with contextlib.suppress(OSError):
                (own / "cgroup.subtree_control").write_text("+memory +pids +cpu")
            if {"memory", "pids"} <= set((own / "cgroup.subtree_control").read_text().split()):
                yield own, _settings_of_version_2(own, limits)


def _settings_of_version_2(own: Path, limits: Limits) -> dict[str, str]:
    settings = {
        "memory.max": str(limits.memory_mb * _MB),
        "pids.max": str(limits.processes),
    }
    if "cpu" in (own / "cgroup.subtree_control").read_text().split():
        settings["cpu.max"] = f"{int(limits.cpus * 100_000)} 100000"
    return settings


def joining(files: tuple[Path, ...], argv: list[str]) -> list[str]:
    """Return *argv* so that it joins the cgroups of *files* before it is anything else."""
    if not files:
        return argv
    join = 'while [ "$1" != -- ]; do echo 0 > "$1" || exit 125; shift; done; shift; exec "$@"'
    return ["/bin/sh", "-c", join, "sh", *map(str, files), "--", *argv]


def disk_usage_mb(*places: Path) -> float:
    """Return the space that *places* take, links not followed; what vanishes meanwhile is 0."""
    return sum(_usage(str(place)) for place in places) / _MB


def _usage(place: str) -> int:
    total = 0
    stack = [place]
    while stack:
        with contextlib.suppress(OSError), os.scandir(stack.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total

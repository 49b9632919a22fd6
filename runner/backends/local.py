"""Runs as processes on this machine: one process group and one folder per run."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import structlog

from bot.errors import MachineUnavailable
from runner.agent import socket_place
from runner.backends.base import MachineOrder

STOP_S = 10.0  # a large repository takes a while to hand over what there is
_PID_FILE = "runner.pid"
_CODE = Path(__file__).resolve().parents[2]
_LAST_WORDS = 2_000
log = structlog.get_logger()


class LocalBackend:
    """See `runner.backends.base.RunnerBackend` for the promises."""

    name = "local"
    boot_s = 0.0

    def __init__(
        self, root: Path, *, environment: dict[str, str], program: str = "runner.agent"
    ) -> None:
        self._root = root.resolve()
        self._program = program
        self._environment = environment
        self._children: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, order: MachineOrder) -> dict[str, Any]:
        """Start the run's process unless it is there."""
        home = self._home(order.run_id)
        pid = _living(home)
        if pid is not None:
            return {"pid": pid}
        if home.exists():
            await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)
        home.mkdir(parents=True, mode=0o700)
        process = await self._spawned(home)
        self._children[order.run_id] = process
        _write_pid(home, process.pid)
        await _told(process, order, home)
        return {"pid": process.pid}

    async def _spawned(self, home: Path) -> asyncio.subprocess.Process:
        with (home / "runner.log").open("ab") as output:
            try:
                return await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", self._program),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    cwd=_CODE,
                    env=self._environment,
                    start_new_session=True,
                )
            except OSError as error:
                raise MachineUnavailable("no process could be started for the run") from error

    async def is_alive(self, run_id: str) -> bool:
        """Whether the run's process is there."""
        child = self._children.get(run_id)
        if child is not None and child.returncode is not None:
            return False
        return _living(self._home(run_id)) is not None

    async def destroy(self, run_id: str) -> None:
        """Ask the process to stop, then make it; remove its folder."""
        home = self._home(run_id)
        pid = _living(home)
        if pid is not None:
            await self._end(run_id, pid)
        child = self._children.pop(run_id, None)
        if child is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(child.wait(), timeout=STOP_S)
        await asyncio.to_thread(_remove, home)

    async def last_words(self, run_id: str) -> str:
        """Return the end of what the process wrote, for the operator's log."""
        try:
            text = (self._home(run_id) / "runner.log").read_text(errors="replace")
        except OSError:
            return ""
        return text[-_LAST_WORDS:]

    async def suspend(self, run_id: str) -> bool:
        """A process of this machine costs nothing while it waits: it stays."""
        return False

    async def wake(self, run_id: str) -> bool:
        """Whether the process is still there."""
        return await self.is_alive(run_id)

    async def usage(self, run_id: str) -> tuple[float, float]:
        """Return how long the process has had the run; this machine is paid for anyway."""
        try:
            began = (self._home(run_id) / _PID_FILE).stat().st_mtime
        except OSError:
            return 0.0, 0.0
        return max(time.time() - began, 0.0), 0.0

    async def known_runs(self) -> list[str]:
        """Return the runs that have a folder."""
        if not self._root.is_dir():
            return []
        return sorted(entry.name for entry in self._root.iterdir() if entry.is_dir())

    def _home(self, run_id: str) -> Path:
        return self._root / run_id

    async def _end(self, run_id: str, pid: int) -> None:
        home = self._home(run_id)
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number)
            for _ in range(int(STOP_S * 20)):
                if _living(home) is None:
                    return
                await asyncio.sleep(0.05)
        log.error("runner would not stop", run_id=run_id, pid=pid)


async def _told(process: asyncio.subprocess.Process, order: MachineOrder, home: Path) -> None:
    """Say where to dial through a pipe: neither argv nor environment holds the token."""
    config = {
        "url": order.url,
        "token": order.token.get_secret_value(),
        "runId": order.run_id,
        "root": str(home),
        "mirror": order.mirror,
        "caches": order.caches,
    }
    if process.stdin is None:
        raise MachineUnavailable("the run's process cannot be spoken to")
    with contextlib.suppress(ConnectionError):  # it died at once; the lease tells
        process.stdin.write(json.dumps(config).encode() + b"\n")
        await process.stdin.drain()
    process.stdin.close()


def _remove(home: Path) -> None:
    """Remove what a run left, and the folder of its socket, which lies elsewhere."""
    for note in home.glob(f"cage/{socket_place.NOTE}"):
        socket_place.remove(note)
    shutil.rmtree(home, ignore_errors=True)


def _write_pid(home: Path, pid: int) -> None:
    partial = home / f"{_PID_FILE}.part"
    partial.write_text(f"{pid} {_started(pid)}")
    partial.replace(home / _PID_FILE)


def _living(home: Path) -> int | None:
    """Return the process of the run; a number that another process has since is not it."""
    try:
        pid, _, started = (home / _PID_FILE).read_text().partition(" ")
        return int(pid) if started and _started(int(pid)) == started else None
    except (OSError, ValueError):
        return None


def _started(pid: int) -> str:
    """Return when the kernel started *pid*, in ticks; empty for a process that is over."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat[stat.rindex(")") + 2 :].split()
    return "" if fields[0] in "ZX" else fields[19]

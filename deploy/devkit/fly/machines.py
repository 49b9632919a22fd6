"""Machines as processes: started, put to sleep, woken with or without their memory, ended."""

import asyncio
import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1


@dataclass(slots=True, kw_only=True)
class FlyMachine:
    """One machine of the stand-in."""

    id: str
    app: str
    name: str
    region: str
    config: dict[str, Any]
    state: str = "created"
    instance_id: str = ""
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    process: asyncio.subprocess.Process | None = None
    lease: tuple[str, float] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    watcher: asyncio.Task[None] | None = None

    def to(self, state: str) -> None:
        """Come into *state*; whoever waits hears of it."""
        self.state = state
        self.changed.set()
        self.changed = asyncio.Event()

    @property
    def is_leased(self) -> bool:
        """Whether somebody holds the lease."""
        return self.lease is not None and self.lease[1] > time.monotonic()

    def shown(self) -> dict[str, Any]:
        """Return the machine as the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "region": self.region,
            "instance_id": self.instance_id,
            "private_ip": "fdaa::1",
            "config": self.config,
            "created_at": self.created_at.isoformat(),
            "updated_at": datetime.now(UTC).isoformat(),
        }


class Processes:
    """The processes of all machines; none outlives the stand-in."""

    def __init__(self, command: Sequence[str], root: Path, environment: dict[str, str]) -> None:
        self._command = list(command)
        self._root = root
        self._environment = environment

    async def start(self, machine: FlyMachine, *, is_stuck: bool = False) -> None:
        """Boot the machine; its folder is empty but for a cold waking."""
        home = self._root / machine.id
        if machine.state != "suspended":
            shutil.rmtree(home, ignore_errors=True)
        await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
        machine.instance_id = secrets.token_hex(13)
        if is_stuck:
            machine.to("starting")
            return
        with (self._root / f"{machine.id}.log").open("ab") as log:
            machine.process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=home,
                env={
                    **self._environment,
                    "HOME": str(home),
                    "TMPDIR": str(home),
                    **machine.config.get("env", {}),
                },
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        machine.to("started")
        machine.watcher = asyncio.create_task(self._watch(machine, machine.process))

    async def _watch(self, machine: FlyMachine, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        if machine.process is process and machine.state not in {"destroyed", "stopping"}:
            machine.to("destroyed" if machine.config.get("auto_destroy") else "stopped")

    def suspend(self, machine: FlyMachine) -> None:
        """Freeze the machine's processes."""
        self.signal(machine, signal.SIGSTOP)
        machine.to("suspended")

    async def wake(self, machine: FlyMachine, *, is_cold: bool) -> None:
        """Thaw the machine, or boot it anew with its disk as it was."""
        if is_cold:
            await self.kill(machine)
            await self.start(machine)
            return
        self.signal(machine, signal.SIGCONT)
        machine.to("started")

    async def kill(self, machine: FlyMachine) -> None:
        """End the machine's processes without a word."""
        process, machine.process = machine.process, None
        if process is not None and process.returncode is None:
            for number in (signal.SIGKILL, signal.SIGCONT):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
            await process.wait()

    def signal(self, machine: FlyMachine, number: int) -> None:
        """Send a signal to all processes of the machine."""
        if machine.process is not None and machine.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(machine.process.pid, number)

    def log(self, machine: FlyMachine) -> str:
        """Return what the machine wrote."""
        path = self._root / f"{machine.id}.log"
        return path.read_text(errors="replace") if path.exists() else ""


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

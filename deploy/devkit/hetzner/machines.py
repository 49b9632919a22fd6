"""A server that is on: a real process on this machine, if somebody says which."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run as the machine; *environment* is all that it sees besides ``PATH``."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


# Takes a server's name and its user data; None where nothing is to run.
Boot = Callable[[str, str], Command | None]


class Machines:
    """The processes of the servers that are on."""

    def __init__(self, boot: Boot | None) -> None:
        self.boot = boot
        self._running: dict[int, asyncio.subprocess.Process] = {}

    async def power_on(self, number: int, name: str, user_data: str) -> None:
        """Start the server's process, if there is one."""
        command = self.boot(name, user_data) if self.boot else None
        if command is None or number in self._running:
            return
        path = os.environ.get("PATH", "")  # noqa: TID251 - a stand-in has no settings
        self._running[number] = await asyncio.create_subprocess_exec(
            *command.argv, env={"PATH": path, **command.environment}, start_new_session=True
        )

    async def power_off(self, number: int, *, politely: bool = False) -> None:
        """End the server's process and all that it started."""
        process = self._running.pop(number, None)
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM if politely else signal.SIGKILL)
            if politely:
                await _gone_soon(process)
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    async def close(self) -> None:
        """End them all."""
        for number in list(self._running):
            await self.power_off(number)


async def _gone_soon(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(3):
            await process.wait()

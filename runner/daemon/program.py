"""The daemon's life: dial for ever, take runs up to its capacity, report each that ends.

Its runs are processes of their own with lines of their own: they outlive the daemon's line, and the
daemon itself when it is restarted; it finds them again by what `LocalBackend` wrote down.
"""

import asyncio
import contextlib
import os
import random
import secrets
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from pydantic import SecretStr

from bot.errors import MachineUnavailable
from runner.backends.base import MachineOrder
from runner.backends.local import LocalBackend
from runner.daemon.mirrors import MirrorLimits, Mirrors
from runner.machine_protocol import (
    BEAT_S,
    BeatFrame,
    DrainFrame,
    EndedFrame,
    EndFrame,
    ReadyFrame,
    TakeFrame,
    TakenFrame,
    UpdateFrame,
    to_machine,
)
from runner.protocol import HEARTBEAT_S, known
from runner.spec import Wire

VERSION = "1"
LOOK_S = 1.0
LONGEST_WAIT_S = 30.0
UPDATE_EXIT = 75  # EX_TEMPFAIL: whoever started us installs the version in `update` and starts anew
log = structlog.get_logger()


class Refused(Exception):
    """The coordinator does not know our token: somebody has to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonOptions:
    """Where to dial and how much to do; *environment* is what runs may see of ours."""

    url: str
    token: SecretStr
    root: Path
    capacity: int = 2
    environment: dict[str, str] = field(default_factory=dict)
    mirrors: MirrorLimits = field(default_factory=MirrorLimits)
    program: str = "runner.agent"


class Daemon:
    """One machine of somebody's own."""

    def __init__(self, options: DaemonOptions) -> None:
        self._options = options
        self._runs = LocalBackend(
            options.root / "runs", environment=options.environment, program=options.program
        )
        self._mirrors = Mirrors(options.root / "mirrors", options.mirrors)
        self._repositories: dict[str, int] = {}
        self._boot_id = secrets.token_hex(16)
        self._is_draining = False
        self._update_to = ""
        self._told: set[str] = set()

    async def live(self) -> int:
        """Serve until told to leave; return the exit code. Raise `Refused`."""
        serving = asyncio.create_task(self._lines())
        try:
            while not self._is_done:
                await asyncio.wait({serving}, timeout=LOOK_S)
                if serving.done():
                    serving.result()
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        if self._update_to:
            (self._options.root / "update").write_text(self._update_to)
            return UPDATE_EXIT
        return 0

    @property
    def _is_done(self) -> bool:
        return (self._is_draining or bool(self._update_to)) and not self._known()

    async def _lines(self) -> None:
        wait_s = 0.2
        headers = {"Authorization": f"Bearer {self._options.token.get_secret_value()}"}
        address = f"{self._options.url.rstrip('/')}/ws/daemon"
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                try:
                    async with session.ws_connect(
                        address, headers=headers, heartbeat=HEARTBEAT_S
                    ) as socket:
                        wait_s = 0.2
                        await self._serve(socket)
                        if socket.close_code == 4410:
                            raise Refused("this daemon's token was revoked")
                except aiohttp.WSServerHandshakeError as error:
                    if error.status in {401, 403}:
                        raise Refused("the coordinator does not know this token") from error
                    log.info("line refused", status=error.status)
                except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
                    log.info("line broke", error=type(error).__name__)
                await asyncio.sleep(wait_s * random.uniform(0.7, 1.3))  # noqa: S311 - not a secret
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._told.clear()
        ready = ReadyFrame(
            version=VERSION,
            boot_id=self._boot_id,
            capacity=0 if self._is_draining or self._update_to else self._options.capacity,
            runs=await self._living(),
            at=datetime.now(UTC),
            facts=self._facts(),
        )
        await socket.send_str(ready.to_json())
        watching = asyncio.create_task(self._watch(socket))
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._heard(socket, message.data)
        finally:
            watching.cancel()

    async def _watch(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Say that we live, and which runs are over."""
        ticks = 0
        with contextlib.suppress(ConnectionError):
            while True:
                for run_id in self._known():
                    if run_id not in self._told and not await self._runs.is_alive(run_id):
                        self._told.add(run_id)
                        await _say(socket, await self._ended(run_id))
                if ticks % int(BEAT_S / LOOK_S) == 0:
                    beat = BeatFrame(runs=await self._living(), facts=self._facts())
                    await _say(socket, beat)
                ticks += 1
                await asyncio.sleep(LOOK_S)

    async def _heard(self, socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
        match known(to_machine, text):
            case TakeFrame() as frame:
                await _say(socket, await self._taken(frame))
            case EndFrame(run_id=run_id):
                words = await self._runs.last_words(run_id)
                await self._runs.destroy(run_id)
                self._repositories.pop(run_id, None)
                await _say(socket, EndedFrame(run_id=run_id, last_words=words))
                await asyncio.to_thread(
                    self._mirrors.prune, in_use=frozenset(self._repositories.values())
                )
            case DrainFrame():
                self._is_draining = True
            case UpdateFrame(version=version):
                self._update_to = version

    async def _taken(self, frame: TakeFrame) -> TakenFrame:
        """Begin a run once; what is too much is refused, so that it goes elsewhere."""
        if frame.run_id in self._known():
            return TakenFrame(run_id=frame.run_id)
        if self._is_draining or self._update_to:
            return TakenFrame(run_id=frame.run_id, refused="this daemon is about to leave")
        if len(await self._living()) >= self._options.capacity:
            return TakenFrame(run_id=frame.run_id, refused="there is no room for one more run")
        order = MachineOrder(
            run_id=frame.run_id,
            url=self._options.url,
            token=frame.token,
            agent_id=frame.agent_id,
            repository_id=frame.repository_id,
            mirror=str(self._mirrors.path(frame.repository_id)) if frame.repository_id else "",
        )
        try:
            await self._runs.start(order)
        except (MachineUnavailable, OSError) as error:
            log.warning("run not begun", run_id=frame.run_id, error=str(error))
            return TakenFrame(run_id=frame.run_id, refused="no process could be started")
        self._repositories[frame.run_id] = frame.repository_id
        return TakenFrame(run_id=frame.run_id)

    async def _ended(self, run_id: str) -> EndedFrame:
        return EndedFrame(run_id=run_id, last_words=await self._runs.last_words(run_id))

    def _known(self) -> list[str]:
        folder = self._options.root / "runs"
        return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []

    async def _living(self) -> tuple[str, ...]:
        return tuple([run for run in self._known() if await self._runs.is_alive(run)])

    def _facts(self) -> dict[str, Any]:
        disk = shutil.disk_usage(self._options.root)
        return {
            "disk_free_mb": disk.free // 1_000_000,
            "processors": os.cpu_count() or 1,
            "draining": self._is_draining,
        }


async def _say(socket: aiohttp.ClientWebSocketResponse, frame: Wire) -> None:
    await socket.send_str(frame.to_json())

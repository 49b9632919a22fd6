"""The daemon's life: dial for ever, take runs up to its capacity, report each that ends.

Its runs are processes of their own with lines of their own: they outlive the daemon's line, and the
daemon itself when it is restarted; it finds them again by what `LocalBackend` wrote down.
"""

import asyncio
import contextlib
import os
import random
import re
import secrets
import shutil
import time
from collections.abc import Awaitable, Callable
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

LOOK_S = 1.0
RETRY_S = 3600.0
LEFT_S = 60.0  # a run that is over and that nobody asks us to end is removed
LONGEST_WAIT_S = 30.0
UPDATE_EXIT = 75  # EX_TEMPFAIL: whoever started us installs the version in `update` and starts anew
_TRIED = "update-tried"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
log = structlog.get_logger()


class Refused(Exception):
    """The coordinator does not know our token: somebody has to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonOptions:
    """Where to dial and how much to do; *environment* is what runs may see of ours.

    On a trial it leaves as soon as the coordinator let it in. *update* brings this program to a
    version and returns only when that did not work, with a sentence; without it, whoever started
    us reads the file ``update``.
    """

    url: str
    token: SecretStr
    root: Path
    capacity: int = 2
    environment: dict[str, str] = field(default_factory=dict)
    mirrors: MirrorLimits = field(default_factory=MirrorLimits)
    program: str = "runner.agent"
    version: str = ""
    is_trial: bool = False
    update: Callable[[str], Awaitable[str]] | None = None


class Daemon:
    """One machine of somebody's own."""

    def __init__(self, options: DaemonOptions) -> None:
        self._options = options
        self._runs = LocalBackend(
            options.root / "runs", environment=options.environment, program=options.program
        )
        self._mirrors = Mirrors(options.root / "mirrors", options.mirrors)
        self._caches = Mirrors(options.root / "caches", options.mirrors, suffix=".packages")
        self._repositories: dict[str, int] = {}
        self._ending: dict[str, asyncio.Task[None]] = {}
        self._over: dict[str, float] = {}
        self._failed = _tried(options.root, options.version)
        self._boot_id = secrets.token_hex(16)
        self._is_draining = False
        self._update_to = ""
        self._told: set[str] = set()

    async def live(self) -> int:
        """Serve until told to leave; return the exit code. Raise `Refused`."""
        for kept in (self._mirrors, self._caches):  # what runs left that this machine's end ended
            await asyncio.to_thread(kept.sweep)
        serving = asyncio.create_task(self._lines())
        try:
            while not (self._is_done and await self._is_left()):
                await asyncio.wait({serving}, timeout=LOOK_S)
                if serving.done():
                    serving.result()
        finally:
            waited = (serving, *self._ending.values())
            for one in waited:
                one.cancel()
            await asyncio.gather(*waited, return_exceptions=True)
        return UPDATE_EXIT if self._update_to else 0

    async def _is_left(self) -> bool:
        """Whether we may leave now; an update that does not work lets us go on."""
        version, update = self._update_to, self._options.update
        if not version:
            return True
        (self._options.root / _TRIED).write_text(version)
        if update is None:
            (self._options.root / "update").write_text(version)
            return True
        why = await update(version)
        log.warning("not updated", version=version, reason=why)
        self._failed, self._update_to = {version: why}, ""
        return False

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
            version=self._options.version,
            boot_id=self._boot_id,
            capacity=0 if self._is_draining or self._update_to else self._options.capacity,
            runs=await self._living(),
            at=datetime.now(UTC),
            facts=self._facts(),
        )
        await socket.send_str(ready.to_json())
        if self._options.is_trial:
            self._is_draining = True
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
                await self._look_after(socket)
                if ticks % int(BEAT_S / LOOK_S) == 0:
                    beat = BeatFrame(runs=await self._living(), facts=self._facts())
                    await _say(socket, beat)
                ticks += 1
                await asyncio.sleep(LOOK_S)

    async def _look_after(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Report each run that is over, once a line; nobody's runs are removed after a while."""
        now = time.monotonic()
        for run_id in self._known():
            if run_id in self._ending or await self._runs.is_alive(run_id):
                continue
            if run_id not in self._told:
                self._told.add(run_id)
                await _say(socket, await self._ended(run_id))
            elif now - self._over.setdefault(run_id, now) > LEFT_S:
                self._end(socket, run_id)

    async def _heard(self, socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
        match known(to_machine, text):
            case TakeFrame() as frame:
                await _say(socket, await self._taken(frame))
            case EndFrame(run_id=run_id):
                self._end(socket, run_id)
            case DrainFrame():
                self._is_draining = True
            case UpdateFrame(version=version):
                if version not in self._failed and version != self._options.version:
                    self._update_to = version

    def _end(self, socket: aiohttp.ClientWebSocketResponse, run_id: str) -> None:
        """End a run beside the line: a process may take its time, and pings want answers."""
        if run_id not in self._ending:
            task = asyncio.create_task(self._ended_on_order(socket, run_id))
            self._ending[run_id] = task
            task.add_done_callback(lambda _: self._ending.pop(run_id, None))

    async def _ended_on_order(self, socket: aiohttp.ClientWebSocketResponse, run_id: str) -> None:
        words = await self._runs.last_words(run_id)
        await self._runs.destroy(run_id)
        self._over.pop(run_id, None)
        self._repositories.pop(run_id, None)
        with contextlib.suppress(ConnectionError):  # the order comes again
            await _say(socket, EndedFrame(run_id=run_id, last_words=words))
        in_use = frozenset(self._repositories.values())
        await asyncio.to_thread(self._prune, in_use)

    def _prune(self, in_use: frozenset[int]) -> None:
        """Mirrors and caches share the disk that they may have; mirrors go before."""
        self._mirrors.prune(in_use=in_use)
        self._caches.prune(in_use=in_use, beside_mb=self._mirrors.size_mb())

    async def _taken(self, frame: TakeFrame) -> TakenFrame:
        """Begin a run once; what is too much is refused, so that it goes elsewhere."""
        if not _PLAIN.fullmatch(frame.run_id):
            return TakenFrame(run_id=frame.run_id, refused="this is no run")
        if frame.run_id in self._known():
            return TakenFrame(run_id=frame.run_id)
        if self._is_draining or self._update_to:
            return TakenFrame(run_id=frame.run_id, refused="this daemon is about to leave")
        if len(await self._living()) >= self._options.capacity:
            return TakenFrame(run_id=frame.run_id, refused="there is no room for one more run")
        return await self._begun(frame)

    async def _begun(self, frame: TakeFrame) -> TakenFrame:
        repository = frame.repository_id
        order = MachineOrder(
            run_id=frame.run_id,
            url=self._options.url,
            token=frame.token,
            agent_id=frame.agent_id,
            repository_id=repository,
            mirror=str(self._mirrors.path(repository)) if repository else "",
            caches=str(self._caches.path(repository)) if repository else "",
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
            "memory_mb": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_000_000,
            **({"not_updated": self._failed} if self._failed else {}),
        }


def _tried(root: Path, version: str) -> dict[str, str]:
    """Return the version that was tried lately in vain: it is not tried again at once."""
    try:
        tried, at = (root / _TRIED).read_text(), (root / _TRIED).stat().st_mtime
    except OSError:
        return {}
    is_vain = tried != version and time.time() - at < RETRY_S
    return {tried: f"it was tried, and {version} still runs"} if is_vain else {}


async def _say(socket: aiohttp.ClientWebSocketResponse, frame: Wire) -> None:
    await socket.send_str(frame.to_json())

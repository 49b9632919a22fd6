"""Where machines dial in: one WebSocket per run, and the doors for its files.

A run is known by its token alone. What a runner says is stored before it is acknowledged; what
people want of it (pause, resume, stop, words) is read from the `Desk`, at the start and whenever
the bus says that the agent changed, so nothing is lost when either side restarts.
"""

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

import structlog
from aiohttp import WSMsgType, web
from pydantic import ValidationError

from bot.blobs import Blobs
from bot.bus import Bus
from bot.domain import Run, RunStatus
from bot.errors import CadenceError
from runner.clocks import Skew
from runner.protocol import (
    HEARTBEAT_S,
    MAX_FRAME_BYTES,
    OLDEST_PROTOCOL,
    TOO_OLD,
    AckFrame,
    AssignFrame,
    CancelFrame,
    CheckpointFrame,
    EventFrame,
    HeartbeatFrame,
    HelloFrame,
    MessageFrame,
    NeedTokenFrame,
    PausedFrame,
    PauseFrame,
    ResultFrame,
    ResumeFrame,
    SearchFrame,
    TokenFrame,
    from_runner,
    known,
)
from runner.searches import SEARCH_S, Searches
from runner.spec import Checkpoint, Outcome, RunSpec, Snippet, Wire
from runner.uploads import Uploads

HELLO_S = 10.0
LOOK_S = 15.0  # the bus tells at once; this is for what it may lose
_GONE = 4410
_REPLACED = 4409
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What people want of a run now; *cancel_reason* is None while nobody stops it."""

    is_paused: bool = False
    cancel_reason: str | None = None
    messages: tuple[MessageFrame, ...] = ()


class Desk(Protocol):
    """What the gateway needs of the coordinator."""

    async def run_of(self, token_hash: str) -> Run | None:
        """Return the open or closed run of a token."""
        ...

    async def spec_of(self, run: Run) -> RunSpec:
        """Return what the run is to do."""
        ...

    async def wishes_for(self, run: Run) -> Wishes:
        """Return what people want of the run now."""
        ...

    async def renew(self, run: Run) -> None:
        """Move the lease's end: the runner was heard."""
        ...

    async def record(
        self, run_id: str, seq: int, kind: str, data: dict[str, Any], at: datetime
    ) -> bool:
        """Store an event once."""
        ...

    async def record_result(self, run_id: str, seq: int, outcome: Outcome) -> bool:
        """Store the result once."""
        ...

    async def record_checkpoint(self, run: Run, seq: int, checkpoint: Checkpoint) -> bool:
        """Store where the run came to, once."""
        ...

    async def note_pause(self, run: Run, *, is_paused: bool) -> None:
        """Note whether the run waits between two steps, with its work kept."""
        ...

    async def clone_token(self, run: Run) -> str:
        """Return a read token for the run's repository; raise `CadenceError`."""
        ...

    async def search(self, run: Run, query: str, k: int) -> tuple[str, tuple[Snippet, ...]]:
        """Return how the index searched and what it found; raise `CadenceError`."""
        ...


class Gateway:
    """The WebSocket side of the coordinator."""

    def __init__(self, bus: Bus, *, blobs: Blobs, search_s: float = SEARCH_S) -> None:
        self._bus = bus
        self._search_s = search_s
        self._waiting: Desk | None = None
        self.uploads = Uploads(blobs, self._authenticated)
        self._lines: dict[str, web.WebSocketResponse] = {}

    def open_for(self, desk: Desk) -> None:
        """Let machines in; before that they are asked to come again."""
        self._waiting = desk

    @property
    def _desk(self) -> Desk:
        if self._waiting is None:
            raise web.HTTPServiceUnavailable
        return self._waiting

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to add to the application."""
        return [web.get("/ws/runner", self._dialled), *self.uploads.routes()]

    async def close(self) -> None:
        """Hang up; the runners will dial again."""
        for line in list(self._lines.values()):
            await line.close(code=1012, message=b"restart")

    async def _authenticated(self, request: web.Request) -> Run:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise web.HTTPUnauthorized
        run = await self._desk.run_of(hashlib.sha256(token.encode()).hexdigest())
        if run is None:
            raise web.HTTPUnauthorized
        if run.status in {RunStatus.LOST, RunStatus.CANCELLED, RunStatus.PARKED}:
            raise web.HTTPGone
        return run

    async def _dialled(self, request: web.Request) -> web.WebSocketResponse:
        run = await self._authenticated(request)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_FRAME_BYTES)
        await socket.prepare(request)
        older = self._lines.get(run.id)
        if older is not None:
            await older.close(code=_REPLACED, message=b"replaced")
        self._lines[run.id] = socket
        try:
            await self._talk(socket, run)
        except (ValidationError, CadenceError) as error:
            log.warning("runner line closed", run_id=run.id, reason=type(error).__name__)
            await socket.close(code=1008)
        except (ConnectionError, TimeoutError):
            log.info("runner line broke", run_id=run.id)
        finally:
            if self._lines.get(run.id) is socket:
                del self._lines[run.id]
        return socket

    async def _talk(self, socket: web.WebSocketResponse, run: Run) -> None:
        first = await socket.receive(timeout=HELLO_S)
        if first.type is not WSMsgType.TEXT:
            return
        hello = known(from_runner, first.data)
        if not isinstance(hello, HelloFrame) or hello.run_id != run.id:
            await socket.close(code=1008)
            return
        if hello.protocol < OLDEST_PROTOCOL:
            await socket.close(code=TOO_OLD, message=b"this runner is too old: update its image")
            return
        log.info("runner dialled in", run_id=run.id, agent_id=run.agent_id, seq=hello.last_seq)
        await self._desk.renew(run)
        spec = await self._desk.spec_of(run)
        await _send(socket, _assignment(spec, run))
        searches = Searches(
            partial(self._desk.search, run), partial(_send, socket), timeout_s=self._search_s
        )
        skew = Skew(hello.at, datetime.now(UTC))
        wishes = asyncio.create_task(self._tell_wishes(socket, run, told_pause=hello.is_paused))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._heard(socket, run, message.data, searches, skew)
        finally:
            wishes.cancel()
            await searches.close()
            with contextlib.suppress(asyncio.CancelledError):
                await wishes

    async def _heard(
        self,
        socket: web.WebSocketResponse,
        run: Run,
        text: str,
        searches: Searches,
        skew: Skew,
    ) -> None:
        frame = known(from_runner, text)
        if frame is None:
            log.info("frame of an unknown type", run_id=run.id)
            return
        if frame.run_id != run.id:
            raise CadenceError("a frame for another run")
        match frame:
            case EventFrame() | ResultFrame() | CheckpointFrame():
                await self._store(run, frame, skew)
                await _send(socket, AckFrame(seq=frame.seq))
            case PausedFrame():
                await self._desk.note_pause(run, is_paused=frame.is_paused)
            case NeedTokenFrame():
                await _send(socket, await self._token_for(run, frame))
            case SearchFrame():
                await searches.begin(frame)
            case HeartbeatFrame() | HelloFrame():
                await self._desk.renew(run)

    async def _store(
        self, run: Run, frame: EventFrame | ResultFrame | CheckpointFrame, skew: Skew
    ) -> None:
        match frame:
            case EventFrame():
                at = skew.right(frame.at, datetime.now(UTC))
                await self._desk.record(run.id, frame.seq, frame.kind, frame.data, at)
            case ResultFrame():
                await self._desk.record_result(run.id, frame.seq, frame.outcome)
            case CheckpointFrame():
                await self._desk.record_checkpoint(run, frame.seq, frame.checkpoint)

    async def _token_for(self, run: Run, frame: NeedTokenFrame) -> TokenFrame:
        try:
            token = await self._desk.clone_token(run)
        except CadenceError as error:
            return TokenFrame(request_id=frame.request_id, error=str(error))
        return TokenFrame.model_validate({"request_id": frame.request_id, "token": token})

    async def _tell_wishes(
        self, socket: web.WebSocketResponse, run: Run, *, told_pause: bool
    ) -> None:
        told_cancel, last_message = False, 0
        async with self._bus.watch("wishes", run.agent_id) as changes:
            with contextlib.suppress(ConnectionError):
                while True:
                    wishes = await self._desk.wishes_for(run)
                    if wishes.is_paused != told_pause:
                        told_pause = wishes.is_paused
                        await _send(socket, PauseFrame() if told_pause else ResumeFrame())
                    for message in wishes.messages:
                        if message.id > last_message:
                            last_message = message.id
                            await _send(socket, message)
                    if wishes.cancel_reason is not None and not told_cancel:
                        told_cancel = True
                        await _send(socket, CancelFrame(reason=wishes.cancel_reason))
                    await changes.wait(timeout_s=LOOK_S)


def _assignment(spec: RunSpec, run: Run) -> AssignFrame:
    return AssignFrame(spec=spec, acked_seq=run.acked_seq, can_search=True, can_keep=True)


async def _send(socket: web.WebSocketResponse, frame: Wire) -> None:
    await socket.send_str(frame.to_json())

"""Where machines dial in: one WebSocket per run, and the doors for its files.

A run is known by its token alone. What a runner says is stored before it is acknowledged; what
people want of it (pause, resume, stop, words) is read from the `Desk`, at the start and whenever
the bus says that the agent changed, so nothing is lost when either side restarts.
"""

import asyncio
import contextlib
import hashlib
from datetime import UTC, datetime
from functools import partial

import structlog
from aiohttp import web
from pydantic import ValidationError

from bot.blobs import Blobs
from bot.bus import Bus
from bot.domain import Run, RunStatus
from bot.errors import CadenceError, GitHubRefused, NotFound
from runner.channel import CLOSE_S, PING_S, Channel, SocketChannel
from runner.clocks import Skew
from runner.lines.desk import Desk, Told
from runner.lines.line import Line
from runner.lines.searches import SEARCH_S, Searches
from runner.lines.uploads import Uploads
from runner.notes import note_for
from runner.plain import plain
from runner.protocol import (
    AWAY,
    GONE,
    MAX_FRAME_BYTES,
    PROTOCOL_VERSION,
    REFUSED,
    REPLACED,
    RESTART,
    TOO_OLD,
    AckFrame,
    AssignFrame,
    CheckpointFrame,
    EventFrame,
    FromRunner,
    HeartbeatFrame,
    HelloFrame,
    NeedTokenFrame,
    PausedFrame,
    ResultFrame,
    SearchFrame,
    TokenFrame,
    agreed,
    from_runner,
    known,
)
from runner.spec import Outcome, RunSpec

HELLO_S = 10.0
LOOK_S = 30.0  # the bus tells at once; this is for what it may lose
_MOST_TOKENS = 4  # asked for at once
log = structlog.get_logger()


class Nonsense(Exception):
    """A runner said what no runner of any version says."""


class Gateway:
    """The WebSocket side of the coordinator."""

    def __init__(self, bus: Bus, *, blobs: Blobs, search_s: float = SEARCH_S) -> None:
        self._bus = bus
        self._search_s = search_s
        self._waiting: Desk | None = None
        self.uploads = Uploads(blobs, self._authenticated)
        self._lines: dict[str, Channel] = {}

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
        lines = list(self._lines.values())
        await asyncio.gather(*(line.close(RESTART, "restart") for line in lines))

    async def serve(self, channel: Channel, run: Run) -> None:
        """Talk over one line until it is down; a newer line of the same run takes its place."""
        older = self._lines.get(run.id)
        self._lines[run.id] = channel
        try:
            if older is not None:
                await older.close(REPLACED, "replaced")
            await self._talk(channel, run)
        except Nonsense as error:
            log.warning("runner line refused", run_id=run.id, reason=str(error))
            await channel.close(REFUSED, str(error))
        except CadenceError as error:
            log.warning("runner line closed", run_id=run.id, reason=str(error))
            await channel.close(AWAY, "dial again")
        except (ConnectionError, TimeoutError):
            log.info("runner line broke", run_id=run.id)
        finally:
            if self._lines.get(run.id) is channel:
                del self._lines[run.id]

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
        socket = web.WebSocketResponse(
            heartbeat=PING_S, max_msg_size=MAX_FRAME_BYTES, timeout=CLOSE_S
        )
        await socket.prepare(request)
        await self.serve(SocketChannel(socket), run)
        return socket

    async def _talk(self, channel: Channel, run: Run) -> None:
        async with asyncio.timeout(HELLO_S):
            first = await channel.hear()
        if first is None:
            return
        hello = _read(first)
        if not isinstance(hello, HelloFrame) or hello.run_id != run.id:
            raise Nonsense("the first frame is a hello")
        version = agreed(hello.protocol, hello.oldest)
        if version is None:
            await channel.close(TOO_OLD, _too_old(hello))
            return
        skew = Skew(hello.at, datetime.now(UTC))
        log.info("runner dialled in", run_id=run.id, agent_id=run.agent_id, seq=hello.last_seq)
        searches = Searches(
            partial(self._desk.search, run),
            lambda frame: channel.say(frame.to_json()),
            timeout_s=self._search_s,
        )
        line = Line(channel=channel, run=run, searches=searches, skew=skew)
        try:
            line.renew(self._desk.renew)
            try:
                spec = await self._spec(channel, run)
            except CadenceError:
                await line.renewed()  # it dials again, and its lease must last until then
                raise
            if spec is None:
                return
            assigned = AssignFrame(
                spec=spec, protocol=version, acked_seq=run.acked_seq, can_search=True, can_keep=True
            )
            await line.say(assigned)
            line.wishes = asyncio.create_task(self._tell_wishes(line, told_pause=hello.is_paused))
            while (text := await channel.hear()) is not None:
                await self._heard(line, text)
            line.flight.check()
        finally:
            await line.close()

    async def _spec(self, channel: Channel, run: Run) -> RunSpec | None:
        """Return what the run is to do; one that can never begin ends, and its line with it."""
        try:
            return await self._desk.spec_of(run)
        except (GitHubRefused, NotFound) as error:  # another machine would fare no better
            log.warning("run refused", run_id=run.id, reason=str(error))
            await self._desk.refuse(run, str(error))
            await channel.close(GONE, "there is nothing to do")
            return None

    async def _heard(self, line: Line, text: str) -> None:
        frame = _read(text)
        if frame is None:
            log.info("frame of an unknown type", run_id=line.run.id)
            return
        if frame.run_id != line.run.id:
            raise Nonsense("this frame is for another run")
        match frame:
            case EventFrame() | ResultFrame() | CheckpointFrame():
                await self._numbered(line, frame, len(text))
            case PausedFrame():
                await line.flight.settled()  # its machine may be given back in this moment
                await self._desk.note_pause(line.run, is_paused=frame.is_paused)
            case NeedTokenFrame():
                self._begin_token(line, frame)
            case SearchFrame():
                await line.searches.begin(frame)
            case HeartbeatFrame() | HelloFrame():
                line.renew(self._desk.renew)

    async def _numbered(
        self, line: Line, frame: EventFrame | ResultFrame | CheckpointFrame, size: int
    ) -> None:
        """Store a frame with a number: events side by side, others when all before is stored."""
        run = line.run
        if isinstance(frame, EventFrame):
            at = line.skew.right(frame.at, datetime.now(UTC))
            await line.flight.begin(frame.seq, size, self._record(run, frame, at))
            return
        await line.flight.settled()
        if isinstance(frame, ResultFrame):
            outcome = Outcome.model_validate(plain(frame.outcome.model_dump(mode="json")))
            await self._desk.record_result(run.id, frame.seq, outcome)
        else:
            await self._desk.record_checkpoint(run, frame.seq, frame.checkpoint)
        await line.say(AckFrame(seq=frame.seq))

    async def _record(self, run: Run, frame: EventFrame, at: datetime) -> None:
        await self._desk.record(run.id, frame.seq, frame.kind, plain(frame.data), at)

    def _begin_token(self, line: Line, frame: NeedTokenFrame) -> None:
        """Fetch a token beside the line: GitHub may be slow, and heartbeats are to be heard."""
        if frame.request_id in line.tokens or len(line.tokens) >= _MOST_TOKENS:
            return
        task = asyncio.create_task(self._token_for(line, frame))
        line.tokens[frame.request_id] = task
        task.add_done_callback(lambda _: line.tokens.pop(frame.request_id, None))

    async def _token_for(self, line: Line, frame: NeedTokenFrame) -> None:
        answer = {"request_id": frame.request_id, "token": "", "error": ""}
        try:
            answer["token"] = await self._desk.clone_token(line.run)
        except CadenceError as error:
            answer["error"] = str(error)
        with contextlib.suppress(ConnectionError):  # it is asked for again over the next line
            await line.say(TokenFrame.model_validate(answer))

    async def _tell_wishes(self, line: Line, *, told_pause: bool) -> None:
        """Tell a run what people want of it; where that cannot be known, it must dial again."""
        try:
            async with self._bus.watch("wishes", line.run.agent_id) as changes:
                told = Told(is_paused=told_pause)
                while True:
                    for frame in told.news(await self._desk.wishes_for(line.run)):
                        await line.say(frame)
                    await changes.wait(timeout_s=LOOK_S)
        except CadenceError as error:
            log.warning("wishes not known", run_id=line.run.id, reason=str(error))
            await line.channel.close(AWAY, "dial again")
        except ConnectionError:
            log.debug("line broke while wishes were told", run_id=line.run.id)


def _read(text: str) -> FromRunner | None:
    """Return the frame in *text*, a note in its place when it cannot be read but has a number.

    None is for a frame without a number of which only a newer runner knows.
    """
    try:
        frame = known(from_runner, text)
    except ValidationError as error:
        note = note_for(text)
        if note is None:
            raise Nonsense("this is no frame") from error
        return note
    return frame if frame is not None else note_for(text)


def _too_old(hello: HelloFrame) -> str:
    who = "this coordinator" if hello.oldest > PROTOCOL_VERSION else "this machine's runner"
    return f"{who} is too old for the other side: update it"

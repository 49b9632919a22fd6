"""The line to the coordinator: dialled by the machine, redialled when it breaks.

What is said goes into the outbox first and is sent again after a reconnect until it is
acknowledged, so a coordinator that restarts misses nothing.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from runner.agent.archive import LineArchive, upload_bundle
from runner.agent.outbox import Outbox, fitting
from runner.agent.questions import Questions, search_frame
from runner.agent.seams import Control, RunFailed
from runner.protocol import (
    MAX_FRAME_BYTES,
    TOO_OLD,
    AckFrame,
    AssignFrame,
    CancelFrame,
    CheckpointFrame,
    EventFrame,
    EventKind,
    Found,
    FoundFrame,
    HeartbeatFrame,
    HelloFrame,
    MessageFrame,
    NeedTokenFrame,
    PausedFrame,
    PauseFrame,
    ResultFrame,
    ResumeFrame,
    TokenFrame,
    from_coordinator,
    known,
)
from runner.spec import Checkpoint, Outcome, RunSpec

HEARTBEAT_S = 5.0
PING_S = 10.0
PATIENCE_S = 120.0
TOKEN_S = 120.0
KEEP_S = 10.0
SEARCH_S = 15.0  # longer than the coordinator takes to say that it could not
_NOT_OURS = (401, 403, 404, 410)
log = structlog.get_logger()


class RunNotOurs(Exception):
    """The coordinator knows no such run any more: stop without a word."""


class WebSocketLink:
    """One run's line; see `runner.agent.seams.Link` for the promises."""

    def __init__(
        self,
        url: str,
        token: str,
        run_id: str,
        *,
        root: Path,
        patience_s: float = PATIENCE_S,
        search_s: float = SEARCH_S,
        on_secret: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.control = Control()
        self.spec: asyncio.Future[RunSpec] = asyncio.get_running_loop().create_future()
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._run_id = run_id
        self._outbox = Outbox(root / "outbox")
        self._patience_s = patience_s
        self._search_s = search_s
        self._on_secret = on_secret
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._questions = Questions()
        self._can_search = True
        self._can_keep = False
        self._waits = False
        self._empty = asyncio.Event()
        self._empty.set()
        self._session: aiohttp.ClientSession | None = None

    async def emit(self, kind: EventKind, data: dict[str, Any]) -> None:
        """Record one event; it is sent now or when the line is up again."""
        frame = EventFrame(
            run_id=self._run_id,
            seq=self._outbox.last_seq + 1,
            at=datetime.now(UTC),
            kind=kind,
            data=fitting(data),
        )
        await self._say(frame.to_json(), frame.seq)

    async def finish(self, outcome: Outcome) -> None:
        """Send the result and wait until the coordinator has stored it."""
        frame = ResultFrame(run_id=self._run_id, seq=self._outbox.last_seq + 1, outcome=outcome)
        await self._say(frame.to_json(), frame.seq)
        await self._empty.wait()

    async def clone_token(self) -> str:
        """Ask for a read token; raise `RunFailed` with the coordinator's sentence."""
        request = NeedTokenFrame(run_id=self._run_id, request_id=uuid.uuid4().hex)
        try:
            answer = await self._questions.ask(request, self._send, timeout_s=TOKEN_S)
        except TimeoutError as error:
            raise RunFailed("the coordinator gave no token to read the repository") from error
        if not isinstance(answer, TokenFrame) or answer.error:
            raise RunFailed(answer.error)
        token = answer.token.get_secret_value()
        self._on_secret(token)
        return token

    async def search(self, query: str, k: int) -> Found:
        """Ask the index; see `Link.search`."""
        if not self._can_search:
            return Found(error="this coordinator answers no searches")
        request = search_frame(self._run_id, query, k)
        try:
            answer = await self._questions.ask(request, self._send, timeout_s=self._search_s)
        except TimeoutError:
            return Found(error=f"the coordinator did not answer within {self._search_s:g} s")
        if not isinstance(answer, FoundFrame):
            return Found(error="the coordinator answered something else")
        return answer

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Say where the run stands and wait until it is stored, for a while."""
        if not self._can_keep:
            return
        frame = CheckpointFrame(
            run_id=self._run_id, seq=self._outbox.last_seq + 1, checkpoint=checkpoint
        )
        await self._say(frame.to_json(), frame.seq)
        # While the coordinator is away the run works on; the frame goes in its turn.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), KEEP_S)

    async def say_paused(self, *, is_paused: bool) -> None:
        """Say whether the run waits; said again on every new line."""
        self._waits = is_paused
        if self._can_keep:
            with contextlib.suppress(ConnectionError):
                await self._send(PausedFrame(run_id=self._run_id, is_paused=is_paused).to_json())

    @property
    def archive(self) -> LineArchive:
        """Where checkpoints of this run are kept."""
        return LineArchive(self, lambda: self._session, self._url)

    async def upload_bundle(self, path: Path) -> str:
        """Hand over the bundle at *path*; return its SHA-256 in hex."""
        return await upload_bundle(self._session, self._url, path)

    async def run(self) -> None:
        """Keep the line up; raise `RunNotOurs`, or `RunFailed` when nobody answers for long."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
        async with aiohttp.ClientSession(headers=self._headers, timeout=timeout) as session:
            self._session = session
            loop = asyncio.get_running_loop()
            last_up, wait_s = loop.time(), 0.1
            while True:
                try:
                    async with session.ws_connect(
                        f"{self._url}/ws/runner",
                        heartbeat=PING_S,
                        max_msg_size=16 * MAX_FRAME_BYTES,
                    ) as socket:
                        wait_s = 0.1
                        await self._serve(socket)
                except aiohttp.WSServerHandshakeError as error:
                    if error.status in _NOT_OURS:
                        raise RunNotOurs(f"the coordinator answered {error.status}") from error
                except (aiohttp.ClientError, ConnectionError, TimeoutError):
                    pass
                else:
                    last_up = loop.time()
                if loop.time() - last_up > self._patience_s:
                    raise RunFailed("the coordinator did not come back")
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 2.0)

    def give_up(self) -> None:
        """Let nobody wait for an acknowledgement any more."""
        self._empty.set()

    def close(self) -> None:
        """Let the outbox go; nothing can be said any more."""
        self._outbox.close()

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        hello = HelloFrame(
            run_id=self._run_id,
            last_seq=self._outbox.last_seq,
            is_paused=self.control.is_paused,
            at=datetime.now(UTC),
        )
        await socket.send_str(hello.to_json())
        beat = asyncio.create_task(self._beat(socket))
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._heard(socket, message.data)
        finally:
            self._socket = None
            beat.cancel()
        if socket.close_code == TOO_OLD:
            raise RunFailed("this machine's runner is too old for its coordinator")
        if socket.close_code in (4401, 4410):
            raise RunNotOurs(f"the coordinator closed with {socket.close_code}")

    async def _beat(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await asyncio.sleep(HEARTBEAT_S)
                await socket.send_str(HeartbeatFrame(run_id=self._run_id).to_json())

    async def _heard(self, socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
        frame = known(from_coordinator, text)
        match frame:
            case None:
                log.info("frame of an unknown type", run_id=self._run_id)
            case AssignFrame():
                await self._assigned(socket, frame)
            case AckFrame():
                self._outbox.ack(frame.seq)
                if self._outbox.is_empty:
                    self._empty.set()
            case TokenFrame() | FoundFrame():
                self._questions.answered(frame)
            case _:
                self._steered(frame)

    def _steered(self, frame: PauseFrame | ResumeFrame | CancelFrame | MessageFrame) -> None:
        match frame:
            case PauseFrame():
                self.control.pause()
            case ResumeFrame():
                self.control.resume()
            case CancelFrame():
                self.control.cancel(frame.reason)
            case MessageFrame():
                self.control.add_message(frame)

    async def _assigned(self, socket: aiohttp.ClientWebSocketResponse, frame: AssignFrame) -> None:
        if not self.spec.done():
            self._on_secret(frame.spec.model.api_key.get_secret_value())
            self.spec.set_result(frame.spec)
        self._outbox.ack(frame.acked_seq)
        sent = frame.acked_seq
        while waiting := list(self._outbox.after(sent)):  # more may be said while these are sent
            for _, text in waiting:
                await socket.send_str(text)
            sent = waiting[-1][0]
        if self._outbox.is_empty:
            self._empty.set()
        self._socket, self._can_search = socket, frame.can_search
        self._can_keep = frame.can_keep
        if self._waits:
            await self.say_paused(is_paused=True)
        # From here on new questions go out by themselves, so none falls between the two.
        await self._questions.ask_again(socket.send_str, can_search=frame.can_search)

    async def _say(self, frame: str, seq: int) -> None:
        self._outbox.add(frame, seq)
        self._empty.clear()
        with contextlib.suppress(ConnectionError):
            await self._send(frame)

    async def _send(self, frame: str) -> None:
        """Send over the line if it is up; what must arrive is sent again over the next one."""
        if self._socket is not None:
            await self._socket.send_str(frame)

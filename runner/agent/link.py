"""The line to the coordinator: dialled by the machine, redialled when it breaks.

What is said is kept and sent again after a reconnect until it is acknowledged
(`runner.agent.delivery`), so a coordinator that restarts misses nothing.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from pydantic import ValidationError

from runner.agent.archive import LineArchive, upload_bundle
from runner.agent.delivery import Delivery
from runner.agent.fitting import fitting, fitting_outcome
from runner.agent.outbox import Outbox
from runner.agent.questions import Questions, search_frame
from runner.agent.seams import Control, RunFailed
from runner.channel import PING_S, Channel, SocketChannel
from runner.clocks import utc
from runner.protocol import (
    GONE,
    MAX_FRAME_BYTES,
    REFUSED,
    TOO_LARGE,
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
    PauseFrame,
    ResultFrame,
    ResumeFrame,
    TokenFrame,
    from_coordinator,
    known,
)
from runner.spec import Checkpoint, Outcome, RunSpec

HEARTBEAT_S = 5.0
PATIENCE_S = 120.0
TOKEN_S = 120.0
KEEP_S = 10.0
SEARCH_S = 15.0  # longer than the coordinator takes to say that it could not
LONG_S = 5.0  # a line that was up for so long had nothing against us
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
        now: Callable[[], datetime] = utc,
        on_secret: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.control = Control()
        self.spec: asyncio.Future[RunSpec] = asyncio.get_running_loop().create_future()
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._run_id = run_id
        self._delivery = Delivery(Outbox(root / "outbox"), run_id)
        self._patience_s = patience_s
        self._search_s = search_s
        self._now = now
        self._on_secret = on_secret
        self._channel: Channel | None = None
        self._flow: asyncio.Task[None] | None = None
        self._questions = Questions()
        self._protocol = 0
        self._can_search = True
        self._can_keep = False
        self._session: aiohttp.ClientSession | None = None

    async def emit(self, kind: EventKind, data: dict[str, Any]) -> None:
        """Record one event; it is sent now or when the line is up again."""
        fit, at = fitting(data), self._now()
        await self._delivery.say(
            lambda seq: EventFrame(run_id=self._run_id, seq=seq, at=at, kind=kind, data=fit)
        )

    async def finish(self, outcome: Outcome) -> None:
        """Send the result and wait until the coordinator has stored it."""
        fit = fitting_outcome(outcome)
        await self._delivery.say(
            lambda seq: ResultFrame(run_id=self._run_id, seq=seq, outcome=fit), is_last=True
        )
        await self._delivery.all_stored()

    async def clone_token(self) -> str:
        """Ask for a read token; raise `RunFailed` with the coordinator's sentence."""
        token = await self._questions.token(self._run_id, self._send, timeout_s=TOKEN_S)
        self._on_secret(token)
        return token

    async def search(self, query: str, k: int) -> Found:
        """Ask the index; see `Link.search`."""
        if not self._can_search:
            return Found(error="this coordinator answers no searches")
        request = search_frame(self._run_id, query, k)
        return await self._questions.found(request, self._send, timeout_s=self._search_s)

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Say where the run stands and wait until it is stored, for a while."""
        if not self._can_keep:
            return
        await self._delivery.say(
            lambda seq: CheckpointFrame(run_id=self._run_id, seq=seq, checkpoint=checkpoint)
        )
        # While the coordinator is away the run works on; the frame goes in its turn.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._delivery.all_stored(), KEEP_S)

    async def say_paused(self, *, is_paused: bool) -> None:
        """Say whether the run waits, when all that was said before is stored."""
        self._delivery.say_waits(waits=is_paused)

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
                began = loop.time()
                if await self._dial(session):
                    last_up = loop.time()
                if loop.time() - last_up > self._patience_s:
                    raise RunFailed("the coordinator did not come back")
                wait_s = 0.1 if loop.time() - began > LONG_S else wait_s
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 2.0)

    async def serve(self, channel: Channel) -> bool:
        """Talk over one line until it is down; return whether the coordinator took us.

        Raise `RunNotOurs` or `RunFailed` when it makes no sense to dial again.
        """
        hello = HelloFrame(
            run_id=self._run_id,
            last_seq=self._delivery.last_seq,
            is_paused=self.control.is_paused,
            at=self._now(),
        )
        beat = asyncio.create_task(self._beat(channel))
        self._protocol = 0
        try:
            await channel.say(hello.to_json())
            while (text := await channel.hear()) is not None:
                await self._heard(channel, text)
        except ConnectionError:
            pass
        finally:
            self._channel = None
            await _ended(beat, self._flow)
            self._flow = None
        return self._judged(*channel.closed_with)

    def give_up(self) -> None:
        """Let nobody wait for an acknowledgement any more."""
        self._delivery.give_up()

    def close(self) -> None:
        """Let what was kept go; nothing can be said any more."""
        self._delivery.close()

    async def _dial(self, session: aiohttp.ClientSession) -> bool:
        try:
            socket = await session.ws_connect(
                f"{self._url}/ws/runner", heartbeat=PING_S, max_msg_size=16 * MAX_FRAME_BYTES
            )
        except aiohttp.WSServerHandshakeError as error:
            if error.status in _NOT_OURS:
                raise RunNotOurs(f"the coordinator answered {error.status}") from error
            return False
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            return False
        channel = SocketChannel(socket)
        try:
            return await self.serve(channel)
        finally:
            await channel.close(1000)

    def _judged(self, code: int, reason: str) -> bool:
        """Return whether the line that was closed so had been a good one."""
        if code == TOO_OLD:
            raise RunFailed(reason or "this machine's runner is too old for its coordinator")
        if code == GONE:
            raise RunNotOurs(f"the coordinator closed with {code}")
        if code == REFUSED and self._protocol > 1:
            raise RunFailed(f"the coordinator refused what this machine said: {reason}")
        if code in (REFUSED, TOO_LARGE):
            self._delivery.refused()
        return self._protocol > 0 and code not in (REFUSED, TOO_LARGE)

    async def _beat(self, channel: Channel) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await asyncio.sleep(HEARTBEAT_S)
                await channel.say(HeartbeatFrame(run_id=self._run_id).to_json())

    async def _heard(self, channel: Channel, text: str) -> None:
        try:
            frame = known(from_coordinator, text)
        except ValidationError as error:
            why = "this machine's runner does not understand its coordinator"
            raise RunFailed(why) from error
        match frame:
            case None:
                log.info("frame of an unknown type", run_id=self._run_id)
            case AssignFrame():
                await self._assigned(channel, frame)
            case AckFrame():
                self._delivery.stored(frame.seq)
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

    async def _assigned(self, channel: Channel, frame: AssignFrame) -> None:
        if self._flow is not None:  # it came twice
            return
        if not self.spec.done():
            self._on_secret(frame.spec.model.api_key.get_secret_value())
            self.spec.set_result(frame.spec)
        self._protocol, self._can_search = frame.protocol, frame.can_search
        self._can_keep = frame.can_keep
        # Beside us: who only sends does not hear, and two such ends would wait for each other.
        self._flow = asyncio.create_task(self._deliver(channel, frame))
        self._channel = channel
        # From here on new questions go out by themselves, so none falls between the two.
        await self._questions.ask_again(channel.say, can_search=frame.can_search)

    async def _deliver(self, channel: Channel, assigned: AssignFrame) -> None:
        try:
            await self._delivery.flow(channel, acked=assigned.acked_seq, can_keep=assigned.can_keep)
        except (RunFailed, OSError):  # what was kept is lost, and so is the run
            await channel.close(1000)
            raise

    async def _send(self, frame: str) -> None:
        """Send a question over the line if it is up; it is asked again over the next one."""
        if self._channel is not None:
            await self._channel.say(frame)


async def _ended(*tasks: asyncio.Task[None] | None) -> None:
    """End *tasks*; raise what one of them died of."""
    begun = [task for task in tasks if task is not None]
    for task in begun:
        task.cancel()
    for result in await asyncio.gather(*begun, return_exceptions=True):
        if isinstance(result, Exception):
            raise result

"""The line between runner and coordinator, over a channel that drops, repeats, delays and cuts.

Real link, real gateway, a real database; only the socket is made of queues, so that hundreds of
bad days pass in seconds. In the end the channel is good, and everything must be there, once.
"""

import asyncio
import contextlib
import json
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import ClientWebSocketResponse, WSMessage, WSMsgType
from aiohttp.web import WebSocketResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.agents import Agents
from bot.blobs import Blobs
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.runs import Runs
from bot.domain import Run, RunId
from bot.errors import CadenceError
from bot.run_log import RunLog
from runner.agent.link import WebSocketLink
from runner.gateway import Gateway, Wishes
from runner.protocol import EventKind, MessageFrame
from runner.spec import Checkpoint, Outcome, RunSpec
from tests.fakes.desk import SPEC, FakeDesk
from tests.fakes.tasks import TASK

FATES = st.lists(st.sampled_from(["pass", "pass", "drop", "twice", "cut", "delay"]), max_size=25)
WISHES = st.lists(st.sampled_from(["pause", "resume", "say"]), max_size=6)


@dataclass
class Side:
    """One end of a channel, as aiohttp's sockets look from either."""

    fates: Iterator[str]
    other: "Side | None" = None
    queue: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    is_cut: bool = False
    is_deaf: bool = False
    close_code: int | None = None

    async def send_str(self, text: str) -> None:
        fate = next(self.fates, "pass")
        assert self.other is not None
        if fate == "cut":
            self.cut()
        if self.is_cut:
            raise ConnectionResetError
        if fate == "delay":
            await asyncio.sleep(0.001)
        if fate == "drop" and not self.is_deaf:
            # Half open: what is said from here on vanishes, until somebody notices the silence.
            self.is_deaf = True
            asyncio.get_running_loop().call_later(0.003, self.cut)
        for _ in range(0 if self.is_deaf else 2 if fate == "twice" else 1):
            self.other.queue.put_nowait(text)
        await asyncio.sleep(0)

    def cut(self) -> None:
        for side in (self, self.other):
            if side is not None and not side.is_cut:
                side.is_cut = True
                side.queue.put_nowait(None)

    async def close(self, *, code: int = 1000, message: bytes = b"") -> None:
        self.cut()

    async def receive(self, timeout: float = 0) -> WSMessage:
        text = await self.queue.get()
        kind = WSMsgType.CLOSED if text is None else WSMsgType.TEXT
        return WSMessage(kind, text, "")

    async def __aiter__(self) -> AsyncIterator[WSMessage]:
        while (text := await self.queue.get()) is not None:
            yield WSMessage(WSMsgType.TEXT, text, "")


class StoringDesk(FakeDesk):
    """A desk whose events go where the coordinator's go."""

    def __init__(self, run_log: RunLog, runs: Runs, spec: RunSpec) -> None:
        super().__init__(spec=spec)
        self.log = run_log
        self.runs = runs

    async def run_of(self, token_hash: str) -> Run | None:
        return await self.runs.get(self.spec.run_id)

    async def record(
        self, run_id: str, seq: int, kind: str, data: dict[str, Any], at: datetime
    ) -> bool:
        return await self.log.record(run_id, seq, kind, data, at)

    async def record_result(self, run_id: str, seq: int, outcome: Outcome) -> bool:
        return await self.log.record_result(run_id, seq, outcome)

    async def record_checkpoint(self, run: Run, seq: int, checkpoint: Checkpoint) -> bool:
        return await self.log.record_checkpoint(run.id, seq, checkpoint)


@dataclass
class Scene:
    """A run with a link and a gateway, joined by one bad channel after another."""

    desk: StoringDesk
    gateway: Gateway
    link: WebSocketLink
    bus: Bus
    run: Run
    fates: Iterator[str]
    line: Side | None = None
    is_over: bool = False

    async def keep_up(self) -> None:
        """Redial for ever, as the link's own loop does."""
        while not self.is_over:
            ours, theirs = Side(self.fates), Side(self.fates)
            self.line = ours
            ours.other, theirs.other = theirs, ours
            run = await self.desk.run_of("")
            assert run is not None
            ends = [
                asyncio.create_task(self._gateway(theirs, run)),
                asyncio.create_task(self.link._serve(cast("ClientWebSocketResponse", ours))),
            ]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            ours.cut()
            done = await asyncio.gather(*ends, return_exceptions=True)
            for one in done:
                if isinstance(one, Exception) and not isinstance(one, ConnectionError):
                    raise one
            await asyncio.sleep(0)

    async def _gateway(self, side: Side, run: Run) -> None:
        try:
            await self.gateway._talk(cast("WebSocketResponse", side), run)
        except (CadenceError, ConnectionError):
            side.cut()


@contextlib.asynccontextmanager
async def scene(folder: Path, fates: list[str]) -> AsyncIterator[Scene]:
    database = Database(f"sqlite:///{folder / 'x.sqlite3'}")
    await database.open()
    bus = Bus()
    agents, runs = Agents(database, bus), Runs(database)
    agent, _ = await agents.create(TASK)
    run = Run(id=RunId("run-1"), agent_id=agent.id, attempt=1, started_at=datetime.now(UTC))
    await runs.open(run, token_hash="h")
    desk = StoringDesk(RunLog(database, bus), runs, SPEC)
    gateway = Gateway(bus, blobs=Blobs((folder / "store").as_uri()))
    gateway.open_for(desk)
    link = WebSocketLink("http://127.0.0.1:9", "t", run.id, root=folder)
    made = Scene(desk, gateway, link, bus, run, iter(fates))
    up = asyncio.create_task(made.keep_up())
    try:
        yield made
    finally:
        made.is_over = True
        if made.line is not None:
            made.line.cut()
        await up
        link.close()
        await database.close()


async def stored(made: Scene) -> list[tuple[str, dict[str, Any]]]:
    agents = Agents(made.desk.log._db, made.bus)
    events = await agents.events(made.run.agent_id)
    return [(event.kind, event.data) for event in events if event.kind in {"text", "run ended"}]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(fates=FATES, events=st.integers(0, 12), checkpoint_at=st.integers(0, 12))
def test_everything_said_is_stored_once_and_in_order(
    fates: list[str], events: int, checkpoint_at: int
) -> None:
    async def day(folder: Path) -> None:
        async with asyncio.timeout(30), scene(folder, fates) as made:
            for number in range(events):
                if number == checkpoint_at:
                    made.link._can_keep = True
                    await made.link.keep(Checkpoint(number=1, run_id="run-1", step=number))
                await made.link.emit(EventKind.TEXT, {"text": str(number)})
            await made.link.finish(Outcome(status="completed"))
            found = await stored(made)
            run = await made.desk.run_of("")

        said = [data["text"] for kind, data in found if kind == "text"]
        assert said == [str(number) for number in range(events)]
        assert Counter(kind for kind, _ in found)["run ended"] == 1
        assert run is not None
        assert run.status == "finished"

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(day(Path(folder)))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(fates=FATES, wishes=WISHES)
def test_last_wish_holds_and_words_come_once(fates: list[str], wishes: list[str]) -> None:
    async def day(folder: Path) -> None:
        async with asyncio.timeout(30), scene(folder, fates) as made:
            words: list[MessageFrame] = []
            heard: list[MessageFrame] = []
            is_paused = False
            for number, wish in enumerate(wishes):
                if wish == "say":
                    words.append(MessageFrame(id=number + 1, text=str(number), author="dana"))
                else:
                    is_paused = wish == "pause"
                made.desk.wishes = Wishes(is_paused=is_paused, messages=tuple(words))
                made.bus.notify("wishes", made.run.agent_id)
                await asyncio.sleep(0)
            await made.link.emit(EventKind.TEXT, {"text": "x"})
            for _ in range(2_000):
                heard = list(made.link.control.messages)
                if made.link.control.is_paused == is_paused and len(heard) == len(words):
                    break
                made.bus.notify("wishes", made.run.agent_id)
                await asyncio.sleep(0.001)
            assert made.link.control.is_paused == is_paused
            assert [one.text for one in heard] == [one.text for one in words]

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(day(Path(folder)))


def test_channel_really_drops_and_repeats() -> None:
    async def day() -> list[str]:
        ours, theirs = Side(iter(["twice", "pass", "drop"])), Side(iter([]))
        ours.other, theirs.other = theirs, ours
        for word in ("a", "b", "c"):
            await ours.send_str(json.dumps(word))
        await asyncio.sleep(0.01)
        with pytest.raises(ConnectionError):
            await ours.send_str("d")
        return [str(json.loads(str(m.data))) async for m in theirs]

    assert asyncio.run(day()) == ["a", "a", "b"]

"""The line between runner and coordinator, over a channel that drops, repeats, delays and cuts.

Real link, real gateway, a real database; only the socket is made of queues, so that hundreds of
bad days pass in seconds. In the end the channel is good, and everything must be there, once.
"""

import asyncio
import contextlib
import json
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.agents import Agents
from bot.blobs import Blobs
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.runs import Runs
from bot.domain import Run, RunId
from bot.errors import StorageAway
from bot.life.run_log import RunLog
from runner.agent.link import WebSocketLink
from runner.agent.outbox import WINDOW
from runner.clocks import utc
from runner.gateway import Gateway
from runner.lines.desk import Wishes
from runner.protocol import EventKind, MessageFrame
from runner.spec import Checkpoint, Outcome
from tests.fakes.bad_channel import FATES, Side, joined
from tests.fakes.desk import SPEC, FakeDesk
from tests.fakes.tasks import TASK

DAYS = st.lists(st.sampled_from(FATES), max_size=25)
# What becomes of each thing that is to be stored: the database is away, before or after the commit.
STORE = st.lists(st.sampled_from(["well", "well", "before", "after", "restart"]), max_size=12)
WISHES = st.lists(st.sampled_from(["pause", "resume", "say"]), max_size=6)
MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class StoringDesk(FakeDesk):
    """A desk whose events go where the coordinator's go, if the database is there."""

    log: RunLog | None = None
    runs: Runs | None = None
    faults: Iterator[str] = field(default_factory=lambda: iter(()))
    restart: asyncio.Event = field(default_factory=asyncio.Event)

    async def run_of(self, token_hash: str) -> Run | None:
        assert self.runs is not None
        return await self.runs.get(self.spec.run_id)

    async def record(
        self, run_id: str, seq: int, kind: str, data: dict[str, Any], at: datetime
    ) -> bool:
        assert self.log is not None
        async with self._weather():
            return await self.log.record(run_id, seq, kind, data, at)

    async def record_result(self, run_id: str, seq: int, outcome: Outcome) -> bool:
        assert self.log is not None
        async with self._weather():
            return await self.log.record_result(run_id, seq, outcome)

    async def record_checkpoint(self, run: Run, seq: int, checkpoint: Checkpoint) -> bool:
        assert self.log is not None
        async with self._weather():
            return await self.log.record_checkpoint(run.id, seq, checkpoint)

    async def wishes_for(self, run: Run) -> Wishes:
        async with self._weather():
            return await super().wishes_for(run)

    @contextlib.asynccontextmanager
    async def _weather(self) -> AsyncIterator[None]:
        fate = next(self.faults, "well")
        if fate == "before":
            raise StorageAway("the database is away")
        yield
        if fate == "after":
            raise StorageAway("the database is away")
        if fate == "restart":
            self.restart.set()


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
    most_flying: int = 0

    async def keep_up(self) -> None:
        """Redial for ever, as the link's own loop does."""
        while not self.is_over:
            ours, theirs = joined(self.fates)
            self.line = ours
            run = await self.desk.run_of("")
            assert run is not None
            self.desk.restart.clear()
            ends = [
                asyncio.create_task(self.gateway.serve(theirs, run)),
                asyncio.create_task(self.link.serve(ours)),
            ]
            power = asyncio.create_task(self.desk.restart.wait())
            await asyncio.wait([*ends, power], return_when=asyncio.FIRST_COMPLETED)
            if power.done():  # the coordinator dies in mid-stream
                ends[0].cancel()
                self.gateway = self.new_gateway()
            power.cancel()
            ours.cut()
            for one in await asyncio.gather(*ends, return_exceptions=True):
                if isinstance(one, Exception):
                    raise one
            await asyncio.sleep(0)

    def new_gateway(self) -> Gateway:
        gateway = Gateway(self.bus, blobs=self.gateway.uploads._blobs)
        gateway.open_for(self.desk)
        return gateway

    async def texts(self) -> list[str]:
        return [data["text"] for kind, data in await self.told() if kind == "text"]

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        assert self.desk.log is not None
        agents = Agents(self.desk.log._db, self.bus)
        events = await agents.events(self.run.agent_id)
        return [(event.kind, event.data) for event in events if event.kind in {"text", "run ended"}]


@contextlib.asynccontextmanager
async def scene(
    folder: Path,
    fates: list[str],
    faults: list[str] | None = None,
    now: Callable[[], datetime] = utc,
) -> AsyncIterator[Scene]:
    database = Database(f"sqlite:///{folder / 'x.sqlite3'}")
    await database.open()
    bus = Bus()
    agents, runs = Agents(database, bus), Runs(database)
    agent, _ = await agents.create(TASK)
    run = Run(id=RunId("run-1"), agent_id=agent.id, attempt=1, started_at=utc())
    await runs.open(run, token_hash="h")
    desk = StoringDesk(spec=SPEC, log=RunLog(database, bus), runs=runs, faults=iter(faults or []))
    gateway = Gateway(bus, blobs=Blobs((folder / "store").as_uri()))
    gateway.open_for(desk)
    link = WebSocketLink("http://127.0.0.1:9", "t", run.id, root=folder, now=now)
    made = Scene(desk, gateway, link, bus, run, iter(fates))
    up = asyncio.create_task(made.keep_up())
    up.add_done_callback(lambda _: link.give_up())  # a test that broke does not wait for ever
    try:
        yield made
    finally:
        made.is_over = True
        if made.line is not None:
            made.line.cut()
        await up
        link.close()
        await database.close()


@MANY
@given(fates=DAYS, faults=STORE, events=st.integers(0, 12), checkpoint_at=st.integers(0, 12))
def test_everything_said_is_stored_once_and_in_order(
    fates: list[str], faults: list[str], events: int, checkpoint_at: int
) -> None:
    async def day(folder: Path) -> None:
        async with asyncio.timeout(60), scene(folder, fates, faults) as made:
            for number in range(events):
                if number == checkpoint_at:
                    await made.link.spec
                    await made.link.keep(Checkpoint(number=1, run_id="run-1", step=number))
                await made.link.emit(EventKind.TEXT, {"text": str(number)})
            await made.link.finish(Outcome(status="completed"))
            found = await made.told()
            run = await made.desk.run_of("")

        said = [data["text"] for kind, data in found if kind == "text"]
        assert said == [str(number) for number in range(events)]
        assert Counter(kind for kind, _ in found)["run ended"] == 1
        assert run is not None
        assert run.status == "finished"

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(day(Path(folder)))


@settings(MANY, max_examples=40)
@given(fates=DAYS, faults=STORE, wishes=WISHES)
def test_last_wish_holds_and_words_come_once(
    fates: list[str], faults: list[str], wishes: list[str]
) -> None:
    async def day(folder: Path) -> None:
        async with asyncio.timeout(60), scene(folder, fates, faults) as made:
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
            # Nothing is told again from here on: what was once wished must come by itself.
            while made.link.control.is_paused != is_paused or len(heard) != len(words):
                heard = list(made.link.control.messages)
                await asyncio.sleep(0.001)
            assert [one.text for one in heard] == [one.text for one in words]

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(day(Path(folder)))


@settings(MANY, max_examples=30)
@given(fates=DAYS, faults=STORE, turns=st.lists(st.booleans(), max_size=8))
def test_coordinator_knows_in_the_end_whether_the_run_waits(
    fates: list[str], faults: list[str], turns: list[bool]
) -> None:
    async def day(folder: Path) -> None:
        async with asyncio.timeout(60), scene(folder, fates, faults) as made:
            await made.link.spec
            for number, waits in enumerate(turns):
                await made.link.emit(EventKind.TEXT, {"text": str(number)})
                await made.link.say_paused(is_paused=waits)
                await asyncio.sleep(0)
            wanted = turns[-1:] or []
            while made.desk.pauses[-1:] != wanted:  # noqa: ASYNC110 - a fake tells nobody
                await asyncio.sleep(0.001)
            if wanted == [True]:  # its machine may be given back: nothing is still on its way
                assert len(await made.texts()) == len(turns)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(day(Path(folder)))


@settings(MANY, max_examples=20)
@given(fates=DAYS, wrong_s=st.floats(-1e6, 1e6))
def test_times_are_those_of_the_coordinator_whatever_the_machine_says(
    fates: list[str], wrong_s: float
) -> None:
    async def day(folder: Path) -> None:
        began = utc()

        def wrong() -> datetime:
            return utc() + timedelta(seconds=wrong_s)

        async with asyncio.timeout(60), scene(folder, fates, now=wrong) as made:
            await made.link.emit(EventKind.TEXT, {"text": "a"})
            await made.link.emit(EventKind.TEXT, {"text": "b"})
            await made.link.finish(Outcome(status="completed"))
            assert made.desk.log is not None
            agents = Agents(made.desk.log._db, made.bus)
            times = [one.at for one in await agents.events(made.run.agent_id) if one.kind == "text"]

        moment = timedelta(seconds=2)  # what is less may be the way here
        assert all(began - moment <= at <= utc() for at in times)
        assert times[0] <= times[1] + moment

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(day(Path(folder)))


async def test_slow_coordinator_gets_no_more_than_a_window(tmp_path: Path) -> None:
    gate = asyncio.Event()

    class SlowDesk(FakeDesk):
        async def record(self, *said: Any) -> bool:
            await gate.wait()
            return await super().record(*said)

        async def note_pause(self, run: Run, *, is_paused: bool) -> None:
            stored_before.append(len(self.events))
            await super().note_pause(run, is_paused=is_paused)

    desk, stored_before = SlowDesk(), list[int]()
    run = desk.run("h")
    gateway = Gateway(Bus(), blobs=Blobs((tmp_path / "store").as_uri()))
    gateway.open_for(desk)
    link = WebSocketLink("http://127.0.0.1:9", "t", run.id, root=tmp_path)
    ours, theirs = joined(iter(()))
    ends = [asyncio.create_task(gateway.serve(theirs, run)), asyncio.create_task(link.serve(ours))]
    await link.spec
    for number in range(1_000):
        await link.emit(EventKind.TEXT, {"text": str(number)})
    await asyncio.sleep(0.05)
    flying = sum('"type":"event"' in text for text in ours.said)
    await link.say_paused(is_paused=True)
    gate.set()
    async with asyncio.timeout(30):
        while not desk.pauses:  # noqa: ASYNC110 - a fake tells nobody
            await asyncio.sleep(0.01)
    await link.finish(Outcome(status="completed"))
    ours.cut()
    await asyncio.gather(*ends)
    link.close()

    assert flying == WINDOW
    assert stored_before == [1_000]  # its machine may be given back: nothing is still to be said
    assert [data["text"] for _, _, data in desk.events] == [str(n) for n in range(1_000)]


def test_channel_really_drops_and_repeats() -> None:
    async def day() -> list[str]:
        ours, theirs = joined(iter(["twice", "pass", "drop"]))
        for word in ("a", "b", "c"):
            await ours.say(json.dumps(word))
        await asyncio.sleep(0.01)
        with pytest.raises(ConnectionError):
            await ours.say("d")
        heard = []
        while (text := await theirs.hear()) is not None:
            heard.append(str(json.loads(text)))
        return heard

    assert asyncio.run(day()) == ["a", "a", "b"]

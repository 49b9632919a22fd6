"""Runners and coordinators of different versions on one line."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.agents import Agents
from bot.blobs import Blobs
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.runs import Runs
from bot.domain import Run, RunId
from bot.life.run_log import RunLog
from runner.agent.link import WebSocketLink
from runner.agent.seams import RunFailed
from runner.clocks import utc
from runner.gateway import Gateway
from runner.lines.desk import Wishes
from runner.protocol import (
    PROTOCOL_VERSION,
    REFUSED,
    TOO_LARGE,
    TOO_OLD,
    AckFrame,
    AssignFrame,
    EventKind,
    MessageFrame,
)
from runner.spec import Outcome, Snippet
from tests.fakes.bad_channel import Side, joined
from tests.fakes.desk import SPEC, FakeDesk
from tests.fakes.tasks import TASK

RECORDED = Path(__file__).parents[1] / "payloads" / "line" / "version-1.jsonl"
HELLO = {"type": "hello", "runId": "run-1"}
AT = "2026-11-26T10:00:00Z"


def event(seq: int, **changes: Any) -> dict[str, Any]:
    facts = {"type": "event", "runId": "run-1", "seq": seq, "at": AT, "kind": "text"}
    return facts | {"data": {"text": str(seq)}} | changes


@asynccontextmanager
async def line_to(desk: FakeDesk, bus: Bus, folder: Path) -> AsyncIterator[Side]:
    """A line to the real gateway, with nothing of ours at this end."""
    run = desk.run("h")
    gateway = Gateway(bus, blobs=Blobs((folder / "store").as_uri()))
    gateway.open_for(desk)
    ours, theirs = joined(iter(()))
    serving = asyncio.create_task(gateway.serve(theirs, run))
    async with asyncio.timeout(20):
        try:
            yield ours
        finally:
            ours.cut()
            await serving


async def heard(side: Side) -> dict[str, Any]:
    text = await side.hear()
    assert text is not None, side.closed_with
    frame: dict[str, Any] = json.loads(text)
    return frame


async def greeted(side: Side, **changes: Any) -> dict[str, Any]:
    await side.say(json.dumps(HELLO | changes))
    return await heard(side)


def like(known: Any, now: Any) -> bool:
    """Whether *now* has all that *known* had; a newer side may say more."""
    if isinstance(known, dict) and isinstance(now, dict):
        return all(key in now and like(value, now[key]) for key, value in known.items())
    return bool(known == now)


async def test_runner_of_version_1_is_served_as_it_was(bus: Bus, tmp_path: Path) -> None:
    """What was recorded of both sides is played again: ours must say what it said then."""

    async def index(query: str, k: int) -> tuple[Snippet, ...]:
        return (
            Snippet(path="area.py", start_line=1, end_line=1, text="area = 1", reason="high: area"),
        )

    lines = [json.loads(line) for line in RECORDED.read_text().splitlines()]
    expected = [one["frame"] for one in lines if one["from"] == "coordinator"]
    desk = FakeDesk(index=index)
    wishes = iter(
        [
            Wishes(is_paused=True, messages=(MessageFrame(id=1, text="use tabs", author="dana"),)),
            Wishes(),
            Wishes(cancel_reason="stopped by @dana"),
        ]
    )
    got: list[dict[str, Any]] = []
    async with line_to(desk, bus, tmp_path) as side:
        for one in lines:
            frame = one["frame"]
            if one["from"] == "runner":
                await side.say(json.dumps(frame))
                continue
            if frame["type"] in ("pause", "resume", "cancel"):
                desk.wishes = next(wishes)
                bus.notify("wishes", "agent-1")
            got.append(await heard(side))

    def by_type(frame: dict[str, Any]) -> str:
        return f"{frame['type']} {frame.get('seq', 0):03}"

    for then, now in zip(sorted(expected, key=by_type), sorted(got, key=by_type), strict=True):
        assert like(then, now)
    assert [seq for seq, _, _ in desk.events] == [1, 2, 3, 4, 5, 6, 8]
    assert [one.number for one in desk.checkpoints] == [1]
    assert desk.pauses == [True, False]
    assert desk.outcome is not None
    assert desk.outcome.reason == "stopped by @dana"


@pytest.mark.parametrize(("newest", "agreed"), [(1, 1), (PROTOCOL_VERSION + 5, PROTOCOL_VERSION)])
async def test_assignment_names_the_version_that_both_speak(
    newest: int, agreed: int, bus: Bus, tmp_path: Path
) -> None:
    async with line_to(FakeDesk(), bus, tmp_path) as side:
        assigned = await greeted(side, protocol=newest, oldest=1)

    assert assigned["type"] == "assign"
    assert assigned["protocol"] == agreed


@pytest.mark.parametrize(
    ("newest", "oldest", "who"),
    [
        pytest.param(0, 0, "this machine's runner is too old", id="runner"),
        pytest.param(99, PROTOCOL_VERSION + 1, "this coordinator is too old", id="coordinator"),
    ],
)
async def test_sides_without_a_common_version_part_with_a_sentence(
    newest: int, oldest: int, who: str, bus: Bus, tmp_path: Path
) -> None:
    link = WebSocketLink("http://127.0.0.1:9", "t", "run-1", root=tmp_path)
    async with line_to(FakeDesk(), bus, tmp_path) as side:
        await side.say(json.dumps(HELLO | {"protocol": newest, "oldest": oldest}))
        assert await side.hear() is None
    code, reason = side.closed_with
    ours, theirs = joined(iter(()))
    serving = asyncio.create_task(link.serve(ours))
    await theirs.hear()
    await theirs.close(code, reason)

    assert code == TOO_OLD
    with pytest.raises(RunFailed, match=who):
        await serving
    link.close()


async def test_what_only_a_newer_runner_says_holds_nothing_up(bus: Bus, tmp_path: Path) -> None:
    strange = [
        event(1, kind="of tomorrow"),
        {"type": "memory", "runId": "run-1", "seq": 2, "kilobytes": 3},
        event(3, at="noon"),
    ]
    desk = FakeDesk()
    async with line_to(desk, bus, tmp_path) as side:
        await greeted(side, protocol=9, oldest=2)
        for frame in [*strange, event(4)]:
            await side.say(json.dumps(frame))
        acked = [(await heard(side))["seq"] for _ in range(4)]
        await side.say(json.dumps({"type": "dance", "runId": "run-1"}))
        await side.say(
            json.dumps({"type": "result", "runId": "run-1", "seq": 5, "outcome": {"status": "odd"}})
        )
        acked.append((await heard(side))["seq"])

    assert acked == [1, 2, 3, 4, 5]
    assert [data["text"] for _, _, data in desk.events[3:]] == ["4"]
    assert all("does not understand" in data["text"] for _, _, data in desk.events[:3])
    assert desk.outcome is not None
    assert desk.outcome.status == "failed"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(r'{"text":"a\u0000b"}', id="NUL"),
        pytest.param(r'{"text":"half \ud83d"}', id="half a character"),
        pytest.param('{"text":' + "[" * 5_000 + "]" * 5_000 + "}", id="very deep"),
        pytest.param('{"text":' + "[" * 150 + "]" * 150 + "}", id="deep"),
        pytest.param('{"text":[NaN,Infinity,1e999]}', id="no numbers"),
        pytest.param('{"text":' + "9" * 3_000 + "}", id="long number"),
    ],
)
async def test_frames_of_a_runner_that_cleans_nothing_are_stored(
    data: str, database: Database, bus: Bus, tmp_path: Path
) -> None:
    """On both databases: what one of them does not take would come again and again."""
    agents, runs = Agents(database, bus), Runs(database)
    agent, _ = await agents.create(TASK)
    run = Run(id=RunId("run-1"), agent_id=agent.id, attempt=1, started_at=utc())
    await runs.open(run, token_hash="h")
    log = RunLog(database, bus)

    class Storing(FakeDesk):
        async def record(self, *said: Any) -> bool:
            return await log.record(*said)

        async def record_result(self, *said: Any) -> bool:
            return await log.record_result(*said)

    frame = json.dumps(event(1)).replace('{"text": "1"}', data)
    assert data in frame
    async with line_to(Storing(), bus, tmp_path) as side:
        await greeted(side)
        await side.say(frame)
        assert await heard(side) == {"type": "ack", "seq": 1}
        last = {"status": "failed", "reason": "a\x00b"}
        await side.say(json.dumps(event(2, type="result", outcome=last)))
        assert await heard(side) == {"type": "ack", "seq": 2}

    told = [one.kind for one in await agents.events(agent.id)]
    assert told[-2:] in (["text", "run ended"], ["log", "run ended"])


class OlderCoordinator:
    """One of version 1: it closes for a frame that it does not understand, whoever says it."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.acked = 0
        self.texts: list[str] = []

    async def serve(self, side: Side) -> None:
        await side.hear()
        assigned = AssignFrame(spec=SPEC, acked_seq=self.acked).model_dump_json(
            by_alias=True, exclude={"protocol"}
        )
        await side.say(assigned)
        while (text := await side.hear()) is not None:
            frame = json.loads(text)
            if frame["type"] == "event" and frame["kind"] == "question":
                await side.close(self.code)
                return
            if "seq" in frame and frame["seq"] == self.acked + 1:
                self.acked += 1
                self.texts.append(frame["data"]["text"] if frame["type"] == "event" else "end")
                await side.say(AckFrame(seq=self.acked).to_json())


@pytest.mark.parametrize("code", [REFUSED, TOO_LARGE])
async def test_frame_that_an_older_coordinator_refuses_holds_nothing_up(
    code: int, tmp_path: Path
) -> None:
    link = WebSocketLink("http://127.0.0.1:9", "t", "run-1", root=tmp_path)
    older = OlderCoordinator(code)

    async def dial() -> None:
        while True:
            ours, theirs = joined(iter(()))
            serving = asyncio.create_task(older.serve(theirs))
            await link.serve(ours)
            await serving

    dialling = asyncio.create_task(dial())
    async with asyncio.timeout(20):
        await link.spec
        for number, kind in enumerate([EventKind.TEXT, EventKind.QUESTION, EventKind.TEXT]):
            await link.emit(kind, {"text": str(number)})
        await link.finish(Outcome(status="completed"))
    dialling.cancel()
    await asyncio.gather(dialling, return_exceptions=True)
    link.close()

    note = "The machine said something that its coordinator does not understand."
    assert older.texts == ["0", note, "2", "end"]


async def test_newer_coordinator_that_refuses_for_good_ends_the_run(tmp_path: Path) -> None:
    link = WebSocketLink("http://127.0.0.1:9", "t", "run-1", root=tmp_path)
    ours, theirs = joined(iter(()))
    serving = asyncio.create_task(link.serve(ours))
    await theirs.hear()
    await theirs.say(AssignFrame(spec=SPEC, protocol=2).to_json())
    await link.spec
    await theirs.close(REFUSED, "this is no frame")

    with pytest.raises(RunFailed, match="refused what this machine said: this is no frame"):
        await serving
    link.close()


async def test_assignment_that_a_runner_cannot_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    link = WebSocketLink("http://127.0.0.1:9", "t", "run-1", root=tmp_path)
    ours, theirs = joined(iter(()))
    serving = asyncio.create_task(link.serve(ours))
    await theirs.say('{"type":"assign","spec":{"runId":"run-1"}}')

    with pytest.raises(RunFailed, match="does not understand its coordinator"):
        await serving
    link.close()

"""Searches over a real line: answered, slow, refused, lost, stopped."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web

from bot.agents import Agents
from bot.blobs import Blobs
from bot.bus import Bus
from bot.db.engine import Database
from bot.domain import Run, RunId, Task
from bot.errors import Unavailable
from bot.github.app import GitHubApp
from bot.life.desk import Desk
from bot.life.run_defaults import RunDefaults
from bot.life.run_log import RunLog
from runner.agent.budget import Clock
from runner.agent.course import Course
from runner.agent.dial import connect
from runner.agent.link import WebSocketLink
from runner.agent.seams import RunCancelled
from runner.agent.watch import watched
from runner.gateway import Gateway
from runner.protocol import MAX_FRAME_BYTES, EventKind, Found, FoundFrame, from_coordinator
from runner.redact import Redactor
from runner.spec import Snippet
from tests.fakes.coordinator import coordinator
from tests.fakes.desk import SPEC, FakeDesk
from tests.fakes.tasks import TASK

TOKEN = "t" * 64
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()
PIECE = Snippet(path="area.py", start_line=1, end_line=1, text="area = 1", reason="high: area")


@asynccontextmanager
async def serving(
    desk: FakeDesk | Desk, bus: Bus, root: Path, port: int = 0, search_s: float = 10.0
) -> AsyncIterator[tuple[str, int]]:
    gateway = Gateway(bus, blobs=Blobs((root / "store").as_uri()), search_s=search_s)
    gateway.open_for(desk)
    app = web.Application()
    app.add_routes(gateway.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}", port
    finally:
        await gateway.close()
        await runner.cleanup()


@asynccontextmanager
async def raw_line(url: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A line without our runner behind it."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(f"{url}/ws/runner") as socket,
    ):
        await socket.send_json({"type": "hello", "runId": "run-1"})
        await socket.receive(timeout=5)
        yield socket


def asked(number: int, **changes: Any) -> dict[str, Any]:
    facts = {"type": "search", "runId": "run-1", "requestId": f"r{number}", "query": "x", "k": 3}
    return facts | changes


async def until(claim: Any, what: str) -> None:
    for _ in range(400):
        if claim():
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"never came true: {what}")


class Index:
    """An index that answers when it is let."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.gate = asyncio.Event()
        self.most = 0
        self.now = 0
        if is_open:
            self.gate.set()

    async def __call__(self, query: str, k: int) -> tuple[Snippet, ...]:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.gate.wait()
        finally:
            self.now -= 1
        return (PIECE,) * k


@pytest.fixture
def desk() -> FakeDesk:
    desk = FakeDesk()
    desk.run(HASH)
    return desk


async def test_index_answers_over_the_line(desk: FakeDesk, bus: Bus, tmp_path: Path) -> None:
    desk.index = Index()
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        connect(url, TOKEN, "run-1", root=tmp_path) as link,
    ):
        await link.spec
        found = await link.search("where is the area", 2)

    assert (found.mode, found.error) == ("lexical", "")
    assert found.snippets == (PIECE, PIECE)
    assert desk.queries == [("where is the area", 2)]


async def test_refusal_of_the_index_is_a_sentence(desk: FakeDesk, bus: Bus, tmp_path: Path) -> None:
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        connect(url, TOKEN, "run-1", root=tmp_path) as link,
    ):
        await link.spec
        found = await link.search("area", 2)

    assert found.error == "this coordinator has no index"
    assert found.snippets == ()


async def test_slow_search_delays_neither_events_nor_heartbeats(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.index = index = Index(is_open=False)
    async with serving(desk, bus, tmp_path) as (url, _), raw_line(url) as socket:
        await socket.send_json(asked(1))
        await until(lambda: index.now == 1, "the search has begun")
        renewed = desk.renewed
        await socket.send_json({"type": "heartbeat", "runId": "run-1"})
        event = {"type": "event", "runId": "run-1", "seq": 1, "kind": "text", "data": {}}
        await socket.send_json(event | {"at": "2026-11-01T12:00:00Z"})
        first = from_coordinator.validate_json(await socket.receive_str(timeout=5))
        index.gate.set()
        second = from_coordinator.validate_json(await socket.receive_str(timeout=5))

    assert first.type == "ack"
    assert desk.renewed == renewed + 1
    assert second.type == "found"


async def test_index_that_hangs_is_given_up(desk: FakeDesk, bus: Bus, tmp_path: Path) -> None:
    desk.index = index = Index(is_open=False)
    async with (
        serving(desk, bus, tmp_path, search_s=0.05) as (url, _),
        connect(url, TOKEN, "run-1", root=tmp_path) as link,
    ):
        await link.spec
        found = await link.search("area", 2)

    assert found.error == "the index did not answer within 0.05 s"
    assert index.now == 0


async def test_two_searches_at_a_time_and_not_many_waiting(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.index = index = Index(is_open=False)
    async with serving(desk, bus, tmp_path) as (url, _), raw_line(url) as socket:
        for number in range(9):
            await socket.send_json(asked(number))
        await socket.send_json(asked(0))  # the same question again is one question
        refused = from_coordinator.validate_json(await socket.receive_str(timeout=5))
        await until(lambda: index.now == 2, "two have begun")
        index.gate.set()
        answers = [await socket.receive_json(timeout=5) for _ in range(8)]
        await socket.send_json(asked(10))
        last = await socket.receive_json(timeout=5)

    assert isinstance(refused, FoundFrame)
    assert (refused.request_id, refused.error) == ("r8", "too many searches at once")
    assert {one["requestId"] for one in answers} == {f"r{number}" for number in range(8)}
    assert not [one["error"] for one in answers if one["error"]]
    assert index.most == 2
    assert last["requestId"] == "r10"


async def test_search_is_asked_again_after_a_reconnect(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.index = index = Index(is_open=False)
    async with serving(desk, bus, tmp_path) as (url, port):
        link = WebSocketLink(url, TOKEN, "run-1", root=tmp_path)
        line = asyncio.create_task(link.run())
        await link.spec
        search = asyncio.create_task(link.search("area", 1))
        await until(lambda: index.now == 1, "the search has begun")
    assert index.now == 0  # it ended with its line
    index.gate.set()

    async with serving(desk, bus, tmp_path, port):
        found = await asyncio.wait_for(search, 10)

    line.cancel()
    link.close()
    assert found.snippets == (PIECE,)
    assert desk.queries == [("area", 1)] * 2


async def test_search_begun_while_the_line_is_down_is_asked_when_it_is_up(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.index = Index()
    async with serving(desk, bus, tmp_path) as (url, port):
        link = WebSocketLink(url, TOKEN, "run-1", root=tmp_path)
        line = asyncio.create_task(link.run())
        await link.spec
    search = asyncio.create_task(link.search("area", 1))
    await asyncio.sleep(0)

    async with serving(desk, bus, tmp_path, port):
        found = await asyncio.wait_for(search, 10)

    line.cancel()
    link.close()
    assert found.snippets == (PIECE,)


async def test_search_over_a_line_that_stays_down_ends_with_a_sentence(tmp_path: Path) -> None:
    link = WebSocketLink("http://127.0.0.1:9", TOKEN, "run-1", root=tmp_path, search_s=0.05)

    found = await link.search("area", 1)

    link.close()
    assert found == Found(error="the coordinator did not answer within 0.05 s")


async def test_older_coordinator_hears_no_search(tmp_path: Path) -> None:
    async with coordinator(tmp_path, token=TOKEN, clone_token="") as older:
        older.spec = SPEC
        async with connect(older.url, TOKEN, "run-1", root=tmp_path) as link:
            early = asyncio.create_task(link.search("before the line is up", 1))
            await link.spec
            found = [await early, await link.search("area", 1)]
            await link.emit(EventKind.TEXT, {"text": "still here"})
            await until(lambda: older.kinds == ["text"], "the line is up")

    assert [one.error for one in found] == ["this coordinator answers no searches"] * 2
    assert not [frame for frame in older.frames if '"search"' in frame]


async def test_stopped_run_does_not_wait_for_the_index(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.index = index = Index(is_open=False)
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        connect(url, TOKEN, "run-1", root=tmp_path) as link,
    ):
        course = Course(await link.spec, link, Redactor(), Clock())
        search = asyncio.create_task(watched(link.search("area", 1), course))
        await until(lambda: index.now == 1, "the search has begun")
        link.control.cancel("stopped by @dana")
        with pytest.raises(RunCancelled, match="stopped by @dana"):
            await search
        index.gate.set()  # the answer that comes now is nobody's
        again = await link.search("area", 1)

    assert again.snippets == (PIECE,)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("x" * 500_000, id="half a megabyte"),
        pytest.param("\U0001f600" * 4_000, id="wide"),
        pytest.param("a\ud800b\x00c", id="no text"),
        pytest.param("", id="empty"),
    ],
)
async def test_hostile_query_is_cut_to_what_a_frame_may_hold(
    query: str, desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.index = Index()
    async with (
        serving(desk, bus, tmp_path) as (url, _),
        connect(url, TOKEN, "run-1", root=tmp_path) as link,
    ):
        await link.spec
        found = await link.search(query, 999)

    [(heard, k)] = desk.queries
    assert heard == query.encode("utf-8", "replace").decode()[:4_000]
    assert k == 20
    assert len(found.snippets) == 20


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"query": "x" * 4_001}, id="query"),
        pytest.param({"k": 1_000}, id="count"),
        pytest.param({"runId": "another"}, id="run"),
        pytest.param({"query": "x" * 1_100_000}, id="frame"),
    ],
)
async def test_search_beyond_the_limits_closes_the_line_and_asks_nothing(
    wrong: dict[str, Any], desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.index = Index()
    async with serving(desk, bus, tmp_path) as (url, _), raw_line(url) as socket:
        await socket.send_json(asked(1, **wrong))
        message = await socket.receive(timeout=5)

    assert message.type is aiohttp.WSMsgType.CLOSE
    assert desk.queries == []


async def test_largest_answer_stays_within_a_frame(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    async def huge(query: str, k: int) -> tuple[Snippet, ...]:
        text = "\n".join(["\x01" * 100] * 500)
        return (PIECE.model_copy(update={"text": text, "reason": "\x01" * 5_000}),) * 40

    desk.index = huge
    async with serving(desk, bus, tmp_path) as (url, _), raw_line(url) as socket:
        await socket.send_json(asked(1, k=20))
        answer = await socket.receive_str(timeout=5)

    found = from_coordinator.validate_json(answer)
    assert isinstance(found, FoundFrame)
    assert len(found.snippets) == 20
    assert 500_000 < len(answer) < MAX_FRAME_BYTES


async def test_mistake_in_the_index_costs_the_answer_and_not_the_line(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    async def broken(query: str, k: int) -> tuple[Snippet, ...]:
        if query == "break":
            raise KeyError("a mistake of ours")
        return (PIECE,)

    desk.index = broken
    async with serving(desk, bus, tmp_path) as (url, _), raw_line(url) as socket:
        await socket.send_json(asked(1, query="break"))
        await socket.send_json(asked(2))
        answer = await socket.receive_json(timeout=5)

    assert (answer["requestId"], answer["error"]) == ("r2", "")


async def test_frame_of_a_newer_runner_is_passed_over(
    desk: FakeDesk, bus: Bus, tmp_path: Path
) -> None:
    desk.index = Index()
    async with serving(desk, bus, tmp_path) as (url, _), raw_line(url) as socket:
        await socket.send_json({"type": "dance", "runId": "run-1"})
        await socket.send_json(asked(1))
        answer = await socket.receive_json(timeout=5)

    assert answer["type"] == "found"


class Shelf:
    """An index with one piece, and a memory of who asked."""

    def __init__(self, piece: Snippet) -> None:
        self.asked: list[tuple[str, str, int, str]] = []
        self._piece = piece

    async def snippets(
        self, task: Task, text: str, *, k: int, ref: str = ""
    ) -> tuple[str, tuple[Snippet, ...]]:
        self.asked.append((task.repository, text, k, ref))
        return "hybrid", (self._piece,)


async def desk_with(database: Database, agents: Agents, bus: Bus, finder: Shelf | None) -> Any:
    """Return a real desk with one run; GitHub and the defaults are not asked by a search."""
    agent, _ = await agents.create(TASK)
    run = Run(id=RunId("run-1"), agent_id=agent.id, attempt=1)
    desk = Desk(
        agents,
        cast("Any", None),
        RunLog(database, bus),
        cast("GitHubApp", None),
        Redactor(["a known " + "secret value"]),
        cast("RunDefaults", None),
        finder=finder,
    )
    return desk, run


async def test_desk_asks_for_the_repository_of_the_run_and_gives_no_secrets(
    database: Database, agents: Agents, bus: Bus
) -> None:
    key = "gh" + "p_" + hashlib.sha256(b"a token").hexdigest()[:36]
    text = f"url = 1\ntoken = '{key}'\nword = 'a known secret value'\nend = 2"
    finder = Shelf(PIECE.model_copy(update={"text": text, "reason": f"low: names {key}"}))
    desk, run = await desk_with(database, agents, bus, finder)

    mode, (piece,) = await desk.search(run, "area", 7)

    assert mode == "hybrid"
    assert finder.asked == [("acme/widgets", "area", 7, "")]
    assert key not in piece.text + piece.reason
    assert "a known secret value" not in piece.text
    assert piece.text.splitlines()[0] == "url = 1"
    assert (piece.path, piece.start_line) == ("area.py", 1)


async def test_desk_without_an_index_says_so(database: Database, agents: Agents, bus: Bus) -> None:
    desk, run = await desk_with(database, agents, bus, None)

    with pytest.raises(Unavailable, match="this coordinator has no index"):
        await desk.search(run, "area", 7)

"""Live streams: nothing lost, nothing twice, whoever serves them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.db.runs import Runs
from bot.domain import Agent, AgentId, Run, RunId
from bot.life.run_log import RunLog
from mobile_api.stream.api import MOST_STREAMS
from tests.fakes.github import REPO
from tests.fakes.phone import Browser, Heard, Home, home


@pytest.fixture
async def here(tmp_path: Path, database: Database, bus: Bus) -> AsyncIterator[Home]:
    async with home(tmp_path, database, bus) as made:
        yield made


class Work:
    """A run of an agent, that says things."""

    def __init__(self, here: Home, agent_id: str) -> None:
        self._log = RunLog(here.database, here.bus)
        self._here = here
        self.agent_id = agent_id
        self.run_id = f"{agent_id}-1"
        self.said = 0

    async def begun(self) -> "Work":
        now = datetime(2030, 1, 1, tzinfo=UTC)
        await self._here.agents.start(self.agent_id, model="m", deadline_at=now)
        run = Run(id=RunId(self.run_id), agent_id=AgentId(self.agent_id), attempt=1, started_at=now)
        await Runs(self._here.database).open(run, token_hash=self.run_id)
        return self

    async def say(self, kind: str, **data: Any) -> None:
        self.said += 1
        await self._log.record(self.run_id, self.said, kind, data, datetime.now(UTC))


async def made(dana: Browser, task: str = "Fix the sum") -> str:
    answer = await dana.post("/api/agents", {"repo": REPO, "task": task})
    assert answer.status == 201, answer.text
    return str(answer.body["id"])


def logs(heard: list[Heard]) -> list[int]:
    return [int(one.mark) for one in heard if one.name == "log"]


async def test_an_agents_log_is_replayed_then_live_and_ends(here: Home) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()

    async with dana.stream(f"/api/agents/{agent_id}/events") as stream:
        first = await stream.until("agent")
        await work.say("text", text="hello")
        second = await stream.until("log")
        await here.agents.fail(agent_id, "it did not work")
        rest = await stream.until("end")

    heard = [one for one in [*first, *second, *rest] if one.name == "log"]
    assert logs(heard) == [1, 2, 3, 4]
    assert [one.data["kind"] for one in heard] == ["created", "started", "text", "failed"]
    assert [one.data["status"] for one in rest if one.name == "agent"] == ["failed"]


async def test_a_client_that_comes_back_gets_what_it_missed_once(here: Home) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()
    # More than is kept in memory, and than is read at once.
    await asyncio.gather(*(work.say("text", text=str(number)) for number in range(700)))
    path = f"/api/agents/{agent_id}/events"

    async with dana.stream(path, Last_Event_ID="2") as stream:
        found = await stream.until("agent")
        await work.say("text", text="live")
        found += await stream.until("log")

    assert logs(found) == list(range(3, 704))


async def test_streams_of_two_coordinators_hold_the_same(
    here: Home, tmp_path: Path, database: Database, bus: Bus
) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()

    async with dana.stream("/api/events") as stream:
        first = await stream.until("agent")
    await work.say("question", text="Which one?", options=["a", "b"])
    await here.agents.say(agent_id, "the first", author="dana", source_ref="x:1")
    mark = next(one.mark for one in first if one.name == "agent")
    other = await _another(here, Bus())
    try:
        there = Browser(other[0], here.github)
        there.plant("cadence_access", dana.cookie("cadence_access"))
        async with there.stream("/api/events", Last_Event_ID=mark) as stream:
            heard = await stream.until("agent")
            again = stream.mark
        async with there.stream("/api/events", Last_Event_ID=again) as stream:
            await stream.until("hello")
            # This coordinator's bus is told nothing: it looks by itself.
            await work.say("log", level="info", text="later")
            await here.agents.fail(agent_id, "broke")
            later = await stream.until("notice")
        await there.close()
    finally:
        await other[1].cleanup()
        other[2].cancel()

    notices = [one.data["kind"] for one in heard if one.name == "notice"]
    assert notices == ["question", "answered"]
    news = [one.data["kind"] for one in later if one.name == "notice"]
    assert news == ["failed"]


async def _another(here: Home, bus: Bus) -> tuple[str, Any, "asyncio.Task[None]"]:
    """Serve a second coordinator on the same database, with a bus of its own."""
    from aiohttp import web

    from bot.wiring.people import PeopleSide

    async def start(_agent: Agent) -> None: ...

    side = PeopleSide(here.side.settings, here.database, bus, here.agents, here.side._plans, start)
    side.newsroom._poll_s = 0.2
    side.open_for(here.side.github(), here.side.oauth()._session, lambda _s: None)
    app = web.Application()
    side.mount(app)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    running = asyncio.create_task(side.run())
    return f"http://127.0.0.1:{runner.addresses[0][1]}", runner, running


async def test_a_fresh_stream_shows_what_is_at_work_and_no_old_news(here: Home) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()
    await work.say("question", text="Which one?")

    async with dana.stream("/api/events") as stream:
        found = await stream.until("agent")

    assert [one.name for one in found] == ["hello", "agent"]
    assert found[1].data["question"]["text"] == "Which one?"


async def test_a_session_that_ends_ends_its_streams(here: Home) -> None:
    dana, other = await here.signed_in(), await here.signed_in()
    await made(dana)

    async with dana.stream("/api/events") as stream:
        await stream.until("agent")
        assert (await other.post("/api/auth/logout-everywhere")).status == 204
        async with asyncio.timeout(5):
            with pytest.raises(EOFError):
                await stream.until("nothing")


async def test_other_peoples_agents_are_not_there(here: Home) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    here.github.grant(REPO, "erin", "admin")
    erin = await here.signed_in("erin")

    for path in (f"/api/agents/{agent_id}/events", "/api/agents/1/events", "/api/agents/1"):
        assert (await erin.get(path)).status == 404, path
    async with erin.stream("/api/events") as stream:
        await stream.until("hello")
        await made(erin, "Mine")
        heard = await stream.until("agent")
    assert [one.data["title"] for one in heard] == ["Mine"]


async def test_phones_that_lost_their_line_find_their_places_free(here: Home) -> None:
    dana = await here.signed_in()
    here.side._streams._beat_s = 3_600.0  # nothing is sent by which it would be noticed
    async with contextlib.AsyncExitStack() as phones:
        for _ in range(MOST_STREAMS):
            stream = await phones.enter_async_context(dana.stream("/api/events"))
            await stream.until("hello")
        assert (await dana.get("/api/events")).status == 429

    async with asyncio.timeout(60):
        while True:
            async with dana.stream("/api/events") as stream:
                if stream.answer.status == 200:
                    break


async def test_a_client_that_does_not_read_is_cut(here: Home) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()
    async with dana.stream(f"/api/agents/{agent_id}/events") as stream:
        await stream.until("agent")
        channels = here.side.newsroom._agents
        channel = channels.get(agent_id)
        assert channel is not None
        async with asyncio.timeout(60):
            while channel.watchers:
                await work.say("text", text="x" * 100_000)

    channels._linger_s = 0.0
    channels.sweep()
    assert len(channels) == 0  # nobody is counted any more

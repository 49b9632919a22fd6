"""The live log: replay, then live, and nothing that a text could do to the page."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.agents import Agents
from bot.bus import Bus
from bot.db.agent_logs import save_all
from bot.db.engine import Database
from bot.domain import AgentEvent
from mobile_api.agents.live import LiveLog
from mobile_api.health import Health
from runner.clocks import utc
from tests.fakes.tasks import TASK

Client = TestClient[Any, Any]
MakeClient = Callable[[web.Application], Awaitable[Client]]


async def opened(make: MakeClient, agents: Agents, bus: Bus) -> Client:
    app = web.Application()
    app.add_routes(LiveLog(agents, bus).routes())
    app.add_routes(Health().routes())
    return await make(app)


async def heard(answer: aiohttp.ClientResponse, until: str) -> list[tuple[str, Any]]:
    """Return the named events up to *until*."""
    found: list[tuple[str, Any]] = []
    name = "message"
    async for raw in answer.content:
        line = raw.decode().strip()
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            found.append((name, json.loads(line.removeprefix("data: "))))
            if name == until:
                return found
            name = "message"
    return found


async def test_events_are_replayed_and_then_live_until_the_end(
    aiohttp_client: MakeClient, agents: Agents, bus: Bus
) -> None:
    agent, _ = await agents.create(TASK)
    client = await opened(aiohttp_client, agents, bus)
    async with client.get(f"/agents/{agent.id}/stream") as answer:
        first = await heard(answer, "state")
        await agents.cancel(agent.id, by="dana")
        rest = await heard(answer, "end")

    assert [data["kind"] for name, data in first if name == "message"] == ["created"]
    assert [data["kind"] for name, data in rest if name == "message"] == ["cancel requested"]
    assert rest[-2][1]["status"] == "cancelled"


async def test_what_was_seen_is_not_sent_again(
    aiohttp_client: MakeClient, agents: Agents, bus: Bus
) -> None:
    agent, _ = await agents.create(TASK)
    await agents.cancel(agent.id, by="dana")
    client = await opened(aiohttp_client, agents, bus)

    async with client.get(f"/agents/{agent.id}/stream", headers={"Last-Event-ID": "1"}) as answer:
        events = await heard(answer, "end")

    assert [data["kind"] for name, data in events if name == "message"] == ["cancel requested"]


class Counted(Agents):
    """Agents, and how many events were read for those who watch."""

    read = 0

    async def events(self, agent_id: str, *, after: int = 0, limit: int = 1000) -> list[AgentEvent]:
        found = await super().events(agent_id, after=after, limit=limit)
        self.read += len(found)
        return found


async def test_who_reads_slowly_is_not_read_ahead_for(
    aiohttp_client: MakeClient, database: Database, bus: Bus
) -> None:
    agents = Counted(database, bus)
    agent, _ = await agents.create(TASK)
    events = [
        AgentEvent(agent_id=agent.id, seq=seq, kind="text", data={"text": "x" * 100_000}, at=utc())
        for seq in range(2, 602)
    ]
    async with database.write() as tx:
        await save_all(tx, [replace(agent, seq=601)], events)
    client = await opened(aiohttp_client, agents, bus)

    async with client.get(f"/agents/{agent.id}/stream"):
        before = -1
        while not agents.read or agents.read != before:  # until it stands still
            before = agents.read
            await asyncio.sleep(0.5)

    assert before < 300


async def test_unknown_agent_is_not_found(
    aiohttp_client: MakeClient, agents: Agents, bus: Bus
) -> None:
    client = await opened(aiohttp_client, agents, bus)

    for path in ("/agents/nobody", "/agents/nobody/stream", "/agents/nobody/state"):
        assert (await client.get(path)).status == 404, path


async def test_page_holds_no_text_of_anybody_and_loads_nothing_from_elsewhere(
    aiohttp_client: MakeClient, agents: Agents, bus: Bus
) -> None:
    agent, _ = await agents.create(TASK)
    client = await opened(aiohttp_client, agents, bus)

    answer = await client.get(f"/agents/{agent.id}")
    page = await answer.text()
    script = await (await client.get("/static/log.js")).text()

    assert TASK.issue_title not in page
    assert "http" not in page
    assert "innerHTML" not in script
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_health_says_up_and_not_yet_ready(
    aiohttp_client: MakeClient, agents: Agents, bus: Bus
) -> None:
    client = await opened(aiohttp_client, agents, bus)

    assert (await client.get("/healthz")).status == 200
    assert (await client.get("/readyz")).status == 503
    assert "python_info" in await (await client.get("/metrics")).text()

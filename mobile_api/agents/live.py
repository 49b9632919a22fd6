"""The live log of an agent: a page, and the events behind it as server-sent events.

The link holds the agent's random id and stands only where the task came from, so whoever can read
the issue can read the log. Events are replayed from the database first and then live, by number.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.agents import Agents
from bot.bus import AGENT, Bus, Watch, following
from bot.domain import Agent, AgentEvent
from bot.errors import NotFound

PING_S = 15.0
BATCH = 50  # of up to 1 MiB each, kept for whoever reads slowly
_PAGE = Path(__file__).parents[1] / "web" / "log.html"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


class LiveLog:
    """The pages and streams of agents."""

    def __init__(self, agents: Agents, bus: Bus) -> None:
        self._agents = agents
        self._bus = bus
        self._page = _PAGE.read_text()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to add to the application."""
        return [
            web.get("/agents/{id}", self._log_page),
            web.get("/agents/{id}/state", self._state),
            web.get("/agents/{id}/stream", self._stream),
            web.get("/static/log.css", _static("log.css", "text/css")),
            web.get("/static/log.js", _static("log.js", "text/javascript")),
        ]

    async def _log_page(self, request: web.Request) -> web.Response:
        await self._agent(request)
        return web.Response(text=self._page, content_type="text/html", headers=_HEADERS)

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(shown(await self._agent(request)), headers=_HEADERS)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        agent = await self._agent(request)
        last = _last_seen(request)
        response = web.StreamResponse(
            headers=_HEADERS | {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        async with self._bus.watch(AGENT, agent.id) as changes:
            while True:
                events = await self._agents.events(agent.id, after=last, limit=BATCH)
                for event in events:
                    await response.write(_frame(event))
                    last = event.seq
                if len(events) == BATCH:
                    continue
                agent = await self._agents.get(agent.id)
                await response.write(_named("state", shown(agent)))
                if agent.status.is_final and agent.seq <= last:
                    await response.write(_named("end", {}))
                    return response
                last = await _followed(response, changes, agent.id, last)
                await asyncio.sleep(0.05)  # a burst of events becomes one look

    async def _agent(self, request: web.Request) -> Agent:
        try:
            return await self._agents.get(request.match_info["id"])
        except NotFound as error:
            raise web.HTTPNotFound(text="There is no such agent.") from error


async def _followed(response: web.StreamResponse, changes: Watch, agent_id: str, last: int) -> int:
    """Write what is told on the bus until something must be read; return the last number."""
    while told := await changes.written(timeout_s=PING_S):
        events = following(told.get(agent_id), last)
        if events is None:
            return last
        for event in events:
            await response.write(_frame(event))
            last = event.seq
    await response.write(b": still here\n\n")
    return last


def shown(agent: Agent) -> dict[str, Any]:
    """Return what the page shows of *agent*, in the API's camelCase."""
    task = agent.task
    return {
        "id": agent.id,
        "number": agent.number,
        "repoName": task.repository,
        "issue": task.issue,
        "issueTitle": task.issue_title,
        "taskDescription": task.instruction,
        "requester": task.requester.login,
        "status": agent.status,
        "phase": agent.phase,
        "progress": agent.progress,
        "plan": list(agent.plan),
        "model": agent.model,
        "branch": agent.branch,
        "costUsd": round(agent.cost_usd, 4),
        "machineUsd": round(agent.machine_usd, 4),
        "machineSeconds": round(agent.machine_seconds, 1),
        "place": agent.place,
        "reason": agent.reason,
        "prUrl": agent.pr_url,
        "startedAt": agent.started_at.isoformat() if agent.started_at else None,
        "completedAt": agent.completed_at.isoformat() if agent.completed_at else None,
    }


def _last_seen(request: web.Request) -> int:
    text = request.headers.get("Last-Event-ID") or request.query.get("after", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _frame(event: AgentEvent) -> bytes:
    body = {"kind": event.kind, "data": event.data, "at": event.at.isoformat()}
    return f"id: {event.seq}\ndata: {json.dumps(body)}\n\n".encode()


def _named(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def _static(name: str, content_type: str) -> Any:
    body = (_PAGE.parent / name).read_bytes()

    async def serve(_request: web.Request) -> web.Response:
        headers = _HEADERS | {"Cache-Control": "max-age=300"}
        return web.Response(body=body, content_type=content_type, headers=headers)

    return serve

"""An agent's log, part by part, and what it changed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.agents import Agents
from bot.domain import Agent
from bot.errors import NotFound
from bot.github.app import GitHubApp
from mobile_api.agent_views import (
    DiffView,
    EventPage,
    FileView,
    LogsQuery,
    event_view,
)
from mobile_api.endpoint import Endpoint
from mobile_api.wire import answer, queried

Seen = Callable[[web.Request], Awaitable[Agent]]
_MOST_FILES = 300  # GitHub compares no more
_STATUSES = {"added": "added", "removed": "removed", "renamed": "renamed", "copied": "added"}


class AgentLog:
    """``/logs`` and ``/diff`` of an agent that *seen* lets the person see."""

    def __init__(self, agents: Agents, seen: Seen, github: Callable[[], GitHubApp]) -> None:
        self._agents = agents
        self._seen = seen
        self._github = github

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [
            Endpoint(
                method="GET",
                path="/api/agents/{id}/logs",
                handler=self._logs,
                summary="What happened to an agent, the oldest first",
                tag="agents",
                query=LogsQuery,
                answers={200: EventPage},
                problems=(404,),
            ),
            Endpoint(
                method="GET",
                path="/api/agents/{id}/diff",
                handler=self._diff,
                summary="What an agent changed, as far as it was pushed",
                tag="agents",
                answers={200: DiffView},
                problems=(404,),
            ),
        ]

    async def _logs(self, request: web.Request) -> web.Response:
        agent, query = await self._seen(request), queried(request, LogsQuery)
        after = min(int(query.cursor), 2**31 - 1) if query.cursor else query.after
        found = await self._agents.events(agent.id, after=after, limit=query.limit)
        is_all = len(found) < query.limit
        page = EventPage(
            items=[event_view(one) for one in found],
            next_cursor=None if is_all else str(found[-1].seq),
        )
        return answer(page)

    async def _diff(self, request: web.Request) -> web.Response:
        agent = await self._seen(request)
        task = agent.task
        repository = self._github().repository(
            task.installation_id, task.repository, repository_id=task.repository_id
        )
        try:
            if agent.pr_number is not None:
                found = await repository.pull_files(agent.pr_number)
            elif _is_pushed(agent):
                info = await repository.get()
                base = task.options.base or info.default_branch
                found = await repository.compared(base, agent.branch)
            else:
                found = []
        except NotFound:  # the branch is deleted
            found = []
        files = [_file(one) for one in found[:_MOST_FILES]]
        return answer(DiffView(files=files, truncated=len(found) >= _MOST_FILES))


def _is_pushed(agent: Agent) -> bool:
    return bool((agent.result.get("publish") or {}).get("branch"))


def _file(data: Mapping[str, Any]) -> FileView:
    return FileView(
        path=str(data["filename"]),
        old_path=data.get("previous_filename"),
        status=_STATUSES.get(str(data.get("status")), "modified"),  # type: ignore[arg-type]  # pydantic checks it
        additions=int(data.get("additions") or 0),
        deletions=int(data.get("deletions") or 0),
        patch=data.get("patch"),
    )

"""An agent's log, part by part, and what it changed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol

from aiohttp import web

from bot.agents import Agents
from bot.domain import Agent, AgentStatus
from bot.errors import NotFound
from bot.github.app import GitHubApp
from bot.github.repository import Repository
from bot.publishing.work_diff import Glimpse
from mobile_api.agents.views import (
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
_WAITS = "the agent waits for its turn: nothing is changed yet"
_NOTHING = "the agent is over, and nothing of it was pushed"
_DELETED = "what the agent pushed is not at GitHub any more"
_NEXT_PUSH = "as it was pushed last: what the agent does now comes with its next push"
_STATUSES = {"added": "added", "removed": "removed", "renamed": "renamed", "copied": "added"}


class Work(Protocol):
    """What agents have in hand."""

    async def look(self, agent: Agent) -> Glimpse:
        """Return what *agent* changed up to its newest checkpoint."""
        ...


class AgentLog:
    """``/logs`` and ``/diff`` of an agent that *seen* lets the person see."""

    def __init__(
        self,
        agents: Agents,
        seen: Seen,
        github: Callable[[], GitHubApp],
        work: Callable[[], Work],
    ) -> None:
        self._agents = agents
        self._seen = seen
        self._github = github
        self._work = work

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
                summary="What an agent changed: as pushed, else up to its newest checkpoint",
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
        return answer(await self._pushed(agent) or await self._at_hand(agent))

    async def _pushed(self, agent: Agent) -> DiffView | None:
        """Return what GitHub has of the agent, None when it has nothing."""
        task = agent.task
        repository = self._github().repository(
            task.installation_id, task.repository, repository_id=task.repository_id
        )
        try:
            source: Literal["pullRequest", "branch"]
            if agent.pr_number is not None:
                found, source = await repository.pull_files(agent.pr_number), "pullRequest"
            elif _is_pushed(agent):
                found, source = await _of_branch(repository, agent), "branch"
            else:
                return None
        except NotFound:
            return DiffView(files=[], truncated=False, source="none", note=_DELETED)
        files = [_file(one) for one in found[:_MOST_FILES]]
        note = "" if agent.status.is_final else _NEXT_PUSH
        return DiffView(files=files, truncated=len(found) >= _MOST_FILES, source=source, note=note)

    async def _at_hand(self, agent: Agent) -> DiffView:
        """Return what the agent has in hand, with a sentence that says how old or why nothing."""
        if agent.status is AgentStatus.PENDING:
            return DiffView(files=[], truncated=False, source="none", note=_WAITS)
        if agent.status.is_final:
            return DiffView(files=[], truncated=False, source="none", note=_NOTHING)
        seen = await self._work().look(agent)
        files = [
            FileView(
                path=one.path, status=one.status, additions=one.additions,
                deletions=one.deletions, patch=one.patch,
            )
            for one in seen.files
        ]  # fmt: skip
        note = seen.note or f"not pushed yet: as it was after step {seen.step}"
        return DiffView(
            files=files, truncated=seen.truncated, source="work" if files else "none", note=note
        )


async def _of_branch(repository: Repository, agent: Agent) -> list[Mapping[str, Any]]:
    base = agent.task.options.base or (await repository.get()).default_branch
    return await repository.compared(base, agent.branch)


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

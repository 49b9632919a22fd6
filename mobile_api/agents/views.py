"""Agents and their events as the API shows them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field

from bot.domain import Agent, AgentEvent, AgentStatus, Phase, Source
from mobile_api.wire import Heard, Moment, Page, Wire, iso

_TITLE = 80


class PlanItem(Wire):
    """One line of the agent's checklist."""

    text: str
    done: bool


class QuestionView(Wire):
    """What the agent wants to know; *options* are answers that it offers."""

    id: str
    text: str
    options: list[str]


class MetadataView(Wire):
    """What came of it up to now; the cost is in US dollars."""

    files_changed: int
    lines_added: int
    lines_removed: int
    pr_url: str | None
    pr_number: int | None
    estimated_cost: float


class AgentView(Wire):
    """An agent: *number* is per person and can be spoken, *version* grows with each change."""

    id: str
    number: int
    user_id: str
    repo_url: str
    repo_name: str
    branch: str
    task_description: str
    title: str
    status: AgentStatus
    phase: Phase
    progress: Annotated[int, Field(ge=0, le=100)]
    model: str
    source: Source
    plan: list[PlanItem]
    question: QuestionView | None
    reason: str
    place: str
    place_note: str
    version: int
    metadata: MetadataView
    created_at: Moment
    updated_at: Moment
    started_at: Moment | None
    completed_at: Moment | None


class AgentPage(Wire):
    """A part of a list of agents, the newest first."""

    items: list[AgentView]
    next_cursor: str | None


class EventView(Wire):
    """One thing that happened to an agent; *seq* counts up without gaps."""

    seq: int
    kind: str
    at: Moment
    data: dict[str, Any]


class EventPage(Wire):
    """A part of an agent's log, the oldest first."""

    items: list[EventView]
    next_cursor: str | None


class FileView(Wire):
    """One changed file; no *patch* for a binary or very large one."""

    path: str
    old_path: str | None = None
    status: Literal["added", "modified", "removed", "renamed"]
    additions: int
    deletions: int
    patch: str | None = None


class DiffView(Wire):
    """What the agent changed; *note* says in a sentence why there is nothing, or how old it is."""

    files: list[FileView]
    truncated: bool
    source: Literal["pullRequest", "branch", "work", "none"]
    note: str = ""


class AgentAsked(Wire):
    """A new agent; *branch* is where it starts from, the default branch when left out."""

    repo: Annotated[str, Field(min_length=3, max_length=201)]
    task: Annotated[str, Field(min_length=1, max_length=20_000)]
    branch: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    model: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    budget_usd: Annotated[float, Field(gt=0, le=100)] | None = None


class MessageAsked(Wire):
    """Words for an agent."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class AnswerAsked(Wire):
    """The answer to a question of the agent."""

    question_id: Annotated[str, Field(min_length=1, max_length=20)]
    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class AgentsQuery(Page):
    """Which agents: *q* are words of their task."""

    status: Literal["active", "done", "all"] = "all"
    repo: Annotated[str, Field(max_length=201)] = ""
    q: Annotated[str, Field(max_length=200)] = ""


class LogsQuery(Heard):
    """Which events: those above *after*, or above the cursor of the part before."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000
    cursor: Annotated[str, Field(max_length=20, pattern=r"^[0-9]*$")] = ""


class EventsQuery(Heard):
    """Where a stream goes on, for clients that cannot send ``Last-Event-ID``."""

    after: Annotated[str, Field(max_length=8000)] = ""


def agent_view(agent: Agent, *, web_url: str) -> AgentView:
    """Return *agent* as the API shows it."""
    task = agent.task
    created = agent.created_at or datetime.now(UTC)
    return AgentView(
        id=agent.id,
        number=agent.number,
        user_id=str(task.requester.id),
        repo_url=f"{web_url}/{task.repository}",
        repo_name=task.repository,
        branch=agent.branch,
        task_description=task.instruction,
        title=title_of(agent),
        status=agent.status,
        phase=agent.phase,
        progress=agent.progress,
        model=agent.model,
        source=task.source,
        plan=[PlanItem(text=str(one["text"]), done=bool(one["done"])) for one in agent.plan],
        question=QuestionView(**agent.question) if agent.question else None,
        reason=agent.reason,
        place=agent.place,
        place_note=agent.place_note,
        version=agent.version,
        metadata=_metadata(agent),
        created_at=created,
        updated_at=agent.updated_at or created,
        started_at=agent.started_at,
        completed_at=agent.completed_at,
    )


def _metadata(agent: Agent) -> MetadataView:
    result = agent.result
    return MetadataView(
        files_changed=int(result.get("filesChanged") or 0),
        lines_added=int(result.get("linesAdded") or 0),
        lines_removed=int(result.get("linesRemoved") or 0),
        pr_url=agent.pr_url or None,
        pr_number=agent.pr_number,
        estimated_cost=round(agent.cost_usd + agent.machine_usd, 6),
    )


def title_of(agent: Agent) -> str:
    """Return a line that names the agent's task."""
    said = agent.task.issue_title or agent.task.instruction.strip().partition("\n")[0]
    line = " ".join(said.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1].rstrip() + "…"


def event_view(event: AgentEvent) -> EventView:
    """Return *event* as the API shows it."""
    return EventView(seq=event.seq, kind=event.kind, at=event.at, data=event.data)


def event_json(event: AgentEvent) -> str:
    """Return the JSON of `event_view`, in a fraction of its time."""
    shown = {"seq": event.seq, "kind": event.kind, "at": iso(event.at), "data": event.data}
    try:
        return orjson.dumps(shown).decode()
    except orjson.JSONEncodeError:  # a whole number of more than 64 bits
        return event_view(event).model_dump_json(by_alias=True)

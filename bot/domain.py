"""The words of Cadence as frozen values, and the table of what may follow what."""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from bot.errors import IllegalTransition

AgentId = NewType("AgentId", str)
RunId = NewType("RunId", str)


class Source(StrEnum):
    """The door a task came through, as the API names it."""

    MOBILE_APP = "MOBILE_APP"
    ISSUE = "ISSUE"
    ISSUE_COMMENT = "ISSUE_COMMENT"
    PULL_REQUEST = "PULL_REQUEST"
    CHECK_FAILURE = "CHECK_FAILURE"
    API = "API"
    CLI = "CLI"


class AgentStatus(StrEnum):
    """Where an agent stands; only `bot.agents` changes it."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows any more."""
        return not _NEXT[self]


_NEXT: dict[AgentStatus, frozenset[AgentStatus]] = {
    AgentStatus.PENDING: frozenset(
        {AgentStatus.RUNNING, AgentStatus.PAUSED, AgentStatus.FAILED, AgentStatus.CANCELLED}
    ),
    AgentStatus.RUNNING: frozenset(
        {
            AgentStatus.PAUSED,
            AgentStatus.COMPLETED,
            AgentStatus.FAILED,
            AgentStatus.CANCELLED,
        }
    ),
    AgentStatus.PAUSED: frozenset(
        {AgentStatus.RUNNING, AgentStatus.PENDING, AgentStatus.FAILED, AgentStatus.CANCELLED}
    ),
    AgentStatus.COMPLETED: frozenset(),
    AgentStatus.FAILED: frozenset(),
    AgentStatus.CANCELLED: frozenset(),
}


class Phase(StrEnum):
    """What a person sees the agent do."""

    QUEUED = "queued"
    STARTING = "starting"
    CLONING = "cloning"
    SETUP = "setup"
    WORKING = "working"
    VERIFYING = "verifying"
    PUBLISHING = "publishing"
    DONE = "done"


PHASE_PROGRESS: dict[Phase, int] = {
    Phase.QUEUED: 0,
    Phase.STARTING: 3,
    Phase.CLONING: 6,
    Phase.SETUP: 10,
    Phase.WORKING: 20,
    Phase.VERIFYING: 85,
    Phase.PUBLISHING: 95,
    Phase.DONE: 100,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """The person who asked; *id* is GitHub's numeric id, 0 on the command line."""

    id: int
    login: str

    @property
    def email(self) -> str:
        """The no-reply address that GitHub links to the account."""
        return f"{self.id}+{self.login}@users.noreply.github.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the words of the request chose; None is the repository's or the server's default."""

    model: str | None = None
    base: str | None = None
    budget_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The frozen request; every door builds the same one.

    *source_ref* is the trigger's own id (``comment:880001``, ``issue:7:opened``) and makes the
    agent unique; *triggered_at* is when the words were written: nothing younger is read.
    """

    installation_id: int
    repository_id: int
    repository: str
    instruction: str
    source: Source
    source_ref: str
    requester: Requester
    issue: int | None = None
    issue_title: str = ""
    issue_body: str = ""
    comment_id: int | None = None
    wants_answer_only: bool = False
    options: Options = field(default_factory=Options)
    triggered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A task being worked on: what a user watches, pauses and cancels.

    *progress* is 0 to 100 and never goes back; *cost_usd* is what the models of all runs cost,
    *machine_usd* what their machines did; *plan* holds ``{"text": str, "done": bool}`` items; *seq*
    is the number of its newest event. *place_note* is what people should know of the place.
    *question* holds ``{"id": str, "text": str, "options": [str]}`` while it waits for an answer.
    """

    id: AgentId
    number: int
    task: Task
    status: AgentStatus = AgentStatus.PENDING
    phase: Phase = Phase.QUEUED
    progress: int = 0
    branch: str = ""
    plan: tuple[dict[str, Any], ...] = ()
    model: str = ""
    cost_usd: float = 0.0
    machine_seconds: float = 0.0
    machine_usd: float = 0.0
    place: str = ""
    place_note: str = ""
    reason: str = ""
    question: dict[str, Any] | None = None
    result: dict[str, Any] = field(default_factory=dict)
    pr_number: int | None = None
    pr_url: str = ""
    comment_id: int | None = None
    seq: int = 0
    version: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    deadline_at: datetime | None = None

    def moved_to(self, status: AgentStatus) -> "Agent":
        """Return this agent in *status*; raise `IllegalTransition` if it cannot get there."""
        if status not in _NEXT[self.status]:
            raise IllegalTransition(f"an agent that is {self.status} cannot become {status}")
        return replace(self, status=status)


class RunStatus(StrEnum):
    """Where one execution on one machine stands; ``parked`` gave its machine back in a pause."""

    STARTING = "starting"
    RUNNING = "running"
    FINISHED = "finished"
    LOST = "lost"
    CANCELLED = "cancelled"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of an agent on one machine; *machine* is what the backend needs to find it.

    *paused_at* is since when it waits with its work kept; *from_checkpoint* where it went on.
    """

    id: RunId
    agent_id: AgentId
    attempt: int
    status: RunStatus = RunStatus.STARTING
    backend: str = "local"
    machine: dict[str, Any] = field(default_factory=dict)
    lease_until: datetime | None = None
    acked_seq: int = 0
    result: dict[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    finished_at: datetime | None = None
    paused_at: datetime | None = None
    from_checkpoint: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent:
    """One thing that happened to an agent; *seq* counts up without gaps per agent."""

    agent_id: AgentId
    seq: int
    kind: str
    data: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How far an agent's log goes, without the agent; each event makes a new version."""

    id: AgentId
    seq: int
    version: int
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Events of an agent that were stored at once, and changed nothing of it but its *count*."""

    events: tuple[AgentEvent, ...]
    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class SteeringMessage:
    """Words for a running agent, delivered before its next model call."""

    id: int
    agent_id: AgentId
    text: str
    author: str


def slug(text: str, *, limit: int = 40) -> str:
    """Return *text* as ``[a-z0-9-]``, at most *limit* characters, ``task`` when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:limit].strip("-") or "task"


def branch_name(number: int | None, title: str, agent_id: str) -> str:
    """Return ``cadence/<number>-<slug>``, a name that is always a valid branch.

    Without an issue the start of *agent_id* keeps equal tasks apart.
    """
    if number is not None:
        return f"cadence/{number}-{slug(title)}"
    return f"cadence/{slug(title)}-{agent_id[:6]}"

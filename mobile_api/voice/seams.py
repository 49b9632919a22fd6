"""The rest of the house as spoken commands see it."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain import Agent, AgentStatus
from bot.errors import CadenceError
from mobile_api.auth.people import Person
from mobile_api.speech.frame import Context, KnownAgent


class NoSuchBranch(CadenceError):
    """The branch that an agent should start from is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a person can speak about."""

    repos: tuple[str, ...]
    agents: tuple[Agent, ...]
    default_repo: str | None = None
    language: str = "auto"


class People(Protocol):
    """Repositories, agents and choices of people."""

    async def known(self, person: Person) -> Known:
        """Return what the person may use and has: recent agents, and all that are not over."""
        ...


class Doing(Protocol):
    """Acts in a person's name; each one checks anew whether he may."""

    async def create(
        self, person: Person, repo: str, task: str, branch: str | None, *, ref: str
    ) -> Agent:
        """Return the agent made for *ref*, one however often; raise `NoSuchBranch`."""
        ...

    async def pause(self, person: Person, agent: Agent, *, seen: int) -> Agent:
        """Hold the agent; raise `IllegalTransition` when its status changed since *seen*."""
        ...

    async def resume(self, person: Person, agent: Agent, *, seen: int) -> Agent:
        """Let the agent go on; raise as `pause` does."""
        ...

    async def stop(self, person: Person, agent: Agent, *, seen: int) -> Agent:
        """End the agent; raise as `pause` does."""
        ...


def context_of(known: Known, focus: str | None) -> Context:
    """Return what is known as the grammar needs it."""
    return Context(
        repos=known.repos,
        agents=tuple(_spoken_of(agent) for agent in known.agents),
        focus=focus,
        default_repo=known.default_repo,
    )


def state_of(agent: Agent) -> str:
    """Return the agent's state as people speak of it."""
    if agent.question is not None and not agent.status.is_final:
        return "waiting"
    return "queued" if agent.status is AgentStatus.PENDING else agent.status.value


def title_of(agent: Agent) -> str:
    """Return the line that the agent is known by."""
    said = agent.task.issue_title or agent.task.instruction
    return " ".join(said.strip().partition("\n")[0].split())[:80]


def _spoken_of(agent: Agent) -> KnownAgent:
    began = agent.created_at or agent.started_at
    return KnownAgent(
        id=agent.id,
        number=agent.number,
        title=title_of(agent),
        repo=agent.task.repository,
        status=state_of(agent),
        started=began.isoformat() if began else "",
        branch=agent.branch,
    )

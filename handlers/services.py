"""What the doors need, handed in by the composition root."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from weakref import WeakValueDictionary

from bot.agents import Agents
from bot.db.installations import Installations
from bot.db.people import People
from bot.domain import Agent
from bot.github.app import GitHubApp
from bot.life.creating import Creator
from bot.places.plans import Plans


def _now() -> datetime:
    return datetime.now(UTC)


class Forgetting(Protocol):
    """What is kept of repositories, and goes with them; every call may be repeated."""

    async def forget(self, repository_id: int) -> None:
        """Drop everything that is kept of a repository."""
        ...

    async def leave(self, installation_id: int, repository_id: int) -> None:
        """Drop what was fetched of a repository for an installation that has it no more."""
        ...

    async def forget_branch(self, repository_id: int, branch: str) -> None:
        """Drop what is kept of one branch."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services behind the doors.

    *start* queues an agent's work and may be called twice; *redact* goes over everything that is
    posted; *index* queues the indexing of a repository (installation, number, full name, why), and
    the same why twice is one; *models* are the names that ``model=`` may give, any when empty;
    *sign_out* ends all sessions of a person and deletes the tokens.
    """

    agents: Agents
    github: GitHubApp
    people: People
    installations: Installations
    plans: Plans
    start: Callable[[Agent], Awaitable[None]]
    redact: Callable[[str], str]
    indexes: Forgetting
    index: Callable[[int, int, str, str], Awaitable[None]]
    sign_out: Callable[[int], Awaitable[None]]
    slug: str
    bot_user_id: int
    trusted_bots: frozenset[int] = frozenset()
    models: tuple[str, ...] = ()
    now: Callable[[], datetime] = _now
    turns: "WeakValueDictionary[tuple[int, int], asyncio.Lock]" = field(
        default_factory=WeakValueDictionary, repr=False
    )

    @property
    def creator(self) -> Creator:
        """What makes agents, the same for every door."""
        return Creator(self.agents, self.plans, self.start)

    def turn(self, repository_id: int, issue: int) -> asyncio.Lock:
        """Return the lock of an issue: whoever holds it decides about the issue's agent."""
        return self.turns.setdefault((repository_id, issue), asyncio.Lock())


@dataclass(slots=True, kw_only=True)
class Visit:
    """One delivery at a door; *note* says in the end what came of it."""

    services: Services
    guid: str
    note: str = "handled"

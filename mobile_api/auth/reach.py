"""Where a person may have agents: GitHub says that he may write, and the App is installed."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.domain import Agent
from bot.errors import NotFound, Unavailable
from bot.github.app import GitHubApp
from bot.github.person import AsPerson, Reach, reach_of
from bot.keys.user_tokens import UserTokens
from mobile_api.auth.people import Person

KEPT_S = 60.0
_MOST = 5_000
_NOT_INSTALLED = "Cadence is not installed on that repository: install the GitHub App there first"


@dataclass(slots=True)
class _Known:
    """What one person reaches, and until when we believe it."""

    until: float = 0.0
    reaches: tuple[Reach, ...] = ()
    ids: frozenset[int] = frozenset()
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Reaches:
    """Asks GitHub in the person's name; lists are believed for a minute, single answers never."""

    def __init__(
        self,
        tokens: UserTokens,
        github: Callable[[], GitHubApp],
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = tokens
        self._github = github
        self._now = now
        self._known: OrderedDict[int, _Known] = OrderedDict()

    async def repos(self, person: Person) -> tuple[Reach, ...]:
        """Return every repository where the person may have agents, a minute old at most."""
        return (await self._of(person)).reaches

    async def ids(self, person: Person) -> frozenset[int]:
        """Return the numbers of those repositories."""
        return (await self._of(person)).ids

    async def _of(self, person: Person) -> _Known:
        known = self._known.setdefault(person.id, _Known())
        self._known.move_to_end(person.id)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        if known.until > self._now():
            return known
        async with known.turn:
            if known.until <= self._now():
                asked_at = self._now()
                found = await (await self._as(person)).reaches()
                known.reaches = tuple(sorted(found, key=lambda one: one.full_name.lower()))
                known.ids = frozenset(one.id for one in found)
                known.until = asked_at + KEPT_S
        return known

    def known_ids(self, person_id: int) -> frozenset[int] | None:
        """Return the numbers if they are believed still, without asking; else None."""
        known = self._known.get(person_id)
        return known.ids if known is not None and known.until > self._now() else None

    def forget(self, person_id: int) -> None:
        """Believe nothing about a person any more."""
        self._known.pop(person_id, None)

    async def writable(self, person: Person, full_name: str) -> Reach:
        """Return the repository as GitHub tells right now; raise `NotFound`."""
        as_person = await self._as(person)
        data = await as_person.writable(full_name)
        return reach_of(data, await self._installation(str(data["full_name"])))

    async def may_act(self, person: Person, agent: Agent) -> Reach:
        """Return the agent's repository if the person may still write to it; else `NotFound`."""
        as_person = await self._as(person)
        data = await as_person.writable_number(agent.task.repository_id)
        return reach_of(data, await self._installation(str(data["full_name"])))

    async def branches(self, person: Person, full_name: str) -> list[str]:
        """Return the branches of a repository where the person may have agents."""
        as_person = await self._as(person)
        data = await as_person.writable(full_name)
        await self._installation(str(data["full_name"]))
        return await as_person.branches(str(data["full_name"]))

    async def has_branch(self, reach: Reach, name: str) -> bool:
        """Whether the repository has a branch called *name*."""
        repository = self._github().repository(
            reach.installation_id, reach.full_name, repository_id=reach.id
        )
        return await repository.branch_sha(name) is not None

    async def token(self, person: Person) -> str:
        """Return a token to ask GitHub in the person's name."""
        return await self._tokens.token(person.id)

    async def _as(self, person: Person) -> AsPerson:
        return AsPerson(self._github().client, await self._tokens.token(person.id))

    async def _installation(self, full_name: str) -> int:
        path = f"repos/{full_name}/installation"
        answer = await self._github().as_app("GET", path, doing="find the installation")
        if answer.status == 404:
            raise NotFound(_NOT_INSTALLED)
        if not answer.is_good or not isinstance(answer.data, dict):
            raise Unavailable("GitHub does not say whether Cadence is installed there")
        if answer.data.get("suspended_at") is not None:
            raise NotFound("Cadence is suspended on that repository's account")
        return int(answer.data["id"])

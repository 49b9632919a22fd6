"""What a person does with agents; the permission is checked anew each time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.agents import Agents
from bot.domain import Agent, Options, Requester, Source, Task
from bot.errors import IllegalTransition, InvalidRequest, RepositoryUnusable
from bot.github.auth import utc_now
from bot.github.person import Reach
from bot.life.creating import Creator
from bot.texts import prose
from mobile_api.auth.people import Person
from mobile_api.auth.reach import Reaches
from mobile_api.problems import Conflict

MOST_TASK = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A new agent: what, where, and how; *source_ref* makes it one however often it is asked."""

    repository: str
    task: str
    source: Source
    source_ref: str
    options: Options = field(default_factory=Options)


class Acts:
    """Creates, pauses, resumes, stops and talks to agents of a person."""

    def __init__(
        self,
        agents: Agents,
        creator: Creator,
        reaches: Reaches,
        *,
        models: Sequence[str],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._agents = agents
        self._creator = creator
        self._reaches = reaches
        self._models = models
        self._now = now

    async def create(self, person: Person, wish: Wish) -> tuple[Agent, bool]:
        """Return the agent of *wish* and whether it is new.

        Raise `NotFound` for a repository or branch that the person does not reach, `MonthUsedUp`
        at the limit of the plan, or `InvalidRequest`.
        """
        if wish.options.model is not None and wish.options.model not in self._models:
            raise InvalidRequest(f"model: known are {', '.join(self._models)}")
        reach = await self._reaches.writable(person, wish.repository)
        await self._check(reach, wish.options.base)
        text = prose.plain(wish.task).strip()
        if not text:
            raise InvalidRequest("task: say what is to be done")
        task = Task(
            installation_id=reach.installation_id,
            repository_id=reach.id,
            repository=reach.full_name,
            instruction=text[:MOST_TASK],
            source=wish.source,
            source_ref=wish.source_ref,
            requester=Requester(id=person.id, login=person.login),
            options=wish.options,
            triggered_at=self._now(),
        )
        return await self._creator.create(task)

    async def _check(self, reach: Reach, base: str | None) -> None:
        if reach.is_archived:
            raise RepositoryUnusable("the repository is archived, so nothing can be changed in it")
        if base is not None and not await self._reaches.has_branch(reach, base):
            raise InvalidRequest(f"branch: there is no branch {base} of {reach.full_name}")

    async def pause(self, person: Person, agent: Agent, *, seen: int | None = None) -> Agent:
        """Hold the agent; raise `IllegalTransition` when it cannot, or changed since *seen*."""
        await self._reaches.may_act(person, agent)
        return await self._agents.pause(agent.id, by=person.login, seen=seen)

    async def resume(self, person: Person, agent: Agent, *, seen: int | None = None) -> Agent:
        """Let the agent go on; raise as `pause` does."""
        await self._reaches.may_act(person, agent)
        return await self._agents.resume(agent.id, by=person.login, seen=seen)

    async def stop(self, person: Person, agent: Agent, *, seen: int | None = None) -> Agent:
        """End the agent; raise as `pause` does."""
        await self._reaches.may_act(person, agent)
        return await self._agents.cancel(agent.id, by=person.login, seen=seen)

    async def say(self, person: Person, agent: Agent, text: str, *, source_ref: str) -> Agent:
        """Give the agent words; they answer a question that is open."""
        await self._reaches.may_act(person, agent)
        _check_alive(agent)
        words = _words(text)
        return await self._agents.say(agent.id, words, author=person.login, source_ref=source_ref)

    async def answer(self, person: Person, agent: Agent, question_id: str, text: str) -> Agent:
        """Answer a question; raise `AlreadyAnswered` when somebody was faster."""
        await self._reaches.may_act(person, agent)
        _check_alive(agent)
        words = _words(text)
        return await self._agents.answer(agent.id, question_id, words, author=person.login)

    async def retry(
        self, person: Person, agent: Agent, *, source: Source, source_ref: str
    ) -> tuple[Agent, bool]:
        """Return a new agent with the same task, once the old one is over."""
        reach = await self._reaches.may_act(person, agent)
        await self._check(reach, agent.task.options.base)
        if not agent.status.is_final:
            raise IllegalTransition(f"the agent is {agent.status}: stop it before it is retried")
        task = replace(
            agent.task,
            installation_id=reach.installation_id,
            repository=reach.full_name,
            source=source,
            source_ref=source_ref,
            requester=Requester(id=person.id, login=person.login),
            triggered_at=self._now(),
        )
        if task.issue is not None:
            other = await self._agents.active_on(task.repository_id, task.issue)
            if other is not None and other.task.source_ref != source_ref:
                raise Conflict("another agent is at work on this issue", kind="at-work")
        return await self._creator.create(task)


def _check_alive(agent: Agent) -> None:
    if agent.status.is_final:
        raise IllegalTransition(f"the agent is {agent.status} and hears nothing any more")


def _words(text: str) -> str:
    words = prose.plain(text).strip()
    if not words:
        raise InvalidRequest("text: say something")
    return words

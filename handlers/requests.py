"""What is asked of us under an issue, judged and carried out: the same for every door."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from bot.domain import Agent, AgentStatus, Options, Requester, Source, Task
from bot.errors import (
    GitHubRefused,
    IllegalTransition,
    InstallationGone,
    InvalidRequest,
    NotFound,
    Unavailable,
)
from bot.github.repository import Repository
from bot.github.values import Issue, RepositoryInfo
from bot.quota import MonthUsedUp
from handlers import answers, mention
from handlers.mention import Command, Instruction, Verb
from handlers.payload import Person, Place, Thread
from handlers.permissions import bot_reason, first_without
from handlers.services import Services, Visit

log = structlog.get_logger()

RESOLVE = "Resolve this issue."
_LONG = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody wants something; *author* wrote it and *sender* sent it.

    *has_words* is false for a label or an assignment, and for the text of the issue itself, which
    an agent of that issue reads anyway: those are no messages to an agent at work.
    """

    place: Place
    thread: Thread
    author: Person
    sender: Person
    was_app: bool
    source: Source
    source_ref: str
    asked: Instruction | Command
    comment_id: int | None = None
    written_at: datetime | None = None
    has_words: bool = True

    @property
    def people(self) -> list[Person]:
        """Everybody who must be allowed to ask."""
        return [self.author, self.sender]

    def task(self, instruction: str, options: Options, *, answer_only: bool) -> Task:
        """Return the frozen request."""
        return Task(
            installation_id=self.place.installation_id,
            repository_id=self.place.repository_id,
            repository=self.place.repository,
            instruction=instruction,
            source=self.source,
            source_ref=self.source_ref,
            requester=Requester(id=self.author.id, login=self.author.login),
            issue=self.thread.number,
            issue_title=self.thread.title,
            issue_body=self.thread.body,
            comment_id=self.comment_id,
            wants_answer_only=answer_only,
            options=options,
            triggered_at=self.written_at,
        )


async def heard(visit: Visit, text: str) -> Instruction | Command | None:
    """Return what *text* asks of us; a long one is read beside the event loop."""
    parse = partial(mention.parse, text, slug=visit.services.slug, models=visit.services.models)
    return parse() if len(text) <= _LONG else await asyncio.to_thread(parse)


async def carry_out(visit: Visit, request: Request) -> None:
    """Do what is asked when GitHub says that those who ask may; else say so once a day."""
    services = visit.services
    if reason := bot_reason(services, request.people, was_app=request.was_app):
        visit.note = f"ignored: {reason}"
        return
    if request.place.is_archived:  # read-only: nobody can be told
        visit.note = "ignored: the repository is archived"
        return
    asking = _Asking(visit, request)
    stranger = await first_without(services, asking.repository, request.people)
    if stranger is not None:
        await asking.refuse(stranger)
        return
    async with services.turn(request.place.repository_id, request.thread.number):
        try:
            await asking.decide()
        except InstallationGone:  # nobody can be told
            raise
        except (GitHubRefused, InvalidRequest) as error:
            await asking.tell(f"I could not start: {error}.")
            raise


class _Asking:
    """One request on its way."""

    def __init__(self, visit: Visit, request: Request) -> None:
        place = request.place
        self._visit = visit
        self._services: Services = visit.services
        self._request = request
        self.repository: Repository = visit.services.github.repository(
            place.installation_id, place.repository, repository_id=place.repository_id
        )

    async def refuse(self, person: Person) -> None:
        """Say who may give us work."""
        self._visit.note = "refused: no write permission"
        await self._once_today(person, answers.refusal_text(person, self._services.slug))

    async def _once_today(self, person: Person, words: str) -> None:
        """Answer politely, once per person, repository and day."""
        people, repository_id = self._services.people, self._request.place.repository_id
        day = self._services.now().date()
        first = await people.first_refusal_today(
            person_id=person.id, repository_id=repository_id, day=day
        )
        if not first:
            return
        try:
            await self.tell(words)
        except Unavailable:  # the delivery comes again, and nobody was told yet
            await people.forget_refusal(person_id=person.id, repository_id=repository_id, day=day)
            raise

    async def decide(self) -> None:
        """Carry out a command, pass a message on or create an agent."""
        asked = self._request.asked
        if asked.problems:
            self._visit.note = "refused: wrong options"
            await self.tell(answers.problems_text(asked.problems))
        elif isinstance(asked, Command):
            await self._command(asked)
        else:
            await self._instruction(asked)

    async def _instruction(self, asked: Instruction) -> None:
        active = await self._active()
        if active is not None and active.task.source_ref != self._request.source_ref:
            await self._say(active, asked.text)
            return
        await self._begin(asked.text, asked.options)

    async def _say(self, agent: Agent, text: str) -> None:
        """Pass words on to the agent at work."""
        request = self._request
        if not request.has_words:
            self._visit.note = "ignored: an agent is at work"
            return
        await self._services.agents.say(
            agent.id, text, author=request.author.login, source_ref=request.source_ref
        )
        self._visit.note = "message passed on"
        await self._react("eyes")

    async def _begin(self, instruction: str, options: Options) -> None:
        """Create the agent, or find the one that this very trigger made, and queue its work."""
        request = self._request
        info, issue = await asyncio.gather(
            self.repository.get(), self.repository.issue(request.thread.number)
        )
        if obstacle := await self._obstacle(info, issue, options):
            self._visit.note = obstacle
            return
        is_closed = request.thread.is_closed or issue.state == "closed"
        task = request.task(instruction, options, answer_only=is_closed)
        task = replace(task, repository=info.full_name)
        services = self._services
        try:
            agent, is_new = await services.creator.create(task)
        except MonthUsedUp as limit:
            self._visit.note = "refused: the month's agents are used up"
            words = answers.limit_text(request.author, limit, services.slug)
            await self._once_today(request.author, words)
            return
        self._visit.note = "agent created" if is_new else "ignored: known trigger"
        log.info("agent asked for", agent_id=agent.id, source=task.source, is_new=is_new)

    async def _obstacle(self, info: RepositoryInfo, issue: Issue, options: Options) -> str:
        """Return why there can be no agent, telling it where possible; empty when there can."""
        if info.is_archived:
            return "ignored: the repository is archived"
        known_as = {self._request.place.repository.lower(), info.full_name.lower(), ""}
        if issue.repository.lower() not in known_as or issue.number != self._request.thread.number:
            return "ignored: the issue was moved"
        if issue.is_locked:  # most likely our answer is refused, too
            await self.tell(answers.LOCKED)
            return "ignored: the conversation is locked"
        if options.base and await self.repository.branch_sha(options.base) is None:
            await self.tell(answers.no_branch_text(options.base))
            return "refused: wrong options"
        return ""

    async def _command(self, asked: Command) -> None:
        self._visit.note = f"command: {asked.verb}"
        if asked.verb is Verb.HELP:
            await self.tell(answers.help_text(self._services.slug))
        elif asked.verb is Verb.STATUS:
            await self.tell(answers.status_text(await self._latest()))
        elif asked.verb is Verb.RETRY:
            await self._retry(asked)
        else:
            await self._control(asked.verb)

    async def _control(self, verb: Verb) -> None:
        """Pause, resume or stop; what is so already is fine, as after a repeated delivery."""
        agents, by = self._services.agents, self._request.author.login
        agent = await self._latest()
        if agent is None or (agent.status.is_final and not _is_already(verb, agent)):
            await self.tell(answers.NOBODY_AT_WORK)
            return
        try:
            if _is_already(verb, agent):
                pass
            elif verb is Verb.PAUSE:
                await agents.pause(agent.id, by=by)
            elif verb is Verb.RESUME:
                await agents.resume(agent.id, by=by)
            else:
                await agents.cancel(agent.id, by=by)
        except IllegalTransition as error:
            sentence = str(error)
            await self.tell(f"{sentence[0].upper()}{sentence[1:]}.")
            return
        await self._react("+1")

    async def _retry(self, asked: Command) -> None:
        latest = await self._latest()
        if latest is None:
            await self.tell(answers.NOTHING_TO_RETRY)
        elif latest.task.source_ref != self._request.source_ref and not latest.status.is_final:
            await self.tell(answers.STILL_AT_WORK)
        else:
            before, now = latest.task.options, asked.options
            options = Options(
                model=now.model or before.model,
                base=now.base or before.base,
                budget_usd=now.budget_usd or before.budget_usd,
            )
            await self._begin(latest.task.instruction, options)

    async def _active(self) -> Agent | None:
        request = self._request
        return await self._services.agents.active_on(
            request.place.repository_id, request.thread.number
        )

    async def _latest(self) -> Agent | None:
        request = self._request
        return await self._services.agents.latest_on(
            request.place.repository_id, request.thread.number
        )

    async def tell(self, words: str) -> None:
        """Write one comment, once however often the delivery is handled."""
        number = self._request.thread.number
        marker = f"<!-- cadence:reply:{self._request.source_ref} -->"
        text = f"{marker}\n{self._services.redact(words)}"
        try:
            if await self.repository.find_comment(number, marker) is None:
                await self.repository.create_comment(number, text)
        except (NotFound, GitHubRefused) as error:  # nobody is left to tell
            log.warning("answer not given", reason=str(error))

    async def _react(self, content: str) -> None:
        comment = self._request.comment_id
        issue = self._request.thread.number if comment is None else None
        try:
            await self.repository.react(issue=issue, comment=comment, content=content)
        except (NotFound, GitHubRefused) as error:
            log.warning("reaction not given", reason=str(error))


def _is_already(verb: Verb, agent: Agent) -> bool:
    return (
        (verb is Verb.PAUSE and agent.status is AgentStatus.PAUSED)
        or (verb is Verb.RESUME and agent.status in {AgentStatus.PENDING, AgentStatus.RUNNING})
        or (verb is Verb.STOP and agent.status is AgentStatus.CANCELLED)
    )

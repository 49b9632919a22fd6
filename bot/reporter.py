"""Tell people on GitHub how their agents do: 👀, one comment edited in place, 🚀 or 😕.

One task per agent that is not over. The last state always gets there: what could not be told stays
*unreported* in the database until it was. 👀 is taken away when 🚀 or 😕 comes, so that one glance
at the request is enough.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bot.agents import Agents
from bot.bus import MOVED, Bus
from bot.domain import Agent, AgentStatus
from bot.errors import GitHubRefused, NotFound, Unavailable
from bot.github.app import GitHubApp
from bot.github.repository import Repository
from bot.texts import status_comment
from bot.texts.telling import Telling, after

MIN_GAP_S = 3.0
_AT_ONCE = 8
_SWEEP_S = 30.0
_BATCH = 100
_FIRST_BACKOFF_S, _LAST_BACKOFF_S = 1.0, 60.0
_REMEMBERED = 2_000
log = structlog.get_logger()


class Redactor(Protocol):
    """Takes secrets out of text."""

    def redact(self, text: str) -> str:
        """Return *text* without secrets."""
        ...


@dataclass(slots=True)
class _Story:
    """What one agent's people were told, and whether there is more."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    telling: Telling = field(default_factory=Telling)
    text: str = ""
    said_at: float = float("-inf")
    is_deleted: bool = False
    is_given_up: bool = False
    is_waiting: bool = False


class Reporter:
    """Follows agents and tells about them; `run` it once per coordinator."""

    def __init__(
        self,
        agents: Agents,
        bus: Bus,
        github: GitHubApp,
        redactor: Redactor,
        *,
        base_url: str,
        web_url: str,
        budget_usd: float,
        sizes: Mapping[str, str] | None = None,
        min_gap_s: float = MIN_GAP_S,
        sweep_s: float = _SWEEP_S,
    ) -> None:
        self._agents = agents
        self._bus = bus
        self._github = github
        self._redactor = redactor
        self._base_url = base_url
        self._web_url = web_url
        self._budget_usd = budget_usd
        self._sizes = sizes or {}
        self._min_gap_s = min_gap_s
        self._sweep_s = sweep_s
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._stories: dict[str, _Story] = {}
        self._over: OrderedDict[str, int] = OrderedDict()
        self._quiet_until: dict[int, float] = {}

    async def run(self) -> None:
        """Tell what is untold and whatever comes, until cancelled."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group, self._bus.watch(MOVED) as changes:
            sweep_at = loop.time()
            while True:
                if loop.time() >= sweep_at:
                    untold = await self._agents.unreported(_BATCH)
                    more = len(untold) == _BATCH
                    sweep_at = loop.time() + (1.0 if more else self._sweep_s)
                    for key in [*(agent.id for agent in untold), *self._in_the_queue()]:
                        self._wake(key, group)
                for key in await changes.wait(max(0.0, sweep_at - loop.time())):
                    self._wake(key, group)

    def _in_the_queue(self) -> list[str]:
        """Return those who wait: their place moves on without an event of their own."""
        return [agent_id for agent_id, story in self._stories.items() if story.is_waiting]

    def _wake(self, agent_id: str, group: asyncio.TaskGroup) -> None:
        story = self._stories.get(agent_id)
        if story is None:
            story = self._stories[agent_id] = _Story()
            group.create_task(self._follow(agent_id, story))
        story.changed.set()

    async def _follow(self, agent_id: str, story: _Story) -> None:
        """Tell one agent's story to its end."""
        try:
            backoff_s = _FIRST_BACKOFF_S
            while True:
                await story.changed.wait()
                await self._pause(story)
                story.changed.clear()
                try:
                    if await self._told(agent_id, story):
                        return
                    backoff_s = _FIRST_BACKOFF_S
                except Unavailable as error:
                    wait_s = error.retry_after_s or backoff_s
                    backoff_s = min(backoff_s * 2, _LAST_BACKOFF_S)
                    log.warning("report delayed", agent_id=agent_id, reason=str(error), s=wait_s)
                    story.changed.set()
                    await asyncio.sleep(wait_s)
        finally:
            self._stories.pop(agent_id, None)

    async def _pause(self, story: _Story) -> None:
        """Keep the gap between two edits; what happens meanwhile is in the next one."""
        wait_s = story.said_at + self._min_gap_s - asyncio.get_running_loop().time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def _told(self, agent_id: str, story: _Story) -> bool:
        """Tell the agent's present state; return whether that was the end."""
        agent = await self._agents.get(agent_id)
        if self._over.get(agent_id) == agent.version:
            return True
        issue = None if story.is_given_up else agent.task.issue
        if issue is not None:
            try:
                async with self._turns:
                    await self._tell(agent, issue, story)
            except (NotFound, GitHubRefused) as error:
                if isinstance(error, GitHubRefused) and error.status == 401:
                    # Our own key is wrong: the operator will mend it, so nothing may get lost.
                    raise Unavailable(str(error), retry_after_s=_LAST_BACKOFF_S) from error
                # Deleted, locked, uninstalled: there is nobody left to tell.
                log.warning("report given up", agent_id=agent_id, reason=str(error))
                story.is_given_up = True
        await self._agents.mark_reported(agent_id, agent.version)
        # Where there is nobody to tell, too: a look at every event would be for nothing.
        story.said_at = asyncio.get_running_loop().time()
        if not status_comment.is_over(agent):
            return False
        self._remember(agent_id, agent.version)
        return True

    async def _tell(self, agent: Agent, issue: int, story: _Story) -> None:
        await self._respect_limits(agent.task.installation_id)
        task = agent.task
        repository = self._github.repository(
            task.installation_id, task.repository, repository_id=task.repository_id
        )
        try:
            text = await self._rendered(agent, story)
            if agent.comment_id is None:
                await self._greet(agent, repository, issue, text)
            elif text != story.text:
                await self._edit(agent, repository, issue, text, story)
            story.text = text
            story.said_at = asyncio.get_running_loop().time()
            if status_comment.is_over(agent):
                await self._conclude(agent, repository, issue)
        except Unavailable as error:
            if error.retry_after_s:
                until = asyncio.get_running_loop().time() + error.retry_after_s
                self._quiet_until[task.installation_id] = until
            raise

    async def _greet(self, agent: Agent, repository: Repository, issue: int, text: str) -> None:
        """Show 👀, then write the comment; one that a killed predecessor wrote is taken over."""
        marker = status_comment.marker(agent.id)
        if status_comment.is_over(agent):
            found = await repository.find_comment(issue, marker)
        else:
            eyes = asyncio.ensure_future(self._react(agent, repository, issue, "eyes"))
            try:
                found = await repository.find_comment(issue, marker)
            finally:
                await eyes
        if found is None:
            found = await repository.create_comment(issue, text)
        else:
            await repository.edit_comment(found, text)
        await self._agents.set_comment(agent.id, found)

    async def _edit(
        self, agent: Agent, repository: Repository, issue: int, text: str, story: _Story
    ) -> None:
        """Edit the comment; when a person deleted it, write one more at the end and no other."""
        if agent.comment_id is None:
            return
        if not story.is_deleted:
            try:
                await repository.edit_comment(agent.comment_id, text)
            except NotFound:
                log.info("status comment was deleted", agent_id=agent.id)
                story.is_deleted = True
            else:
                return
        if status_comment.is_over(agent):
            found = await repository.find_comment(issue, status_comment.marker(agent.id))
            if found is None:
                found = await repository.create_comment(issue, text)
            await self._agents.set_comment(agent.id, found)

    async def _conclude(self, agent: Agent, repository: Repository, issue: int) -> None:
        outcome = status_comment.outcome_of(agent)
        well = agent.status is AgentStatus.COMPLETED and (
            outcome is None or outcome.kind != "nothing"
        )
        await self._react(agent, repository, issue, "rocket" if well else "confused")
        comment = agent.task.comment_id
        try:
            await repository.unreact(
                issue=issue if comment is None else None, comment=comment, content="eyes"
            )
        except (NotFound, GitHubRefused) as error:  # an old 👀 does no harm
            log.info("eyes stay", agent_id=agent.id, reason=str(error))

    async def _react(self, agent: Agent, repository: Repository, issue: int, content: str) -> None:
        comment = agent.task.comment_id
        try:
            await repository.react(
                issue=issue if comment is None else None, comment=comment, content=content
            )
        except NotFound:  # the words that called us are gone; the issue may well be there
            log.info("nothing to react to", agent_id=agent.id)

    async def _rendered(self, agent: Agent, story: _Story) -> str:
        while events := await self._agents.events(agent.id, after=story.telling.seq):
            for event in events:
                story.telling = after(story.telling, event)
        waits = story.is_waiting = agent.status is AgentStatus.PENDING
        view = status_comment.View(
            agent=agent,
            base_url=self._base_url,
            web_url=self._web_url,
            handle=self._github.slug,
            budget_usd=agent.task.options.budget_usd or self._budget_usd,
            ahead=await self._agents.ahead(agent) if waits else 0,
            verification=story.telling.verification,
            paused_by=story.telling.paused_by,
            question=story.telling.question,
            sizes=self._sizes,
            answered=story.telling.answered,
        )
        return self._redactor.redact(status_comment.render(view))

    async def _respect_limits(self, installation_id: int) -> None:
        """Wait while GitHub wants to hear nothing from this installation."""
        until = self._quiet_until.get(installation_id, 0.0)
        wait_s = until - asyncio.get_running_loop().time()
        if wait_s > 0:
            raise Unavailable("GitHub asked us to slow down", retry_after_s=wait_s)
        self._quiet_until.pop(installation_id, None)

    def _remember(self, agent_id: str, version: int) -> None:
        self._over[agent_id] = version
        while len(self._over) > _REMEMBERED:
            self._over.popitem(last=False)

"""The one writer of agent state: every change is one transaction with the event that says so."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.batches import Batches
from bot.bus import AGENT, MOVED, Bus
from bot.db import agents as rows
from bot.db.engine import Database, Tx
from bot.domain import (
    Agent,
    AgentEvent,
    AgentId,
    AgentStatus,
    Phase,
    SteeringMessage,
    Task,
    branch_name,
)
from bot.errors import IllegalTransition, NotFound, Unavailable
from bot.life import transitions
from bot.life.progress import in_phase
from bot.life.words import Words, heard

_TRIES = 50  # two processes may want the same number so often
WISHES = "wishes"  # pause, resume, stop and words, for the gateway


Admit = Callable[[Tx, Task], Awaitable[None]]


def _now() -> datetime:
    return datetime.now(UTC)


class Agents:
    """Agents by id; callers get the new value back, watchers of the bus are told."""

    def __init__(self, database: Database, bus: Bus, *, now: Callable[[], datetime] = _now) -> None:
        self._db = database
        self._bus = bus
        self._now = now
        self._reported = Batches(partial(rows.mark_reported, database), gather_s=0.3)

    async def create(self, task: Task, *, admit: Admit | None = None) -> tuple[Agent, bool]:
        """Return the agent of *task* and whether it is new; *admit* may refuse a new one."""
        now = self._now()
        async with self._db.write() as tx:
            agent = await self._added(tx, task, now)
            if agent is None:
                return _found(
                    await rows.by_source_ref(tx, task.source_ref), "of the trigger"
                ), False
            if admit is not None:
                await admit(tx, task)
            facts = {"source": task.source, "by": task.requester.login}
            agent = await rows.write(tx, agent, "created", facts, at=now, now=now)
        self._bus.notify(AGENT, agent.id)
        self._bus.notify(MOVED, agent.id)
        return agent, True

    async def _added(self, tx: Tx, task: Task, now: datetime) -> Agent | None:
        """Insert a new agent; None when its trigger has one. A taken number is tried anew."""
        for _ in range(_TRIES):
            if await rows.by_source_ref(tx, task.source_ref) is not None:
                return None
            agent_id = AgentId(str(uuid.uuid4()))
            agent = Agent(
                id=agent_id,
                number=await rows.next_number(tx, task.requester.id),
                task=task,
                branch=branch_name(task.issue, task.issue_title or task.instruction, agent_id),
                created_at=now,
                updated_at=now,
            )
            if await rows.add(tx, agent):
                return agent
        raise Unavailable("too many agents are asked for at once")

    async def get(self, agent_id: str) -> Agent:
        """Return the agent; raise `NotFound`."""
        return _found(await self._db.look(partial(rows.load, agent_id=agent_id)), agent_id)

    async def active_on(self, repository_id: int, issue: int) -> Agent | None:
        """Return the agent that works on the issue now."""
        async with self._db.read() as tx:
            return await rows.on_issue(tx, repository_id, issue, active=True)

    async def latest_on(self, repository_id: int, issue: int) -> Agent | None:
        """Return the newest agent of the issue, over or not."""
        async with self._db.read() as tx:
            return await rows.on_issue(tx, repository_id, issue, active=False)

    async def recent(self, limit: int = 50) -> list[Agent]:
        """Return the newest agents, newest first."""
        async with self._db.read() as tx:
            return await rows.recent(tx, limit)

    async def active(self) -> list[Agent]:
        """Return every agent that is not over, oldest first."""
        async with self._db.read() as tx:
            return await rows.active(tx)

    async def ahead(self, agent: Agent) -> int:
        """Return how many agents of the same installation wait before *agent*."""
        async with self._db.read() as tx:
            return await rows.ahead(tx, agent)

    async def events(self, agent_id: str, *, after: int = 0, limit: int = 1000) -> list[AgentEvent]:
        """Return events with a number above *after*, in order."""
        read = partial(rows.events, agent_id=agent_id, after=after, limit=limit)
        return await self._db.look(read)

    async def start(self, agent_id: str, *, model: str, deadline_at: datetime) -> Agent:
        """Begin to work; an agent that runs already stays as it is and keeps its deadline."""

        def step(agent: Agent) -> Agent:
            now = self._now()
            return transitions.started(agent, model=model, deadline_at=deadline_at, now=now)

        return await self._change(agent_id, "started", {"model": model}, step)

    async def pause(self, agent_id: str, *, by: str, seen: int | None = None) -> Agent:
        """Stop between two steps; raise `IllegalTransition` if it does not run.

        Raise it, too, when the agent changed its status after the version that was *seen*.
        """
        return await self._change(
            agent_id, "paused", {"by": by}, lambda a: a.moved_to(AgentStatus.PAUSED), seen=seen
        )

    async def resume(self, agent_id: str, *, by: str, seen: int | None = None) -> Agent:
        """Go on; raise `IllegalTransition` if it is not paused, or as `pause` does."""

        def step(agent: Agent) -> Agent:
            return transitions.resumed(agent, now=self._now())

        return await self._change(agent_id, "resumed", {"by": by}, step, seen=seen)

    async def cancel(self, agent_id: str, *, by: str, seen: int | None = None) -> Agent:
        """Stop it: at once while it waits, else as soon as its runner has handed over its work.

        Raise `IllegalTransition` when it is over, or as `pause` does.
        """

        async def also(tx: Tx, _agent: Agent) -> None:
            await rows.set_cancelled_by(tx, agent_id, by)

        def step(agent: Agent) -> Agent:
            return transitions.cancelled(agent, by=by, now=self._now())

        return await self._change(agent_id, "cancel requested", {"by": by}, step, also, seen=seen)

    async def cancelled_by(self, agent_id: str) -> str:
        """Return who wants the agent stopped, empty when nobody does."""
        async with self._db.read() as tx:
            return await rows.cancelled_by(tx, agent_id)

    async def reach(self, agent_id: str, phase: Phase) -> Agent:
        """Note a phase of ours (publishing); progress never goes back."""
        return await self._change(agent_id, "phase", {"phase": phase}, lambda a: in_phase(a, phase))

    async def set_place(self, agent_id: str, place: str, note: str) -> None:
        """Note where the agent runs now; a *note* of why there goes into its log, too."""

        def step(agent: Agent) -> Agent:
            return replace(agent, place=place, place_note=note)

        if note:
            await self._change(agent_id, "log", {"level": "info", "text": note}, step)
        else:
            await self._quietly(agent_id, step)

    async def set_machine_use(self, agent_id: str, *, seconds: float, usd: float) -> None:
        """Note what the machines of all runs were used for, and what that costs."""
        await self._quietly(
            agent_id, lambda a: replace(a, machine_seconds=seconds, machine_usd=usd)
        )

    async def complete(self, agent_id: str, result: dict[str, Any]) -> Agent:
        """End well."""
        return await self._end(agent_id, AgentStatus.COMPLETED, "", result)

    async def fail(self, agent_id: str, reason: str, result: dict[str, Any] | None = None) -> Agent:
        """End badly, with the sentence that people read."""
        return await self._end(agent_id, AgentStatus.FAILED, reason, result or {})

    async def finish_cancelled(
        self, agent_id: str, reason: str, result: dict[str, Any] | None = None
    ) -> Agent:
        """End because somebody stopped it."""
        return await self._end(agent_id, AgentStatus.CANCELLED, reason, result or {})

    async def set_comment(self, agent_id: str, comment_id: int | None) -> None:
        """Note which comment tells about the agent."""
        await self._quietly(agent_id, lambda a: replace(a, comment_id=comment_id))

    async def set_pull(self, agent_id: str, *, number: int, url: str, branch: str) -> Agent:
        """Note the pull request."""
        return await self._change(
            agent_id,
            "pull request",
            {"number": number, "url": url, "branch": branch},
            lambda a: replace(a, pr_number=number, pr_url=url, branch=branch),
        )

    async def unreported(self, limit: int = 100) -> list[Agent]:
        """Return agents with news that nobody was told, oldest first."""
        async with self._db.read() as tx:
            return await rows.unreported(tx, limit)

    async def mark_reported(self, agent_id: str, version: int) -> None:
        """Note that people have been told about *version*."""
        await self._reported.put((agent_id, version))

    async def say(self, agent_id: str, text: str, *, author: str, source_ref: str) -> Agent:
        """Queue words for the agent, once per *source_ref*; they answer an open question."""
        return await self._hear(agent_id, Words(text=text, author=author, source_ref=source_ref))

    async def answer(self, agent_id: str, question_id: str, text: str, *, author: str) -> Agent:
        """Answer a question of the agent; raise `AlreadyAnswered` when somebody was faster."""
        words = Words(text=text, author=author, question_id=question_id)
        return await self._hear(agent_id, words)

    async def _hear(self, agent_id: str, words: Words) -> Agent:
        now = self._now()
        async with self._db.write() as tx:
            agent = _found(await rows.load(tx, agent_id, lock=True), agent_id)
            agent = await heard(tx, agent, words, now=now)
        self._tell(agent_id)
        return agent

    async def messages(self, agent_id: str) -> list[SteeringMessage]:
        """Return all words for the agent, oldest first; a runner takes each one once."""
        return await self._db.look(partial(rows.messages_for, agent_id=agent_id))

    async def wanted(self, agent_id: str) -> tuple[AgentStatus, str, list[SteeringMessage]]:
        """Return its status, who wants it stopped, and all words for it; raise `NotFound`."""
        found = await self._db.look(partial(rows.wanted, agent_id=agent_id))
        if found is None:
            raise NotFound(f"there is no agent {agent_id}")
        return found

    async def _end(
        self, agent_id: str, status: AgentStatus, reason: str, result: dict[str, Any]
    ) -> Agent:
        def step(agent: Agent) -> Agent:
            now = self._now()
            return transitions.ended(agent, status, reason=reason, result=result, now=now)

        return await self._change(agent_id, status, {"reason": reason}, step)

    async def _change(
        self,
        agent_id: str,
        kind: str,
        data: dict[str, Any],
        step: Callable[[Agent], Agent],
        also: Callable[[Tx, Agent], Awaitable[None]] | None = None,
        seen: int | None = None,
    ) -> Agent:
        async with self._db.write() as tx:
            before = _found(await rows.load(tx, agent_id, lock=True), agent_id)
            if seen is not None and await rows.moved_since(tx, agent_id, seen):
                raise IllegalTransition(f"the agent is {before.status} meanwhile; look again")
            after = step(before)
            if after is before and also is None:
                return before
            if also is not None:
                await also(tx, after)
            now = self._now()
            after = await rows.write(tx, after, kind, data, at=now, now=now)
        self._tell(agent_id)
        return after

    def _tell(self, agent_id: str) -> None:
        for topic in (AGENT, MOVED, WISHES):
            self._bus.notify(topic, agent_id)

    async def _quietly(self, agent_id: str, step: Callable[[Agent], Agent]) -> None:
        async with self._db.write() as tx:
            await rows.save(tx, step(_found(await rows.load(tx, agent_id, lock=True), agent_id)))


def _found(agent: Agent | None, agent_id: str) -> Agent:
    if agent is None:
        raise NotFound(f"there is no agent {agent_id}")
    return agent

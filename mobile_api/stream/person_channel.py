"""What one person's streams share: how far each agent was told, and what comes next."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import Agent, AgentEvent
from mobile_api.agents.news import KINDS, news_of
from mobile_api.stream.channel import SHOWN_EVERY_S, View, is_over, worth_showing
from mobile_api.stream.cursors import KEPT, Cursor, encoded
from mobile_api.stream.frames import Frame, frame, joined
from mobile_api.stream.subscriber import Subscriber
from mobile_api.stream.views import notice

NEWS = KINDS
_LOOK_BACK = 50  # events of an agent that was not known here


@dataclass(slots=True)
class _Told:
    """One agent, and what of it was told when."""

    agent: Agent
    seq: int
    shown: tuple[Any, ...] = ()
    shown_at: float = float("-inf")


class PersonChannel:
    """Takes what is new of a person's agents and pushes it to that person's screens."""

    def __init__(
        self,
        agents: Iterable[Agent],
        since: datetime,
        view: View,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._view = view
        self._clock = clock
        self._now = now
        self._told = {one.id: _Told(one, one.seq) for one in agents}
        self.since = since
        self.watchers: set[Subscriber] = set()

    @property
    def agents(self) -> list[Agent]:
        """The agents that are told about, by number."""
        return sorted((one.agent for one in self._told.values()), key=lambda one: one.number)

    def extend(self, agents: Iterable[Agent], since: datetime) -> None:
        """Know of older agents, too."""
        for one in agents:
            self._told.setdefault(one.id, _Told(one, one.seq))
        self.since = min(self.since, since)

    def missing(self, cursor: Cursor) -> dict[str, range]:
        """Return the numbers of events that a client with *cursor* was not told."""
        found: dict[str, range] = {}
        for told in self._told.values():
            seen = _seen(cursor, told.agent)
            if seen < told.seq:
                found[told.agent.id] = range(seen + 1, told.seq + 1)
        return found

    def join(
        self,
        watcher: Subscriber,
        cursor: Cursor,
        events: Sequence[AgentEvent],
        reached: Collection[int],
    ) -> None:
        """Push what happened after *cursor*, and from now on whatever comes.

        *events* are the newsworthy ones of those that are `missing`; *reached* are the
        repositories of which the person may hear.
        """
        agents = [one for one in self.agents if one.task.repository_id in reached]
        marks = {one.number: _seen(cursor, one) for one in agents}
        frames: list[Frame] = []
        for agent in agents:
            told, seen = self._told[agent.id], marks[agent.number]
            if seen < told.seq:
                # Of an agent that the cursor does not name only the young events are new.
                since = None if agent.number in cursor.marks else cursor.since
                mine = [e for e in events if e.agent_id == agent.id and _is_new(e, seen, since)]
                frames += self._frames(agent, told.seq, mine, marks)
        if frames:
            watcher.push(joined(frames))
        self.watchers.add(watcher)

    def knows(self, agent_id: str) -> bool:
        """Whether this agent was told of."""
        return agent_id in self._told

    def wants(self, agent: Agent) -> range:
        """Return the numbers of an agent's events that were not told yet."""
        told = self._told.get(agent.id)
        seen = max(0, agent.seq - _LOOK_BACK) if told is None else told.seq
        return range(seen + 1, agent.seq + 1)

    def take(self, agent: Agent, events: Sequence[AgentEvent]) -> None:
        """Take an agent that changed, with its newsworthy events, and push it."""
        told = self._told.get(agent.id)
        if told is None:  # a new one, or one that was over long ago
            events = [event for event in events if event.at >= self.since]
            told = self._told[agent.id] = _Told(agent, 0)
        if agent.seq < told.seq:
            return
        told.agent = agent
        is_due = self._clock() - told.shown_at >= SHOWN_EVERY_S
        if events or is_due or worth_showing(agent) != told.shown:
            self._push(self._shown(told, events))  # else `show_late` will

    def show_late(self) -> None:
        """Push what was held back because another state had just been shown."""
        now = self._clock()
        late = [
            told
            for told in self._told.values()
            if told.agent.seq > told.seq and now - told.shown_at >= SHOWN_EVERY_S
        ]
        self._push([one for told in late for one in self._shown(told, ())])

    def _push(self, frames: Sequence[Frame]) -> None:
        if frames:
            whole = joined(frames)
            for watcher in tuple(self.watchers):
                watcher.push(whole)

    def _shown(self, told: _Told, events: Sequence[AgentEvent]) -> list[Frame]:
        fresh = [event for event in events if event.seq > told.seq]
        frames = self._frames(told.agent, told.agent.seq, fresh, self._marks())
        told.seq = told.agent.seq
        told.shown, told.shown_at = worth_showing(told.agent), self._clock()
        return frames

    def _frames(
        self, agent: Agent, seq: int, events: Sequence[AgentEvent], marks: dict[int, int]
    ) -> list[Frame]:
        """Return an agent's news and its state, each with a cursor that says: up to here.

        *marks* say how far every agent was told; they are moved on.
        """
        frames = []
        for event in events:
            found = news_of(event, agent)
            if found is not None:
                marks[agent.number] = event.seq
                frames.append(frame("notice", notice(found), mark=self._cursor(marks)))
        marks[agent.number] = seq
        frames.append(frame("agent", self._view(agent), mark=self._cursor(marks)))
        return frames

    def mark(self) -> str:
        """Return the cursor of a client that was told everything."""
        return self._cursor(self._marks())

    def _marks(self) -> dict[int, int]:
        """Return how far agents were told that may still matter; forget the others."""
        before = self._now() - KEPT
        old = [
            one.agent.id
            for one in self._told.values()
            if is_over(one.agent) and (one.agent.updated_at or before) < before
        ]
        for agent_id in old:
            del self._told[agent_id]
            self.since = max(self.since, before)
        return {one.agent.number: one.seq for one in self._told.values()}

    def _cursor(self, marks: Mapping[int, int]) -> str:
        return encoded(Cursor(self._now(), marks))


def _is_new(event: AgentEvent, seen: int, since: datetime | None) -> bool:
    return event.seq > seen and (since is None or event.at >= since)


def _seen(cursor: Cursor, agent: Agent) -> int:
    changed_at = agent.updated_at or agent.created_at
    return agent.seq if changed_at is None else cursor.told_of(agent.number, agent.seq, changed_at)

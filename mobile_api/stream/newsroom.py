"""Reads what is new, once for all who watch, and hands it to the channels."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.batches import Batches
from bot.bus import AGENT, Bus, Watch, following
from bot.domain import Agent, AgentEvent, AgentId, Written
from bot.errors import CadenceError, NotFound
from bot.github.auth import utc_now
from bot.life.agent_lists import AgentLists
from mobile_api.auth.people import Person
from mobile_api.stream.channel import KEPT_EVENTS, AgentChannel, View
from mobile_api.stream.cursors import KEPT
from mobile_api.stream.latest import Latest
from mobile_api.stream.person_channel import NEWS, PersonChannel
from mobile_api.stream.reaching import Reaching
from mobile_api.stream.rooms import Rooms

GATHER_S = 0.05  # a burst of events becomes one look
BUSY_SHARE = 0.6  # of the time at most is spent on pushing
MOST_EVENTS = 200  # of one agent in one look
LATE_S = 0.5
HELD_S = 2.0
log = structlog.get_logger()


@dataclass(slots=True)
class _People:
    """One person's channel, who it is, and agents of which we must ask first."""

    person: Person
    channel: PersonChannel
    held: set[str] = field(default_factory=set)
    asking: "asyncio.Task[None] | None" = None


class Newsroom:
    """Channels of agents and of people, filled by one reader; `run` it once per process."""

    def __init__(
        self,
        lists: AgentLists,
        bus: Bus,
        reaches: Reaching,
        view: View,
        *,
        poll_s: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._lists = lists
        self._bus = bus
        self._reaches = reaches
        self._view = view
        self._poll_s = poll_s
        self._clock = clock
        self._now = now
        self._agents: Rooms[str, AgentChannel] = Rooms(clock)
        self._people: Rooms[int, _People] = Rooms(clock)
        self._latest = Latest()
        self._watch: Watch | None = None
        self._loads: Batches[str, AgentChannel] = Batches(self._load_agents)
        self._asked: Batches[dict[str, range], list[AgentEvent]] = Batches(self._load_news)
        self._fresh: Batches[tuple[int, datetime], list[Agent]] = Batches(self._load_people)

    async def run(self) -> None:
        """Look at whatever changes, for ever."""
        late_at = poll_at = self._clock()
        async with self._bus.watch(AGENT) as watch:
            self._watch = watch
            while True:
                told = await watch.written(timeout_s=LATE_S)
                began = self._clock()
                keys = [key for key, written in told.items() if not self._is_pushed(key, written)]
                if began >= poll_at:
                    keys = [*keys, *await self._missed()]
                    poll_at = began + self._poll_s
                if keys:
                    await self.look(dict.fromkeys(keys))
                if began >= late_at:
                    self._show_late()
                    late_at = began + LATE_S
                spent = self._clock() - began
                await asyncio.sleep(max(GATHER_S, spent * (1 - BUSY_SHARE) / BUSY_SHARE))

    def _is_pushed(self, agent_id: str, written: Sequence[Written] | None) -> bool:
        """Push what was *written* of an agent; return False when it must be read."""
        channel = self._agents.get(agent_id)
        if channel is None and not self._people:
            return True
        agent = self._latest.after(agent_id, written)
        events = following(written, channel.last) if channel is not None else ()
        if agent is None or events is None:
            return False
        if channel is not None:
            channel.take(agent, events)
        people = self._people.get(agent.task.requester.id)
        if people is None or not self._is_open_to(agent):
            return True
        if not people.channel.knows(agent.id):
            return False
        people.channel.take(agent, ())  # nothing that only went into the log is news
        return True

    async def look(self, keys: Iterable[str]) -> None:
        """Read what is new of the agents *keys* and push it."""
        wanted = list(keys) if self._people else [key for key in keys if key in self._agents]
        for start in range(0, len(wanted), MOST_EVENTS):
            agents = await self._lists.many(wanted[start : start + MOST_EVENTS])
            await self._look_at(agents)

    async def _look_at(self, agents: dict[str, Agent]) -> None:
        pairs: list[tuple[str, int]] = []
        for agent in agents.values():
            self._latest.put(agent)
            channel = self._agents.get(agent.id)
            if channel is not None:
                pairs += self._unread(agent, channel.last)
        open_to = [
            (people, agent)
            for agent in agents.values()
            if self._is_open_to(agent)
            and (people := self._people.get(agent.task.requester.id)) is not None
        ]
        spans: dict[str, range] = {}
        for people, agent in open_to:
            spans[agent.id] = people.channel.wants(agent)
        events = _grouped(await self._lists.numbered(pairs)) if pairs else {}
        news = _grouped(await self.news(spans))
        for agent in agents.values():
            watched = self._agents.get(agent.id)
            if watched is not None:
                watched.take(agent, events.get(agent.id, ()))
        for people, agent in open_to:
            people.channel.take(agent, news.get(agent.id, ()))

    def _unread(self, agent: Agent, last: int) -> list[tuple[str, int]]:
        """Return the next events of *agent*; when there are very many, the rest comes later."""
        stop = min(agent.seq, last + MOST_EVENTS)
        if stop < agent.seq:
            self._again(agent.id)
        return [(agent.id, seq) for seq in range(last + 1, stop + 1)]

    async def news(self, spans: dict[str, range]) -> list[AgentEvent]:
        """Return the newsworthy events in spans of numbers of agents; many may ask at once."""
        spans = {name: span for name, span in spans.items() if span}
        return await self._asked.put(spans) if spans else []

    async def _load_news(
        self, wanted: Sequence[dict[str, range]]
    ) -> list[list[AgentEvent] | Exception]:
        whole: dict[str, range] = {}
        for spans in wanted:
            for name, span in spans.items():
                known = whole.get(name, span)
                whole[name] = range(min(known.start, span.start), max(known.stop, span.stop))
        found = _grouped(await self._read_news(whole))
        return [
            [one for name, span in spans.items() for one in found.get(name, ()) if one.seq in span]
            for spans in wanted
        ]

    async def _read_news(self, spans: dict[str, range]) -> list[AgentEvent]:
        if sum(map(len, spans.values())) <= MOST_EVENTS:
            pairs = [(name, seq) for name, span in spans.items() for seq in span]
            return await self._lists.numbered(pairs, kinds=NEWS) if pairs else []
        return await self._lists.between(spans, kinds=NEWS)

    def _is_open_to(self, agent: Agent) -> bool:
        """Whether a channel of the agent's person may tell of it; if it is not known, ask."""
        slot = self._people.get(agent.task.requester.id)
        if slot is None:
            return False
        known = self._reaches.known_ids(slot.person.id)
        if known is None:
            slot.held.add(agent.id)
            if slot.asking is None or slot.asking.done():
                slot.asking = asyncio.create_task(self._ask(slot))
            return False
        return agent.task.repository_id in known

    async def _ask(self, slot: _People) -> None:
        """Learn what the person reaches, then look at the agents that were held back."""
        try:
            await self._reaches.ids(slot.person)
        except CadenceError as error:
            log.info("reach not known", person_id=slot.person.id, reason=str(error))
            await asyncio.sleep(HELD_S)
        held, slot.held = slot.held, set()
        for agent_id in held:
            self._again(agent_id)

    def _again(self, agent_id: str) -> None:
        if self._watch is not None:
            self._watch.put(agent_id)

    def _show_late(self) -> None:
        for _, channel in self._agents.items():
            channel.show_late()
        for _, people in self._people.items():
            people.channel.show_late()
        self._agents.sweep()
        self._people.sweep()

    async def _missed(self) -> list[str]:
        """Return agents that changed without our being told: a message may get lost."""
        versions = {name: channel.agent.version for name, channel in self._agents.items()}
        since = self._now() - timedelta(seconds=self._poll_s * 3 + 10)
        people = [person_id for person_id, _ in self._people.items()]
        if not versions and not people:
            return []
        return await self._lists.changed(versions, people, since)

    @asynccontextmanager
    async def agent(self, agent_id: str) -> AsyncIterator[AgentChannel]:
        """Return the agent's channel for as long as somebody watches; raise `NotFound`."""
        channel = self._agents.get(agent_id)
        if channel is None:
            channel = await self._loads.put(agent_id)
            self._again(agent_id)  # it may have changed since it was read
        with self._agents.entered(agent_id, channel) as shared:
            yield shared

    @asynccontextmanager
    async def person(self, person: Person, since: datetime) -> AsyncIterator[PersonChannel]:
        """Return the person's channel, which knows of agents that changed since then."""
        slot = self._people.get(person.id)
        oldest = min(since, self._now() - KEPT)
        if slot is None or since < slot.channel.since:
            reached = await self._reaches.ids(person)
            fresh = await self._fresh.put((person.id, oldest))
            mine = [one for one in fresh if one.task.repository_id in reached]
            made = partial(PersonChannel, view=self._view, clock=self._clock, now=self._now)
            slot = self._people.get(person.id)
            if slot is None:
                slot = _People(person, made(mine, oldest))
            else:
                slot.channel.extend(mine, oldest)
            for one in mine:
                self._again(one.id)
        with self._people.entered(person.id, slot) as shared:
            yield shared.channel

    async def _load_agents(self, ids: Sequence[str]) -> list[AgentChannel | Exception]:
        known = await self._lists.many(list(set(ids)))
        pairs = [
            (agent.id, seq)
            for agent in known.values()
            for seq in range(max(1, agent.seq - KEPT_EVENTS + 1), agent.seq + 1)
        ]
        events = _grouped(await self._lists.numbered(pairs)) if pairs else {}
        channels = {
            agent.id: AgentChannel(agent, events.get(agent.id, ()), self._view, self._clock)
            for agent in known.values()
        }
        return [channels.get(AgentId(one)) or NotFound("there is no such agent") for one in ids]

    async def _load_people(
        self, wanted: Sequence[tuple[int, datetime]]
    ) -> list[list[Agent] | Exception]:
        since: dict[int, datetime] = {}
        for person_id, moment in wanted:
            since[person_id] = min(moment, since.get(person_id, moment))
        found = await self._lists.fresh(since)
        return [found[person_id] for person_id, _ in wanted]


def _grouped(events: Iterable[AgentEvent]) -> dict[str, list[AgentEvent]]:
    found: dict[str, list[AgentEvent]] = {}
    for event in events:
        found.setdefault(event.agent_id, []).append(event)
    return found

"""Watches agents and wakes their people: each piece of news once, whoever of us sees it first."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from bot.bus import MOVED, Bus
from bot.db.identities import Identities
from bot.db.push import Push, Pushes
from bot.db.sessions import Sessions
from bot.domain import Agent, AgentEvent
from bot.github.auth import utc_now
from bot.life.agent_lists import AgentLists
from mobile_api.agents.news import KINDS, Kind, News, news_of
from mobile_api.push.sender import Sender, Sent
from mobile_api.push.views import Payload
from mobile_api.settings_api import Notify, read_choices

GATHER_S = 0.3
SWEEP_S = 30.0
LOOK = timedelta(seconds=20)  # a page that is visible says so every ten
DEAD = timedelta(seconds=60)  # a sender that takes longer is taken to be dead
OLD = timedelta(hours=12)
KEPT = timedelta(days=30)
_REMEMBERED = 5_000
_BATCH = 200
log = structlog.get_logger()


class Pusher:
    """Follows all agents; `run` it once in every coordinator."""

    def __init__(
        self,
        lists: AgentLists,
        pushes: Pushes,
        identities: Identities,
        sessions: Sessions,
        sender: Sender,
        bus: Bus,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._lists = lists
        self._pushes = pushes
        self._identities = identities
        self._sessions = sessions
        self._sender = sender
        self._bus = bus
        self._now = now
        self._seen: OrderedDict[str, int] = OrderedDict()

    async def run(self) -> None:
        """Look at whatever changes, for ever."""
        loop = asyncio.get_running_loop()
        sweep_at = loop.time()
        async with self._bus.watch(MOVED) as watch:
            while True:
                keys = await watch.wait(timeout_s=max(0.0, sweep_at - loop.time()))
                if loop.time() >= sweep_at:
                    sweep_at = loop.time() + SWEEP_S
                    keys = [*keys, *await self._pushes.behind(_BATCH)]
                    await self._take_over()
                if keys:
                    await self.look(keys)
                await asyncio.sleep(GATHER_S)

    async def look(self, keys: Iterable[str]) -> None:
        """Push the news of the agents *keys*."""
        names = list(dict.fromkeys(keys))
        for start in range(0, len(names), _BATCH):
            heads = await self._pushes.heads(names[start : start + _BATCH])
            spans = {
                agent_id: range(max(pushed, self._seen.get(agent_id, 0)) + 1, seq + 1)
                for agent_id, (seq, pushed) in heads.items()
            }
            events = await self._lists.between(
                {name: span for name, span in spans.items() if span}, kinds=KINDS
            )
            if events:
                await self._push(events)
            told = {str(event.agent_id) for event in events}
            await self._remember({name: seq for name, (seq, _) in heads.items()}, told)

    async def _remember(self, seqs: dict[str, int], told: set[str]) -> None:
        """Note how far we looked: in the database only when there was something."""
        for agent_id, seq in seqs.items():
            self._seen[agent_id] = seq
            self._seen.move_to_end(agent_id)
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        if told:
            await self._pushes.looked({name: seqs[name] for name in told if name in seqs})

    async def _push(self, events: list[AgentEvent]) -> None:
        agents = await self._lists.many(list({event.agent_id for event in events}))
        async with asyncio.TaskGroup() as group:
            for event in events:
                agent = agents.get(event.agent_id)
                news = None if agent is None else news_of(event, agent)
                if agent is None or news is None or not news.is_urgent:
                    continue
                if self._now() - event.at < OLD:
                    group.create_task(self._claimed(agent, news))

    async def _claimed(self, agent: Agent, news: News) -> None:
        """Send *news* unless somebody else does, or its person never signed in."""
        person_id, at = agent.task.requester.id, self._now()
        if await self._identities.get(person_id) is None:
            return
        push_id = await self._pushes.claim(
            agent_id=agent.id, seq=news.seq, person_id=person_id, kind=news.kind, at=at
        )
        if push_id is not None:
            await self._sent(push_id, agent, news)

    async def _sent(self, push_id: int, agent: Agent, news: News) -> None:
        sent = await self._send(agent, news)
        log.info("push", agent_id=agent.id, kind=news.kind, outcome=sent.outcome)
        await self._pushes.conclude(push_id, sent.outcome, sent.detail)

    async def _send(self, agent: Agent, news: News) -> Sent:
        person_id = agent.task.requester.id
        identity = await self._identities.get(person_id)
        chosen = read_choices(identity.settings if identity else {}).notify
        if not _is_wanted(news.kind, chosen):
            return Sent("suppressed", "switched off in the settings")
        if news.kind is Kind.QUESTION and agent.question is None:
            return Sent("suppressed", "it was answered already")
        if await self._sessions.is_looking(person_id, since=self._now() - LOOK):
            return Sent("suppressed", "you were looking at Cadence")
        payload = Payload(
            title=news.title,
            body=news.text,
            tag=agent.id,
            url=f"/app/#/agents/{agent.id}",
            kind=news.kind,
        )
        urgency = "high" if news.kind is Kind.QUESTION else "normal"
        return await self._sender.send(person_id, payload, urgency=urgency)

    async def _take_over(self) -> None:
        """Send what a coordinator claimed that died meanwhile."""
        for push in await self._pushes.left(self._now() - DEAD):
            if await self._pushes.reclaim(push, at=self._now()):
                await self._again(push)

    async def _again(self, push: Push) -> None:
        agent = (await self._lists.many([push.agent_id or ""])).get(push.agent_id or "")
        spans = {push.agent_id or "": range(push.seq or 0, (push.seq or 0) + 1)}
        events = await self._lists.between(spans, kinds=KINDS)
        news = news_of(events[0], agent) if agent is not None and events else None
        if agent is None or news is None:
            await self._pushes.conclude(push.id, "failed", "Cadence stopped while it was sent")
            return
        await self._sent(push.id, agent, news)

    async def prune(self) -> None:
        """Forget notifications after a month."""
        await self._pushes.prune(self._now() - KEPT)


def _is_wanted(kind: Kind, chosen: Notify) -> bool:
    wishes = {
        Kind.QUESTION: chosen.question,
        Kind.PULL_REQUEST: chosen.pull_request,
        Kind.FAILED: chosen.failed,
        Kind.BUDGET: chosen.budget,
    }
    return wishes.get(kind, False)

"""The two streams over HTTP: one agent's log, and everything of a person."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from aiohttp import web

from bot.agents import Agents
from bot.bus import Bus
from bot.domain import Agent
from bot.errors import CadenceError, RateLimited
from mobile_api.agents.views import EventsQuery, event_view
from mobile_api.auth.people import Person
from mobile_api.auth.sessions import TOPIC, Keeper, Signed, signed_of
from mobile_api.endpoint import Endpoint
from mobile_api.stream.channel import AgentChannel
from mobile_api.stream.cursors import KEPT, Cursor, decoded
from mobile_api.stream.frames import BEAT, RETRY, frame, joined
from mobile_api.stream.newsroom import Newsroom
from mobile_api.stream.person_channel import PersonChannel
from mobile_api.stream.reaching import Reaching
from mobile_api.stream.subscriber import Gone, Subscriber
from mobile_api.stream.views import Hello
from mobile_api.wire import queried

BEAT_S = 15.0
CHECK_S = 60.0
BATCH = 500
MOST_STREAMS = 30  # of one person
_TRIES = 20
Seen = Callable[[web.Request], Awaitable[Agent]]
log = structlog.get_logger()


class StreamApi:
    """``/api/agents/{id}/events`` and ``/api/events``."""

    def __init__(
        self,
        newsroom: Newsroom,
        agents: Agents,
        seen: Seen,
        reaches: Reaching,
        keeper: Keeper,
        *,
        beat_s: float = BEAT_S,
    ) -> None:
        self._newsroom = newsroom
        self._agents = agents
        self._seen = seen
        self._reaches = reaches
        self._keeper = keeper
        self._beat_s = beat_s
        self._by_person: dict[int, set[Subscriber]] = {}

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [
            Endpoint(
                method="GET",
                path="/api/agents/{id}/events",
                handler=self._agent,
                summary="An agent's log and state, live",
                tag="agents",
                query=EventsQuery,
                answers={200: None},
                problems=(404, 429),
                gives="text/event-stream",
            ),
            Endpoint(
                method="GET",
                path="/api/events",
                handler=self._everything,
                summary="All your agents, live",
                tag="agents",
                query=EventsQuery,
                answers={200: None},
                problems=(429,),
                gives="text/event-stream",
            ),
        ]

    async def run(self, bus: Bus) -> None:
        """End streams of sessions that end, for ever."""
        async with bus.watch(TOPIC) as watch:
            async for key in watch:
                for one in tuple(self._by_person.get(int(key), ())):
                    one.woken.set()

    def hang_up(self) -> None:
        """End all streams."""
        for mine in self._by_person.values():
            for one in tuple(mine):
                one.end()

    async def _agent(self, request: web.Request) -> web.StreamResponse:
        agent, signed = await self._seen(request), signed_of(request)
        asked = _asked(request)
        last = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        async with (
            self._place(request, signed.person) as watcher,
            self._newsroom.agent(agent.id) as channel,
        ):
            await watcher.begin(RETRY)
            last = await self._caught_up(watcher, channel, min(last, channel.last))
            channel.join(watcher, last)
            try:
                await self._stay(watcher, signed, agent.task.repository_id)
            finally:
                channel.watchers.discard(watcher)
            return watcher.response
        return web.Response()  # the client hung up before

    async def _caught_up(self, watcher: Subscriber, channel: AgentChannel, last: int) -> int:
        """Send what is no longer kept by the channel, from the database."""
        while last < channel.begins_after():
            events = await self._agents.events(channel.agent.id, after=last, limit=BATCH)
            if not events:
                break
            frames = [frame("log", event_view(one), mark=str(one.seq)) for one in events]
            await watcher.send(joined(frames))
            last = events[-1].seq
        return last

    async def _everything(self, request: web.Request) -> web.StreamResponse:
        signed = signed_of(request)
        cursor = decoded(_asked(request)) if _asked(request) else None
        since = self._keeper.now() - KEPT if cursor is None else cursor.since
        reached = await self._reaches.ids(signed.person)
        async with (
            self._place(request, signed.person) as watcher,
            self._newsroom.person(signed.person, since) as channel,
        ):
            hello = frame("hello", Hello(now=self._keeper.now()))
            await watcher.begin(joined([RETRY, hello]))
            await self._join(watcher, channel, cursor, reached)
            try:
                await self._stay(watcher, signed, None)
            finally:
                channel.watchers.discard(watcher)
            return watcher.response
        return web.Response()  # the client hung up before

    async def _join(
        self,
        watcher: Subscriber,
        channel: PersonChannel,
        cursor: Cursor | None,
        reached: frozenset[int],
    ) -> None:
        if cursor is None:  # everything as it stands, and no old news
            channel.join(watcher, Cursor.of_nothing(), (), reached)
            return
        missing = channel.missing(cursor)
        events = await self._newsroom.news(missing)
        for _ in range(_TRIES):  # what is missing may grow while it is read
            if channel.missing(cursor) == missing:
                break
            missing = channel.missing(cursor)
            events = await self._newsroom.news(missing)
        channel.join(watcher, cursor, events, reached)

    @contextlib.asynccontextmanager
    async def _place(self, request: web.Request, person: Person) -> AsyncIterator[Subscriber]:
        """Make room for one more stream of *person*; a client that hangs up is no error."""
        mine = self._by_person.setdefault(person.id, set())
        gone = [one for one in mine if one.is_gone]
        for one in gone:  # else it is noticed with the next thing that it is sent
            one.end()
        if len(mine) - len(gone) >= MOST_STREAMS:
            raise RateLimited(f"at most {MOST_STREAMS} streams at once", retry_after_s=30)
        watcher = Subscriber(request)
        mine.add(watcher)
        try:
            yield watcher
        except (Gone, ConnectionError):
            log.debug("client hung up", person_id=person.id)
        finally:
            mine.discard(watcher)
            if not mine and self._by_person.get(person.id) is mine:
                del self._by_person[person.id]

    async def _stay(self, watcher: Subscriber, signed: Signed, repository_id: int | None) -> None:
        """Keep the stream until the client, the agent, the session or the permission goes."""
        loop = asyncio.get_running_loop()
        check_at = loop.time() + CHECK_S
        while not watcher.over.is_set():
            await watcher.wait(self._beat_s)
            if watcher.is_gone or watcher.over.is_set():
                return
            if not await self._keeper.still(signed):
                return
            if loop.time() >= check_at:
                check_at = loop.time() + CHECK_S
                if not await self._may_still(signed.person, repository_id):
                    return
            watcher.push(BEAT)

    async def _may_still(self, person: Person, repository_id: int | None) -> bool:
        try:
            reached = await self._reaches.ids(person)
        except CadenceError as error:  # it comes back, and is told then
            log.info("stream ended", person_id=person.id, reason=str(error))
            return False
        return repository_id is None or repository_id in reached


def _asked(request: web.Request) -> str:
    """Return where the stream goes on."""
    return request.headers.get("Last-Event-ID") or queried(request, EventsQuery).after

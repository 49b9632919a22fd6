"""Tell whoever watches that something changed; what it became is in the database.

In process by default. With Postgres `PostgresBridge` carries the same keys between processes by
``NOTIFY``; a payload is a topic and a key, never data (it is limited to 8,000 bytes).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

import asyncpg
import structlog

from bot.domain import AgentEvent, Written

AGENT = "agent"  # an agent that changed
MOVED = "moved"  # more of it is new than lines of its log: for those who tell of it elsewhere
_CHANNEL = "cadence"
MOST_WRITTEN = 50  # kept for a watcher that does not look; the rest it must read
log = structlog.get_logger()


class Watch:
    """Keys that changed since the last look, each once, with what was written where it is known."""

    def __init__(self) -> None:
        self._keys: dict[str, list[Written] | None] = {}
        self._changed = asyncio.Event()

    def put(self, key: str, written: Written | None = None) -> None:
        """Note that *key* changed; *written* is all that is new of it."""
        known = self._keys.setdefault(key, [])
        if written is None or known is None or len(known) >= MOST_WRITTEN:
            self._keys[key] = None
        else:
            known.append(written)
        self._changed.set()

    async def wait(self, timeout_s: float | None = None) -> list[str]:
        """Wait for changes and return their keys; empty when *timeout_s* passed first."""
        return list(await self.written(timeout_s))

    async def written(self, timeout_s: float | None = None) -> dict[str, list[Written] | None]:
        """Wait as `wait` does; return what was written by key, None where it must be read."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        self._changed.clear()
        keys, self._keys = self._keys, {}
        return keys

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            for key in await self.wait():
                yield key


def following(written: Sequence[Written] | None, last: int) -> list[AgentEvent] | None:
    """Return the events after number *last* that were written, None where one must be read."""
    if written is None:
        return None
    events = [event for one in written for event in one.events if event.seq > last]
    numbers = [event.seq for event in events]
    return events if numbers == list(range(last + 1, last + 1 + len(events))) else None


class Bus:
    """Topics with watchers; notifying is cheap and never blocks."""

    def __init__(self) -> None:
        self._watches: dict[str, dict[str | None, set[Watch]]] = {}
        self.forward: Callable[[str, str], None] | None = None

    def notify(self, topic: str, key: str, written: Written | None = None) -> None:
        """Tell watchers here and, where there is a bridge, in other processes.

        What was *written* is told here only; elsewhere it is read.
        """
        self.deliver(topic, key, written)
        if self.forward is not None:
            self.forward(topic, key)

    def deliver(self, topic: str, key: str, written: Written | None = None) -> None:
        """Tell watchers in this process only."""
        by_key = self._watches.get(topic)
        if by_key is None:
            return
        for only in (None, key):
            for watch in by_key.get(only, ()):
                watch.put(key, written)

    @contextlib.asynccontextmanager
    async def watch(self, topic: str, key: str | None = None) -> AsyncIterator[Watch]:
        """Watch *topic*, or only *key* of it, until the block ends."""
        watch, by_key = Watch(), self._watches.setdefault(topic, {})
        by_key.setdefault(key, set()).add(watch)
        try:
            yield watch
        finally:
            by_key[key].discard(watch)
            if not by_key[key]:
                del by_key[key]


class PostgresBridge:
    """Carry a bus's keys between the processes on one Postgres."""

    def __init__(self, bus: Bus, url: str) -> None:
        self._bus = bus
        self._url = url
        self._outbox: asyncio.Queue[str] = asyncio.Queue(maxsize=10_000)

    async def run(self) -> None:
        """Listen and forward until cancelled; reconnect when the server goes away."""
        self._bus.forward = self._put
        while True:
            try:
                await self._serve()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("bus lost its connection", error=type(error).__name__)
                await asyncio.sleep(1.0)

    def _put(self, topic: str, key: str) -> None:
        with contextlib.suppress(asyncio.QueueFull):  # watchers poll as a fallback
            self._outbox.put_nowait(f"{topic} {key}")

    async def _serve(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=10)
        try:
            await connection.add_listener(_CHANNEL, self._heard)
            while True:
                payload = await self._outbox.get()
                await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, payload, timeout=10)
        finally:
            await connection.close(timeout=5)

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        topic, _, key = str(payload).partition(" ")
        self._bus.deliver(topic, key)

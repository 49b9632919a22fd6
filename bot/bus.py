"""Tell whoever watches that something changed; what it became is in the database.

In process by default. With Postgres `PostgresBridge` carries the same keys between processes by
``NOTIFY``; a payload is a topic and a key, never data (it is limited to 8,000 bytes).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import asyncpg
import structlog

_CHANNEL = "cadence"
log = structlog.get_logger()


class Watch:
    """Keys that changed since the last look, each once."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}
        self._changed = asyncio.Event()

    def put(self, key: str) -> None:
        """Note that *key* changed."""
        self._keys[key] = None
        self._changed.set()

    async def wait(self, timeout_s: float | None = None) -> list[str]:
        """Wait for changes and return their keys; empty when *timeout_s* passed first."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        self._changed.clear()
        keys = list(self._keys)
        self._keys.clear()
        return keys

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            for key in await self.wait():
                yield key


class Bus:
    """Topics with watchers; notifying is cheap and never blocks."""

    def __init__(self) -> None:
        self._watches: dict[str, set[tuple[Watch, str | None]]] = {}
        self.forward: Callable[[str, str], None] | None = None

    def notify(self, topic: str, key: str) -> None:
        """Tell watchers here and, where there is a bridge, in other processes."""
        self.deliver(topic, key)
        if self.forward is not None:
            self.forward(topic, key)

    def deliver(self, topic: str, key: str) -> None:
        """Tell watchers in this process only."""
        for watch, only in self._watches.get(topic, ()):
            if only is None or only == key:
                watch.put(key)

    @contextlib.asynccontextmanager
    async def watch(self, topic: str, key: str | None = None) -> AsyncIterator[Watch]:
        """Watch *topic*, or only *key* of it, until the block ends."""
        entry = (Watch(), key)
        self._watches.setdefault(topic, set()).add(entry)
        try:
            yield entry[0]
        finally:
            self._watches[topic].discard(entry)


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

"""Frames of one line on their way into the store: many at once, acknowledged in their order.

A runner sends a window of frames without waiting, so those behind the first need not wait for it
either: they share its transaction.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

MOST_FRAMES = 64
MOST_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Flying:
    seq: int
    size: int
    stored: asyncio.Task[Any]


class Flight:
    """What is on its way; *acknowledge* is told the number of each frame that has arrived.

    When one cannot be stored, nothing behind it is acknowledged, and *broken* is awaited.
    """

    def __init__(
        self,
        acknowledge: Callable[[int], Awaitable[None]],
        broken: Callable[[], Awaitable[None]],
    ) -> None:
        self._acknowledge = acknowledge
        self._broken = broken
        self._flying: deque[_Flying] = deque()
        self._size = 0
        self._landed = asyncio.Event()
        self._lands: asyncio.Task[None] | None = None
        self._error: BaseException | None = None

    async def begin(self, seq: int, size: int, store: Coroutine[Any, Any, Any]) -> None:
        """Let *store* run, of a frame of *size* bytes; wait while too much is on its way."""
        self._flying.append(_Flying(seq, size, asyncio.create_task(store)))
        self._size += size
        if self._lands is None or self._lands.done():
            self._lands = asyncio.create_task(self._land())
        while len(self._flying) >= MOST_FRAMES or self._size >= MOST_BYTES:
            self._landed.clear()
            await self._landed.wait()
            self.check()

    async def settled(self) -> None:
        """Wait until everything has arrived; raise what went wrong."""
        if self._lands is not None:
            await asyncio.wait([self._lands])
        self.check()

    def check(self) -> None:
        """Raise what went wrong."""
        if self._error is not None:
            raise self._error

    async def close(self) -> None:
        """Leave what is on its way: it was not acknowledged, and is sent again."""
        tasks = [one.stored for one in self._flying]
        if self._lands is not None:
            tasks.append(self._lands)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _land(self) -> None:
        try:
            while self._flying:
                first = self._flying[0]
                await first.stored
                await self._acknowledge(first.seq)
                self._size -= self._flying.popleft().size
                self._landed.set()
        except Exception as error:  # noqa: BLE001 - the line's reader raises it
            self._error = error
            self._landed.set()
            await self._broken()

"""Deliveries on their way into the store: all that wait go in with one durable commit."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from bot.db.deliveries import Delivery
from bot.errors import Unavailable

log = structlog.get_logger()

# Behind one commit no more than this: a commit stays short and memory small.
_BATCH = 256
_BATCH_BYTES = 32 * 1024 * 1024
_WAITING = 4_000


class Store(Protocol):
    """Where deliveries are kept."""

    async def add_many(self, batch: Sequence[Delivery], /) -> object:
        """Store *batch* in one durable transaction; skip GUIDs that are there already."""
        ...


class Ingest:
    """Store deliveries by group commit; *on_stored* hears the GUIDs after each commit."""

    def __init__(self, store: Store, *, on_stored: Callable[[Sequence[str]], None]) -> None:
        self._store = store
        self._on_stored = on_stored
        self._waiting: list[tuple[Delivery, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()

    async def add(self, delivery: Delivery) -> None:
        """Return when *delivery* is on disk; raise `Unavailable` when it could not be stored."""
        if len(self._waiting) >= _WAITING:
            raise Unavailable("too many deliveries wait to be stored")
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, stored))
        self._wake.set()
        await stored

    async def run(self) -> None:
        """Store what waits, for ever; one commit at a time gathers the next batch by itself."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self._commit(self._next_batch())

    def _next_batch(self) -> list[tuple[Delivery, asyncio.Future[None]]]:
        size = count = 0
        for delivery, _ in self._waiting[:_BATCH]:
            size += len(delivery.body)
            if count and size > _BATCH_BYTES:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _commit(self, batch: list[tuple[Delivery, asyncio.Future[None]]]) -> None:
        deliveries = [delivery for delivery, _ in batch]
        commit = asyncio.ensure_future(self._store.add_many(deliveries))
        try:
            await asyncio.wait([commit])  # does not raise what the store raises
        finally:
            # When we are stopped, those who wait hear "not stored"; a repetition does no harm.
            error = commit.exception() if commit.done() else Unavailable("shutting down")
            for _, stored in batch:
                _settle(stored, failed=error is not None)
        if error is not None:
            log.error("deliveries not stored", count=len(batch), error=type(error).__name__)
            return
        self._on_stored([delivery.guid for delivery in deliveries])


def _settle(stored: asyncio.Future[None], *, failed: bool) -> None:
    if stored.done():  # its request was given up
        return
    if failed:
        stored.set_exception(Unavailable("the delivery could not be stored"))
    else:
        stored.set_result(None)

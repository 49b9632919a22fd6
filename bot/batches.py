"""Work of many callers in one transaction: who comes while one is written is in the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from bot.errors import StorageAway

MOST = 200
MOST_REST_S = 0.05
Item = TypeVar("Item")
Result = TypeVar("Result")


class Batches(Generic[Item, Result]):
    """Hand items to *write* together; it returns a result or an error for each, in order.

    After each call it rests for *rest* times as long as that took, so that what is slow is done
    seldom and for many; the first who comes after a while waits for nothing.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]],
        *,
        most: int = MOST,
        gather_s: float = 0.0,
        rest: float = 0.0,
    ) -> None:
        self._write = write
        self._most = most
        self._gather_s = gather_s
        self._rest = rest
        self._rested_at = 0.0
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Result:
        """Return what came of *item* once it is written."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_noticed)
        self._waiting.append((item, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run())
        return await asyncio.shield(future)

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        await self._pause(max(self._gather_s, self._rested_at - clock()))
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            began = clock()
            await self._written(batch)
            rest_s = min((clock() - began) * self._rest, MOST_REST_S)
            self._rested_at = clock() + rest_s
            if self._waiting:
                await self._pause(rest_s)

    async def _pause(self, seconds: float) -> None:
        """Let more callers come; a full batch waits for nobody."""
        if seconds > 0 and len(self._waiting) < self._most:
            await asyncio.sleep(seconds)

    async def _written(self, batch: list[tuple[Item, "asyncio.Future[Result]"]]) -> None:
        """Write a batch; when one item spoils it, each is written by itself."""
        try:
            results = await self._write([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            if len(batch) > 1 and not isinstance(error, StorageAway):
                for one in batch:
                    await self._written([one])
                return
            results = [error] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)


def _noticed(future: "asyncio.Future[Any]") -> None:
    """Who waited may have left, as a line that went down; that its error is unread is no news."""
    if not future.cancelled():
        future.exception()

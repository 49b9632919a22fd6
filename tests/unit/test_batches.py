"""Batches: what becomes of those who stop waiting."""

import asyncio
import gc
from collections.abc import Sequence
from typing import Any

from bot.batches import Batches


async def test_error_that_nobody_waits_for_any_more_is_no_alarm() -> None:
    alarms: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: alarms.append(context))
    began, may_fail = asyncio.Event(), asyncio.Event()

    async def write(items: Sequence[int]) -> list[int | Exception]:
        began.set()
        await may_fail.wait()
        return [ValueError("not that one") for _ in items]

    batches: Batches[int, int] = Batches(write)
    waiting = asyncio.create_task(batches.put(1))
    await began.wait()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    may_fail.set()
    while batches._writer is None or not batches._writer.done():  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)
    del waiting  # and with it the last that holds the error
    gc.collect()

    assert alarms == []

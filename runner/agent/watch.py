"""A watch over work: it ends at once when somebody stops the run or the time is over."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from runner.agent.course import Course
from runner.agent.seams import RunCancelled

_LOOK_S = 0.1
T = TypeVar("T")


async def watched(work: Coroutine[Any, Any, T], course: Course) -> T:
    """Return what *work* returns; raise `RunCancelled` or `RunFailed` in the middle of anything."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            # Control is a plain value that the link writes; it tells nobody, so look now and then.
            await asyncio.wait({task}, timeout=_LOOK_S)
            if not task.done():
                _judge(course)
        return await task
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _judge(course: Course) -> None:
    if course.control.cancel_reason is not None:
        raise RunCancelled(course.control.cancel_reason or "The run was stopped.")
    if course.meter.is_out_of_time:
        raise course.meter.out_of_time()

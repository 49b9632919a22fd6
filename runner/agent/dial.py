"""Dial the coordinator and keep the line up for the length of a run."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from runner.agent.link import RunNotOurs, WebSocketLink
from runner.agent.seams import RunFailed


@contextlib.asynccontextmanager
async def connect(
    url: str,
    token: str,
    run_id: str,
    *,
    root: Path,
    on_secret: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[WebSocketLink]:
    """Dial and keep the line up for the block; its failure cancels the run with a reason."""
    link = WebSocketLink(url, token, run_id, root=root, on_secret=on_secret)
    line = asyncio.create_task(link.run())

    def ended(task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error = task.exception() or RunFailed("the line ended")
        link.control.cancel(str(error))
        if not link.spec.done():
            link.spec.set_exception(error)
        link.give_up()

    line.add_done_callback(ended)
    try:
        yield link
    finally:
        line.cancel()
        with contextlib.suppress(asyncio.CancelledError, RunFailed, RunNotOurs):
            await line
        link.close()

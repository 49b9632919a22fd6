"""Work that goes on for ever: begun anew when it breaks, repeated at intervals."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

LONGEST_WAIT_S = 30.0
log = structlog.get_logger()


async def kept_alive(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run *loop* for ever; one that breaks is logged and begun anew."""
    wait_s = 1.0
    while True:
        try:
            await loop()
        except Exception:  # a loop that ends in silence would lose work
            log.exception("a loop broke", loop=name, again_in_s=wait_s)
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)


async def every(seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do *work* every *seconds*, for ever."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(seconds)
            await work()

    await kept_alive(name, repeat)

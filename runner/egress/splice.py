"""Copy between two connections until both are done or nothing moved for a while."""

import asyncio

CHUNK_BYTES = 65_536
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Clock:
    """When something last moved."""

    def __init__(self) -> None:
        self.tick()

    def tick(self) -> None:
        self._last = asyncio.get_running_loop().time()

    @property
    def silence_s(self) -> float:
        return asyncio.get_running_loop().time() - self._last


async def splice(one: Ends, other: Ends, *, idle_timeout_s: float) -> None:
    """Copy both ways; each side may end its half while the other goes on."""
    clock = _Clock()
    copies = {
        asyncio.create_task(_copy(one[0], other[1], clock)),
        asyncio.create_task(_copy(other[0], one[1], clock)),
    }
    waiting = copies
    try:
        while waiting and (left := idle_timeout_s - clock.silence_s) > 0:
            done, waiting = await asyncio.wait(
                waiting, timeout=left, return_when=asyncio.FIRST_EXCEPTION
            )
            if any(copy.exception() for copy in done):
                return
    finally:
        for copy in copies:
            copy.cancel()
        await asyncio.gather(*copies, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: _Clock) -> None:
    while data := await reader.read(CHUNK_BYTES):
        clock.tick()
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()

"""A clock for waiting without waiting."""

import asyncio


class Clock:
    """Time that passes only when somebody sleeps; *naps* remembers for how long."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.naps: list[float] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)

"""A line made of queues, with a fate for everything that is said over it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

FATES = ("pass", "pass", "pass", "drop", "twice", "cut", "delay")


@dataclass
class Side:
    """One end; implements `runner.channel.Channel`."""

    fates: Iterator[str]
    other: "Side | None" = None
    queue: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    is_cut: bool = False
    is_deaf: bool = False
    closed_with: tuple[int, str] = (0, "")
    said: list[str] = field(default_factory=list)

    async def say(self, text: str) -> None:
        fate = next(self.fates, "pass")
        assert self.other is not None
        if fate == "cut":
            self.cut()
        if self.is_cut:
            raise ConnectionResetError
        self.said.append(text)
        if fate == "delay":
            await asyncio.sleep(0.001)
        if fate == "drop" and not self.is_deaf:
            # Half open: what is said from here on vanishes, until somebody notices the silence.
            self.is_deaf = True
            asyncio.get_running_loop().call_later(0.003, self.cut)
        for _ in range(0 if self.is_deaf else 2 if fate == "twice" else 1):
            self.other.queue.put_nowait(text)
        await asyncio.sleep(0)

    async def hear(self) -> str | None:
        return await self.queue.get()

    async def close(self, code: int, reason: str = "") -> None:
        if self.other is not None and not self.is_cut and not self.is_deaf:
            self.other.closed_with = (code, reason)
        self.cut()

    def cut(self) -> None:
        for side in (self, self.other):
            if side is not None and not side.is_cut:
                side.is_cut = True
                side.queue.put_nowait(None)


def joined(fates: Iterator[str]) -> tuple[Side, Side]:
    """Return both ends of a new line."""
    ours, theirs = Side(fates), Side(fates)
    ours.other, theirs.other = theirs, ours
    return ours, theirs

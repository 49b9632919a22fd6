"""One line of one run as the coordinator holds it, and what is done beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from bot.domain import Run
from bot.errors import CadenceError
from runner.channel import Channel
from runner.clocks import Skew
from runner.lines.flight import Flight
from runner.lines.searches import Searches
from runner.protocol import AWAY, AckFrame
from runner.spec import Wire

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Line:
    """A line that is up, with the tasks that end when it goes down."""

    channel: Channel
    run: Run
    searches: Searches
    skew: Skew
    tokens: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    wishes: asyncio.Task[None] | None = None
    flight: Flight = field(init=False)
    _renewal: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        """Acknowledge over this line."""
        self.flight = Flight(self._acknowledge, self._hang_up)

    async def say(self, frame: Wire) -> None:
        """Send *frame*."""
        await self.channel.say(frame.to_json())

    def renew(self, renew: Callable[[Run], Awaitable[None]]) -> None:
        """Let *renew* move the lease's end, unless it is at it; nothing waits for that."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renewed(renew))

    async def renewed(self) -> None:
        """Wait until the lease's end is moved, if that is under way."""
        if self._renewal is not None:
            await asyncio.wait([self._renewal])

    async def close(self) -> None:
        """Drop what is under way: nobody is there to hear it."""
        under_way = [*self.tokens.values(), self.wishes, self._renewal]
        tasks = [task for task in under_way if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.flight.close()
        await self.searches.close()

    async def _renewed(self, renew: Callable[[Run], Awaitable[None]]) -> None:
        try:
            await renew(self.run)
        except CadenceError as error:
            log.warning("lease not renewed", run_id=self.run.id, reason=str(error))
            await self._hang_up()

    async def _acknowledge(self, seq: int) -> None:
        await self.say(AckFrame(seq=seq))

    async def _hang_up(self) -> None:
        await self.channel.close(AWAY, "dial again")

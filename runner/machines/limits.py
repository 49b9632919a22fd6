"""The rate limits of an API, kept by ourselves: one's turn for each action and identifier.

A bucket is one number, the moment from which on it is full again; each call moves it on by what one
call costs. Whoever came first goes first, and whoever stops waiting costs nobody anything.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.errors import RateLimited

_FORGET_AFTER = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls a second, and how many at once after a pause.

    Calls do not travel at one speed: one that overtakes by *reserve_s* seconds is not too early.
    """

    per_s: float
    burst: int
    reserve_s: float = 0.0

    @property
    def each_s(self) -> float:
        """What one call costs."""
        return 1 / self.per_s

    @property
    def slack_s(self) -> float:
        """How far ahead of itself a bucket may be for one more call."""
        return max((self.burst - 1) * self.each_s - self.reserve_s, 0.0)


@dataclass(slots=True)
class _Bucket:
    full_at: float
    line: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Limits:
    """Wait for one's turn, in the order of asking."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        most: int = _FORGET_AFTER,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._most = most
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    async def turn(
        self, action: str, identifier: str, rate: Rate, *, until: float | None = None
    ) -> float:
        """Wait until *action* on *identifier* may be called; return the seconds waited.

        Raise `RateLimited` at once when the turn would come after *until*, without taking it.
        """
        began = self._now()
        bucket = self._bucket((action, identifier))
        self._expect(bucket, rate, action, until=until, ahead=bucket.waiting)
        bucket.waiting += 1
        try:
            async with bucket.line:  # asyncio's locks are fair
                await self._wait(bucket, rate, action, until)
                bucket.full_at = max(bucket.full_at, self._now()) + rate.each_s
        finally:
            bucket.waiting -= 1
        return self._now() - began

    def emptied(self, action: str, identifier: str, rate: Rate, *, for_s: float) -> None:
        """Let nobody call for *for_s* seconds, nor at once after it: the server said so."""
        bucket = self._bucket((action, identifier))
        bucket.full_at = max(bucket.full_at, self._now() + for_s + rate.slack_s)

    async def _wait(self, bucket: _Bucket, rate: Rate, action: str, until: float | None) -> None:
        due = bucket.full_at - rate.slack_s
        while due > self._now():
            self._expect(bucket, rate, action, until=until)
            await self._sleep(due - self._now())
            before, due = due, bucket.full_at - rate.slack_s
            if due == before:  # else the bucket was emptied meanwhile
                return

    def _expect(
        self, bucket: _Bucket, rate: Rate, action: str, *, until: float | None, ahead: int = 0
    ) -> None:
        now = self._now()
        due = max(max(bucket.full_at, now) - rate.slack_s + ahead * rate.each_s, now)
        if until is not None and due > until:
            raise RateLimited(f"too many calls wait for {action}", retry_after_s=due - now)

    def _bucket(self, key: tuple[str, str]) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._most:
                self._forget()
            bucket = self._buckets[key] = _Bucket(full_at=self._now())
        return bucket

    def _forget(self) -> None:
        """Drop the buckets that are full and that nobody waits for: a new one is the same."""
        now = self._now()
        self._buckets = {
            key: one for key, one in self._buckets.items() if one.waiting or one.full_at > now
        }

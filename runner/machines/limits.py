"""The rate limits of an API, kept by ourselves: a token bucket for each action and identifier."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_FORGET_AFTER = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls a second, and how many at once after a pause."""

    per_s: float
    burst: int


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Limits:
    """Wait for one's turn; whoever came first goes first, since each takes its token ahead."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    async def turn(self, action: str, identifier: str, rate: Rate) -> float:
        """Wait until *action* on *identifier* may be called; return the seconds waited."""
        bucket = self._bucket((action, identifier), rate)
        bucket.tokens -= 1
        wait_s = max(-bucket.tokens / rate.per_s, 0.0)
        if wait_s:
            await self._sleep(wait_s)
        return wait_s

    def emptied(self, action: str, identifier: str, rate: Rate, *, for_s: float) -> None:
        """Take it that nothing may be called for *for_s* seconds: the server said so."""
        bucket = self._bucket((action, identifier), rate)
        bucket.tokens = min(bucket.tokens, -for_s * rate.per_s + 1)

    def _bucket(self, key: tuple[str, str], rate: Rate) -> _Bucket:
        now = self._now()
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) > _FORGET_AFTER:
                self._buckets.clear()  # full again by now, all of them
            bucket = self._buckets[key] = _Bucket(tokens=float(rate.burst), at=now)
        bucket.tokens = min(bucket.tokens + (now - bucket.at) * rate.per_s, float(rate.burst))
        bucket.at = now
        return bucket

"""How often somebody may ask: a bucket for each, that fills again steadily."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.db.rates import ROUNDING, Ask, Taken
from bot.errors import RateLimited

_KEPT = 20_000
_BLOCKS = 20  # a coordinator takes at most this part of a limit at once


@dataclass(frozen=True, slots=True)
class Rate:
    """At most *quota* requests in *window_s* seconds, under a *name* of its own."""

    name: str
    quota: int
    window_s: int = 60

    @property
    def policy(self) -> str:
        """The ``RateLimit-Policy`` header."""
        return f'"{self.name}";q={self.quota};w={self.window_s}'


@dataclass(frozen=True, slots=True)
class Standing:
    """How much is left, and in how many seconds everything is back."""

    rate: Rate
    left: int
    reset_s: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell it."""
        # https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
        told = f'"{self.rate.name}";r={self.left};t={self.reset_s}'
        return {"RateLimit-Policy": self.rate.policy, "RateLimit": told}


class Rates:
    """Buckets in this process, for addresses: anybody can have many, and none costs a commit.

    The oldest are forgotten when there are very many.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._full_at: OrderedDict[tuple[str, str], float] = OrderedDict()

    def count(self, rate: Rate, who: str) -> Standing:
        """Count one request of *who*; raise `RateLimited` when there were too many."""
        now, step = self._now(), rate.window_s / rate.quota
        key = (rate.name, who)
        full_at = max(self._full_at.get(key, now), now) + step
        over = full_at - now - rate.window_s
        if over > 1e-9:
            raise _refusal(rate, over)
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        while len(self._full_at) > _KEPT:
            self._full_at.popitem(last=False)
        left = int((rate.window_s - (full_at - now)) / step + 1e-9)
        return Standing(rate, left, round(full_at - now))


@dataclass(slots=True)
class _Share:
    """What this coordinator has of a bucket: *ready* requests until *until*."""

    ready: int = 0
    until: float = 0.0
    full_at: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class SharedRates:
    """Buckets of all coordinators together: *take* charges a block of requests for one of them.

    What was taken is good for one window. A limit is never exceeded by more than what was taken
    in the window before and not used: a twentieth of it for each coordinator.
    """

    def __init__(
        self, take: Callable[[Ask], Awaitable[Taken]], *, now: Callable[[], float] = time.time
    ) -> None:
        self._take = take
        self._now = now
        self._shares: OrderedDict[tuple[str, str], _Share] = OrderedDict()

    async def count(self, rate: Rate, who: str) -> Standing:
        """Count one request of *who*; raise `RateLimited` when there were too many."""
        share = self._share(rate, who)
        step = rate.window_s / rate.quota
        async with share.turn:
            now = self._now()
            if not share.ready or share.until <= now:
                await self._fill(share, rate, who, now)
            if not share.ready:
                raise _refusal(rate, share.full_at + step - now - rate.window_s)
            share.ready -= 1
            behind = max(0.0, share.full_at - now)
            left = share.ready + int((rate.window_s - behind) / step + ROUNDING)
            reset_s = max(0.0, behind - share.ready * step)
        return Standing(rate, min(left, rate.quota), round(reset_s))

    async def _fill(self, share: _Share, rate: Rate, who: str, now: float) -> None:
        """Take a block, unless it is known that there is none: then nobody is asked."""
        share.ready = 0
        step = rate.window_s / rate.quota
        if share.full_at + step * (1 - ROUNDING) > now + rate.window_s:
            return
        most = max(1, rate.quota // _BLOCKS)
        taken = await self._take(
            Ask(
                name=rate.name, who=who, quota=rate.quota, window_s=rate.window_s, most=most,
                now=now,
            )
        )  # fmt: skip
        share.ready, share.full_at = taken.count, taken.full_at
        share.until = now + rate.window_s

    def _share(self, rate: Rate, who: str) -> _Share:
        share = self._shares.setdefault((rate.name, who), _Share())
        self._shares.move_to_end((rate.name, who))
        while len(self._shares) > _KEPT:
            self._shares.popitem(last=False)
        return share


def _refusal(rate: Rate, retry_after_s: float) -> RateLimited:
    words = f"at most {rate.quota} such requests in {rate.window_s} seconds"
    return RateLimited(words, retry_after_s=max(0.0, retry_after_s))

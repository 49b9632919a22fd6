"""How often somebody may ask: a bucket for each, that fills again steadily."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import RateLimited

_KEPT = 20_000


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
    """Buckets in this process; the oldest are forgotten when there are very many."""

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
            words = f"at most {rate.quota} such requests in {rate.window_s} seconds"
            raise RateLimited(words, retry_after_s=over)
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        while len(self._full_at) > _KEPT:
            self._full_at.popitem(last=False)
        left = int((rate.window_s - (full_at - now)) / step + 1e-9)
        return Standing(rate, left, round(full_at - now))

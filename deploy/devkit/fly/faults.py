"""What may go wrong at Fly's, on demand."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(slots=True)
class Faults:
    """Counters that run down, and switches.

    *no_room* maps a region to how many creations it refuses (-1: all). *errors* answers of 500
    come first; *lost* answers are never sent though the work was done; *cold* wakings lose the
    memory; *stuck* machines never come up; *never_wake* suspended ones stay so.
    """

    no_room: dict[str, int] = field(default_factory=dict)
    errors: int = 0
    lost: int = 0
    cold: int = 0
    stuck: int = 0
    never_wake: bool = False
    slow_s: float = 0.0

    def takes(self, name: str) -> bool:
        """Use up one of the fault *name*, if there is one."""
        left = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return bool(left)

    def has_room(self, region: str) -> bool:
        """Whether *region* creates a machine now."""
        left = self.no_room.get(region, 0)
        if left > 0:
            self.no_room[region] = left - 1
        return left == 0

    async def before(self) -> None:
        """Be slow or broken, before anything is done."""
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if self.takes("errors"):
            raise web.HTTPInternalServerError(text='{"error": "internal"}')


class Rates:
    """The limits as Fly states them: one call a second for each action and identifier, burst 3."""

    def __init__(self) -> None:
        self.is_on = True
        self.refused: Counter[str] = Counter()
        self._tokens: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, action: str, key: str, now: float) -> bool:
        """Whether the call may be made now."""
        per_s, burst = (5.0, 10.0) if action in {"get", "list", "wait"} else (1.0, 3.0)
        tokens, at = self._tokens.get((action, key), (burst, now))
        tokens = min(tokens + (now - at) * per_s, burst)
        allowed = tokens >= 0.999 or not self.is_on  # a clock that is a hair off is no offence
        self._tokens[action, key] = (tokens - 1 if allowed else tokens, now)
        if not allowed:
            self.refused[action] += 1
        return allowed

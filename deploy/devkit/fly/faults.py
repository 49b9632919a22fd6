"""What may go wrong at Fly's, on demand, and the limits of its API."""

import asyncio
import random
from collections import Counter
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Json = dict[str, Any]


class Refusal(Exception):
    """An error answer, as the API words it."""

    def __init__(self, status: int, error: str, *, code: str = "unknown") -> None:
        super().__init__(error)
        self.status = status
        self.body: Json = {"error": error, "status": code}


class Faults(BaseModel):
    """Counters that run down, and switches; set them at any time.

    *no_room* maps a region to how many creations it refuses (-1: all), *unauthorized* so many calls
    as if the token were wrong. *errors* calls are answered with *error_status* before anything is
    done; those whose path contains *error_path* only. *lost* answers to calls by POST, whose path
    ends with *lost_path*, are never sent though the work was done. *slow_s* passes before each.

    *stuck* machines stay in ``starting``. Suspended ones stay so when *never_wake*; *cold* wakings
    lose the memory, others do with the probability *cold_rate*. Lists show the world as it was
    *lag_s* ago.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    no_room: dict[str, int] = Field(default_factory=dict)
    unauthorized: int = 0
    errors: int = 0
    error_status: int = Field(default=500, ge=500, le=599)
    error_path: str = ""
    lost: int = 0
    lost_path: str = ""
    slow_s: float = Field(default=0.0, ge=0)
    stuck: int = 0
    never_wake: bool = False
    cold: int = 0
    cold_rate: float = Field(default=0.0, ge=0, le=1)
    lag_s: float = Field(default=0.0, ge=0)

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

    def wakes_cold(self, rng: random.Random) -> bool:
        """Whether the next waking loses the memory."""
        return self.takes("cold") or rng.random() < self.cold_rate

    async def before(self, path: str) -> None:
        """Be slow or broken, before anything is done; raise `Refusal`."""
        await asyncio.sleep(self.slow_s)
        if self.takes("unauthorized"):
            raise Refusal(401, "unauthorized")
        if self.error_path in path and self.takes("errors"):
            raise Refusal(self.error_status, "internal: the API is in trouble")


class Rates:
    """The limits as Fly states them.

    One call a second for each action and identifier, three at once; looking at a machine five a
    second and ten at once; a hundred deletions of apps a minute.
    """

    def __init__(self) -> None:
        self.is_on = True
        self.refused: Counter[str] = Counter()
        self._tokens: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, action: str, key: str, now: float) -> bool:
        """Whether the call may be made now."""
        if not self.is_on:
            return True
        per_s, burst = _RATES.get(action, (1.0, 3.0))
        tokens, at = self._tokens.get((action, key), (burst, now))
        tokens = min(tokens + (now - at) * per_s, burst)
        allowed = tokens >= 0.999  # a clock that is a hair off is no offence
        self._tokens[action, key] = (tokens - 1 if allowed else tokens, now)
        if not allowed:
            self.refused[action] += 1
        return allowed


_RATES = {"get machine": (5.0, 10.0), "delete app": (100 / 60, 100.0)}

"""How often Fly may be asked for what: https://fly.io/docs/machines/api/working-with-machines-api/.

The rates are a hair below the published ones, and the last of a burst waits a little: a first call
opens a connection and so takes longer than those that come after it.
"""

import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from runner.machines.limits import Limits, Rate

SLOW = Rate(0.98, 3, 0.3)
LOOK = Rate(4.9, 10, 0.3)
# Besides: a hundred a minute of the whole organisation, in any minute.
DELETIONS = Rate(1.5, 10)
GET, DELETE_APP = "get machine", "delete app"
_USUAL_S = 1.0


class FlyLimits:
    """Fly's limits for each action and identifier."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._limits = Limits(now=now, sleep=sleep)

    async def turn(self, action: str, key: str, *, until: float) -> float:
        """Wait for one's turn; raise `RateLimited` when it would come after *until*."""
        waited_s = await self._limits.turn(action, key, _rate(action), until=until)
        if action == DELETE_APP:
            waited_s += await self._limits.turn("all deletions", "", DELETIONS, until=until)
        return waited_s

    def emptied(self, action: str, key: str, *, for_s: float | None) -> None:
        """Wait as long as Fly said, a little more so that not all come back at once."""
        wait_s = _USUAL_S if for_s is None else for_s
        more_s = random.uniform(0.0, 0.25)  # noqa: S311 - no secret
        self._limits.emptied(action, key, _rate(action), for_s=wait_s + more_s)


def _rate(action: str) -> Rate:
    return LOOK if action == GET else SLOW


def retry_after_s(header: str, *, now: datetime | None = None) -> float | None:
    """Return the seconds of a ``Retry-After``, which may be a date; None when it says nothing."""
    text = header.strip()
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max((at - (now or datetime.now(UTC))).total_seconds(), 0.0)

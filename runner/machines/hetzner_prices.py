"""What a server costs: Hetzner's own prices, hour by hour, with a cap for each month."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price with tax, in the *currency* of the account; *monthly* is the most of a month."""

    currency: str
    hourly: float
    monthly: float

    def plus(self, other: "Price") -> "Price":
        """Return both together."""
        return Price(
            currency=self.currency,
            hourly=self.hourly + other.hourly,
            monthly=self.monthly + other.monthly,
        )

    def so_far(self, since: datetime, until: datetime) -> float:
        """Return what the time from *since* to *until* cost: begun hours, a month at its cap.

        A server that is off costs the same as one that is on.
        """
        return sum(min(hours * self.hourly, self.monthly) for hours in _hours(since, until))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A size of server at one location, with its address; *is_available* is what Hetzner says."""

    kind: str
    location: str
    price: Price
    cores: int
    memory_gb: float
    disk_gb: int
    is_available: bool = True


def _hours(since: datetime, until: datetime) -> Iterator[int]:
    """Yield the begun hours of each calendar month (UTC)."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    while since < until:
        days = calendar.monthrange(since.year, since.month)[1]
        first = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        end = min(first + timedelta(days=days), until)
        yield -((since - end) // _HOUR)
        since = end

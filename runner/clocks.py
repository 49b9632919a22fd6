"""The times that a machine tells, set right by what its clock said when it dialled in."""

from datetime import UTC, datetime, timedelta

TRUSTED_S = 1.0  # less is the way here, not the clock


def utc() -> datetime:
    """Return what this machine's clock says."""
    return datetime.now(UTC)


class Skew:
    """Times of one line: never in the future, never going back."""

    def __init__(self, said: datetime | None, now: datetime) -> None:
        offset = now - said if said is not None else timedelta()
        self.offset = offset if abs(offset.total_seconds()) > TRUSTED_S else timedelta()
        self._last: datetime | None = None

    def right(self, at: datetime, now: datetime) -> datetime:
        """Return *at* as our own clock would have said it."""
        aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        try:
            told = min(aware + self.offset, now)
        except OverflowError:
            told = now
        self._last = told if self._last is None else max(told, self._last)
        return self._last

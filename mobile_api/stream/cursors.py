"""How far a person's stream got, as text that a client keeps and nobody else reads.

It holds a time and, for each agent that was at work then or shortly before, the number of the
newest event that was told. Everything else was told, unless it changed after that time: so a
stream goes on rightly on any coordinator, after any restart.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

KEPT = timedelta(minutes=15)
SKEW = timedelta(minutes=5)  # clocks of coordinators, and transactions that take long
MOST = 400
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cursor:
    """What was told up to *at*: by an agent's number, the number of its newest event."""

    at: datetime
    marks: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of_nothing(cls) -> "Cursor":
        """Return the cursor of a client that was told nothing."""
        return cls(_NEVER)

    @property
    def since(self) -> datetime:
        """Agents that did not change since then hold no news."""
        return self.at - KEPT + SKEW if self.at > _NEVER + KEPT else _NEVER

    def told_of(self, number: int, seq: int, changed_at: datetime) -> int:
        """Return up to which event agent *number* was told, whose newest is *seq*."""
        if number in self.marks:
            return min(self.marks[number], seq)
        return 0 if changed_at >= self.since else seq


def encoded(cursor: Cursor) -> str:
    """Return *cursor* as it is sent."""
    newest = sorted(cursor.marks.items())[-MOST:]
    marks = ",".join(f"{number:x}.{seq:x}" for number, seq in newest)
    text = f"{int(cursor.at.timestamp()):x};{marks}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(text: str) -> Cursor | None:
    """Return the cursor, None for what is none of ours."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        seconds, _, marks = plain.partition(";")
        pairs = [one.split(".") for one in marks.split(",") if one][-MOST:]
        found = {int(number, 16): int(seq, 16) for number, seq in pairs}
        return Cursor(datetime.fromtimestamp(int(seconds, 16), UTC), found)
    except (binascii.Error, ValueError, OverflowError, OSError):
        return None

"""Machines that wake, and how long they slept: a sleep costs less than work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update

from bot.db.engine import Tx
from bot.db.machine_schema import machines
from bot.machine import MachineState

_COLUMNS = [machines.c[name] for name in ("id", "suspended_at", "seen_at", "claimed_at", "sleeps")]


async def woken(
    tx: Tx, where: ColumnElement[bool], *, at: datetime, values: dict[str, Any] | None = None
) -> bool:
    """Have the one machine of *where* awake since *at*; False when there is none."""
    query = select(*_COLUMNS).where(where).with_for_update()
    row = (await tx.execute(query)).first()
    if row is None:
        return False
    slept = _slept(row, at)
    known = [*row.sleeps, [one.isoformat() for one in slept]] if slept else row.sleeps
    told = {"state": MachineState.READY, "seen_at": at, "suspended_at": None, "sleeps": known}
    mine = update(machines).where(machines.c.id == row.id)
    await tx.execute(mine.values(told | (values or {})))
    return True


def spans(pairs: Sequence[Sequence[str]]) -> tuple[tuple[datetime, datetime], ...]:
    """Return what a row says of its machine's sleeps."""
    return tuple((datetime.fromisoformat(one), datetime.fromisoformat(two)) for one, two in pairs)


def _slept(row: Row[Any], at: datetime) -> tuple[datetime, datetime] | None:
    """Return from when to when it slept: from its last word, till it woke or a run took it."""
    if row.suspended_at is None:
        return None
    began = max(row.suspended_at, row.seen_at or row.suspended_at)
    is_taken = row.claimed_at is not None and began < row.claimed_at < at
    return began, row.claimed_at if is_taken else at

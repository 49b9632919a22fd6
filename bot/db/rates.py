"""How much of each limit is used up, for all coordinators together: buckets that fill steadily."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, tuple_, update

from bot.batches import Batches
from bot.db.engine import Database, Tx, insert_once
from bot.db.people_schema import rates

ROUNDING = 1e-3  # of a request: seconds since 1970 are known to a ten-millionth
_FEW = 4  # a block is at most this part of what is left: near the end everybody gets some


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A wish for at most *most* requests of *who*, under a limit of *quota* in *window_s*."""

    name: str
    who: str
    quota: int
    window_s: float
    most: int
    now: float  # seconds since 1970, as everywhere here

    @property
    def key(self) -> tuple[str, str]:
        """Whose bucket it is."""
        return self.name, self.who


@dataclass(frozen=True, slots=True)
class Taken:
    """How many requests were granted, none from an empty bucket, and when it is full again."""

    count: int
    full_at: float


class RateRows:
    """Takes requests out of buckets; who asks while others are written is in the next commit."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._batches: Batches[Ask, Taken] = Batches(self._taken)

    async def take(self, ask: Ask) -> Taken:
        """Take a block out of a bucket; it is charged now, whether it is used or not."""
        return await self._batches.put(ask)

    async def prune(self, now: datetime) -> None:
        """Forget buckets that are full."""
        async with self._db.write() as tx:
            await tx.execute(delete(rates).where(rates.c.full_at < now.timestamp()))

    async def _taken(self, asks: Sequence[Ask]) -> list[Taken]:
        async with self._db.write() as tx:
            full_at = await _locked(tx, asks)
            answers = []
            for ask in asks:
                taken = granted(ask, full_at[ask.key])
                full_at[ask.key] = taken.full_at
                answers.append(taken)
            await _written(tx, full_at)
        return answers


def granted(ask: Ask, full_at: float) -> Taken:
    """Return what *ask* gets out of a bucket that would be full again at *full_at*."""
    step = ask.window_s / ask.quota
    begin = max(full_at, ask.now)
    left = int((ask.now + ask.window_s - begin) / step + ROUNDING)
    count = min(ask.most, max(1, left // _FEW)) if left > 0 else 0
    return Taken(count, begin + count * step)


async def _locked(tx: Tx, asks: Sequence[Ask]) -> dict[tuple[str, str], float]:
    """Return when each bucket is full, with its row held until the commit."""
    # In one order for all: two coordinators that hold a row each would wait for each other.
    first = {ask.key: ask.now for ask in reversed(asks)}
    rows = [{"name": n, "who": w, "full_at": first[n, w]} for n, w in sorted(first)]
    await tx.execute(insert_once(tx, rates).values(rows))
    wanted = select(rates).where(tuple_(rates.c.name, rates.c.who).in_(sorted(first)))
    found = await tx.execute(wanted.order_by(rates.c.name, rates.c.who).with_for_update())
    return {(row.name, row.who): float(row.full_at) for row in found}


async def _written(tx: Tx, full_at: dict[tuple[str, str], float]) -> None:
    change = update(rates).values(full_at=bindparam("then"))
    change = change.where(rates.c.name == bindparam("of"), rates.c.who == bindparam("whose"))
    rows: list[dict[str, Any]] = [
        {"of": name, "whose": who, "then": then} for (name, who), then in full_at.items()
    ]
    await tx.execute(change, rows)

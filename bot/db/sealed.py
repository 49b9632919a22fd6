"""What is stored sealed, by the key that sealed it: `bot.keys.vault` writes its name in front."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.db.engine import Database
from bot.db.people_schema import people, push_subscriptions


@dataclass(frozen=True, slots=True)
class Place:
    """Where sealed values lie: a table's *columns*, whose *context* begins so."""

    name: str
    context: str
    columns: tuple[str, ...]


PLACES = (
    Place("sign-ins", "person", ("token", "refresh")),
    Place("devices", "push", ("sealed",)),
)
_TABLES = {"sign-ins": people, "devices": push_subscriptions}
_PERSON = {"sign-ins": people.c.id, "devices": push_subscriptions.c.person_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One row of a place; *values* by column, None for what is not there."""

    id: Any
    person_id: int
    values: dict[str, bytes | None] = field(repr=False)


class SealedRows:
    """Sealed values of all places."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def counts(self, names: Sequence[str]) -> dict[str, int]:
        """Return how many values each key of *names* sealed, and ``""`` for all others."""
        counts = dict.fromkeys((*names, ""), 0)
        async with self._db.read() as tx:
            for place in PLACES:
                for column in _columns(place):
                    # One query a column: rows that move meanwhile are counted once.
                    each = [func.count(case((_is_of(column, name), 1))) for name in names]
                    whole, *here = (await tx.execute(select(func.count(column), *each))).one()
                    counts[""] += whole - sum(here)
                    for name, count in zip(names, here, strict=True):
                        counts[name] += count
        return counts

    async def old(self, place: Place, key: str, *, after: Any, limit: int) -> list[Sealed]:
        """Return rows behind *after* that have a value of another key than *key*, by their id."""
        table = _TABLES[place.name]
        stale = [column.is_not(None) & ~_is_of(column, key) for column in _columns(place)]
        where = or_(*stale)
        if after is not None:
            where &= table.c.id > after
        query = select(table.c.id, _PERSON[place.name].label("person"), *_columns(place))
        async with self._db.read() as tx:
            rows = await tx.execute(query.where(where).order_by(table.c.id).limit(limit))
            return [
                Sealed(
                    id=row.id,
                    person_id=row.person,
                    values={name: row._mapping[name] for name in place.columns},
                )
                for row in rows
            ]

    async def replace(
        self, place: Place, pairs: Sequence[tuple[Sealed, dict[str, bytes | None]]], now: datetime
    ) -> int:
        """Put new values where the old ones still are; return in how many rows.

        A sign-in that is being renewed is left alone: whoever renews it compares what is there.
        """
        table, done = _TABLES[place.name], 0
        async with self._db.write() as tx:
            for row, values in pairs:
                same = [table.c[name] == row.values[name] for name in _there(row)]
                where = and_(table.c.id == row.id, *same)
                if table is people:
                    until = people.c.refreshing_until
                    where &= until.is_(None) | (until < now)
                done += (await tx.execute(update(table).where(where).values(values))).rowcount
        return done


def _there(row: Sealed) -> list[str]:
    return [name for name, value in row.values.items() if value is not None]


def _columns(place: Place) -> list[Column[bytes]]:
    return [_TABLES[place.name].c[name] for name in place.columns]


def _is_of(column: Column[bytes], key: str) -> ColumnElement[bool]:
    name = key.encode()
    head = bytes([len(name)]) + name
    return func.substr(column, 1, len(head), type_=LargeBinary) == literal(head, LargeBinary)

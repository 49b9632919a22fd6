"""Webhook deliveries: stored before they are answered, handled once."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Row, bindparam, delete, select, update

from bot.db.engine import Database, Tx, insert_once
from bot.db.schema import deliveries
from bot.db.sqlite_writer import SqliteWriter
from bot.errors import NotFound

_FAST_COLUMNS = (
    *("guid", "event", "action", "installation_id", "body", "received_at", "state", "note"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook POST; *body* is the raw JSON object as signed."""

    guid: str
    event: str
    action: str
    installation_id: int | None
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the handling of one delivery ended: *state* is handled or failed."""

    guid: str
    state: str
    note: str
    at: datetime


class DeliveryStore:
    """Deliveries by GUID; states are stored, queued, handled, failed."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._fast = SqliteWriter(database) if database.is_sqlite else None

    async def close(self) -> None:
        """Let go of what is held besides the database."""
        if self._fast is not None:
            await self._fast.close()

    async def add_many(self, batch: Sequence[Delivery]) -> None:
        """Store *batch* in one durable transaction; a GUID that is there already is skipped."""
        if self._fast is not None:
            await self._fast.write("deliveries", _FAST_COLUMNS, batch, _fast_row)
            return
        async with self._db.write() as tx:
            await tx.execute(insert_once(tx, deliveries), [_row(d) for d in batch])

    async def get(self, guid: str) -> Delivery:
        """Return the delivery; raise `NotFound`."""
        async with self._db.read() as tx:
            row = (await tx.execute(select(*_columns()).where(deliveries.c.guid == guid))).first()
        if row is None:
            raise NotFound(f"there is no delivery {guid}")
        return _delivery(row)

    async def unqueued(self, limit: int) -> list[Delivery]:
        """Return deliveries that were stored and not handed to the engine yet, oldest first."""
        query = (
            select(*_columns())
            .where(deliveries.c.state == "stored")
            .order_by(deliveries.c.received_at)
            .limit(limit)
        )
        async with self._db.read() as tx:
            return [_delivery(row) for row in await tx.execute(query)]

    async def mark_queued(self, tx: Tx, guids: Sequence[str]) -> None:
        """Note in *tx*, the transaction that enqueues them, that *guids* are with the engine."""
        await tx.execute(
            update(deliveries).where(deliveries.c.guid.in_(guids)).values(state="queued")
        )

    async def settle(self, tx: Tx, endings: Sequence[Ending]) -> None:
        """Note in *tx* how the handling of deliveries ended."""
        rows = [
            {"key": e.guid, "how": e.state, "why": e.note[:2000], "then": e.at} for e in endings
        ]
        statement = (
            update(deliveries)
            .where(deliveries.c.guid == bindparam("key"))
            .values(state=bindparam("how"), note=bindparam("why"), handled_at=bindparam("then"))
        )
        await tx.execute(statement, rows)

    async def prune(self, *, before: datetime) -> int:
        """Delete deliveries that were handled before *before*; return how many."""
        async with self._db.write() as tx:
            result = await tx.execute(delete(deliveries).where(deliveries.c.handled_at < before))
        return result.rowcount


def _columns() -> list[Column[Any]]:
    return [c for c in deliveries.c if c.name not in {"state", "note", "handled_at"}]


def _row(delivery: Delivery) -> dict[str, object]:
    return {
        "guid": delivery.guid,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "body": delivery.body,
        "state": "stored",
        "note": "",
        "received_at": delivery.received_at,
    }


def _delivery(row: Row[Any]) -> Delivery:
    body = row.body if row.body.startswith(b"{") else zlib.decompress(row.body)
    return Delivery(**{**row._mapping, "body": body})


def _fast_row(delivery: Delivery) -> tuple[object, ...]:
    # JSON shrinks to a sixth; writing the rest to disk twice costs more than this.
    body = zlib.compress(delivery.body, 1)
    at = delivery.received_at.astimezone(UTC)
    return (
        delivery.guid,
        delivery.event,
        delivery.action,
        delivery.installation_id,
        body,
        at.isoformat(" ", "microseconds")[:26],  # as the ORM writes it
        "stored",
        "",
    )

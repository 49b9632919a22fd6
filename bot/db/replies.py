"""First answers to requests with an ``Idempotency-Key``, kept for a day."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from bot.db.engine import Database, inserted
from bot.db.people_schema import replies


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What was answered; no *status* while it is being answered."""

    fingerprint: str
    status: int | None
    headers: dict[str, str]
    body: bytes = field(repr=False)
    created_at: datetime


class Replies:
    """Answers by person and key."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def begin(
        self, person_id: int, key: str, fingerprint: str, *, now: datetime, stale: datetime
    ) -> Reply | None:
        """Take *key* for a request, or return what there is; an unanswered one can be *stale*."""
        where = (replies.c.person_id == person_id) & (replies.c.key == key)
        row: dict[str, Any] = {"person_id": person_id, "key": key, "print": fingerprint}
        async with self._db.write() as tx:
            dead = replies.c.status.is_(None) & (replies.c.created_at < stale)
            await tx.execute(delete(replies).where(where & dead))
            values = row | {"headers": {}, "body": b"", "created_at": now}
            if await inserted(tx, replies, values):
                return None
            found = (await tx.execute(select(replies).where(where))).one()
        return Reply(
            fingerprint=found.print,
            status=found.status,
            headers=dict(found.headers),
            body=found.body,
            created_at=found.created_at,
        )

    async def keep(
        self, person_id: int, key: str, *, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        """Keep the answer."""
        where = (replies.c.person_id == person_id) & (replies.c.key == key)
        values = {"status": status, "headers": headers, "body": body}
        async with self._db.write() as tx:
            await tx.execute(update(replies).where(where).values(values))

    async def drop(self, person_id: int, key: str) -> None:
        """Forget a key whose request came to nothing."""
        where = (replies.c.person_id == person_id) & (replies.c.key == key)
        async with self._db.write() as tx:
            await tx.execute(delete(replies).where(where))

    async def prune(self, before: datetime) -> None:
        """Delete old answers."""
        async with self._db.write() as tx:
            await tx.execute(delete(replies).where(replies.c.created_at < before))

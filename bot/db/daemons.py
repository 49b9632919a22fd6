"""Daemons: programs that run agents on machines of an account's own, known by a durable token."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select, update

from bot.db.engine import Database
from bot.db.machine_schema import daemons
from bot.machine import Daemon

WISHES = ("drain", "update_to")


class Daemons:
    """Daemons by id; a token is kept as its SHA-256 only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(
        self, installation_id: int, *, name: str, token_hash: str, created_by: str = ""
    ) -> Daemon:
        """Write a new daemon down."""
        daemon_id = str(uuid.uuid4())
        row = {
            "id": daemon_id,
            "installation_id": installation_id,
            "name": name,
            "token_hash": token_hash,
            "created_by": created_by,
            "facts": {},
            "created_at": datetime.now(UTC),
        }
        async with self._db.write() as tx:
            await tx.execute(daemons.insert().values(row))
        found = await self.get(daemon_id)
        if found is None:
            raise RuntimeError("a daemon vanished while it was added")
        return found

    async def get(self, daemon_id: str) -> Daemon | None:
        """Return the daemon, revoked or not."""
        async with self._db.read() as tx:
            row = (await tx.execute(select(daemons).where(daemons.c.id == daemon_id))).first()
        return None if row is None else _daemon(row)

    async def by_token(self, token_hash: str) -> Daemon | None:
        """Return the daemon of a token that was not revoked."""
        where = (daemons.c.token_hash == token_hash) & daemons.c.revoked_at.is_(None)
        async with self._db.read() as tx:
            row = (await tx.execute(select(daemons).where(where))).first()
        return None if row is None else _daemon(row)

    async def of_installation(self, installation_id: int) -> list[Daemon]:
        """Return the daemons of an installation that were not revoked, oldest first."""
        where = (daemons.c.installation_id == installation_id) & daemons.c.revoked_at.is_(None)
        query = select(daemons).where(where).order_by(daemons.c.created_at, daemons.c.id)
        async with self._db.read() as tx:
            return [_daemon(row) for row in await tx.execute(query)]

    async def all(self) -> list[Daemon]:
        """Return every daemon, oldest first."""
        async with self._db.read() as tx:
            rows = await tx.execute(select(daemons).order_by(daemons.c.created_at, daemons.c.id))
            return [_daemon(row) for row in rows]

    async def seen(self, daemon_id: str, **facts: Any) -> None:
        """Note that the daemon was heard; *facts* are columns: version, capacity, facts.

        What the operator wishes of it stays, whatever it says of itself.
        """
        values = {"seen_at": datetime.now(UTC), **facts}
        mine = daemons.c.id == daemon_id
        async with self._db.write() as tx:
            if "facts" in facts:
                query = select(daemons.c.facts).where(mine).with_for_update()
                known = (await tx.execute(query)).scalar_one_or_none() or {}
                wishes = {name: known[name] for name in WISHES if name in known}
                said = {name: said for name, said in facts["facts"].items() if name not in WISHES}
                values["facts"] = said | wishes
            await tx.execute(update(daemons).where(mine).values(values))

    async def wish(self, daemon_id: str, wishes: dict[str, Any]) -> None:
        """Note what the operator wants of the daemon, beside what it says of itself."""
        mine = daemons.c.id == daemon_id
        async with self._db.write() as tx:
            query = select(daemons.c.facts).where(mine).with_for_update()
            known = dict((await tx.execute(query)).scalar_one())
            await tx.execute(update(daemons).where(mine).values(facts={**known, **wishes}))

    async def set_token(self, daemon_id: str, token_hash: str) -> None:
        """Give the daemon another token; the one before is worth nothing from now on."""
        values = {"token_hash": token_hash}
        async with self._db.write() as tx:
            await tx.execute(update(daemons).where(daemons.c.id == daemon_id).values(values))

    async def token_mark(self, daemon_id: str) -> str:
        """Return the beginning of the token's hash: it tells tokens apart and is no secret."""
        query = select(daemons.c.token_hash).where(daemons.c.id == daemon_id)
        async with self._db.read() as tx:
            return str((await tx.execute(query)).scalar_one())[:16]

    async def revoke(self, daemon_id: str) -> bool:
        """Let the daemon's token be worth nothing; False when it was so before."""
        where = (daemons.c.id == daemon_id) & daemons.c.revoked_at.is_(None)
        values = {"revoked_at": datetime.now(UTC)}
        async with self._db.write() as tx:
            return bool((await tx.execute(update(daemons).where(where).values(values))).rowcount)


def _daemon(row: Row[Any]) -> Daemon:
    return Daemon(
        id=row.id,
        installation_id=row.installation_id,
        name=row.name,
        created_by=row.created_by,
        version=row.version,
        capacity=row.capacity,
        facts=row.facts,
        created_at=row.created_at,
        seen_at=row.seen_at,
        revoked_at=row.revoked_at,
    )

"""Rented servers as rows: a server is written down, with its daemon, before it is asked for."""

import asyncio
import contextlib
import fcntl
import hashlib
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Row, func, select, update

from bot.db.engine import Database, Tx, inserted
from bot.db.machine_schema import daemons, servers
from bot.machine import Server, ServerState

OVER = (ServerState.FAILED, ServerState.GONE)
_LOOK_S = 0.25


class Servers:
    """Servers by id; while one lives, its name is nobody else's."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def order(
        self,
        installation_id: int,
        *,
        name: str,
        kind: str,
        provider: str,
        token_hash: str,
        created_by: str = "",
    ) -> Server:
        """Write a new server and its daemon down, or return the one that has the name.

        The name of a server that is over is free again.
        """
        now = datetime.now(UTC)
        shared = {"installation_id": installation_id, "name": name, "created_at": now}
        daemon = {
            **shared,
            "id": str(uuid.uuid4()),
            "token_hash": token_hash,
            "created_by": created_by,
            "facts": {},
        }
        row = {
            **shared,
            "id": str(uuid.uuid4()),
            "daemon_id": daemon["id"],
            "provider": provider,
            "kind": kind,
            "state": ServerState.ORDERED,
        }
        async with self._db.write() as tx:
            await _free(tx, name)
            await tx.execute(daemons.insert().values(daemon))
            if not await inserted(tx, servers, row):
                await tx.execute(daemons.delete().where(daemons.c.id == daemon["id"]))
            found = (await tx.execute(select(servers).where(servers.c.name == name))).one()
        return _server(found)

    @contextlib.asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Wait until nobody else, in whichever process, works on the server, and hold it.

        On SQLite one server at a time; whoever is killed lets go.
        """
        if not self._db.is_sqlite:
            digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
            key = int.from_bytes(digest, signed=True)
            async with self._db.only_one(key, look_s=_LOOK_S):
                yield
            return
        path = Path(f"{self._db.url.database}.servers.lock")
        with path.open("a") as file:  # noqa: ASYNC230 - opening a file here takes no time
            while not _locked(file):  # noqa: ASYNC110 - another process holds it
                await asyncio.sleep(_LOOK_S)
            yield

    async def get(self, server_id: str) -> Server | None:
        """Return the server."""
        async with self._db.read() as tx:
            row = (await tx.execute(select(servers).where(servers.c.id == server_id))).first()
        return None if row is None else _server(row)

    async def named(self, name: str) -> Server | None:
        """Return the server of that name."""
        async with self._db.read() as tx:
            row = (await tx.execute(select(servers).where(servers.c.name == name))).first()
        return None if row is None else _server(row)

    async def of_daemon(self, daemon_id: str) -> Server | None:
        """Return the server that a daemon runs on, None when it is somebody's own machine."""
        query = select(servers).where(servers.c.daemon_id == daemon_id)
        async with self._db.read() as tx:
            row = (await tx.execute(query)).first()
        return None if row is None else _server(row)

    async def all(self, *, over: bool = False) -> list[Server]:
        """Return servers, oldest first; with *over*, those that are no more, too."""
        query = select(servers).order_by(servers.c.created_at, servers.c.id)
        if not over:
            query = query.where(servers.c.state.not_in(OVER))
        async with self._db.read() as tx:
            return [_server(row) for row in await tx.execute(query)]

    async def set(self, server_id: str, **values: Any) -> None:
        """Note facts of a server."""
        async with self._db.write() as tx:
            await tx.execute(update(servers).where(servers.c.id == server_id).values(values))

    async def move(
        self, server_id: str, to: ServerState, *, only_from: Sequence[ServerState], **values: Any
    ) -> bool:
        """Bring a server into another state; False when it is in none of *only_from* any more."""
        where = (servers.c.id == server_id) & servers.c.state.in_(only_from)
        async with self._db.write() as tx:
            result = await tx.execute(update(servers).where(where).values(state=to, **values))
            return bool(result.rowcount)


async def _free(tx: Tx, name: str) -> None:
    """Give the name of a server that is over another, so that it can be had again."""
    over = (servers.c.name == name) & servers.c.state.in_(OVER)
    freed = servers.c.name + "~" + func.substr(servers.c.id, 1, 8)
    await tx.execute(update(servers).where(over).values(name=freed))


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _server(row: Row[Any]) -> Server:
    return Server(
        id=row.id,
        installation_id=row.installation_id,
        daemon_id=row.daemon_id,
        provider=row.provider,
        name=row.name,
        kind=row.kind,
        state=ServerState(row.state),
        provider_id=row.provider_id,
        location=row.location,
        usd_per_hour=row.usd_per_hour,
        reason=row.reason,
        created_at=row.created_at,
        ready_at=row.ready_at,
        gone_at=row.gone_at,
    )

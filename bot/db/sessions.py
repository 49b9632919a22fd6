"""Sessions of people on their devices; their tokens are kept as hashes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from bot.batches import Batches
from bot.db.engine import Database, Tx, inserted
from bot.db.people_schema import pairings, people, refresh_tokens, sessions, spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One device of one person that is signed in."""

    id: str
    person_id: int
    login: str
    device: str
    kind: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class Reused(Exception):
    """A refresh token came a second time; its session is over."""

    def __init__(self, person_id: int, session_id: str) -> None:
        super().__init__(session_id)
        self.person_id = person_id
        self.session_id = session_id


_QUERY = select(sessions, people.c.login).join(people, people.c.id == sessions.c.person_id)


class Sessions:
    """Sessions by their ids; whether one lives is asked for each request, many at once."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._looks: Batches[str, Session | None] = Batches(self._found)

    async def add(self, session: Session, refresh_hash: str) -> None:
        """Begin a session with its first refresh token."""
        row = {
            "id": session.id,
            "person_id": session.person_id,
            "device": session.device,
            "kind": session.kind,
            "created_at": session.created_at,
            "last_seen_at": session.last_seen_at,
            "expires_at": session.expires_at,
        }
        token = {
            "hash": refresh_hash,
            "session_id": session.id,
            "made_at": session.created_at,
        }
        async with self._db.write() as tx:
            await tx.execute(insert(sessions).values(row))
            await tx.execute(insert(refresh_tokens).values(token))

    async def get(self, session_id: str) -> Session | None:
        """Return the session; None when it is over or never was."""
        return await self._looks.put(session_id)

    async def _found(self, ids: Sequence[str]) -> list[Session | Exception | None]:
        async def read(tx: Tx) -> dict[str, Session]:
            rows = await tx.execute(_QUERY.where(sessions.c.id.in_(set(ids))))
            return {row.id: _session(row) for row in rows}

        found = await self._db.look(read)
        return [found.get(one) for one in ids]

    async def of(self, person_id: int) -> list[Session]:
        """Return the person's sessions, the newest first."""
        query = _QUERY.where(sessions.c.person_id == person_id)
        async with self._db.read() as tx:
            rows = await tx.execute(query.order_by(sessions.c.last_seen_at.desc()))
            return [_session(row) for row in rows]

    async def rotate(
        self, old_hash: str, new_hash: str, *, now: datetime, expires_at: datetime
    ) -> Session | None:
        """Use up one refresh token for a new one; None for an unknown one.

        Raise `Reused` for one that was used before: then the whole session is over.
        """
        async with self._db.write() as tx:
            unused = (refresh_tokens.c.hash == old_hash) & refresh_tokens.c.used_at.is_(None)
            used = update(refresh_tokens).where(unused).values(used_at=now)
            row = (await tx.execute(used.returning(refresh_tokens.c.session_id))).first()
            if row is not None:
                token = {"hash": new_hash, "session_id": row.session_id, "made_at": now}
                await tx.execute(insert(refresh_tokens).values(token))
                where = (sessions.c.id == row.session_id) & (sessions.c.expires_at > now)
                values = {"last_seen_at": now, "expires_at": expires_at}
                await tx.execute(update(sessions).where(where).values(values))
                found = await tx.execute(_QUERY.where(where))
                one = found.first()
                return None if one is None else _session(one)
            known = select(refresh_tokens.c.session_id, sessions.c.person_id)
            known = known.join(sessions, sessions.c.id == refresh_tokens.c.session_id)
            again = (await tx.execute(known.where(refresh_tokens.c.hash == old_hash))).first()
            if again is None:
                return None
            await tx.execute(delete(sessions).where(sessions.c.id == again.session_id))
        raise Reused(again.person_id, again.session_id)

    async def session_of(self, refresh_hash: str) -> Session | None:
        """Return the session that a refresh token belongs to, used or not."""
        query = _QUERY.join(refresh_tokens, refresh_tokens.c.session_id == sessions.c.id)
        async with self._db.read() as tx:
            row = (await tx.execute(query.where(refresh_tokens.c.hash == refresh_hash))).first()
        return None if row is None else _session(row)

    async def end(self, person_id: int, session_id: str) -> bool:
        """End one session of the person; False when there is none such."""
        where = (sessions.c.id == session_id) & (sessions.c.person_id == person_id)
        async with self._db.write() as tx:
            return bool((await tx.execute(delete(sessions).where(where))).rowcount)

    async def end_all(self, person_id: int) -> int:
        """End every session of the person; return how many there were."""
        async with self._db.write() as tx:
            done = await tx.execute(delete(sessions).where(sessions.c.person_id == person_id))
        return int(done.rowcount)

    async def looked(self, session_id: str, agent_id: str, at: datetime | None) -> None:
        """Note that somebody looks at the session's screen, None for nobody any more."""
        values = {"looked_at": at, "looked_agent": agent_id}
        async with self._db.write() as tx:
            await tx.execute(update(sessions).where(sessions.c.id == session_id).values(values))

    async def is_looking(self, person_id: int, *, since: datetime) -> bool:
        """Whether a screen of the person was looked at *since* then."""
        where = (sessions.c.person_id == person_id) & (sessions.c.looked_at >= since)
        async with self._db.read() as tx:
            return (
                await tx.execute(select(sessions.c.id).where(where).limit(1))
            ).first() is not None

    async def spend(self, value_hash: str, until: datetime) -> bool:
        """Use up what works once; False when it was used before."""
        async with self._db.write() as tx:
            return await inserted(tx, spent, {"hash": value_hash, "until": until})

    async def add_pairing(
        self, code_hash: str, *, person_id: int, session_id: str, until: datetime
    ) -> None:
        """Let one device join until then; an earlier code of the same session is void."""
        row = {"hash": code_hash, "person_id": person_id, "session_id": session_id, "until": until}
        async with self._db.write() as tx:
            await tx.execute(delete(pairings).where(pairings.c.session_id == session_id))
            await tx.execute(insert(pairings).values(row))

    async def take_pairing(self, code_hash: str, *, now: datetime) -> int | None:
        """Use a pairing code up; return whose it is, None when it is unknown or too old."""
        taken = delete(pairings).where(pairings.c.hash == code_hash)
        columns = pairings.c.person_id, pairings.c.until
        async with self._db.write() as tx:
            row = (await tx.execute(taken.returning(*columns))).first()
        return None if row is None or row.until <= now else int(row.person_id)

    async def prune(self, now: datetime) -> None:
        """Delete what is over."""
        async with self._db.write() as tx:
            await tx.execute(delete(sessions).where(sessions.c.expires_at <= now))
            await tx.execute(delete(spent).where(spent.c.until <= now))
            await tx.execute(delete(pairings).where(pairings.c.until <= now))


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        person_id=row.person_id,
        login=row.login,
        device=row.device,
        kind=row.kind,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
    )

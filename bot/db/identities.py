"""People who signed in, with what GitHub gave us to act for them, sealed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from bot.db.engine import Database, inserted
from bot.db.people_schema import people


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What GitHub gave: sealed tokens with their ends; an end of None never comes."""

    token: bytes = field(repr=False)
    token_until: datetime | None
    refresh: bytes | None = field(repr=False)
    refresh_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person as GitHub knows him; no *grant* when it was taken back."""

    id: int
    login: str
    name: str
    avatar_url: str
    settings: dict[str, Any]
    grant: Grant | None


class Identities:
    """People by GitHub's number."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, person_id: int) -> Identity | None:
        """Return the person, None for one who never signed in."""
        async with self._db.read() as tx:
            row = (await tx.execute(select(people).where(people.c.id == person_id))).first()
        return None if row is None else _identity(row)

    async def signed_in(
        self, person_id: int, *, login: str, name: str, avatar_url: str, grant: Grant, now: datetime
    ) -> None:
        """Write down who signed in, and what GitHub gave."""
        values = {
            "login": login,
            "name": name,
            "avatar_url": avatar_url,
            "refreshing_until": None,
            "updated_at": now,
            **_grant_row(grant),
        }
        async with self._db.write() as tx:
            row = {"id": person_id, "created_at": now, "settings": {}, **values}
            if not await inserted(tx, people, row):
                await tx.execute(update(people).where(people.c.id == person_id).values(values))

    async def may_refresh(
        self, person_id: int, old: Grant, *, now: datetime, until: datetime
    ) -> bool:
        """Take the right to refresh *old* until then; False when somebody has it, or did it."""
        free = people.c.refreshing_until.is_(None) | (people.c.refreshing_until < now)
        where = (people.c.id == person_id) & (people.c.token == old.token) & free
        async with self._db.write() as tx:
            done = await tx.execute(update(people).where(where).values(refreshing_until=until))
        return bool(done.rowcount)

    async def refreshed(self, person_id: int, old: Grant, new: Grant) -> bool:
        """Put *new* in the place of *old*; False when a sign-in or an end came between."""
        where = (people.c.id == person_id) & (people.c.token == old.token)
        values = _grant_row(new) | {"refreshing_until": None}
        async with self._db.write() as tx:
            return bool((await tx.execute(update(people).where(where).values(values))).rowcount)

    async def let_go(self, person_id: int, old: Grant) -> None:
        """Give the right to refresh back without having done it."""
        where = (people.c.id == person_id) & (people.c.token == old.token)
        async with self._db.write() as tx:
            await tx.execute(update(people).where(where).values(refreshing_until=None))

    async def forget_grant(self, person_id: int) -> None:
        """Delete what GitHub gave; it is worthless."""
        nothing = {"token": None, "token_until": None, "refresh": None, "refresh_until": None}
        values = {**nothing, "refreshing_until": None}
        async with self._db.write() as tx:
            await tx.execute(update(people).where(people.c.id == person_id).values(values))

    async def set_settings(self, person_id: int, settings: dict[str, Any]) -> None:
        """Keep the person's choices."""
        async with self._db.write() as tx:
            where = people.c.id == person_id
            await tx.execute(update(people).where(where).values(settings=settings))


def _grant_row(grant: Grant) -> dict[str, Any]:
    return {
        "token": grant.token,
        "token_until": grant.token_until,
        "refresh": grant.refresh,
        "refresh_until": grant.refresh_until,
    }


def _identity(row: Row[Any]) -> Identity:
    grant = None
    if row.token is not None:
        grant = Grant(
            token=row.token,
            token_until=row.token_until,
            refresh=row.refresh,
            refresh_until=row.refresh_until,
        )
    return Identity(
        id=row.id,
        login=row.login,
        name=row.name,
        avatar_url=row.avatar_url,
        settings=dict(row.settings or {}),
        grant=grant,
    )

"""Spoken commands of people, and the actions that wait for their yes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, null, select, update

from bot.db.engine import Database, inserted
from bot.db.voice_schema import voice_commands as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command: *answer* is what was told, *action* what waits for a yes."""

    id: str
    person_id: int
    fingerprint: str
    created_at: datetime
    transcript: str = ""
    language: str = "en"
    focus: str = ""
    answer: dict[str, Any] | None = None
    action: dict[str, Any] | None = None
    expires_at: datetime | None = None
    taken_at: datetime | None = None


class VoiceCommands:
    """Commands by id."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def begin(self, command: Command, *, stale: datetime) -> Command | None:
        """Write *command* down; return the one that is there, unless it died before *stale*."""
        row = {
            "id": command.id, "person_id": command.person_id, "print": command.fingerprint,
            "transcript": command.transcript, "language": command.language,
            "focus": command.focus, "created_at": command.created_at,
        }  # fmt: skip
        dead = table.c.answer.is_(None) & (table.c.created_at < stale)
        async with self._db.write() as tx:
            await tx.execute(delete(table).where((table.c.id == command.id) & dead))
            if await inserted(tx, table, row):
                return None
            found = (await tx.execute(select(table).where(table.c.id == command.id))).one()
        return _command(found)

    async def finish(self, command: Command) -> None:
        """Keep what came of the command."""
        values = {
            "transcript": command.transcript, "language": command.language,
            "answer": command.answer, "action": command.action, "expires_at": command.expires_at,
            "taken_at": command.taken_at,
        }  # fmt: skip
        async with self._db.write() as tx:
            await tx.execute(update(table).where(table.c.id == command.id).values(values))

    async def drop(self, command_id: str) -> None:
        """Forget a command that came to nothing: it may be asked again."""
        async with self._db.write() as tx:
            await tx.execute(delete(table).where(table.c.id == command_id))

    async def find(self, person_id: int, command_id: str) -> Command | None:
        """Return the person's command."""
        where = (table.c.id == command_id) & (table.c.person_id == person_id)
        async with self._db.read() as tx:
            found = (await tx.execute(select(table).where(where))).first()
        return None if found is None else _command(found)

    async def waiting(self, person_id: int, now: datetime) -> Command | None:
        """Return the person's newest command if it still waits for an answer."""
        query = (
            select(table)
            .where((table.c.person_id == person_id) & table.c.answer.is_not(None))
            .order_by(table.c.created_at.desc())
            .limit(1)
        )
        async with self._db.read() as tx:
            found = (await tx.execute(query)).first()
        if found is None or found.taken_at is not None or found.action is None:
            return None
        return _command(found) if found.expires_at and found.expires_at > now else None

    async def take(self, person_id: int, command_id: str, now: datetime) -> bool:
        """Take the waiting action, once, before it expires; False when it is gone."""
        where = (
            (table.c.id == command_id)
            & (table.c.person_id == person_id)
            & table.c.taken_at.is_(None)
            & (table.c.expires_at > now)
        )
        async with self._db.write() as tx:
            taken = update(table).where(where).values(taken_at=now).returning(table.c.id)
            return (await tx.execute(taken)).first() is not None

    async def expire(self, before: datetime, *, limit: int = 500) -> list[Command]:
        """End what waited until *before* in vain and return it; each is returned to one caller."""
        in_vain = (
            table.c.action.is_not(None) & table.c.taken_at.is_(None) & (table.c.expires_at < before)
        )
        async with self._db.read() as tx:
            found = [
                _command(row) for row in await tx.execute(select(table).where(in_vain).limit(limit))
            ]
        if not found:
            return []
        ids = [one.id for one in found]
        change = update(table).where(table.c.id.in_(ids) & in_vain).values(action=null())
        async with self._db.write() as tx:
            ended = set((await tx.execute(change.returning(table.c.id))).scalars())
        return [one for one in found if one.id in ended]

    async def prune(self, before: datetime) -> None:
        """Delete old commands."""
        async with self._db.write() as tx:
            await tx.execute(delete(table).where(table.c.created_at < before))


def _command(row: Any) -> Command:
    return Command(
        id=row.id, person_id=row.person_id, fingerprint=row.print, created_at=row.created_at,
        transcript=row.transcript, language=row.language, focus=row.focus, answer=row.answer,
        action=row.action, expires_at=row.expires_at, taken_at=row.taken_at,
    )  # fmt: skip

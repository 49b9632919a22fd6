"""Who was told today that he may not."""

from datetime import date

from sqlalchemy import delete

from bot.db.engine import Database, inserted
from bot.db.schema import refusals


class People:
    """Polite answers are given once a day."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def first_refusal_today(self, *, person_id: int, repository_id: int, day: date) -> bool:
        """Return True exactly once per person, repository and day."""
        row = {"person_id": person_id, "repository_id": repository_id, "day": day.isoformat()}
        async with self._db.write() as tx:
            return await inserted(tx, refusals, row)

    async def forget_refusal(self, *, person_id: int, repository_id: int, day: date) -> None:
        """Forget that somebody was told: the words did not get there."""
        here = (refusals.c.person_id == person_id) & (refusals.c.repository_id == repository_id)
        async with self._db.write() as tx:
            await tx.execute(delete(refusals).where(here & (refusals.c.day == day.isoformat())))

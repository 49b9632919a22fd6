"""Who was told today that he may not."""

from datetime import date

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

"""The applications that hold machines at their provider, as far as our rows tell."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from bot.db.engine import Database
from bot.db.machine_schema import machines
from bot.machine import MachineState


@dataclass(frozen=True, slots=True)
class AppUse:
    """How many machines of an app are not gone, and when its last one was ordered."""

    living: int
    last_at: datetime


class MachineApps:
    """Apps by name; one without a row of ours is not there."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def use(self, backend: str) -> dict[str, AppUse]:
        """Return how the apps of a *backend* are used."""
        is_living = case((machines.c.state == MachineState.GONE, 0), else_=1)
        query = (
            select(machines.c.app, func.sum(is_living), func.max(machines.c.created_at))
            .where(machines.c.backend == backend)
            .group_by(machines.c.app)
        )
        async with self._db.read() as tx:
            return {row[0]: AppUse(int(row[1]), row[2]) for row in await tx.execute(query)}

"""What the coordinator forgets: rows that nobody will ask for any more."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.db.deliveries import DeliveryStore
from bot.db.machines import Machines
from bot.engine import Engine
from bot.machine import COSTS_DAYS
from bot.settings import Settings

PRUNE_S = 3600.0  # a coordinator that is deployed anew each day would never come to a daily one


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """Delete what is older than its keeping; *people* delete theirs."""

    settings: Settings
    people: Callable[[], Awaitable[None]]
    deliveries: DeliveryStore
    machines: Machines
    engine: Engine

    async def prune(self) -> None:
        """Delete everything that is due."""
        now = datetime.now(UTC)
        await self.people()
        await self.deliveries.prune(before=now - timedelta(days=self.settings.delivery_days))
        await self.machines.forget(before=now - timedelta(days=COSTS_DAYS + 1))
        await self.engine.prune(before=now - timedelta(days=self.settings.history_days))

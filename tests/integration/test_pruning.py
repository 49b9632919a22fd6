"""What the coordinator forgets, and what it must still know: costs that may be asked for."""

from datetime import UTC, datetime, timedelta

from bot.db.deliveries import DeliveryStore
from bot.db.engine import Database
from bot.db.machines import Machines
from bot.machine import COSTS_DAYS, MachineState
from bot.settings import load
from bot.wiring.pruning import Pruning


class Engine:
    """Remembers what it was asked to forget."""

    def __init__(self) -> None:
        self.before: list[datetime] = []

    async def prune(self, *, before: datetime) -> int:
        self.before.append(before)
        return 0


async def nothing() -> None:
    """People have nothing to forget."""


async def gone(machines: Machines, name: str, *, days: float) -> None:
    """Write down a machine that was there for a day and is gone since *days*."""
    made = await machines.order("fly", 1, machine_id=name, usd_per_hour=1.0)
    assert made is not None
    at = datetime.now(UTC) - timedelta(days=days)
    created_at = at - timedelta(days=1)
    await machines.set(name, state=MachineState.GONE, created_at=created_at, gone_at=at)


async def test_machines_are_forgotten_when_nobody_may_ask_for_their_costs(
    database: Database,
) -> None:
    machines, engine = Machines(database), Engine()
    await gone(machines, "last month", days=29)
    await gone(machines, "just in reach", days=COSTS_DAYS - 0.5)
    await gone(machines, "out of reach", days=COSTS_DAYS + 1.5)
    await machines.order("fly", 1, machine_id="still there")
    long_ago = datetime.now(UTC) - timedelta(days=2 * COSTS_DAYS)
    await machines.set("still there", created_at=long_ago)
    pruning = Pruning(
        settings=load(),
        people=nothing,
        deliveries=DeliveryStore(database),
        machines=machines,
        engine=engine,  # type: ignore[arg-type]  # of the engine only this is used
    )
    await pruning.prune()

    left = {one.id for one in await machines.all()}
    assert left == {"last month", "just in reach", "still there"}
    assert len(engine.before) == 1

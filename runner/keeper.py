"""The keeper of the pool: enough machines for what is to come, none that nobody knows."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.db.machines import Machines
from bot.errors import MachineUnavailable, Unavailable
from bot.machine import Machine, MachineId, MachineState
from runner.backends.fly import end_machine
from runner.machines.provider import Provider, Rented
from runner.pool import FLY, Pool

_WAITING = (
    MachineState.ORDERED,
    MachineState.BOOTING,
    MachineState.READY,
    MachineState.STOPPED,
)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How many machines wait, for an installation that was active in *active_h* hours.

    *warm* always, more after much demand, never above *most*. Machines older than *old_h* hours,
    or of another image, are replaced; one that does not boot in *boot_s* seconds is given up.
    """

    warm: int = 1
    most: int = 10
    active_h: float = 24.0
    old_h: float = 12.0
    boot_s: float = 180.0
    stray_s: float = 120.0

    def size(self, recent: int, *, is_active: bool) -> int:
        """Return how many should wait after *recent* claims in a quarter of an hour."""
        if not is_active:
            return 0
        return min(max(self.warm, math.ceil(recent / 3)), self.most)


class Keeper:
    """Look after the pool; two coordinators that do it at once do no harm."""

    def __init__(
        self,
        machines: Machines,
        pool: Pool,
        provider: Provider,
        target: Target,
        *,
        image: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._machines = machines
        self._pool = pool
        self._provider = provider
        self._target = target
        self._image = image
        self._now = now

    async def keep(self) -> None:
        """Order what is missing and end what is too much."""
        now = self._now()
        recent = await self._machines.demand(FLY, now - timedelta(minutes=15))
        active = await self._machines.demand(FLY, now - timedelta(hours=self._target.active_h))
        waiting = [m for m in await self._machines.all(*_WAITING, backend=FLY) if not m.run_id]
        stale = [m for m in waiting if self._is_stale(m, now)]
        for machine in stale:
            await self._give_up(machine, "it is old, or of another image")
        fresh = Counter(m.installation_id for m in waiting if m not in stale)
        for installation_id in active.keys() | fresh.keys():
            is_active = installation_id in active
            wanted = self._target.size(recent.get(installation_id, 0), is_active=is_active)
            await self._fit(installation_id, wanted, fresh[installation_id], waiting)

    async def _fit(
        self, installation_id: int, wanted: int, there: int, waiting: list[Machine]
    ) -> None:
        for _ in range(wanted - there):
            try:
                await self._pool.order(installation_id)
            except MachineUnavailable as error:
                log.warning("pool not filled", installation=installation_id, reason=str(error))
                return
        spare = [m for m in waiting if m.installation_id == installation_id]
        for machine in spare[: max(there - wanted, 0)]:
            await self._give_up(machine, "more wait than are needed")

    def _is_stale(self, machine: Machine, now: datetime) -> bool:
        created = machine.created_at or now
        age = (now - created).total_seconds()
        if machine.image != self._image or age > self._target.old_h * 3600:
            return True
        is_booting = machine.state in {MachineState.ORDERED, MachineState.BOOTING}
        return is_booting and age > self._target.boot_s

    async def _give_up(self, machine: Machine, reason: str) -> None:
        """End a machine that waits, unless a run got it in this moment."""
        await self._machines.end_waiting(machine.id, reason)

    async def reap(self) -> int:
        """Compare our rows with the provider's machines; return how many were ended."""
        ended = 0
        for machine in await self._machines.all(MachineState.ENDING, backend=FLY):
            ended += await end_machine(self._machines, self._provider, machine)
        try:
            rented = await self._provider.all()
        except Unavailable as error:
            log.warning("machines not listed", reason=str(error))
            return ended
        known: dict[str, Machine] = {m.id: m for m in await self._machines.all(backend=FLY)}
        for one in rented:
            ended += await self._judged(one, known.get(one.machine_id))
        there = {one.machine_id for one in rented}
        for machine in known.values():
            await self._missed(machine, is_there=machine.id in there)
        return ended

    async def _judged(self, rented: Rented, machine: Machine | None) -> bool:
        """End what nobody knows, and what is over for us but not for its provider."""
        age = (self._now() - (rented.created_at or self._now())).total_seconds()
        if machine is not None and machine.state is not MachineState.GONE:
            if machine.state is MachineState.ORDERED:  # the answer of its creation was lost
                await self._machines.move(
                    machine.id,
                    MachineState.BOOTING,
                    only_from=[MachineState.ORDERED],
                    provider_id=rented.provider_id,
                    region=rented.region,
                )
            return False
        if machine is None and age < self._target.stray_s:
            return False
        log.warning("stray machine destroyed", provider_id=rented.provider_id)
        stray = machine or Machine(
            id=MachineId(rented.machine_id),
            backend=FLY,
            installation_id=0,
            state=MachineState.ENDING,
        )
        found = replace(stray, app=rented.app, provider_id=rented.provider_id)
        try:
            await self._provider.destroy(found)
        except Unavailable as error:
            log.warning("stray machine not destroyed yet", reason=str(error))
            return False
        return True

    async def _missed(self, machine: Machine, *, is_there: bool) -> None:
        """Note that a machine is no more: its provider does not know it, and had time to."""
        if is_there or machine.state in {MachineState.GONE, MachineState.ENDING}:
            return
        created = machine.created_at or self._now()
        if (self._now() - created).total_seconds() < self._target.stray_s:
            return
        if await self._provider.look(machine) is None:
            await self._machines.set(
                machine.id,
                state=MachineState.GONE,
                gone_at=self._now(),
                reason=machine.reason or "its provider knows it no more",
            )

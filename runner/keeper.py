"""The keeper of the pool: enough machines for what is to come, none that nobody knows."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.db.machines import Machines
from bot.errors import MachineUnavailable, Unavailable
from bot.machine import Machine, MachineId, MachineState
from runner.backends.fly import end_machine
from runner.machines.provider import Provider, Rented
from runner.pool import FLY, Pool

_LIVING = tuple(one for one in MachineState if one is not MachineState.GONE)
_WAITING = tuple(one for one in _LIVING if one is not MachineState.ENDING)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How many machines wait, for an installation that was active in *active_h* hours.

    *warm* always, more after much demand, never above *most*; *asleep* besides, which have booted
    and sleep. Machines older than *old_h* hours, or of another image, are replaced; one that does
    not boot in *boot_s* seconds, or is silent for *silent_s*, is given up.
    """

    warm: int = 1
    most: int = 10
    asleep: int = 0
    active_h: float = 24.0
    old_h: float = 12.0
    boot_s: float = 180.0
    silent_s: float = 60.0
    stray_s: float = 120.0

    def size(self, recent: int, *, is_active: bool) -> int:
        """Return how many should wait after *recent* claims in a quarter of an hour."""
        if not is_active:
            return 0
        return min(max(self.warm, math.ceil(recent / 3)), self.most)


async def _nobody() -> set[int]:
    return set()


class Keeper:
    """Look after the pool; two coordinators that do it at once do no harm.

    *removed* tells the installations that are no more: nothing waits for them.
    """

    def __init__(
        self,
        machines: Machines,
        pool: Pool,
        provider: Provider,
        target: Target,
        *,
        image: str,
        removed: Callable[[], Awaitable[set[int]]] = _nobody,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._machines = machines
        self._pool = pool
        self._provider = provider
        self._target = target
        self._image = image
        self._removed = removed
        self._now = now

    async def keep(self) -> None:
        """Order what is missing and end what is too much."""
        now = self._now()
        recent = await self._machines.demand(FLY, now - timedelta(minutes=15))
        active = await self._machines.demand(FLY, now - timedelta(hours=self._target.active_h))
        for removed in await self._removed():
            active.pop(removed, None)
        waiting = [m for m in await self._machines.all(*_WAITING, backend=FLY) if not m.run_id]
        stale = [m for m in waiting if self._is_stale(m, now)]
        for machine in stale:
            await self._give_up(machine, "it is old, or of another image")
        fresh: defaultdict[int, list[Machine]] = defaultdict(list)
        for machine in waiting:
            if machine not in stale:
                fresh[machine.installation_id].append(machine)
        # One after the other would let a slow region of one hold up all.
        async with asyncio.TaskGroup() as all_of_them:
            for one in active.keys() | fresh.keys():
                recently = recent.get(one, 0)
                all_of_them.create_task(
                    self._fit(one, fresh[one], recently, is_active=one in active)
                )

    async def _fit(
        self, installation_id: int, there: list[Machine], recent: int, *, is_active: bool
    ) -> None:
        """Bring what waits for one installation to its size."""
        wanted = self._target.size(recent, is_active=is_active)
        may_sleep = self._target.asleep if is_active else 0
        asleep = [one for one in there if one.state is MachineState.SUSPENDED]
        awake = [one for one in there if one.state is not MachineState.SUSPENDED]
        for machine in asleep[may_sleep:]:
            await self._give_up(machine, "more sleep than are needed")
        spare = awake[: max(len(awake) - wanted, 0)]
        beds = max(may_sleep - len(asleep), 0)
        tired = [one for one in spare if one.state is MachineState.READY][:beds]
        for machine in tired:
            await self._lull(machine)
        coming = [one for one in spare if one.state is not MachineState.READY][: beds - len(tired)]
        for machine in spare:
            if machine not in tired and machine not in coming:
                await self._give_up(machine, "more wait than are needed")
        await self._fill(installation_id, wanted + beds - len(awake))

    async def _fill(self, installation_id: int, count: int) -> None:
        """Order machines one by one, so that a run that needs one now is soon at its turn."""
        for _ in range(count):
            try:
                await self._pool.order(installation_id)
            except MachineUnavailable as error:
                log.warning("pool not filled", installation=installation_id, reason=str(error))
                return

    async def _lull(self, machine: Machine) -> None:
        """Put a machine to sleep that waits; wake it when a run gets it in this moment."""
        if not await self._machines.doze(machine.id):
            return
        try:
            await self._provider.suspend(machine)
            # A beat of its last moment may have said that it is awake.
            if not await self._machines.doze(machine.id):
                await self._provider.start(machine)
        except Unavailable as error:
            await self._give_up(machine, f"it did not fall asleep: {error}")

    def _is_stale(self, machine: Machine, now: datetime) -> bool:
        created = machine.created_at or now
        age = (now - created).total_seconds()
        if machine.image != self._image or age > self._target.old_h * 3600:
            return True
        if machine.state in {MachineState.ORDERED, MachineState.BOOTING}:
            return age > self._target.boot_s
        silence = (now - (machine.seen_at or created)).total_seconds()
        return machine.state is MachineState.READY and silence > self._target.silent_s

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
        living = await self._machines.all(*_LIVING, backend=FLY)
        known = {machine.id: machine for machine in living}
        for one in rented:
            ours = known.get(MachineId(one.machine_id))
            ended += await self._judged(one, ours or await self._machines.get(one.machine_id))
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
        stray = machine or Machine(
            id=MachineId(rented.machine_id),
            backend=FLY,
            installation_id=0,
            state=MachineState.ENDING,
        )
        return await self._ended(replace(stray, app=rented.app, provider_id=rented.provider_id))

    async def _ended(self, stray: Machine) -> bool:
        """End a stray, unless it is gone and the list did not know yet."""
        try:
            if await self._provider.look(stray) is None:
                return False
            await self._provider.destroy(stray)
        except Unavailable as error:
            log.warning("stray machine not destroyed yet", reason=str(error))
            return False
        log.warning("stray machine destroyed", provider_id=stray.provider_id)
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

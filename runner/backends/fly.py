"""Runs on machines of the pool: a warm one at once, else one that is woken, else a new one."""

import asyncio
import math
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.bus import Bus
from bot.db.machines import Machines
from bot.db.runs import Runs
from bot.domain import RunStatus
from bot.errors import MachineUnavailable, Unavailable
from bot.machine import Machine, MachineState
from runner.backends.base import MachineOrder
from runner.lines.machine_lines import TOPIC
from runner.machines.provider import Provider
from runner.pool import FLY, Pool

TAKE_WARM_S = 10.0
TAKE_COLD_S = 120.0
HEARD_S = 15.0  # three beats
WAKE_S = 20.0
LOOK_S = 10.0
_SLEEPING = {MachineState.SUSPENDED, MachineState.STOPPED}
_OVER = {MachineState.ENDING, MachineState.GONE}
log = structlog.get_logger()


class FlyBackend:
    """See `runner.backends.base.RunnerBackend` for the promises."""

    name = FLY
    boot_s = TAKE_COLD_S

    def __init__(
        self,
        machines: Machines,
        runs: Runs,
        pool: Pool,
        provider: Provider,
        bus: Bus,
        *,
        take_warm_s: float = TAKE_WARM_S,
        take_cold_s: float = TAKE_COLD_S,
        wake_s: float = WAKE_S,
    ) -> None:
        self._machines = machines
        self._runs = runs
        self._pool = pool
        self._provider = provider
        self._bus = bus
        self._take_warm_s = take_warm_s
        self._take_cold_s = take_cold_s
        self._wake_s = wake_s
        self._looked: dict[str, datetime] = {}

    async def start(self, order: MachineOrder) -> dict[str, Any]:
        """Claim a machine for the run, or order one; a run that has one keeps it."""
        machine = await self._machines.of_run(order.run_id)
        if machine is None:
            machine = await self._had(order.installation_id, order.run_id)
        elif machine.state in _OVER:
            raise MachineUnavailable("the machine of this run is no more")
        elif machine.taken_at is None:
            machine = await self._brought_up(machine, order.run_id)
        return {
            "machine": machine.id,
            "provider": machine.provider_id,
            "region": machine.region,
            "warm": machine.ready_at is not None,
        }

    async def _had(self, installation_id: int, run_id: str) -> Machine:
        machine = await self._pool.claim(installation_id, run_id)
        if machine is None:
            return await self._pool.order(installation_id, run_id=run_id)
        return await self._brought_up(machine, run_id)

    async def _brought_up(self, machine: Machine, run_id: str) -> Machine:
        """Ask for what is still to be asked for; an earlier call may have died before it."""
        if machine.state is MachineState.ORDERED:
            return await self._pool.create(machine)
        if machine.state in _SLEEPING:
            try:
                await self._provider.start(machine)
            except Unavailable as error:
                await self._machines.release(machine.id, run_id, str(error))
                return await self._had(machine.installation_id, run_id)
        return machine

    async def is_alive(self, run_id: str) -> bool:
        """Whether the run has a machine; one that does not begin the run is replaced unnoticed."""
        machine = await self._machines.of_run(run_id)
        if machine is None or machine.state in _OVER:
            return False
        if machine.taken_at is None and machine.claimed_at is not None:
            if await self._may_begin(machine, machine.claimed_at, run_id):
                return True
            return await self._replaced(machine, run_id)
        if machine.state is MachineState.SUSPENDED:
            return True
        if _silence_s(machine) < HEARD_S or not self._may_look(machine, run_id):
            return True
        return await self._is_there(machine)

    async def _may_begin(self, machine: Machine, claimed_at: datetime, run_id: str) -> bool:
        """Whether a machine is worth waiting for: it has time left, and its provider has it.

        One that dies while it boots never said a word that could be missed.
        """
        now = datetime.now(UTC)
        was_warm = machine.ready_at is not None and machine.ready_at < claimed_at
        patience = self._take_warm_s if was_warm else self._take_cold_s
        if (now - claimed_at).total_seconds() > patience:
            return False
        if not machine.provider_id or not self._may_look(machine, run_id):
            return True
        return await self._state(machine) not in {None, "failed"}

    def _may_look(self, machine: Machine, run_id: str) -> bool:
        """Whether it is time to ask the provider about a silent machine; it counts as asked."""
        now = datetime.now(UTC)
        known = [machine.seen_at, machine.claimed_at, self._looked.get(run_id)]
        is_time = all((now - at).total_seconds() >= LOOK_S for at in known if at is not None)
        if is_time:
            self._looked[run_id] = now
        return is_time

    async def _replaced(self, machine: Machine, run_id: str) -> bool:
        """End a machine that would not begin, and have another begin in its place."""
        run = await self._runs.get(run_id)
        if run is None or run.status is not RunStatus.STARTING:
            # It did begin, and only its word was lost: two machines at one run would be worse.
            await self._machines.set(machine.id, taken_at=datetime.now(UTC))
            return True
        log.warning("machine did not take its run", machine=machine.id, run_id=run_id)
        if not await self._machines.release(machine.id, run_id, "it did not take its run"):
            return True  # somebody else did
        self._bus.notify(TOPIC, machine.id)
        try:
            await self._had(machine.installation_id, run_id)
        except MachineUnavailable as error:
            log.warning("no other machine", run_id=run_id, reason=str(error))
            return False
        return True

    async def _is_there(self, machine: Machine) -> bool:
        # The lease tells of one whose provider says nothing.
        return await self._state(machine) in {"", "started", "starting", "suspended"}

    async def _state(self, machine: Machine) -> str | None:
        """Return how the provider sees a machine; None when it is gone, empty if it cannot say."""
        try:
            rented = await self._provider.look(machine)
        except Unavailable:
            return ""
        return None if rented is None else rented.state

    async def destroy(self, run_id: str) -> None:
        """Destroy the run's machine; what cannot be reached now is destroyed by the reaper."""
        self._looked.pop(run_id, None)
        machine = await self._machines.of_run(run_id)
        if machine is None or machine.state is MachineState.GONE:
            return
        await self._machines.set(machine.id, state=MachineState.ENDING, reason="its run is over")
        await end_machine(self._machines, self._provider, machine)

    async def last_words(self, run_id: str) -> str:
        """Return what the machine said at its end."""
        return self._pool.last_words(run_id)

    async def suspend(self, run_id: str) -> bool:
        """Put the run's machine to sleep."""
        machine = await self._machines.of_run(run_id)
        if machine is None or machine.state in _OVER:
            return False
        if machine.state is MachineState.SUSPENDED:
            return True
        try:
            await self._provider.suspend(machine)
        except Unavailable as error:
            log.warning("machine not suspended", machine=machine.id, reason=str(error))
            return False
        return await self._machines.move(
            machine.id,
            MachineState.SUSPENDED,
            only_from=[MachineState.READY],
            suspended_at=datetime.now(UTC),
        )

    async def wake(self, run_id: str) -> bool:
        """Wake the run's machine and wait until it dialled in with its memory."""
        machine = await self._machines.of_run(run_id)
        if machine is None or machine.state in _OVER:
            return False
        if machine.state is MachineState.READY and _silence_s(machine) < HEARD_S:
            return True
        try:
            async with self._bus.watch(TOPIC, machine.id) as changes:
                await self._provider.start(machine)
                async with asyncio.timeout(self._wake_s):
                    while (now := await self._machines.get(machine.id)) is not None:
                        if now.state in _OVER:
                            return False
                        if now.state is MachineState.READY and now.seen_at != machine.seen_at:
                            return True
                        await changes.wait(timeout_s=0.5)
        except (Unavailable, TimeoutError) as error:
            log.warning("machine did not wake", machine=machine.id, error=str(error))
        return False

    async def usage(self, run_id: str) -> tuple[float, float]:
        """Return the seconds that the machine ran since the run got it, and its price."""
        machine = await self._machines.of_run(run_id)
        if machine is None or machine.claimed_at is None:
            return 0.0, 0.0
        use = machine.use(machine.claimed_at, datetime.now(UTC))
        return use.awake_s, use.usd

    async def known_runs(self) -> list[str]:
        """Return the runs that have a machine which is not gone."""
        living = [state for state in MachineState if state is not MachineState.GONE]
        machines = await self._machines.all(*living, backend=FLY)
        return sorted(one.run_id for one in machines if one.run_id is not None)


def _silence_s(machine: Machine) -> float:
    """Return for how long nothing was heard of a machine."""
    if machine.seen_at is None:
        return math.inf
    return (datetime.now(UTC) - machine.seen_at).total_seconds()


async def end_machine(machines: Machines, provider: Provider, machine: Machine) -> bool:
    """Destroy a machine and write it down; False when its provider cannot be reached now."""
    try:
        await provider.destroy(machine)
    except Unavailable as error:
        log.warning("machine not destroyed yet", machine=machine.id, reason=str(error))
        return False
    await machines.set(machine.id, state=MachineState.GONE, gone_at=datetime.now(UTC))
    return True

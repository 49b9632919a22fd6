"""How machines come into their states: each way has its time, and what it does to processes."""

import asyncio
import random
import signal
from collections.abc import Coroutine
from dataclasses import dataclass

import structlog

from deploy.devkit.fly.bodies import Bodies, Body
from deploy.devkit.fly.faults import Faults, Refusal
from deploy.devkit.fly.machines import FlyMachine, Json

STOP_TIMEOUT_S = 5.0
_RETRIES = 10
_RETRY_S = 0.5
_RESTING = frozenset({"created", "stopped", "suspended", "failed"})
log = structlog.get_logger()


@dataclass(slots=True)
class Durations:
    """How long, in seconds, each transient state lasts; a call answers before unless it is 0."""

    create_s: float = 0.0
    start_s: float = 0.0
    stop_s: float = 0.0
    suspend_s: float = 0.0
    resume_s: float = 0.0
    destroy_s: float = 0.0


class Lives:
    """The one place where states of machines change."""

    def __init__(
        self, bodies: Bodies, faults: Faults, durations: Durations, rng: random.Random
    ) -> None:
        self._bodies = bodies
        self._faults = faults
        self._durations = durations
        self._rng = rng

    async def create(self, machine: FlyMachine, *, launches: bool) -> None:
        """Make a machine, and start it when it *launches*."""
        machine.to("creating", source="user")
        takes_s = self._durations.create_s + (self._durations.start_s if launches else 0)
        await self._begin(machine, self._created(machine, launches=launches), takes_s=takes_s)

    async def _created(self, machine: FlyMachine, *, launches: bool) -> None:
        await asyncio.sleep(self._durations.create_s)
        if not launches:
            machine.to("stopped")
            return
        machine.to("created")
        machine.to("starting")
        await self._boot(machine)

    async def start(self, machine: FlyMachine) -> str:
        """Start or wake a machine; return the state that it was in."""
        before = machine.state
        if before == "started":
            return before
        _expect(machine, _RESTING, "start")
        if before == "suspended":
            await self._wake(machine)
        else:
            await self._start(machine, "starting")
        return before

    async def _start(self, machine: FlyMachine, state: str) -> None:
        machine.renewed()
        machine.retries = 0
        machine.to(state, source="user")
        await self._begin(machine, self._boot(machine), takes_s=self._durations.start_s)

    async def _wake(self, machine: FlyMachine) -> None:
        if self._faults.never_wake:
            return
        machine.renewed()
        machine.to("starting", source="user")
        is_cold = self._faults.wakes_cold(self._rng)
        times = self._durations
        takes_s = times.start_s if is_cold else times.resume_s
        await self._begin(machine, self._woken(machine, is_cold=is_cold), takes_s=takes_s)

    async def _woken(self, machine: FlyMachine, *, is_cold: bool) -> None:
        """There is no flag that tells a caller whether the memory was lost."""
        body = machine.body
        if is_cold or body is None:
            await self._without_body(machine)
            await self._boot(machine, keeps_disk=True)
            return
        await asyncio.sleep(self._durations.resume_s)
        await body.thaw()
        machine.to("started")

    async def _boot(self, machine: FlyMachine, *, keeps_disk: bool = False) -> None:
        stuck = self._faults.takes("stuck")
        await asyncio.sleep(self._durations.start_s)
        if stuck:
            return
        env = machine.config.get("env") or {}
        try:
            machine.body = await self._bodies.boot(machine.id, env, keeps_disk=keeps_disk)
        except OSError as error:
            log.warning("machine did not start", machine=machine.id, reason=str(error))
            machine.to("failed")
            return
        machine.to("started")
        machine.watcher = asyncio.create_task(self._watch(machine, machine.body))

    async def stop(self, machine: FlyMachine, *, number: int, timeout_s: float) -> None:
        """Ask the program to end, and end it *timeout_s* later when it has not."""
        if machine.state == "stopped":
            return
        _expect(machine, {"started", "suspended"}, "stop")
        was_asleep = machine.state == "suspended"
        machine.to("stopping", source="user")
        if was_asleep:  # its snapshot is thrown away
            number = signal.SIGKILL
        await self._begin(machine, self._stopped(machine, number, timeout_s), takes_s=timeout_s)

    async def _stopped(self, machine: FlyMachine, number: int, timeout_s: float) -> None:
        await self._asked_to_end(machine, number, timeout_s)
        await asyncio.sleep(self._durations.stop_s)
        await self._over(machine)

    async def suspend(self, machine: FlyMachine) -> None:
        """Put a machine to sleep with its memory."""
        if machine.state == "suspended":
            return
        _expect(machine, {"started"}, "suspend")
        machine.to("suspending", source="user")
        takes_s = self._durations.suspend_s
        await self._begin(machine, self._suspended(machine), takes_s=takes_s)

    async def _suspended(self, machine: FlyMachine) -> None:
        if machine.body is not None:
            await machine.body.freeze()
        await asyncio.sleep(self._durations.suspend_s)
        if machine.state == "suspending":
            machine.to("suspended")

    async def restart(self, machine: FlyMachine, *, number: int, timeout_s: float) -> None:
        """Stop and start a machine."""
        _expect(machine, {"started", *_RESTING}, "restart")
        await self._again(machine, "restarting", number, timeout_s)

    async def update(self, machine: FlyMachine, config: Json, *, launches: bool) -> None:
        """Give a machine another configuration; it starts with it, unless it was not to."""
        _expect(machine, {"started", *_RESTING}, "update")
        machine.config = config
        if machine.state == "started" or launches:
            await self._again(machine, "replacing", signal.SIGINT, STOP_TIMEOUT_S)
            return
        machine.renewed()
        machine.noted()

    async def _again(self, machine: FlyMachine, state: str, number: int, timeout_s: float) -> None:
        if machine.state == "suspended":
            number = signal.SIGKILL
        machine.renewed()
        machine.retries = 0
        machine.to(state, source="user")
        work = self._restarted(machine, number, timeout_s)
        await self._begin(machine, work, takes_s=timeout_s)

    async def _restarted(self, machine: FlyMachine, number: int, timeout_s: float) -> None:
        await self._asked_to_end(machine, number, timeout_s)
        await asyncio.sleep(self._durations.stop_s)
        await self._boot(machine)

    async def destroy(self, machine: FlyMachine) -> None:
        """End a machine for good, whatever it is at."""
        if machine.state in {"destroying", "destroyed"}:
            return
        await self._leave_work(machine)
        machine.to("destroying", source="user")
        takes_s = self._durations.destroy_s
        await self._begin(machine, self._destroyed(machine), takes_s=takes_s)

    async def _destroyed(self, machine: FlyMachine) -> None:
        await self._without_body(machine)
        await asyncio.sleep(self._durations.destroy_s)
        self._bodies.forget(machine.id)
        machine.lease = None
        machine.to("destroyed")

    async def kill(self, machine: FlyMachine) -> None:
        """End a machine's processes with a signal 9 from nowhere, and see what Fly makes of it."""
        body, watcher = machine.body, machine.watcher
        if body is not None:
            await body.kill()
        if watcher is not None:
            await asyncio.wait({watcher})

    async def host_dies(self, machine: FlyMachine) -> None:
        """Lose a machine with everything in it, at once."""
        await self._leave_work(machine)
        await self._without_body(machine)
        self._bodies.forget(machine.id)
        machine.lease = None
        machine.host_status = "unreachable"
        machine.to("destroyed", source="platform")

    async def close(self, machine: FlyMachine) -> None:
        """Leave nothing behind."""
        await self._leave_work(machine)
        await self._without_body(machine)
        if machine.watcher is not None:
            machine.watcher.cancel()
            await asyncio.wait({machine.watcher})

    async def _watch(self, machine: FlyMachine, body: Body) -> None:
        code = await body.ended()
        if machine.body is not body:  # whoever took it away knows why
            return
        machine.body = None
        machine.work = asyncio.create_task(self._over(machine, code))
        await asyncio.wait({machine.work})

    async def _over(self, machine: FlyMachine, code: int | None = None) -> None:
        """Come to rest after the program's end; *code* is None when it was asked to end."""
        if machine.config.get("auto_destroy"):
            machine.to("destroying")
            await self._destroyed(machine)
        elif code is not None and _is_tried_again(machine, code):
            machine.retries += 1
            machine.to("restarting")
            machine.renewed()
            await asyncio.sleep(_RETRY_S)
            await self._boot(machine)
        else:
            machine.to("stopped")

    async def _asked_to_end(self, machine: FlyMachine, number: int, timeout_s: float) -> None:
        body, machine.body = machine.body, None
        if body is None:
            return
        try:
            if number != signal.SIGKILL:
                await body.signal(number)
                async with asyncio.timeout(timeout_s):
                    await body.ended()
        except TimeoutError:
            log.debug("machine did not stop in time", machine=machine.id)
        finally:
            await body.kill()

    async def _without_body(self, machine: FlyMachine) -> None:
        body, machine.body = machine.body, None
        if body is not None:
            await body.kill()

    async def _leave_work(self, machine: FlyMachine) -> None:
        work, machine.work = machine.work, None
        if work is not None and not work.done():
            work.cancel()
            await asyncio.wait({work})

    async def _begin(
        self, machine: FlyMachine, work: Coroutine[None, None, None], *, takes_s: float
    ) -> None:
        """Do *work*; whoever asked waits for what takes no time only."""
        task = machine.work = asyncio.create_task(work)
        if takes_s:
            return
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()


def _expect(machine: FlyMachine, states: set[str] | frozenset[str], verb: str) -> None:
    if machine.state not in states:
        raise Refusal(
            412,
            f"failed_precondition: unable to {verb} machine from current state: '{machine.state}'",
        )


def _is_tried_again(machine: FlyMachine, code: int) -> bool:
    """Whether the restart policy wants the program back; without one it is ``no``."""
    restart = machine.config.get("restart") or {}
    policy = restart.get("policy", "no")
    if policy == "always":
        return True
    return (
        policy == "on-failure"
        and code != 0
        and machine.retries < int(restart.get("max_retries") or _RETRIES)
    )

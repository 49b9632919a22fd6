"""Runs on an account's own machines: a daemon with room takes them."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import structlog
from pydantic import SecretStr

from bot.bus import Bus
from bot.db.daemons import Daemons
from bot.db.machines import Machines
from bot.errors import MachineUnavailable
from bot.machine import Daemon, Machine, MachineState
from runner.backends.base import MachineOrder
from runner.lines.machine_lines import TOPIC, Orders
from runner.machine_protocol import (
    BeatFrame,
    EndedFrame,
    ReadyFrame,
    TakeFrame,
    TakenFrame,
)
from runner.tokens import run_token

VPS = "vps"
HEARD_S = 15.0
TAKE_S = 30.0
_OVER = {MachineState.ENDING, MachineState.GONE}
log = structlog.get_logger()


class VpsBackend:
    """See `runner.backends.base.RunnerBackend`; for the daemons' lines, `MachineDesk`.

    A run's row in the table of machines says which daemon has it (*app* holds the daemon's id), so
    whoever is restarted goes on from there.
    """

    name = VPS
    boot_s = TAKE_S

    def __init__(self, daemons: Daemons, machines: Machines, bus: Bus, *, key: SecretStr) -> None:
        self._daemons = daemons
        self._machines = machines
        self._bus = bus
        self._key = key
        self._last_words: dict[str, str] = {}
        self._strangers: dict[str, tuple[str, ...]] = {}

    async def state(self, installation_id: int) -> Literal["connected", "away", "none"]:
        """Return whether the account has a daemon, and whether one is heard."""
        daemons = await self._daemons.of_installation(installation_id)
        if not daemons:
            return "none"
        return "connected" if any(map(_is_heard, daemons)) else "away"

    async def start(self, order: MachineOrder) -> dict[str, Any]:
        """Give the run to a daemon with room; a run that has one keeps it."""
        machine = await self._machines.of_run(order.run_id)
        if machine is None:
            machine = await self._given(order)
        self._bus.notify(TOPIC, machine.app)
        return {"daemon": machine.app, "machine": machine.id}

    async def _given(self, order: MachineOrder) -> Machine:
        daemons = await self._daemons.of_installation(order.installation_id)
        heard = [one for one in daemons if _is_heard(one)]
        if not heard:
            raise MachineUnavailable("your VPS is not connected")
        for daemon in heard:
            machine = await self._machines.take_room(
                VPS,
                order.installation_id,
                daemon.id,
                capacity=daemon.capacity,
                run_id=order.run_id,
                facts={"repository": order.repository_id, "agent": order.agent_id},
            )
            if machine is not None:
                return machine
        raise MachineUnavailable("your VPS has no room for one more agent")

    async def is_alive(self, run_id: str) -> bool:
        """Whether the daemon has the run; one that does not take it in time has not."""
        machine = await self._machines.of_run(run_id)
        if machine is None or machine.state in _OVER:
            return False
        if machine.taken_at is None and machine.claimed_at is not None:
            return datetime.now(UTC) - machine.claimed_at < timedelta(seconds=TAKE_S)
        daemon = await self._daemons.get(machine.app)
        return daemon is not None and daemon.revoked_at is None

    async def destroy(self, run_id: str) -> None:
        """Have the daemon end the run, as soon as it is heard again."""
        machine = await self._machines.of_run(run_id)
        if machine is None or machine.state is MachineState.GONE:
            return
        ending = MachineState.ENDING if machine.taken_at is not None else MachineState.GONE
        await self._machines.set(
            machine.id, state=ending, gone_at=datetime.now(UTC), reason="its run is over"
        )
        self._bus.notify(TOPIC, machine.app)

    async def last_words(self, run_id: str) -> str:
        """Return the end of what the run's program wrote."""
        return self._last_words.pop(run_id, "")

    async def suspend(self, run_id: str) -> bool:
        """A machine of one's own does not sleep for one run."""
        return False

    async def wake(self, run_id: str) -> bool:
        """Whether the run is still there."""
        return await self.is_alive(run_id)

    async def usage(self, run_id: str) -> tuple[float, float]:
        """Return how long the daemon had the run; the machine is paid for by its owner."""
        machine = await self._machines.of_run(run_id)
        if machine is None or machine.claimed_at is None:
            return 0.0, 0.0
        until = machine.gone_at or datetime.now(UTC)
        return max((until - machine.claimed_at).total_seconds(), 0.0), 0.0

    async def known_runs(self) -> list[str]:
        """Return the runs that a daemon has."""
        living = [state for state in MachineState if state not in _OVER]
        machines = await self._machines.all(*living, backend=VPS)
        return sorted(one.run_id for one in machines if one.run_id is not None)

    async def known(self, secret_hash: str) -> str | None:
        """Return the daemon of a token that was not revoked."""
        daemon = await self._daemons.by_token(secret_hash)
        return None if daemon is None else daemon.id

    async def ready(self, machine_id: str, frame: ReadyFrame) -> None:
        """Note that the daemon is there; runs that it does not know any more are over."""
        await self._daemons.seen(
            machine_id,
            version=frame.version,
            capacity=max(frame.capacity, 0),
            facts=frame.facts,
        )
        for machine in await self._of_daemon(machine_id):
            is_gone = machine.run_id not in frame.runs
            if is_gone and machine.taken_at is not None:
                await self._over(machine, "the daemon does not have it any more")
        await self._compare(machine_id, frame.runs)

    async def beat(self, machine_id: str, frame: BeatFrame) -> None:
        """Note that the daemon lives."""
        await self._daemons.seen(machine_id, facts=frame.facts)
        since = datetime.now(UTC) - timedelta(seconds=HEARD_S)
        for machine in await self._of_daemon(machine_id):
            # One that was taken a moment ago may be missing in a beat that was on its way.
            is_old = machine.taken_at is not None and machine.taken_at < since
            if is_old and machine.state not in _OVER and machine.run_id not in frame.runs:
                await self._end(machine, "the daemon does not have it any more")
        await self._compare(machine_id, frame.runs)

    async def _compare(self, daemon_id: str, runs: tuple[str, ...]) -> None:
        """Have the daemon end what it has and should not have."""
        mine = {one.run_id for one in await self._of_daemon(daemon_id)}
        strangers = tuple(run_id for run_id in runs if run_id not in mine)
        if strangers != self._strangers.get(daemon_id, ()):
            self._strangers[daemon_id] = strangers
            self._bus.notify(TOPIC, daemon_id)

    async def orders(self, machine_id: str) -> Orders:
        """Return the runs to take and to end, or that the daemon was revoked."""
        daemon = await self._daemons.get(machine_id)
        if daemon is None or daemon.revoked_at is not None:
            return Orders(gone=True)
        wanted = str(daemon.facts.get("update_to", ""))
        mine = await self._of_daemon(machine_id)
        ends = [m.run_id for m in mine if m.state is MachineState.ENDING and m.run_id]
        takes = [m for m in mine if m.taken_at is None and m.state not in _OVER]
        return Orders(
            takes=tuple(map(self._take, takes)),
            ends=(*ends, *self._strangers.get(machine_id, ())),
            drain=bool(daemon.facts.get("drain")),
            update_to=wanted if wanted != daemon.version else "",
        )

    def _take(self, machine: Machine) -> TakeFrame:
        run_id = machine.run_id or ""
        return TakeFrame(
            run_id=run_id,
            agent_id=str(machine.facts.get("agent", "")),
            repository_id=int(machine.facts.get("repository", 0)),
            token=SecretStr(run_token(self._key, run_id)),
        )

    async def taken(self, machine_id: str, frame: TakenFrame) -> None:
        """Note that the run was begun; a refusal ends it here, so that it goes elsewhere."""
        machine = await self._machines.of_run(frame.run_id)
        if machine is None or machine.app != machine_id:
            return
        if frame.refused:
            log.warning("daemon refused a run", run_id=frame.run_id, reason=frame.refused)
            await self._over(machine, frame.refused)
            return
        now = datetime.now(UTC)
        await self._machines.set(
            machine.id, taken_at=machine.taken_at or now, ready_at=now, seen_at=now
        )
        if machine.state in _OVER:  # it was called off while the word was on its way
            await self._end(machine, machine.reason)

    async def ended(self, machine_id: str, frame: EndedFrame) -> None:
        """Note that the run's program is over and its folder may go."""
        machine = await self._machines.of_run(frame.run_id)
        if machine is None or machine.app != machine_id:
            return
        self._last_words[frame.run_id] = frame.last_words
        if machine.state is MachineState.ENDING:
            await self._over(machine, machine.reason)
        else:
            await self._end(machine, machine.reason or "it ended")

    async def _of_daemon(self, daemon_id: str) -> list[Machine]:
        living = [state for state in MachineState if state is not MachineState.GONE]
        machines = await self._machines.all(*living, backend=VPS)
        return [one for one in machines if one.app == daemon_id]

    async def _end(self, machine: Machine, reason: str) -> None:
        await self._machines.set(
            machine.id,
            state=MachineState.ENDING,
            gone_at=machine.gone_at or datetime.now(UTC),
            reason=reason,
        )
        self._bus.notify(TOPIC, machine.app)

    async def _over(self, machine: Machine, reason: str) -> None:
        await self._machines.set(
            machine.id,
            state=MachineState.GONE,
            gone_at=machine.gone_at or datetime.now(UTC),
            reason=reason,
        )


def _is_heard(daemon: Daemon) -> bool:
    since = datetime.now(UTC) - timedelta(seconds=HEARD_S)
    return daemon.seen_at is not None and daemon.seen_at > since and daemon.capacity > 0

"""Machines that have booted and wait for a run: ordered ahead, claimed at once, never used twice.

A machine belongs to one installation from its order on. Its row is written before its creation is
asked for, so one whose creation's answer was lost is found again and never forgotten.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import SecretStr

from bot.bus import Bus
from bot.db.machines import Machines
from bot.errors import MachineUnavailable, Unavailable
from bot.machine import Guest, Machine, MachineState
from runner.lines.machine_lines import TOPIC, Orders
from runner.machine_protocol import (
    BeatFrame,
    EndedFrame,
    Enrolled,
    EnrolRequest,
    ReadyFrame,
    TakeFrame,
    TakenFrame,
)
from runner.machines.provider import Provider
from runner.tokens import hashed, machine_token, run_token

FLY = "fly"
FELL_ASLEEP_S = 1.0  # what was said before may arrive after
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How machines are ordered: their size, image and prices in US dollars an hour."""

    guest: Guest
    image: str
    usd_per_hour: float = 0.0
    asleep_usd_per_hour: float = 0.0
    heard_s: float = 15.0


class Pool:
    """Order, enrol and claim machines; the line's side is `MachineDesk` in `runner.lines`."""

    def __init__(
        self, machines: Machines, provider: Provider, bus: Bus, sizes: Sizes, *, key: SecretStr
    ) -> None:
        self._machines = machines
        self._provider = provider
        self._bus = bus
        self._sizes = sizes
        self._key = key
        self._last_words: dict[str, str] = {}

    async def order(
        self, installation_id: int, *, run_id: str | None = None, boots: bool = True
    ) -> Machine:
        """Order one machine; raise `MachineUnavailable` when there is none to be had.

        A run that has one by now keeps it.
        """
        machine_id = secrets.token_hex(16)
        ordered = await self._machines.order(
            FLY,
            installation_id,
            app=self._provider.app_of(installation_id),
            guest=self._sizes.guest,
            image=self._sizes.image,
            usd_per_hour=self._sizes.usd_per_hour,
            asleep_usd_per_hour=self._sizes.asleep_usd_per_hour,
            run_id=run_id,
            machine_id=machine_id,
            token_hash=hashed(machine_token(self._key, machine_id)),
        )
        if ordered is None:
            had = await self._machines.of_run(run_id) if run_id else None
            if had is None:
                raise MachineUnavailable("another coordinator ended the machine of this run")
            return had
        return await self.create(ordered, boots=boots)

    async def create(self, machine: Machine, *, boots: bool = True) -> Machine:
        """Have an ordered machine created, or found if it was.

        Raise `MachineUnavailable`; a machine that may come to be nevertheless has no run any more.
        """
        token = SecretStr(machine_token(self._key, machine.id))
        try:
            rented = await self._provider.create(machine, token, boots=boots)
        except MachineUnavailable as error:
            await self._machines.release(machine.id, machine.run_id, str(error))
            raise
        except Unavailable as error:
            if machine.run_id is not None:
                await self._machines.release(machine.id, machine.run_id, str(error))
            # It may have come to be: the row stays, and the reaper looks.
            raise MachineUnavailable(str(error)) from error
        state = MachineState.BOOTING if boots else MachineState.STOPPED
        await self._machines.move(
            machine.id,
            state,
            only_from=[MachineState.ORDERED],
            suspended_at=None if boots else datetime.now(UTC),  # both cost the same
            provider_id=rented.provider_id,
            region=rented.region,
        )
        # It may have dialled in before the answer of its creation was here.
        await self._machines.set(machine.id, provider_id=rented.provider_id, region=rented.region)
        return await self._machines.get(machine.id) or machine

    async def claim(self, installation_id: int, run_id: str) -> Machine | None:
        """Give a waiting machine to the run, tell whoever holds its line, and call nobody."""
        machine = await self._machines.claim(
            FLY, installation_id, run_id, heard_s=self._sizes.heard_s
        )
        if machine is not None:
            self._bus.notify(TOPIC, machine.id)
        return machine

    async def enrol(self, token_hash: str, asked: EnrolRequest) -> Enrolled | None:
        """Take a machine's one-time token for a secret that only its memory holds."""
        machine = await self._machines.of_token(token_hash)
        if machine is None:
            machine = await self._enrolled_before(token_hash, asked)
        if machine is None or machine.state in {MachineState.ENDING, MachineState.GONE}:
            return None
        secret = secrets.token_urlsafe(32)
        is_taken = await self._machines.enrol(
            machine.id, boot_id=asked.boot_id, secret_hash=hashed(secret), version=asked.version
        )
        return Enrolled(machine_id=machine.id, secret=secret) if is_taken else None

    async def _enrolled_before(self, token_hash: str, asked: EnrolRequest) -> Machine | None:
        """An answer that was lost may be asked for again by the same boot, until it dials in."""
        for machine in await self._machines.all(MachineState.BOOTING, MachineState.ORDERED):
            if (
                machine.boot_id == asked.boot_id
                and hashed(machine_token(self._key, machine.id)) == token_hash
            ):
                return machine
        return None

    async def known(self, secret_hash: str) -> str | None:
        """Return the machine of a secret, unless it is to end."""
        machine = await self._machines.of_secret(secret_hash)
        return None if machine is None or machine.state is MachineState.GONE else machine.id

    async def ready(self, machine_id: str, frame: ReadyFrame) -> None:
        """Note that the machine waits; one that booted a second time is no good any more."""
        machine = await self._machines.get(machine_id)
        if machine is None:
            return
        now = datetime.now(UTC)
        if machine.boot_id != frame.boot_id:
            await self._machines.set(
                machine_id, state=MachineState.ENDING, reason="it booted a second time"
            )
            return
        waiting = [MachineState.ORDERED, MachineState.BOOTING, MachineState.STOPPED]
        waiting += [MachineState.SUSPENDED, MachineState.READY]
        await self._machines.ready(
            machine_id,
            at=now,
            only_from=waiting,
            ready_at=machine.ready_at or now,
            version=frame.version,
            facts={**machine.facts, **frame.facts},
        )
        self._bus.notify(TOPIC, machine_id)

    async def beat(self, machine_id: str, frame: BeatFrame) -> None:
        """Note that the machine lives; one that slept so shortly that its line held is awake."""
        now = datetime.now(UTC)
        slept_since = now - timedelta(seconds=FELL_ASLEEP_S)
        if await self._machines.beat(machine_id, at=now, slept_since=slept_since):
            self._bus.notify(TOPIC, machine_id)

    async def orders(self, machine_id: str) -> Orders:
        """Return the run to take, or that the machine is not needed."""
        machine = await self._machines.get(machine_id)
        if machine is None or machine.state in {MachineState.ENDING, MachineState.GONE}:
            return Orders(gone=True)
        if machine.run_id is None or machine.taken_at is not None:
            return Orders()
        token = SecretStr(run_token(self._key, machine.run_id))
        return Orders(takes=(TakeFrame(run_id=machine.run_id, token=token),))

    async def taken(self, machine_id: str, frame: TakenFrame) -> None:
        """Note that the run was taken; a refusal ends the machine."""
        if frame.refused:
            log.warning("machine refused its run", machine=machine_id, reason=frame.refused)
            await self._machines.release(machine_id, frame.run_id, frame.refused)
            return
        await self._machines.set(machine_id, taken_at=datetime.now(UTC))

    async def ended(self, machine_id: str, frame: EndedFrame) -> None:
        """Note that the run's program is over: so is the machine."""
        self._last_words[frame.run_id] = frame.last_words
        await self._machines.set(
            machine_id, state=MachineState.ENDING, reason=f"its run ended with {frame.exit_code}"
        )

    def last_words(self, run_id: str) -> str:
        """Return what a machine said at its end."""
        return self._last_words.pop(run_id, "")

"""Machines as rows: who has which is decided here, atomically, and nowhere else."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.db.engine import Database, inserted
from bot.db.machine_schema import daemons, machines
from bot.db.machine_sleep import spans, woken
from bot.machine import Guest, Machine, MachineId, MachineState

_GONE = (MachineState.ENDING, MachineState.GONE)


class Machines:
    """Machines by our own ids."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def order(
        self,
        backend: str,
        installation_id: int,
        *,
        app: str = "",
        guest: Guest | None = None,
        image: str = "",
        usd_per_hour: float = 0.0,
        asleep_usd_per_hour: float = 0.0,
        run_id: str | None = None,
        machine_id: str = "",
        token_hash: str = "",
        state: MachineState = MachineState.ORDERED,
    ) -> Machine | None:
        """Write a machine down before it is asked for; None when the run has one already."""
        now = datetime.now(UTC)
        row = {
            "id": machine_id or uuid.uuid4().hex,
            "backend": backend,
            "installation_id": installation_id,
            "app": app,
            "state": state,
            "run_id": run_id,
            "guest": asdict(guest or Guest()),
            "image": image,
            "token_hash": token_hash,
            "usd_per_hour": usd_per_hour,
            "asleep_usd_per_hour": asleep_usd_per_hour,
            "facts": {},
            "created_at": now,
            "claimed_at": now if run_id else None,
        }
        async with self._db.write() as tx:
            if not await inserted(tx, machines, row):
                return None
            found = (await tx.execute(select(machines).where(machines.c.id == row["id"]))).first()
        return None if found is None else _machine(found)

    async def get(self, machine_id: str) -> Machine | None:
        """Return the machine."""
        return await self._one(machines.c.id == machine_id)

    async def of_run(self, run_id: str) -> Machine | None:
        """Return the machine that a run has."""
        return await self._one(machines.c.run_id == run_id)

    async def of_token(self, token_hash: str) -> Machine | None:
        """Return the machine whose one-time token was never used."""
        return await self._one(machines.c.token_hash == token_hash) if token_hash else None

    async def of_secret(self, secret_hash: str) -> Machine | None:
        """Return the machine that a secret belongs to."""
        return await self._one(machines.c.secret_hash == secret_hash) if secret_hash else None

    async def all(self, *states: MachineState, backend: str = "") -> list[Machine]:
        """Return machines, oldest first; in any of *states*, when some are given."""
        query = select(machines).order_by(machines.c.created_at, machines.c.id)
        if states:
            query = query.where(machines.c.state.in_(states))
        if backend:
            query = query.where(machines.c.backend == backend)
        async with self._db.read() as tx:
            return [_machine(row) for row in await tx.execute(query)]

    async def set(self, machine_id: str, **values: Any) -> None:
        """Note facts of a machine."""
        async with self._db.write() as tx:
            await tx.execute(update(machines).where(machines.c.id == machine_id).values(values))

    async def move(
        self, machine_id: str, to: MachineState, *, only_from: Sequence[MachineState], **values: Any
    ) -> bool:
        """Bring a machine into another state; False when it is in none of *only_from* any more."""
        where = (machines.c.id == machine_id) & machines.c.state.in_(only_from)
        return await self._changed(where, {"state": to, **values})

    async def claim(
        self, backend: str, installation_id: int, run_id: str, *, heard_s: float
    ) -> Machine | None:
        """Give a waiting machine of the installation to the run; one that has one keeps it.

        Ready ones come first, heard of within *heard_s* seconds, then those that sleep, then those
        that never booted. None when there is none.
        """
        now = datetime.now(UTC)
        fresh = and_(
            machines.c.state == MachineState.READY,
            machines.c.seen_at > now - timedelta(seconds=heard_s),
        )
        asleep = machines.c.state.in_((MachineState.SUSPENDED, MachineState.STOPPED))
        for which in (fresh, asleep):
            try:
                found = await self._claimed(backend, installation_id, run_id, which, now)
            except IntegrityError:  # another coordinator gave the run one in this moment
                return await self.of_run(run_id)
            if found is not None:
                return found
        return None

    async def _claimed(
        self, backend: str, installation: int, run_id: str, which: ColumnElement[bool], at: datetime
    ) -> Machine | None:
        pick = (
            select(machines.c.id)
            .where(
                machines.c.backend == backend,
                machines.c.installation_id == installation,
                machines.c.run_id.is_(None),
                which,
            )
            .order_by(machines.c.ready_at.is_(None), machines.c.ready_at, machines.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        own = select(machines).where(machines.c.run_id == run_id)
        async with self._db.write() as tx:
            if (row := (await tx.execute(own)).first()) is not None:
                return _machine(row)
            machine_id = (await tx.execute(pick)).scalar()
            if machine_id is None:
                return None
            where = (machines.c.id == machine_id) & machines.c.run_id.is_(None)
            values = {"run_id": run_id, "claimed_at": at}
            await tx.execute(update(machines).where(where).values(values))
            row = (await tx.execute(select(machines).where(machines.c.id == machine_id))).first()
        return None if row is None else _machine(row)

    async def take_room(
        self,
        backend: str,
        installation_id: int,
        app: str,
        *,
        capacity: int,
        run_id: str,
        facts: dict[str, Any],
    ) -> Machine | None:
        """Give a run one of *capacity* rooms of the daemon *app*; None when all are taken."""
        now = datetime.now(UTC)
        row = {
            "id": uuid.uuid4().hex,
            "backend": backend,
            "installation_id": installation_id,
            "app": app,
            "state": MachineState.READY,
            "run_id": run_id,
            "guest": {},
            "facts": facts,
            "created_at": now,
            "claimed_at": now,
        }
        living = (machines.c.app == app) & (machines.c.state != MachineState.GONE)
        async with self._db.write() as tx:
            await tx.execute(select(daemons.c.id).where(daemons.c.id == app).with_for_update())
            taken = await tx.execute(select(func.count()).select_from(machines).where(living))
            if int(taken.scalar() or 0) >= capacity or not await inserted(tx, machines, row):
                return None
            found = (await tx.execute(select(machines).where(machines.c.id == row["id"]))).first()
        return None if found is None else _machine(found)

    async def release(self, machine_id: str, run_id: str | None, reason: str) -> bool:
        """Take a run off a machine that did not do; the machine is to end, never used again."""
        where = (machines.c.id == machine_id) & (machines.c.run_id == run_id)
        values = {"run_id": None, "state": MachineState.ENDING, "reason": reason}
        return await self._changed(where, values)

    async def doze(self, machine_id: str) -> bool:
        """Note that a machine sleeps, or is about to; False when a run has it by now."""
        where = (
            (machines.c.id == machine_id)
            & machines.c.run_id.is_(None)
            & machines.c.state.in_((MachineState.READY, MachineState.SUSPENDED))
        )
        values = {"state": MachineState.SUSPENDED, "suspended_at": datetime.now(UTC)}
        return await self._changed(where, values)

    async def end_waiting(self, machine_id: str, reason: str) -> bool:
        """Let a machine end that no run has; False when one got it in this moment."""
        where = (
            (machines.c.id == machine_id)
            & machines.c.run_id.is_(None)
            & machines.c.state.not_in(_GONE)
        )
        values = {"state": MachineState.ENDING, "reason": reason}
        return await self._changed(where, values)

    async def enrol(self, machine_id: str, *, boot_id: str, secret_hash: str, version: str) -> bool:
        """Take the one-time token; the same boot may ask again until it has dialled in."""
        is_new = machines.c.token_hash != ""
        is_same = and_(machines.c.boot_id == boot_id, machines.c.ready_at.is_(None))
        where = (machines.c.id == machine_id) & or_(is_new, is_same)
        values = {
            "token_hash": "",
            "boot_id": boot_id,
            "secret_hash": secret_hash,
            "version": version,
        }
        return await self._changed(where, values)

    async def ready(
        self, machine_id: str, *, at: datetime, only_from: Sequence[MachineState], **values: Any
    ) -> bool:
        """Note that a machine dialled in; False when it is in none of *only_from* any more."""
        where = (machines.c.id == machine_id) & machines.c.state.in_(only_from)
        async with self._db.write() as tx:
            return await woken(tx, where, at=at, values=values)

    async def beat(self, machine_id: str, *, at: datetime, slept_since: datetime) -> bool:
        """Note that a machine lives; True when it is awake by it: it slept since *slept_since*."""
        where = (
            (machines.c.id == machine_id)
            & (machines.c.state == MachineState.SUSPENDED)
            & (machines.c.suspended_at < slept_since)
        )
        async with self._db.write() as tx:
            if await woken(tx, where, at=at):
                return True
            await tx.execute(update(machines).where(machines.c.id == machine_id).values(seen_at=at))
            return False

    async def demand(self, backend: str, since: datetime) -> dict[int, int]:
        """Return how many runs each installation began on *backend* since then."""
        query = (
            select(machines.c.installation_id, func.count())
            .where(machines.c.backend == backend, machines.c.claimed_at >= since)
            .group_by(machines.c.installation_id)
        )
        async with self._db.read() as tx:
            return {int(row[0]): int(row[1]) for row in await tx.execute(query)}

    async def forget(self, *, before: datetime) -> int:
        """Delete rows of machines that are gone since *before*."""
        where = (machines.c.state == MachineState.GONE) & (machines.c.gone_at < before)
        async with self._db.write() as tx:
            return int((await tx.execute(machines.delete().where(where))).rowcount)

    async def _changed(self, where: ColumnElement[bool], values: dict[str, Any]) -> bool:
        async with self._db.write() as tx:
            return bool((await tx.execute(update(machines).where(where).values(values))).rowcount)

    async def _one(self, where: ColumnElement[bool]) -> Machine | None:
        async with self._db.read() as tx:
            row = (await tx.execute(select(machines).where(where))).first()
        return None if row is None else _machine(row)


def _machine(row: Row[Any]) -> Machine:
    return Machine(
        id=MachineId(row.id),
        backend=row.backend,
        installation_id=row.installation_id,
        state=MachineState(row.state),
        app=row.app,
        provider_id=row.provider_id,
        region=row.region,
        run_id=row.run_id,
        guest=Guest(**row.guest),
        image=row.image,
        usd_per_hour=row.usd_per_hour,
        asleep_usd_per_hour=row.asleep_usd_per_hour,
        boot_id=row.boot_id,
        version=row.version,
        facts=row.facts,
        reason=row.reason,
        created_at=row.created_at,
        ready_at=row.ready_at,
        claimed_at=row.claimed_at,
        taken_at=row.taken_at,
        seen_at=row.seen_at,
        suspended_at=row.suspended_at,
        gone_at=row.gone_at,
        sleeps=spans(row.sleeps),
    )

"""Runs: one execution of an agent on one machine, its lease and its token's hash."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from bot.batches import Batches
from bot.db.engine import Database, Tx, inserted
from bot.db.schema import agents, runs
from bot.domain import AgentId, AgentStatus, Run, RunId, RunStatus

_OPEN = (RunStatus.STARTING, RunStatus.RUNNING)
# Made once: these are executed for every few events.
_LOCKED = (
    select(runs.c.id, runs.c.agent_id, runs.c.status, runs.c.acked_seq)
    .where(runs.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(runs.c.id)
    .with_for_update()
)
_LOOK_S = 0.02  # a thousand runs that are looked at every second take some fifty reads
_OF_AGENT = (agents.c.status, agents.c.cancelled_by, agents.c.deadline_at)
_ACKNOWLEDGE = update(runs).where(runs.c.id == bindparam("key")).values(acked_seq=bindparam("seq"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How far a run was heard: everything up to *acked_seq* is stored."""

    id: RunId
    agent_id: AgentId
    status: RunStatus
    acked_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a run stands, and what its agent wants of it; *cancelled_by* is empty if nobody did."""

    run: Run
    agent_status: AgentStatus
    cancelled_by: str
    deadline_at: datetime | None


class Runs:
    """Runs by id; an agent has at most one that is open."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._renewals: Batches[tuple[str, datetime], None] = Batches(self._renewed, gather_s=0.5)
        self._looks: Batches[str, Standing | None] = Batches(self._looked, gather_s=_LOOK_S)

    async def open(self, run: Run, *, token_hash: str) -> bool:
        """Store a new run; return False when it is there already."""
        row = {
            "id": run.id,
            "agent_id": run.agent_id,
            "attempt": run.attempt,
            "status": run.status,
            "backend": run.backend,
            "machine": run.machine,
            "token_hash": token_hash,
            "lease_until": run.lease_until,
            "started_at": run.started_at,
        }
        async with self._db.write() as tx:
            return await inserted(tx, runs, row)

    async def get(self, run_id: str) -> Run | None:
        """Return the run."""
        return await self._db.look(partial(load, run_id=run_id))

    async def standing(self, run_id: str) -> Standing | None:
        """Return how the run stands, read together with others that are looked at now."""
        return await self._looks.put(run_id)

    async def _looked(self, run_ids: Sequence[str]) -> list[Standing | None]:
        query = (
            select(runs, *(column.label(f"agent_{column.key}") for column in _OF_AGENT))
            .join(agents, agents.c.id == runs.c.agent_id)
            .where(runs.c.id.in_(set(run_ids)))
        )

        async def read(tx: Tx) -> dict[str, Standing]:
            return {row.id: _standing(row) for row in await tx.execute(query)}

        found = await self._db.look(read)
        return [found.get(run_id) for run_id in run_ids]

    async def by_token(self, token_hash: str) -> Run | None:
        """Return the run that the token belongs to."""
        return await self._db.look(partial(_by_token, token_hash=token_hash))

    async def of_agent(self, agent_id: str) -> list[Run]:
        """Return the agent's runs, first attempt first."""
        query = select(runs).where(runs.c.agent_id == agent_id).order_by(runs.c.attempt)
        async with self._db.read() as tx:
            return [_run(row) for row in await tx.execute(query)]

    async def all_open(self) -> list[Run]:
        """Return every run that is not over."""
        query = select(runs).where(runs.c.status.in_(_OPEN))
        async with self._db.read() as tx:
            return [_run(row) for row in await tx.execute(query)]

    async def set_machine(
        self, run_id: str, machine: dict[str, Any], *, backend: str, lease_until: datetime
    ) -> None:
        """Note the place that had a machine, what it needs to find it, and how long it may boot."""
        values = {"machine": machine, "backend": backend}
        where = runs.c.id == run_id
        unheard = where & (runs.c.status == RunStatus.STARTING)
        async with self._db.write() as tx:
            await tx.execute(update(runs).where(where).values(values))
            await tx.execute(update(runs).where(unheard).values(lease_until=lease_until))

    async def set_usage(self, run_id: str, *, seconds: float, usd: float) -> None:
        """Note how long the run had its machine, in seconds, and what that costs."""
        values = {"machine_seconds": seconds, "machine_usd": usd}
        async with self._db.write() as tx:
            await tx.execute(update(runs).where(runs.c.id == run_id).values(values))

    async def usage_of(self, agent_id: str) -> tuple[float, float]:
        """Return seconds and US dollars of the machines of all runs of an agent."""
        sums = func.sum(runs.c.machine_seconds), func.sum(runs.c.machine_usd)
        async with self._db.read() as tx:
            row = (await tx.execute(select(*sums).where(runs.c.agent_id == agent_id))).one()
        return float(row[0] or 0.0), float(row[1] or 0.0)

    async def set_from_checkpoint(self, run_id: str, number: int) -> None:
        """Note from where the run goes on."""
        async with self._db.write() as tx:
            where = runs.c.id == run_id
            await tx.execute(update(runs).where(where).values(from_checkpoint=number))

    async def renew(self, run_id: str, until: datetime) -> None:
        """Move the lease's end, together with those of others; a run that is over stays over."""
        await self._renewals.put((run_id, until))

    async def _renewed(self, batch: Sequence[tuple[str, datetime]]) -> list[None]:
        # All of a batch come within a moment: one end for all of them is near enough.
        where = runs.c.id.in_({run_id for run_id, _ in batch}) & runs.c.status.in_(_OPEN)
        until = max(until for _, until in batch)
        values = {"lease_until": until, "status": RunStatus.RUNNING}

        async def write(tx: Tx) -> None:
            await tx.execute(update(runs).where(where).values(values))

        await self._db.change(write)
        return [None] * len(batch)

    async def end(
        self, run_id: str, status: RunStatus, *, at: datetime, result: dict[str, Any] | None = None
    ) -> bool:
        """Close an open run; return False when it was closed before."""
        async with self._db.write() as tx:
            return await close(tx, run_id, status, at=at, result=result)


async def _by_token(tx: Tx, token_hash: str) -> Run | None:
    row = (await tx.execute(select(runs).where(runs.c.token_hash == token_hash))).first()
    return None if row is None else _run(row)


async def load(tx: Tx, run_id: str, *, lock: bool = False) -> Run | None:
    """Return the run; *lock* holds its row until the transaction ends."""
    query = select(runs).where(runs.c.id == run_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).first()
    return None if row is None else _run(row)


async def locked(tx: Tx, run_ids: Collection[str]) -> dict[str, Heard]:
    """Return how far runs were heard, by id; their rows are held until the transaction ends."""
    found = await tx.execute(_LOCKED, {"ids": list(run_ids)})
    return {
        run_id: Heard(
            id=RunId(run_id),
            agent_id=AgentId(agent_id),
            status=RunStatus(status),
            acked_seq=acked_seq,
        )
        for run_id, agent_id, status, acked_seq in found
    }


async def acknowledge_all(tx: Tx, seqs: Mapping[str, int]) -> None:
    """Note in *tx* up to which number everything of each run is stored."""
    if seqs:
        rows = [{"key": run_id, "seq": seq} for run_id, seq in seqs.items()]
        await tx.execute(_ACKNOWLEDGE, rows)


async def set_paused(tx: Tx, run_id: str, at: datetime | None) -> None:
    """Note in *tx* since when an open run waits, None when it goes on; a first time stays."""
    where = (runs.c.id == run_id) & runs.c.status.in_(_OPEN)
    if at is not None:
        where &= runs.c.paused_at.is_(None)
    await tx.execute(update(runs).where(where).values(paused_at=at))


async def close(
    tx: Tx, run_id: str, status: RunStatus, *, at: datetime, result: dict[str, Any] | None = None
) -> bool:
    """Close an open run in *tx*; return False when it was closed before."""
    values: dict[str, Any] = {"status": status, "finished_at": at}
    if result is not None:
        values["result"] = result
    where = (runs.c.id == run_id) & runs.c.status.in_(_OPEN)
    return bool((await tx.execute(update(runs).where(where).values(values))).rowcount)


async def set_cost(tx: Tx, run_id: str, cost_usd: float) -> None:
    """Note what the run has cost so far."""
    await tx.execute(update(runs).where(runs.c.id == run_id).values(cost_usd=cost_usd))


async def cost_of(tx: Tx, agent_id: str) -> float:
    """Return what all runs of the agent cost together, in US dollars."""
    query = select(func.sum(runs.c.cost_usd)).where(runs.c.agent_id == agent_id)
    return float((await tx.execute(query)).scalar() or 0.0)


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        run=_run(row),
        agent_status=AgentStatus(row.agent_status),
        cancelled_by=row.agent_cancelled_by,
        deadline_at=row.agent_deadline_at,
    )


def _run(row: Row[Any]) -> Run:
    return Run(
        id=RunId(row.id),
        agent_id=AgentId(row.agent_id),
        attempt=row.attempt,
        status=RunStatus(row.status),
        backend=row.backend,
        machine=row.machine,
        lease_until=row.lease_until,
        acked_seq=row.acked_seq,
        result=row.result,
        started_at=row.started_at,
        finished_at=row.finished_at,
        paused_at=row.paused_at,
        from_checkpoint=row.from_checkpoint,
    )

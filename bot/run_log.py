"""What runs tell, stored once: the events and the result of a run, by its own numbers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.bus import Bus
from bot.db import agents as rows
from bot.db import checkpoints as checkpoint_rows
from bot.db import runs as run_rows
from bot.db.engine import Database, Tx
from bot.domain import Agent, Run, RunStatus
from bot.errors import InvalidRequest, NotFound
from bot.progress import applied
from runner.spec import Checkpoint, Outcome

AGENT_TOPIC = "agent"
RUN_TOPIC = "run"
_OVER = {RunStatus.LOST, RunStatus.CANCELLED, RunStatus.PARKED}


def _now() -> datetime:
    return datetime.now(UTC)


class RunLog:
    """Store what a run says in one transaction with what it makes of the agent."""

    def __init__(self, database: Database, bus: Bus, *, now: Callable[[], datetime] = _now) -> None:
        self._db = database
        self._bus = bus
        self._now = now

    async def record(
        self, run_id: str, seq: int, kind: str, data: dict[str, Any], at: datetime
    ) -> bool:
        """Store one event; return False when *seq* was stored before."""
        async with self._db.write() as tx:
            run, agent = await _locked(tx, run_id)
            if seq <= run.acked_seq:
                return False
            _check_next(run, seq)
            if kind == "usage":
                await run_rows.set_cost(tx, run_id, float(data.get("totalCostUsd", 0.0)))
                agent = replace(agent, cost_usd=await run_rows.cost_of(tx, agent.id))
            agent = applied(agent, kind, data)
            await rows.write(tx, agent, kind, data, at=at, now=self._now())
            await run_rows.acknowledge(tx, run_id, seq)
        self._bus.notify(AGENT_TOPIC, agent.id)
        return True

    async def record_result(self, run_id: str, seq: int, outcome: Outcome) -> bool:
        """Store how the run ended; return False when it was stored before."""
        now = self._now()
        async with self._db.write() as tx:
            run, agent = await _locked(tx, run_id)
            if seq <= run.acked_seq:
                return False
            _check_next(run, seq)
            result = outcome.model_dump(mode="json", by_alias=True)
            await run_rows.set_cost(tx, run_id, outcome.cost_usd)
            await run_rows.close(tx, run_id, RunStatus.FINISHED, at=now, result=result)
            await run_rows.acknowledge(tx, run_id, seq)
            agent = replace(agent, cost_usd=await run_rows.cost_of(tx, agent.id))
            facts = {"status": outcome.status, "kind": outcome.kind, "reason": outcome.reason}
            await rows.write(tx, agent, "run ended", facts, at=now, now=now)
        self._bus.notify(AGENT_TOPIC, agent.id)
        self._bus.notify(RUN_TOPIC, run_id)
        return True

    async def record_checkpoint(self, run_id: str, seq: int, checkpoint: Checkpoint) -> bool:
        """Store where the run came to; return False when it was stored before."""
        async with self._db.write() as tx:
            run, _ = await _locked(tx, run_id)
            if seq <= run.acked_seq:
                return False
            _check_next(run, seq)
            manifest = checkpoint.model_dump(mode="json", by_alias=True)
            await checkpoint_rows.add(
                tx, run.agent_id, run_id, manifest, size=checkpoint.size, at=self._now()
            )
            await run_rows.acknowledge(tx, run_id, seq)
        return True

    async def note_pause(self, run_id: str, *, is_paused: bool) -> None:
        """Note since when the run waits; whoever follows it may put its machine to sleep."""
        async with self._db.write() as tx:
            await run_rows.set_paused(tx, run_id, self._now() if is_paused else None)
        self._bus.notify(RUN_TOPIC, run_id)


async def _locked(tx: Tx, run_id: str) -> tuple[Run, Agent]:
    run = await run_rows.load(tx, run_id, lock=True)
    agent = None if run is None else await rows.load(tx, run.agent_id, lock=True)
    if run is None or agent is None:
        raise NotFound(f"there is no run {run_id}")
    if run.status in _OVER:
        raise InvalidRequest(f"run {run_id} is over; another one may be at its work")
    return run, agent


def _check_next(run: Run, seq: int) -> None:
    """A number that was skipped was lost on the way: the runner must dial and send it again."""
    if seq != run.acked_seq + 1:
        raise InvalidRequest(f"frame {run.acked_seq + 1} of run {run.id} is missing")

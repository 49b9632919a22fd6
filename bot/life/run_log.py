"""What runs tell, stored once: the events and the result of a run, by its own numbers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.batches import Batches
from bot.bus import AGENT, MOVED, Bus
from bot.db import agent_lists as list_rows
from bot.db import agent_logs as rows
from bot.db import checkpoints as checkpoint_rows
from bot.db import runs as run_rows
from bot.db.engine import Database, Tx
from bot.db.runs import Heard
from bot.domain import Agent, AgentEvent, Count, RunStatus, Written
from bot.errors import CadenceError, InvalidRequest, NotFound
from bot.life.progress import applied, may_change
from runner.spec import Checkpoint, Outcome

RUN_TOPIC = "run"
_REST = 4.0  # times as long as a transaction took: under load many runs share one
_TOLD_ELSEWHERE = {"verification"}  # shown in comments, too, though the agent stays as it is
_OVER = {RunStatus.LOST, RunStatus.CANCELLED, RunStatus.PARKED}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """One thing that a run said: an event, its result, or a checkpoint."""

    run_id: str
    seq: int
    kind: str = ""
    data: dict[str, Any] | None = None
    at: datetime | None = None
    outcome: Outcome | None = None
    checkpoint: Checkpoint | None = None

    @property
    def needs_agent(self) -> bool:
        """Whether more of the agent may change than how far its log goes."""
        return self.outcome is not None or may_change(self.kind, self.data or {})


class RunLog:
    """Store what runs say in one transaction with what it makes of their agents.

    Many runs talk at once, so what comes while a transaction is written shares the next one.
    """

    def __init__(self, database: Database, bus: Bus, *, now: Callable[[], datetime] = _now) -> None:
        self._db = database
        self._bus = bus
        self._now = now
        self._batches: Batches[_Said, bool] = Batches(self._write, rest=_REST)

    async def record(
        self, run_id: str, seq: int, kind: str, data: dict[str, Any], at: datetime
    ) -> bool:
        """Store one event; return False when *seq* was stored before."""
        said = _Said(run_id=run_id, seq=seq, kind=kind, data=data, at=at)
        return await self._batches.put(said)

    async def record_result(self, run_id: str, seq: int, outcome: Outcome) -> bool:
        """Store how the run ended; return False when it was stored before."""
        is_new = await self._batches.put(_Said(run_id=run_id, seq=seq, outcome=outcome))
        if is_new:
            self._bus.notify(RUN_TOPIC, run_id)
        return is_new

    async def record_checkpoint(self, run_id: str, seq: int, checkpoint: Checkpoint) -> bool:
        """Store where the run came to; return False when it was stored before."""
        return await self._batches.put(_Said(run_id=run_id, seq=seq, checkpoint=checkpoint))

    async def note_pause(self, run_id: str, *, is_paused: bool) -> None:
        """Note since when the run waits; whoever follows it may put its machine to sleep."""
        async with self._db.write() as tx:
            await run_rows.set_paused(tx, run_id, self._now() if is_paused else None)
        self._bus.notify(RUN_TOPIC, run_id)

    async def _write(self, batch: Sequence[_Said]) -> list[bool | Exception]:
        page, results = await self._db.change(partial(_judged, batch=batch, now=self._now()))
        for agent_id, written in page.news():
            self._bus.notify(AGENT, agent_id, written)
            if agent_id in page.telling:
                self._bus.notify(MOVED, agent_id)
        return results


async def _judged(
    tx: Tx, batch: Sequence[_Said], now: datetime
) -> tuple["_Page", list[bool | Exception]]:
    page = await _Page.of(tx, batch, now)
    results = [await page.judged(said) for said in batch]
    await page.save()
    return page, results


class _Page:
    """The runs and agents of one transaction, and what was said of them."""

    def __init__(
        self, tx: Tx, runs: dict[str, Heard], agents: dict[str, Agent | Count], now: datetime
    ) -> None:
        self._tx = tx
        self._runs = runs
        self._agents = agents
        self._now = now
        self._events: dict[str, list[AgentEvent]] = {}
        self._acked: set[str] = set()
        self._moved: set[str] = set()
        self.telling: set[str] = set()

    @classmethod
    async def of(cls, tx: Tx, batch: Sequence[_Said], now: datetime) -> "_Page":
        """Return what is stored of *batch* by now; of most agents only how far their logs go."""
        runs = await run_rows.locked(tx, {said.run_id for said in batch})
        agents: dict[str, Agent | Count] = dict(
            await rows.locked(tx, {run.agent_id for run in runs.values()})
        )
        needed = {said.run_id for said in batch if said.needs_agent}
        whole = {run.agent_id for run in runs.values() if run.id in needed}
        if whole:
            agents |= await list_rows.many(tx, whole)
        return cls(tx, runs, agents, now)

    def news(self) -> Iterator[tuple[str, Written | None]]:
        """Yield the agents that changed, with all that is new unless they must be read."""
        for agent_id, events in self._events.items():
            agent = self._agents[agent_id]
            if agent_id in self._moved:
                yield agent_id, None
                continue
            count = Count(
                id=agent.id, seq=agent.seq, version=agent.version, updated_at=agent.updated_at
            )
            yield agent_id, Written(events=tuple(events), count=count)

    async def judged(self, said: _Said) -> bool | Exception:
        """Take in what was said; False when it is known, an error when it cannot be."""
        try:
            run, agent = self._of(said.run_id)
            if said.seq <= run.acked_seq:
                return False
            if said.seq != run.acked_seq + 1:  # the runner must dial and send it again
                raise InvalidRequest(f"frame {run.acked_seq + 1} of run {run.id} is missing")
        except CadenceError as error:
            return error
        self._runs[run.id] = replace(run, acked_seq=said.seq)
        self._acked.add(run.id)
        if said.checkpoint is not None:
            await self._kept(run, said.checkpoint)
        elif said.outcome is not None:
            await self._ended(run, agent, said.outcome)
        else:
            await self._heard(run, agent, said)
        return True

    def _of(self, run_id: str) -> tuple[Heard, Agent | Count]:
        run = self._runs.get(run_id)
        agent = None if run is None else self._agents.get(run.agent_id)
        if run is None or agent is None:
            raise NotFound(f"there is no run {run_id}")
        if run.status in _OVER:
            raise InvalidRequest(f"run {run_id} is over; another one may be at its work")
        return run, agent

    async def _heard(self, run: Heard, agent: Agent | Count, said: _Said) -> None:
        data = said.data or {}
        if said.kind == "usage":
            await run_rows.set_cost(self._tx, run.id, float(data.get("totalCostUsd", 0.0)))
            agent = await self._with_cost(agent)
        if isinstance(agent, Agent):
            agent = applied(agent, said.kind, data)
        if said.kind in _TOLD_ELSEWHERE:
            self.telling.add(agent.id)
        self._tell(agent, said.kind, data, said.at or self._now)

    async def _with_cost(self, agent: Agent | Count) -> Agent | Count:
        if isinstance(agent, Count):
            return agent
        return replace(agent, cost_usd=await run_rows.cost_of(self._tx, agent.id))

    async def _ended(self, run: Heard, agent: Agent | Count, outcome: Outcome) -> None:
        result = outcome.model_dump(mode="json", by_alias=True)
        await run_rows.set_cost(self._tx, run.id, outcome.cost_usd)
        await run_rows.close(self._tx, run.id, RunStatus.FINISHED, at=self._now, result=result)
        agent = await self._with_cost(agent)
        facts = {"status": outcome.status, "kind": outcome.kind, "reason": outcome.reason}
        self._tell(agent, "run ended", facts, self._now)

    async def _kept(self, run: Heard, checkpoint: Checkpoint) -> None:
        manifest = checkpoint.model_dump(mode="json", by_alias=True)
        await checkpoint_rows.add(
            self._tx, run.agent_id, run.id, manifest, size=checkpoint.size, at=self._now
        )

    def _tell(self, agent: Agent | Count, kind: str, data: dict[str, Any], at: datetime) -> None:
        seq = agent.seq + 1
        if agent is not self._agents[agent.id]:  # more of it is new than its numbers
            self._moved.add(agent.id)
            self.telling.add(agent.id)
        self._agents[agent.id] = replace(
            agent, seq=seq, version=agent.version + 1, updated_at=self._now
        )
        event = AgentEvent(agent_id=agent.id, seq=seq, kind=kind, data=data, at=at)
        self._events.setdefault(agent.id, []).append(event)

    async def save(self) -> None:
        """Write everything that was taken in."""
        told = [self._agents[one] for one in self._events]
        moved = [one for one in told if one.id in self._moved and isinstance(one, Agent)]
        counted = [one for one in told if one.id in self.telling - self._moved]
        quiet = [one for one in told if one.id not in self.telling]
        events = [event for of_one in self._events.values() for event in of_one]
        await rows.save_all(self._tx, moved, events, counted=counted, quiet=quiet)
        acked = {run_id: self._runs[run_id].acked_seq for run_id in self._acked}
        await run_rows.acknowledge_all(self._tx, acked)

"""One run on one machine: bring it up, follow it, know when it is lost."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import SecretStr

from bot.agents import Agents
from bot.bus import Bus
from bot.db.runs import Runs
from bot.desk import TIME_IS_UP, Desk
from bot.domain import Agent, AgentStatus, Run, RunId, RunStatus
from bot.errors import MachineUnavailable
from bot.run_log import RUN_TOPIC
from runner.backends.base import MachineOrder, RunnerBackend

CANCEL_GRACE_S = 90.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much at once, how long, how often."""

    per_installation: int
    hard_minutes: float
    lease_s: float
    max_runs: int
    executor_silent_s: float = 30.0


class Supervisor:
    """Follow runs; every call may be repeated after a kill."""

    def __init__(
        self,
        *,
        bus: Bus,
        agents: Agents,
        runs: Runs,
        desk: Desk,
        backend: RunnerBackend,
        limits: Limits,
        url: Callable[[], str],
        server_key: SecretStr,
    ) -> None:
        self._bus = bus
        self._agents = agents
        self._runs = runs
        self._desk = desk
        self._backend = backend
        self._limits = limits
        self._url = url
        self._key = server_key.get_secret_value().encode()
        self._booted = datetime.now(UTC)

    def model_of(self, agent: Agent) -> str:
        """Return the name of the model that *agent* works with."""
        return self._desk.model_of(agent.task)

    async def execute(self, agent_id: str, run_id: str, attempt: int) -> str:
        """Bring a machine up and follow it; return finished, lost, cancelled or no machine."""
        task = (await self._agents.get(agent_id)).task
        with structlog.contextvars.bound_contextvars(
            agent_id=agent_id, run_id=run_id, repository=task.repository
        ):
            run = await self._opened(agent_id, run_id, attempt)
            try:
                if run.status in {RunStatus.STARTING, RunStatus.RUNNING}:
                    self._desk.prepare(run)
                    await self._machine(run)
                ended = await self._follow(run_id)
            except MachineUnavailable as error:
                log.warning("no machine", reason=str(error))
                ended = "lost"
            if ended in {"lost", "cancelled"}:
                status = RunStatus.LOST if ended == "lost" else RunStatus.CANCELLED
                await self._runs.end(run_id, status, at=datetime.now(UTC))
                words = await self._backend.last_words(run_id)
                log.warning("run over without a result", how=ended, last_words=words)
            self._desk.forget(run_id)
            await self._backend.destroy(run_id)
            return ended

    async def _opened(self, agent_id: str, run_id: str, attempt: int) -> Run:
        now = datetime.now(UTC)
        agent = await self._agents.get(agent_id)
        run = Run(
            id=RunId(run_id),
            agent_id=agent.id,
            attempt=attempt,
            backend=self._backend.name,
            started_at=now,
            lease_until=now + timedelta(seconds=self._limits.lease_s),
        )
        token_hash = hashlib.sha256(self._token(run_id).encode()).hexdigest()
        await self._runs.open(run, token_hash=token_hash)
        return await self._runs.get(run_id) or run

    async def _machine(self, run: Run) -> None:
        order = MachineOrder(run_id=run.id, url=self._url(), token=SecretStr(self._token(run.id)))
        if run.machine and not await self._backend.is_alive(run.id):
            return  # it was there and died: the lease tells
        facts = await self._backend.start(order)
        await self._runs.set_machine(run.id, facts)

    async def _follow(self, run_id: str) -> str:
        # A runner that lost us when we restarted gets the time of one lease to dial again.
        patience = self._booted + timedelta(seconds=self._limits.lease_s)
        asked_at: datetime | None = None
        async with self._bus.watch(RUN_TOPIC, run_id) as changes:
            while True:
                run = await self._runs.get(run_id)
                if run is None or run.status in {RunStatus.LOST, RunStatus.CANCELLED}:
                    return "lost"
                if run.status is RunStatus.FINISHED:
                    return "finished"
                now = datetime.now(UTC)
                asked_at = asked_at or await self._cancel_asked(run.agent_id, now)
                if asked_at and (now - asked_at).total_seconds() > CANCEL_GRACE_S:
                    return "cancelled"
                if now > max(run.lease_until or now, patience):
                    return "lost"
                if not await self._backend.is_alive(run_id):
                    return await self._last_look(run_id)
                await changes.wait(timeout_s=1.0)

    async def _last_look(self, run_id: str) -> str:
        """A machine that is gone may have handed over its result in its last moment."""
        run = await self._runs.get(run_id)
        return "finished" if run and run.status is RunStatus.FINISHED else "lost"

    async def _cancel_asked(self, agent_id: str, now: datetime) -> datetime | None:
        agent = await self._agents.get(agent_id)
        if await self._agents.cancelled_by(agent_id):
            return now
        is_late = agent.deadline_at is not None and now > agent.deadline_at
        if is_late and agent.status is AgentStatus.RUNNING:
            await self._agents.cancel(agent_id, by=TIME_IS_UP)
            return now
        return None

    async def sweep(self) -> int:
        """End machines of runs that are over or unknown; return how many."""
        open_runs = {run.id for run in await self._runs.all_open()}
        strays = [r for r in await self._backend.known_runs() if r not in open_runs]
        for run_id in strays:
            log.warning("machine without a run destroyed", run_id=run_id)
            await self._backend.destroy(run_id)
        return len(strays)

    def _token(self, run_id: str) -> str:
        """The run's token; the same after a restart, and known to nobody without the key."""
        return hmac.new(self._key, f"run:{run_id}".encode(), hashlib.sha256).hexdigest()

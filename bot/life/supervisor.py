"""One run on one machine: bring it up, follow it, know when it is lost."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import SecretStr

from bot.agents import Agents
from bot.db.runs import Runs
from bot.domain import Agent, Run, RunId, RunStatus
from bot.errors import MachineUnavailable
from bot.life.desk import Desk
from bot.life.following import Following
from bot.life.keeping import Keeping
from bot.life.losses import LOST, judged
from bot.places.placing import Placing
from runner.backends.base import MachineOrder, RunnerBackend
from runner.tokens import hashed, run_token

log = structlog.get_logger()
_STATUS = {
    "lost": RunStatus.LOST,
    "cancelled": RunStatus.CANCELLED,
    "parked": RunStatus.PARKED,
}


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
        agents: Agents,
        runs: Runs,
        desk: Desk,
        keeping: Keeping,
        placing: Placing,
        following: Following,
        limits: Limits,
        url: Callable[[], str],
        server_key: SecretStr,
    ) -> None:
        self._agents = agents
        self._runs = runs
        self._desk = desk
        self._keeping = keeping
        self._placing = placing
        self._following = following
        self._limits = limits
        self._url = url
        self._key = server_key

    def model_of(self, agent: Agent) -> str:
        """Return the name of the model that *agent* works with."""
        return self._desk.model_of(agent.task)

    async def execute(self, agent_id: str, run_id: str, attempt: int) -> str:
        """Bring a machine up and follow it.

        Return ``finished``, ``cancelled``, ``parked`` (it was paused for so long that its machine
        was given back), ``lost``, or what `bot.life.losses.judged` makes of that.
        """
        task = (await self._agents.get(agent_id)).task
        with structlog.contextvars.bound_contextvars(
            agent_id=agent_id, run_id=run_id, repository=task.repository
        ):
            run = await self._opened(agent_id, run_id, attempt)
            try:
                if run.status in {RunStatus.STARTING, RunStatus.RUNNING}:
                    self._desk.prepare(run)
                    run = await self._machine(run)
                ended = await self._following.until_the_end(run.id, self.backend_of(run))
            except MachineUnavailable as error:
                log.warning("no machine", reason=str(error))
                ended = "lost"
            if ended in _STATUS:
                await self._close(run, ended)
            self._desk.forget(run_id)
            await self._settle(run)
            return await self._judged(run, ended)

    async def _close(self, run: Run, ended: str) -> None:
        await self._runs.end(run.id, _STATUS[ended], at=datetime.now(UTC))
        if ended != "parked":
            words = await self._placing.backend(run.backend).last_words(run.id)
            log.warning("run over without a result", how=ended, last_words=words)

    async def _settle(self, run: Run) -> None:
        """Write down what the machine was used for, and give it back."""
        backend = self._placing.backend(run.backend)
        seconds, usd = await backend.usage(run.id)
        if seconds:
            await self._runs.set_usage(run.id, seconds=seconds, usd=usd)
            whole_s, whole_usd = await self._runs.usage_of(run.agent_id)
            await self._agents.set_machine_use(run.agent_id, seconds=whole_s, usd=whole_usd)
        await backend.destroy(run.id)

    async def _judged(self, run: Run, ended: str) -> str:
        """Look at how far a lost run came."""
        if ended != LOST:
            return ended
        latest = await self._runs.get(run.id) or run
        newest = await self._keeping.newest_number(run.agent_id)
        began = latest.from_checkpoint or 0
        return judged(ended, heard=latest.acked_seq, began=began, newest=newest)

    async def _opened(self, agent_id: str, run_id: str, attempt: int) -> Run:
        known = await self._runs.get(run_id)
        if known is not None:
            return known
        now = datetime.now(UTC)
        agent = await self._agents.get(agent_id)
        run = Run(
            id=RunId(run_id),
            agent_id=agent.id,
            attempt=attempt,
            backend=await self._placing.first(agent),
            started_at=now,
            lease_until=now + timedelta(seconds=self._limits.lease_s),
        )
        token_hash = hashed(run_token(self._key, run_id))
        await self._runs.open(run, token_hash=token_hash)
        return await self._runs.get(run_id) or run

    async def _machine(self, run: Run) -> Run:
        agent = await self._agents.get(run.agent_id)
        if run.machine and not await self.backend_of(run).is_alive(run.id):
            return run  # it was there and died: the lease tells
        order = MachineOrder(
            run_id=run.id,
            url=self._url(),
            token=SecretStr(run_token(self._key, run.id)),
            agent_id=run.agent_id,
            installation_id=agent.task.installation_id,
            repository_id=agent.task.repository_id,
        )
        if run.machine:
            await self.backend_of(run).start(order)
            return run
        placed = await self._placing.start(agent, order)
        facts = {**placed.facts, "note": placed.note} if placed.note else dict(placed.facts)
        boot_s = self._limits.lease_s + self._placing.backend(placed.place).boot_s
        until = datetime.now(UTC) + timedelta(seconds=boot_s)
        await self._runs.set_machine(run.id, facts, backend=placed.place, lease_until=until)
        await self._agents.set_place(run.agent_id, placed.place, placed.note)
        return replace(run, backend=placed.place, machine=facts)

    def backend_of(self, run: Run) -> RunnerBackend:
        """Return the place where the run is."""
        return self._placing.backend(run.backend)

    async def sweep(self) -> int:
        """End machines of runs that are over or unknown; return how many."""
        open_runs = {run.id for run in await self._runs.all_open()}
        ended = 0
        for backend in self._placing.all:
            for run_id in await backend.known_runs():
                if run_id not in open_runs:
                    log.warning("machine without a run destroyed", run_id=run_id)
                    await backend.destroy(run_id)
                    ended += 1
        return ended

"""The durable road of an agent: a machine, another when that is lost, and the end of it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from dbos import DBOS

from bot.agents import Agents
from bot.bus import AGENT, Bus
from bot.db.runs import Runs
from bot.domain import Agent, AgentStatus, Run
from bot.engine import step
from bot.errors import CadenceError, Unavailable
from bot.life.losses import LOST, MOST_RUNS, MOVED, UNBEGUN, WORN_OUT, Losses, why
from bot.life.supervisor import Limits, Supervisor

PUBLISH_WAITS_S = (1, 2, 5, 10, 30, 60, 120, 300, 300, 600)
GRACE = timedelta(minutes=5)  # the runner keeps its own clock; this is the net below it
Step = Callable[..., Awaitable[Any]]
OnOurFault = Callable[[Agent], Awaitable[None]]
log = structlog.get_logger()


class Finisher(Protocol):
    """What happens when a run is over."""

    async def finish(self, agent: Agent, run: Run | None, *, why_lost: str) -> None:
        """Publish what there is and end the agent; may be called again after a kill.

        Raise `Unavailable` to be called again later; any other `CadenceError` ends the agent.
        """
        ...


class AgentRoad:
    """What happens to an agent from start to end; each step may be repeated after a kill."""

    def __init__(
        self,
        bus: Bus,
        agents: Agents,
        runs: Runs,
        supervisor: Supervisor,
        finisher: Finisher,
        limits: Limits,
        *,
        on_our_fault: OnOurFault | None = None,
    ) -> None:
        self._bus = bus
        self._agents = agents
        self._runs = runs
        self._supervisor = supervisor
        self._finisher = finisher
        self._limits = limits
        self._on_our_fault = on_our_fault

    def register(self) -> None:
        """Declare the workflow to the engine."""
        begin = step("begin", self._begin)
        attempts = self._attempts(
            step("execute", self._supervisor.execute),
            step("wait_resumed", self._wait_resumed),
            step("wait_for_machines", self._wait_for_machines),
        )
        finished = self._finished(step("finish", self._finish))
        give_up = step("give_up", self._give_up)

        async def run_agent(agent_id: str) -> str:
            try:
                if await begin(agent_id) and not await finished(*await attempts(agent_id)):
                    await give_up(agent_id, "GitHub did not take the work; `retry` tries again")
            except Exception:  # an agent that hangs in silence would be worse
                log.exception("agent broke", agent_id=agent_id)
                await give_up(agent_id, "Cadence made a mistake; its operator's log has it")
            return agent_id

        DBOS.workflow(name="run_agent")(run_agent)

    def _attempts(
        self, execute: Step, wait_resumed: Step, wait_for_machines: Step
    ) -> Callable[[str], Awaitable[tuple[str, str, str]]]:
        async def attempts(agent_id: str) -> tuple[str, str, str]:
            run_id, ended, losses = "", LOST, Losses(self._limits.max_runs)
            for attempt in range(1, MOST_RUNS + 1):
                run_id = f"{agent_id}-{attempt}"
                ended = await execute(agent_id, run_id, attempt)
                if ended == "parked":
                    await wait_resumed(agent_id)
                elif ended not in (LOST, MOVED, UNBEGUN):
                    break
                wait_s = losses.wait_s(ended)
                if wait_s is None:
                    break
                if wait_s:  # what older versions wrote down never waits
                    await wait_for_machines(agent_id, wait_s)
            else:
                ended = WORN_OUT
            return agent_id, run_id, ended

        return attempts

    def _finished(self, finish: Step) -> Callable[[str, str, str], Awaitable[bool]]:
        async def finished(agent_id: str, run_id: str, ended: str) -> bool:
            for wait_s in PUBLISH_WAITS_S:
                later = await finish(agent_id, run_id, ended)
                if later is None:
                    return True
                await DBOS.sleep_async(max(wait_s, later))
            return False

        return finished

    async def _begin(self, agent_id: str) -> bool:
        """Wait while it is paused in the queue; return False when it is over already."""
        async with self._bus.watch(AGENT, agent_id) as changes:
            while (agent := await self._agents.get(agent_id)).status is AgentStatus.PAUSED:
                if agent.started_at is not None:
                    return True
                await changes.wait(timeout_s=5)
        if agent.status.is_final:
            return False
        deadline = datetime.now(UTC) + timedelta(minutes=self._limits.hard_minutes) + GRACE
        model = self._supervisor.model_of(agent)
        await self._agents.start(agent_id, model=model, deadline_at=deadline)
        return True

    async def _wait_resumed(self, agent_id: str) -> bool:
        """Wait while it is paused; somebody who stops it wants its work, so that goes on, too."""
        async with self._bus.watch(AGENT, agent_id) as changes:
            while (await self._agents.get(agent_id)).status is AgentStatus.PAUSED:
                if await self._agents.cancelled_by(agent_id):
                    break
                await changes.wait(timeout_s=5)
        return True

    async def _wait_for_machines(self, agent_id: str, seconds: float) -> bool:
        """Wait for *seconds*; less when somebody stops it, who need not wait for machines."""
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        async with self._bus.watch(AGENT, agent_id) as changes:
            while (left_s := (until - datetime.now(UTC)).total_seconds()) > 0:
                if await self._agents.cancelled_by(agent_id):
                    break
                await changes.wait(timeout_s=min(left_s, 5))
        return True

    async def _finish(self, agent_id: str, run_id: str, ended: str) -> float | None:
        agent = await self._agents.get(agent_id)
        if agent.status.is_final:
            return None
        structlog.contextvars.bind_contextvars(
            agent_id=agent_id, run_id=run_id, repository=agent.task.repository
        )
        run = await self._runs.get(run_id)
        why_lost = why(ended, most=self._limits.max_runs)
        try:
            await self._finisher.finish(agent, run, why_lost=why_lost)
            if why_lost:
                await self._blame_us(agent)
        except Unavailable as error:
            log.warning("finish waits", agent_id=agent_id, reason=str(error))
            return error.retry_after_s or 0.0
        except CadenceError as error:
            log.warning("agent failed at the end", agent_id=agent_id, reason=str(error))
            await self._agents.fail(agent_id, str(error), dict(run.result) if run else None)
        return None

    async def _give_up(self, agent_id: str, reason: str) -> None:
        agent = await self._agents.get(agent_id)
        if not agent.status.is_final:
            await self._agents.fail(agent_id, reason, agent.result)
            await self._blame_us(agent)

    async def _blame_us(self, agent: Agent) -> None:
        """What failed by our own fault is not counted."""
        if self._on_our_fault is not None:
            await self._on_our_fault(agent)

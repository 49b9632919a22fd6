"""Follow one run until it is over: leases, stops, time limits, machines that sleep in a pause."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.agents import Agents
from bot.bus import Bus
from bot.db.runs import Runs, Standing
from bot.domain import AgentStatus, Run, RunStatus
from bot.life.run_defaults import TIME_IS_UP
from bot.life.run_log import RUN_TOPIC
from runner.backends.base import RunnerBackend

CANCEL_GRACE_S = 90.0
_ENDED = {
    RunStatus.FINISHED: "finished",
    RunStatus.LOST: "lost",
    RunStatus.CANCELLED: "lost",
    RunStatus.PARKED: "parked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds: a silent machine, a pause before its machine sleeps, and before it is given back."""

    lease_s: float
    sleep_after_s: float = 5.0
    park_after_s: float = 1800.0


class Following:
    """How a run ends: finished, lost, cancelled, or parked."""

    def __init__(self, bus: Bus, agents: Agents, runs: Runs, patience: Patience) -> None:
        self._bus = bus
        self._agents = agents
        self._runs = runs
        self._patience = patience
        self._booted = datetime.now(UTC)

    async def until_the_end(self, run_id: str, backend: RunnerBackend) -> str:
        """Return how the run ended."""
        state = _State(heard_from=self._booted)
        async with self._bus.watch(RUN_TOPIC, run_id) as changes:
            while not (ended := await self._look(run_id, backend, state)):
                await changes.wait(timeout_s=1.0)
            return ended

    async def _look(self, run_id: str, backend: RunnerBackend, state: "_State") -> str:
        standing = await self._runs.standing(run_id)
        if standing is None:
            return "lost"
        run = standing.run
        if run.status in _ENDED:
            return _ENDED[run.status]
        now = datetime.now(UTC)
        state.asked_at = state.asked_at or await self._cancel_asked(standing, now)
        if state.asked_at and (now - state.asked_at).total_seconds() > CANCEL_GRACE_S:
            return "cancelled"
        if run.paused_at is not None:
            ended = await self._paused(standing, run.paused_at, backend, state)
            if ended or state.is_asleep:
                return ended
        return await self._alive(run, backend, state)

    async def _paused(
        self, standing: Standing, since: datetime, backend: RunnerBackend, state: "_State"
    ) -> str:
        """Let the machine sleep while nobody needs it, wake it when somebody does."""
        now = datetime.now(UTC)
        run_id = standing.run.id
        if standing.agent_status is AgentStatus.PAUSED and state.asked_at is None:
            waited = (now - since).total_seconds()
            if waited > self._patience.park_after_s:
                return "parked"
            if waited > self._patience.sleep_after_s and not state.was_put_to_sleep:
                state.was_put_to_sleep = True
                state.is_asleep = await backend.suspend(run_id)
            return ""
        if state.is_asleep or not state.was_woken:
            state.is_asleep, state.was_put_to_sleep, state.was_woken = False, False, True
            state.heard_from = now
            return "" if await backend.wake(run_id) else "lost"
        return ""

    async def _alive(self, run: Run, backend: RunnerBackend, state: "_State") -> str:
        # A runner that lost us when we restarted, or slept, has one lease's time to dial again.
        patience = state.heard_from + timedelta(seconds=self._patience.lease_s)
        now = datetime.now(UTC)
        if now > max(run.lease_until or now, patience):
            return "lost"
        if not await backend.is_alive(run.id):
            return await self._last_look(run.id)
        return ""

    async def _last_look(self, run_id: str) -> str:
        """A machine that is gone may have handed over its result in its last moment."""
        run = await self._runs.get(run_id)
        return "finished" if run and run.status is RunStatus.FINISHED else "lost"

    async def _cancel_asked(self, standing: Standing, now: datetime) -> datetime | None:
        if standing.cancelled_by:
            return now
        is_late = standing.deadline_at is not None and now > standing.deadline_at
        if is_late and standing.agent_status is AgentStatus.RUNNING:
            await self._agents.cancel(standing.run.agent_id, by=TIME_IS_UP)
            return now
        return None


@dataclass(slots=True)
class _State:
    heard_from: datetime
    asked_at: datetime | None = None
    was_put_to_sleep: bool = False
    was_woken: bool = False
    is_asleep: bool = False

"""The durable road of a delivery and of an agent: each step may be killed and run again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from dbos import DBOS

from bot.agents import Agents
from bot.bus import Bus
from bot.db.deliveries import Delivery, DeliveryStore, Ending
from bot.db.engine import Database
from bot.db.runs import Runs
from bot.domain import Agent, AgentStatus, Run
from bot.engine import Engine, Queue
from bot.errors import CadenceError, Unavailable
from bot.indexing import Indexing
from bot.supervisor import Limits, Supervisor

DELIVERY_WAITS_S = (1, 2, 5, 10, 30, 60, 120, 300, 300, 600, 600, 900)
PUBLISH_WAITS_S = (1, 2, 5, 10, 30, 60, 120, 300, 300, 600)
GRACE = timedelta(minutes=5)  # the runner keeps its own clock; this is the net below it
DRAIN_BATCH = 200
ENDINGS_S = 0.1
Step = Callable[..., Awaitable[Any]]
log = structlog.get_logger()


class Finisher(Protocol):
    """What happens when a run is over."""

    async def finish(self, agent: Agent, run: Run | None, *, why_lost: str) -> None:
        """Publish what there is and end the agent; may be called again after a kill.

        Raise `Unavailable` to be called again later; any other `CadenceError` ends the agent.
        """
        ...


class Dispatcher:
    """Deliveries to doors, agents to machines, results to the publisher."""

    def __init__(
        self,
        *,
        database: Database,
        bus: Bus,
        agents: Agents,
        runs: Runs,
        deliveries: DeliveryStore,
        supervisor: Supervisor,
        finisher: Finisher,
        handle: Callable[[Delivery], Awaitable[str]],
        glance: Callable[[Delivery], str | None],
        limits: Limits,
        indexing: Indexing,
    ) -> None:
        self._db = database
        self._bus = bus
        self._agents = agents
        self._runs = runs
        self._deliveries = deliveries
        self._supervisor = supervisor
        self._finisher = finisher
        self._handle = handle
        self._glance = glance
        self._limits = limits
        self._max_runs = limits.max_runs
        self._stored = asyncio.Event()
        self._endings: list[Ending] = []
        self._has_endings = asyncio.Event()
        agents_queue = Queue(name="agents", at_once=50, per_partition=limits.per_installation)
        queues = [Queue(name="deliveries", at_once=100), agents_queue, Indexing.queue]
        self.engine = Engine(database, queues, silent_s=limits.executor_silent_s)
        self._indexing = indexing
        indexing.use(self.engine)

    async def open(self) -> None:
        """Start the engine and take up what an earlier process left."""
        await self.engine.open(self._register)
        if self._db.is_sqlite:
            await self.engine.take_over()

    async def close(self) -> None:
        """Stop taking work."""
        await self.engine.close()

    def stored(self, _guids: Sequence[str] = ()) -> None:
        """Hear that deliveries were stored."""
        self._stored.set()

    async def drain(self) -> None:
        """Hand stored deliveries to the engine in batches, for ever."""
        while True:
            self._stored.clear()
            waiting = await self._deliveries.unqueued(DRAIN_BATCH)
            if waiting:
                await self._hand_over(waiting)
            if len(waiting) < DRAIN_BATCH:
                try:
                    await asyncio.wait_for(self._stored.wait(), timeout=5)
                except TimeoutError:
                    continue  # another process may have stored one

    async def _hand_over(self, waiting: Sequence[Delivery]) -> None:
        """Enqueue what needs work; what a glance settles is settled in the same transaction."""
        seen = [e for d in waiting if (e := self._seen(d)) is not None]
        settled = {e.guid for e in seen}
        guids = [d.guid for d in waiting if d.guid not in settled]
        async with self._db.write() as tx:
            if seen:
                await self._deliveries.settle(tx, seen)
            if guids:
                calls = [(f"gh:{guid}", (guid,)) for guid in guids]
                await self.engine.enqueue_in(tx, "handle_delivery", "deliveries", calls)
                await self._deliveries.mark_queued(tx, guids)

    def _seen(self, delivery: Delivery) -> Ending | None:
        try:
            note = self._glance(delivery)
        except Exception:  # one odd delivery must not hold up all that come after it
            log.exception("delivery cannot be glanced at", delivery=delivery.guid)
            return None
        return None if note is None else _ended(delivery.guid, "handled", note)

    async def note_endings(self) -> None:
        """Write down how deliveries ended, for ever: many in one transaction.

        What is lost here in a kill is a note; the engine knows what was handled.
        """
        while True:
            await self._has_endings.wait()
            await asyncio.sleep(ENDINGS_S)
            self._has_endings.clear()
            endings, self._endings = self._endings, []
            async with self._db.write() as tx:
                await self._deliveries.settle(tx, endings)

    async def sweep(self) -> int:
        """End machines of runs that are over or unknown; return how many."""
        return await self._supervisor.sweep()

    async def start(self, agent: Agent) -> None:
        """Queue the agent's work; the same agent twice is one."""
        partition = str(agent.task.installation_id)
        await self.engine.enqueue(
            "run_agent", "agents", f"agent:{agent.id}", agent.id, partition=partition
        )

    def _register(self) -> None:
        self._register_deliveries()
        self._register_agents()
        self._indexing.register()

    def _register_deliveries(self) -> None:
        handle = _step("handle", self.handle_once)

        async def handle_delivery(guid: str) -> str:
            for wait_s in (*DELIVERY_WAITS_S, None):
                later = await handle(guid, wait_s is None)
                if later is None or wait_s is None:
                    break
                await DBOS.sleep_async(max(wait_s, later))
            return guid

        DBOS.workflow(name="handle_delivery")(handle_delivery)

    def _register_agents(self) -> None:
        begin = _step("begin", self._begin)
        attempts = self._attempts(_step("execute", self._supervisor.execute))
        finished = self._finished(_step("finish", self._finish))
        give_up = _step("give_up", self._give_up)

        async def run_agent(agent_id: str) -> str:
            try:
                if await begin(agent_id) and not await finished(*await attempts(agent_id)):
                    await give_up(agent_id, "GitHub did not take the work; `retry` tries again")
            except Exception:  # an agent that hangs in silence would be worse
                log.exception("agent broke", agent_id=agent_id)
                await give_up(agent_id, "Cadence made a mistake; its operator's log has it")
            return agent_id

        DBOS.workflow(name="run_agent")(run_agent)

    def _attempts(self, execute: Step) -> Callable[[str], Awaitable[tuple[str, str, str]]]:
        async def attempts(agent_id: str) -> tuple[str, str, str]:
            run_id, ended = "", "lost"
            for attempt in range(1, self._max_runs + 1):
                run_id = f"{agent_id}-{attempt}"
                ended = await execute(agent_id, run_id, attempt)
                if ended != "lost":
                    break
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

    async def handle_once(self, guid: str, is_last: bool) -> float | None:
        """Handle a delivery; return seconds to wait before the next try, None when it is done."""
        delivery = await self._deliveries.get(guid)
        with structlog.contextvars.bound_contextvars(delivery=guid, event_name=delivery.event):
            try:
                note = await self._handle(delivery)
            except Unavailable as error:
                if not is_last:
                    log.warning("delivery waits", reason=str(error))
                    return error.retry_after_s or 0.0
                self._failed(guid, error)
            except CadenceError as error:
                self._failed(guid, error)
            except Exception as error:
                log.exception("delivery broke")
                self._failed(guid, error)
            else:
                self._note_ending(guid, "handled", note)
        return None

    def _failed(self, guid: str, error: Exception) -> None:
        log.error("delivery failed", reason=str(error))
        self._note_ending(guid, "failed", str(error))

    def _note_ending(self, guid: str, state: str, note: str) -> None:
        self._endings.append(_ended(guid, state, note))
        self._has_endings.set()

    async def _begin(self, agent_id: str) -> bool:
        """Wait while it is paused in the queue; return False when it is over already."""
        async with self._bus.watch("agent", agent_id) as changes:
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

    async def _finish(self, agent_id: str, run_id: str, ended: str) -> float | None:
        agent = await self._agents.get(agent_id)
        if agent.status.is_final:
            return None
        structlog.contextvars.bind_contextvars(
            agent_id=agent_id, run_id=run_id, repository=agent.task.repository
        )
        run = await self._runs.get(run_id)
        why = f"its machine was lost {self._limits.max_runs} times" if ended == "lost" else ""
        try:
            await self._finisher.finish(agent, run, why_lost=why)
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


def _ended(guid: str, state: str, note: str) -> Ending:
    return Ending(guid=guid, state=state, note=note, at=datetime.now(UTC))


def _step(name: str, method: Step) -> Step:
    """Return *method* as a step of a workflow; the engine marks functions, not methods."""

    async def call(*arguments: Any) -> Any:
        return await method(*arguments)

    return DBOS.step(name=name)(call)

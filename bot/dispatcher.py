"""The durable road of a delivery and of an agent: each step may be killed and run again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from dbos import DBOS

from bot.agents import Agents
from bot.bus import Bus
from bot.db.deliveries import Delivery, DeliveryStore, Ending
from bot.db.engine import Database
from bot.db.runs import Runs
from bot.domain import Agent
from bot.engine import Engine, Queue, step
from bot.errors import CadenceError, Unavailable
from bot.indexing.road import Indexing
from bot.life.road import AgentRoad, Finisher, OnOurFault
from bot.life.supervisor import Limits, Supervisor

DELIVERY_WAITS_S = (1, 2, 5, 10, 30, 60, 120, 300, 300, 600, 600, 900)
DRAIN_BATCH = 200
ENDINGS_S = 0.1
Step = Callable[..., Awaitable[Any]]
log = structlog.get_logger()


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
        on_our_fault: OnOurFault | None = None,
    ) -> None:
        self._db = database
        self._deliveries = deliveries
        self._supervisor = supervisor
        self._road = AgentRoad(
            bus, agents, runs, supervisor, finisher, limits, on_our_fault=on_our_fault
        )
        self._handle = handle
        self._glance = glance
        self._stored = asyncio.Event()
        self._endings: list[Ending] = []
        self._has_endings = asyncio.Event()
        agents_queue = Queue(name="agents", at_once=50, per_partition=limits.per_installation)
        doors_queue = Queue(name="deliveries", at_once=100)
        queues = [doors_queue, agents_queue, Indexing.queue, Indexing.embedding]
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
        self._road.register()
        self._indexing.register()

    def _register_deliveries(self) -> None:
        handle = step("handle", self.handle_once)

        async def handle_delivery(guid: str) -> str:
            for wait_s in (*DELIVERY_WAITS_S, None):
                later = await handle(guid, wait_s is None)
                if later is None or wait_s is None:
                    break
                await DBOS.sleep_async(max(wait_s, later))
            return guid

        DBOS.workflow(name="handle_delivery")(handle_delivery)

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


def _ended(guid: str, state: str, note: str) -> Ending:
    return Ending(guid=guid, state=state, note=note, at=datetime.now(UTC))

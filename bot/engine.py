"""The durable engine: DBOS on our own database, its queues, and what to do with the dead.

Traps that this module is about, each read in its source or measured: the default serializer is
pickle, so a write to the database would be code execution; the default executor id is "local", so
two processes would take each other's work; the open package never takes over from a dead executor.
"""

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import Connection, delete, select, text, update

from bot.db.engine import Database, Tx, inserted
from bot.db.schema import executors
from bot.errors import StorageAway

# Workflow code of another version is not run by this one; change workflows with `DBOS.patch`.
APPLICATION_VERSION = "1"
HEARTBEAT_S = 5.0
AWAY_WAITS_S = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
APPLICATION = "cadence"
_LOCK = 0xCADE0001
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue; *per_partition* caps what runs at once for one partition key."""

    name: str
    at_once: int
    per_partition: int | None = None
    poll_s: float = 0.1


class Engine:
    """Enqueue workflows in our own transactions and keep them going whoever dies."""

    def __init__(
        self, database: Database, queues: Sequence[Queue], *, silent_s: float = 30.0
    ) -> None:
        self._silent_s = silent_s
        self._db = database
        self._queues = {queue.name: queue for queue in queues}
        self.executor_id = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"
        self._client: DBOSClient | None = None

    async def open(self, register: Callable[[], None]) -> None:
        """Start the engine; *register* declares the workflows before anything is recovered."""
        logging.getLogger("dbos").setLevel(logging.WARNING)
        url, serializer = self._db.system_url, DBOSPortableJSONSerializer()
        await asyncio.to_thread(DBOS.migrate, url)
        self._client = await asyncio.to_thread(
            DBOSClient, system_database_url=url, serializer=serializer
        )
        # Before the launch: a queue that is new after it is not looked at for a second.
        await self._register_queues(self._client)
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": url,
                "executor_id": self.executor_id,
                "application_version": APPLICATION_VERSION,
                "serializer": serializer,
                "sys_db_idle_transaction_timeout_sec": 5.0,
                "log_level": "WARNING",
                "notification_listener_polling_interval_sec": 1.0,
            }
        )
        register()
        DBOS.launch()
        await self.heartbeat()

    async def _register_queues(self, client: DBOSClient) -> None:
        for queue in self._queues.values():
            await client.register_queue_async(
                queue.name,
                worker_concurrency=queue.at_once,
                partition_concurrency=queue.per_partition,
                polling_interval_sec=queue.poll_s,
                application_name=APPLICATION,
            )

    async def close(self) -> None:
        """Stop taking work; what is not finished is taken up at the next start."""
        if self._client is not None:
            await asyncio.to_thread(self._client.destroy)
        await asyncio.to_thread(
            DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=0
        )

    async def enqueue_in(
        self,
        tx: Tx,
        workflow: str,
        queue: str,
        calls: Sequence[tuple[str, tuple[Any, ...]]],
        *,
        partition: str | None = None,
    ) -> None:
        """Enqueue ``(workflow id, arguments)`` *calls* in *tx*; an id that is known is skipped."""
        client = self._client
        if client is None:
            raise RuntimeError("the engine is not open")

        def put(connection: Connection) -> None:
            for workflow_id, arguments in calls:
                options = EnqueueOptions(
                    workflow_name=workflow,
                    queue_name=queue,
                    workflow_id=workflow_id,
                    app_version=APPLICATION_VERSION,
                )
                if partition is not None:
                    options["queue_partition_key"] = partition
                client.enqueue_in_transaction(connection, options, *arguments)

        await tx.run_sync(put)

    async def enqueue(
        self, workflow: str, queue: str, workflow_id: str, *arguments: Any, partition: str | None
    ) -> None:
        """Enqueue one workflow in a transaction of its own."""
        async with self._db.write() as tx:
            await self.enqueue_in(
                tx, workflow, queue, [(workflow_id, arguments)], partition=partition
            )

    async def heartbeat(self) -> None:
        """Say that this executor is alive."""
        now = datetime.now(UTC)
        row = {"id": self.executor_id, "version": APPLICATION_VERSION, "heartbeat_at": now}
        async with self._db.write() as tx:
            if not await inserted(tx, executors, row):
                where = executors.c.id == self.executor_id
                await tx.execute(update(executors).where(where).values(heartbeat_at=now))

    async def take_over(self) -> int:
        """Put the work of dead executors back into its queue; return how many workflows.

        On SQLite this process is the only one, so every other executor is dead.
        """
        if self._db.is_sqlite:
            return await self._resume_stranded({self.executor_id})
        # `resume` does not ask who owns a workflow, so one process at a time does this.
        async with self._db.write() as tx:
            turn = await tx.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK})
            if not turn.scalar():
                return 0
            since = datetime.now(UTC) - timedelta(seconds=self._silent_s)
            return await self._resume_stranded({self.executor_id} | await self._heard_since(since))

    async def _resume_stranded(self, alive: set[str]) -> int:
        stranded: dict[str, list[str]] = {}
        for workflow in await DBOS.list_workflows_async(
            status="PENDING", load_input=False, load_output=False
        ):
            if workflow.executor_id not in alive and workflow.queue_name in self._queues:
                stranded.setdefault(workflow.queue_name, []).append(workflow.workflow_id)
        for queue, ids in stranded.items():
            await DBOS.resume_workflows_async(ids, queue_name=queue)
            log.info("work of a dead executor taken over", queue=queue, workflows=len(ids))
        return sum(map(len, stranded.values()))

    async def prune(self, *, before: datetime) -> int:
        """Delete the history of workflows that ended before *before*; return how many."""
        done = await DBOS.list_workflows_async(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before.isoformat(),
            limit=10_000,
            load_input=False,
            load_output=False,
        )
        await DBOS.delete_workflows_async([w.workflow_id for w in done])
        async with self._db.write() as tx:
            await tx.execute(delete(executors).where(executors.c.heartbeat_at < before))
        return len(done)

    async def _heard_since(self, since: datetime) -> set[str]:
        query = select(executors.c.id).where(executors.c.heartbeat_at >= since)
        async with self._db.read() as tx:
            return set((await tx.execute(query)).scalars())


def step(name: str, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return *method* as a step of a workflow; the engine marks functions, not methods.

    A step may be repeated anyway, so one that loses the database is repeated when it is back.
    """

    async def call(*arguments: Any) -> Any:
        for wait_s in (*AWAY_WAITS_S, None):
            try:
                return await method(*arguments)
            except StorageAway:
                if wait_s is None:
                    raise
                log.warning("a step lost the database", step=name, again_in_s=wait_s)
                await asyncio.sleep(wait_s)
        return None

    return DBOS.step(name=name)(call)

"""The durable road of an index: asked for by a delivery, done once GitHub and the store answer.

A workflow that waits keeps its place in a queue. So places are many, one a repository, and what
is done at once is bounded here; and vectors have a queue of their own: while nobody makes any,
pushes are followed all the same.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from dbos import DBOS

from bot.engine import Engine, Queue
from bot.errors import CadenceError, Unavailable
from bot.indexing.indexes import Indexes

# Then every ten minutes for a day: whoever was down is noticed to be back.
WAITS_S = (2, 10, 30, 60, 300, *(600,) * 144)
AT_ONCE = 2
Step = Callable[..., Awaitable[Any]]
log = structlog.get_logger()


class Indexing:
    """Queues the indexing of repositories and does it."""

    queue = Queue(name="index", at_once=200, per_partition=1, poll_s=0.5)
    embedding = Queue(name="embedding", at_once=200, per_partition=1, poll_s=1.0)

    def __init__(self, indexes: Indexes) -> None:
        self._indexes = indexes
        self._places = asyncio.Semaphore(AT_ONCE)
        self._embedding_places = asyncio.Semaphore(AT_ONCE)
        self._engine: Engine | None = None

    def use(self, engine: Engine) -> None:
        """Queue with *engine* from now on."""
        self._engine = engine

    async def ask(self, installation_id: int, repository_id: int, full_name: str, why: str) -> None:
        """Queue the indexing of a repository as it will be then; the same *why* twice is one."""
        if self._engine is None:
            raise RuntimeError("a door was open before the dispatcher")
        await self._engine.enqueue(
            "index_repository",
            self.queue.name,
            f"index:{repository_id}:{why}",
            *(installation_id, repository_id, full_name),
            partition=str(repository_id),
        )

    def register(self) -> None:
        """Declare the workflows."""
        refresh, embed = _step("refresh", self._refresh), _step("embed", self._embed)
        go_on = _step("queue_embedding", self._queue_embedding)

        async def index_repository(installation_id: int, repository_id: int, name: str) -> int:
            await _until_done(refresh, installation_id, repository_id, name)
            await go_on(DBOS.workflow_id, repository_id, name)
            return repository_id

        async def embed_repository(repository_id: int, name: str) -> int:
            await _until_done(embed, repository_id, name)
            return repository_id

        DBOS.workflow(name="index_repository")(index_repository)
        DBOS.workflow(name="embed_repository")(embed_repository)

    async def _queue_embedding(self, workflow_id: str, repository_id: int, name: str) -> None:
        if self._engine is not None and self._indexes.embeds:
            await self._engine.enqueue(
                "embed_repository",
                self.embedding.name,
                f"embed:{workflow_id}",
                *(repository_id, name),
                partition=str(repository_id),
            )

    async def _refresh(self, installation_id: int, repository_id: int, name: str) -> float | None:
        """Bring the index up to date; return seconds to wait before another try, if any."""
        with structlog.contextvars.bound_contextvars(repository=name):
            try:
                async with self._places:
                    report = await self._indexes.refresh(installation_id, repository_id, name)
            except Unavailable as error:
                log.warning("indexing waits", reason=str(error))
                return error.retry_after_s or 0.0
            except CadenceError:
                log.exception("indexing failed")
                return None
            if report is not None and report.changed:
                log.info(
                    "repository indexed",
                    commit=report.commit,
                    files=report.indexed,
                    analysed=report.analysed,
                    seconds=report.seconds,
                )
            return None

    async def _embed(self, repository_id: int, name: str) -> float | None:
        with structlog.contextvars.bound_contextvars(repository=name):
            try:
                async with self._embedding_places:
                    made = await self._indexes.embed(repository_id)
            except Unavailable as error:
                log.warning("embedding waits, searches go by words", reason=str(error))
                return error.retry_after_s or 0.0
            except CadenceError:
                log.exception("embedding failed, searches go by words")
                return None
            if made:
                log.info("chunks embedded", chunks=made)
            return None


async def _until_done(step: Step, *arguments: Any) -> None:
    """Do *step* again, after longer and longer waits, as long as it returns seconds to wait."""
    for wait_s in (*WAITS_S, None):
        later = await step(*arguments)
        if later is None or wait_s is None:
            return
        await DBOS.sleep_async(max(wait_s, later))


def _step(name: str, method: Step) -> Step:
    async def call(*arguments: Any) -> Any:
        return await method(*arguments)

    return DBOS.step(name=name)(call)

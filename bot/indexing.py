"""The durable road of an index: asked for by a delivery, done once GitHub and the store answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from dbos import DBOS

from bot.engine import Engine, Queue
from bot.errors import CadenceError, Unavailable
from bot.indexes import Indexes

WAITS_S = (2, 10, 30, 60, 300, 600, 1800, 3600)
Step = Callable[..., Awaitable[Any]]
log = structlog.get_logger()


class Indexing:
    """Queues the indexing of repositories and does it."""

    queue = Queue(name="indexing", at_once=2)

    def __init__(self, indexes: Indexes) -> None:
        self._indexes = indexes
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
            partition=None,
        )

    def register(self) -> None:
        """Declare the workflow."""
        refresh, embed = _step("refresh", self._refresh), _step("embed", self._embed)

        async def index_repository(installation_id: int, repository_id: int, name: str) -> int:
            for work in (refresh, embed):
                for wait_s in (*WAITS_S, None):
                    later = await work(installation_id, repository_id, name)
                    if later is None or wait_s is None:
                        break
                    await DBOS.sleep_async(max(wait_s, later))
            return repository_id

        DBOS.workflow(name="index_repository")(index_repository)

    async def _refresh(self, installation_id: int, repository_id: int, name: str) -> float | None:
        """Bring the index up to date; return seconds to wait before another try, if any."""
        with structlog.contextvars.bound_contextvars(repository=name):
            try:
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

    async def _embed(self, _installation: int, repository_id: int, name: str) -> float | None:
        with structlog.contextvars.bound_contextvars(repository=name):
            try:
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


def _step(name: str, method: Step) -> Step:
    async def call(*arguments: Any) -> Any:
        return await method(*arguments)

    return DBOS.step(name=name)(call)

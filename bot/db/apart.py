"""Whole transactions on SQLite in threads of their own: one hand-over each, not one a statement.

The storage functions are coroutines that wait for nothing but their transaction. Here it answers
at once, in the thread that runs it, so that they are run to their end by one step.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Barrier
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Engine, Executable
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Work = Callable[[AsyncConnection], Coroutine[Any, Any, T]]


class _Direct:
    """What storage functions use of a transaction, over a connection of this thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return self._connection.execute(statement, parameters)

    async def run_sync(self, call: Callable[[Connection], T]) -> T:
        return call(self._connection)


class Apart:
    """Runs work on *engine* in *threads* of its own; each transaction is opened by *begun*."""

    def __init__(
        self,
        engine: Engine,
        begun: Callable[[Engine], AbstractContextManager[Connection]],
        *,
        threads: int,
    ) -> None:
        self._engine = engine
        self._begun = begun
        self._count = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sqlite")

    async def run(self, work: Work[T]) -> T:
        """Return what *work* makes of one transaction; it commits when that ends well."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._done, work)

    async def close(self) -> None:
        """Let what is under way come to its end, then let the file go."""
        # Not by `to_thread`: the durable engine takes the loop's own threads with it.
        all_idle = Barrier(self._count)
        loop = asyncio.get_running_loop()
        waits = [loop.run_in_executor(self._threads, all_idle.wait) for _ in range(self._count)]
        await asyncio.gather(*waits)
        self._threads.shutdown()
        self._engine.dispose()

    def _done(self, work: Work[T]) -> T:
        with self._begun(self._engine) as connection:
            steps = work(cast(AsyncConnection, _Direct(connection)))
            try:
                steps.send(None)
            except StopIteration as end:
                return cast(T, end.value)
            steps.close()
            raise RuntimeError("work on a database apart waits for something else")

"""Rows into SQLite by one thread with one connection: for what must be stored fast.

The driver of the ORM hands every statement to another thread and back; a batch of deliveries goes
through here in one hand-over, which makes the webhook half as fast again.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from bot.db.engine import Database

Row = tuple[Any, ...]
T = TypeVar("T")
_SKIP = "ON CONFLICT DO NOTHING"


class SqliteWriter:
    """Insert many rows in one durable transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._connection: sqlite3.Connection | None = None

    async def write(
        self, table: str, columns: Sequence[str], values: Sequence[T], row: Callable[[T], Row]
    ) -> None:
        """Insert *row* of each of *values* into *table* and commit to disk; skip known keys."""
        loop = asyncio.get_running_loop()
        async with self._db.turn():
            await loop.run_in_executor(self._thread, self._write, table, columns, values, row)

    async def close(self) -> None:
        """Let the file go."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _write(
        self, table: str, columns: Sequence[str], values: Sequence[T], row: Callable[[T], Row]
    ) -> None:
        # One statement is one transaction, and one wait for the interpreter's lock: with a
        # statement a row, this thread queues behind the event loop for each of them.
        connection = self._connection or self._connected()
        places = f"({','.join('?' * len(columns))})"
        many = ",".join([places] * len(values))
        statement = f"INSERT INTO {table} ({','.join(columns)}) VALUES {many} {_SKIP}"  # noqa: S608 - names of ours
        connection.execute(statement, [field for value in values for field in row(value)])

    def _connected(self) -> sqlite3.Connection:
        path = self._db.url.database or ""
        self._connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA busy_timeout=10000")
        # Small and often: nobody waits long for a checkpoint.
        self._connection.execute("PRAGMA wal_autocheckpoint=300")
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

"""The store in one SQLite file: for a folder, and for a coordinator on one machine."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import Unavailable
from indexer.store import Similar, Vector
from indexer.store.vectors import VectorStore

_SCHEMA = (
    "CREATE TABLE snapshots (repository INTEGER NOT NULL, ref TEXT NOT NULL,"
    " commit_sha TEXT NOT NULL, generation INTEGER NOT NULL, version INTEGER NOT NULL,"
    " model TEXT NOT NULL, report TEXT NOT NULL, context TEXT NOT NULL, indexed_at REAL NOT NULL,"
    " PRIMARY KEY (repository, ref)) WITHOUT ROWID",
    "CREATE TABLE files (repository INTEGER NOT NULL, ref TEXT NOT NULL, path BLOB NOT NULL,"
    " blob TEXT NOT NULL, stamp TEXT NOT NULL, PRIMARY KEY (repository, ref, path)) WITHOUT ROWID",
    "CREATE INDEX files_blob ON files (repository, blob)",
    "CREATE TABLE blobs (repository INTEGER NOT NULL, blob TEXT NOT NULL,"
    " version INTEGER NOT NULL, language TEXT NOT NULL, chunks BLOB NOT NULL, body BLOB NOT NULL,"
    " pairs BLOB NOT NULL, parts BLOB NOT NULL, symbols BLOB NOT NULL, detail BLOB NOT NULL,"
    " packed BLOB NOT NULL, PRIMARY KEY (repository, blob))",
    "CREATE TABLE vectors (repository INTEGER NOT NULL, model TEXT NOT NULL, key BLOB NOT NULL,"
    " vector BLOB NOT NULL, PRIMARY KEY (repository, model, key))",
    "CREATE INDEX vectors_key ON vectors (model, key)",
    "CREATE TABLE models (repository INTEGER NOT NULL, model TEXT NOT NULL,"
    " changes INTEGER NOT NULL, PRIMARY KEY (repository, model)) WITHOUT ROWID",
    "CREATE TABLE spending (repository INTEGER NOT NULL, model TEXT NOT NULL, day TEXT NOT NULL,"
    " tokens INTEGER NOT NULL, usd REAL, PRIMARY KEY (repository, model, day)) WITHOUT ROWID",
)


class Damaged(Unavailable):
    """The file of the index cannot be read; it can be deleted and made anew."""


class SqliteStore(VectorStore):
    """An index in the file *path*, made when it is not there."""

    schema = _SCHEMA

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._held: tuple[tuple[int, str, int], Similar] | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = f"an index cannot be kept in {path.parent}: {error.strerror}"
            raise Unavailable(why) from error
        try:
            self._prepare()
        except Damaged:  # it is ours alone and can be made again
            self.close()
            path.unlink()
            self._prepare()

    @contextlib.contextmanager
    def _connection(self) -> Iterator[Any]:
        try:
            with super()._connection() as connection:
                yield connection
        except sqlite3.OperationalError as error:
            raise Unavailable(f"the index at {self.path} does not answer: {error}") from error
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:  # its subclasses are mistakes of ours
                raise
            message = f"the index at {self.path} is damaged: delete the file, it is made anew"
            raise Damaged(message) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=30, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA journal_mode = WAL")
        # What a power cut takes is indexed again; a killed process loses nothing.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA mmap_size = 268435456")
        return connection

    def _run(self, connection: Any, statement: str, values: Sequence[Any] = ()) -> Any:
        return connection.execute(statement, values)

    def _many(self, connection: Any, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        connection.executemany(statement, rows)

    @contextlib.contextmanager
    def _begin(self, connection: Any) -> Iterator[Any]:
        self._run(connection, "BEGIN IMMEDIATE")
        try:
            yield connection
            self._run(connection, "COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has ended it already
                connection.execute("ROLLBACK")
            raise

    def similar(self, repository: int, model: str, query: Vector, k: int) -> Similar:
        """Return the *k* chunks nearest to *query*: all are looked at."""
        everything = self._vectors(repository, model)
        if not len(everything.keys):
            return Similar(everything.keys, np.empty(0, np.float32))
        cosines = everything.cosines @ np.asarray(query, np.float32)
        k = min(k, len(cosines))
        best = np.argpartition(-cosines, k - 1)[:k] if k else np.empty(0, np.int64)
        best = best[np.lexsort((best, -cosines[best]))]
        return Similar(everything.keys[best], cosines[best])

    def _vectors(self, repository: int, model: str) -> Similar:
        """Return all keys of *model* and, in place of cosines, their vectors as float32.

        The latest ones stay in memory until they change: 50,000 of 1,536 numbers take 300 MB.
        """
        with self._connection() as connection:
            statement = "SELECT changes FROM models WHERE repository = ? AND model = ?"
            row = self._run(connection, statement, (repository, model)).fetchone()
            version = (repository, model, row[0] if row else 0)
            held = self._held
            if held is not None and held[0] == version:
                return held[1]
            statement = "SELECT key, vector FROM vectors WHERE repository = ? AND model = ?"
            found = self._run(connection, statement, (repository, model)).fetchall()
        keys = np.frombuffer(b"".join(row[0] for row in found), "S16")
        matrix = np.frombuffer(b"".join(row[1] for row in found), "<f2")
        width = len(matrix) // max(len(found), 1)
        everything = Similar(keys, matrix.reshape(len(found), width).astype(np.float32))
        self._held = (version, everything)
        return everything

    def size(self, repository: int) -> int:
        """Return how many bytes the file takes: it is one repository's or all of them."""
        del repository
        return sum(
            path.stat().st_size
            for path in (self.path, self.path.with_name(self.path.name + "-wal"))
            if path.exists()
        )

"""The SQL that both stores share: written once, with ``?`` for a value.

The index is made from git and can be made again: a new layout drops the old tables instead of
changing them.
"""

import contextlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from indexer.analysis import VERSION, Analysis
from indexer.ranking.corpus import FileRow
from indexer.store import DEFAULT, Change, Held, State

LAYOUT = 1
_BATCH = 500
_PARTS = "language, chunks, body, pairs, parts, symbols, detail, packed"
TABLES = ("spending", "models", "vectors", "blobs", "files", "snapshots", "layout")


class SqlStore(ABC):
    """A store in tables; what differs between databases is left to them."""

    schema: ClassVar[Sequence[str]]

    def __init__(self) -> None:
        self._free: list[Any] = []
        self._lock = threading.Lock()

    @abstractmethod
    def _connect(self) -> Any:
        """Open a connection that commits by itself."""

    @abstractmethod
    def _run(self, connection: Any, statement: str, values: Sequence[Any] = ()) -> Any:
        """Run *statement* and return its cursor."""

    @abstractmethod
    def _many(self, connection: Any, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run *statement* for each of *rows*."""

    @abstractmethod
    def _begin(self, connection: Any) -> contextlib.AbstractContextManager[Any]:
        """Open a transaction that may write."""

    @contextlib.contextmanager
    def _connection(self) -> Iterator[Any]:
        with self._lock:
            connection = self._free.pop() if self._free else None
        connection = connection if connection is not None else self._connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._free.append(connection)

    def close(self) -> None:
        """Give all connections back."""
        with self._lock:
            while self._free:
                self._free.pop().close()

    def _prepare(self) -> None:
        """Make the tables, or make them anew when they are of another layout."""
        with self._connection() as connection, self._begin(connection):
            self._run(connection, "CREATE TABLE IF NOT EXISTS layout (version INTEGER NOT NULL)")
            row = self._run(connection, "SELECT version FROM layout").fetchone()
            if row is not None and row[0] == LAYOUT:
                return
            for table in TABLES[:-1]:
                self._run(connection, f"DROP TABLE IF EXISTS {table}")
            for statement in self.schema:
                self._run(connection, statement)
            self._run(connection, "DELETE FROM layout")
            self._run(connection, "INSERT INTO layout (version) VALUES (?)", (LAYOUT,))

    def state(self, repository: int, ref: str = DEFAULT) -> State | None:
        """Return the newest complete snapshot; one of an older analysis does not count."""
        with self._connection() as connection:
            row = self._run(
                connection,
                "SELECT commit_sha, generation, version, model, report, context, indexed_at"
                " FROM snapshots WHERE repository = ? AND ref = ?",
                (repository, ref),
            ).fetchone()
        if row is None:
            return None
        commit, generation, version, model, report, context, at = row
        return State(
            commit=commit,
            generation=generation,
            version=version,
            model=model,
            report=json.loads(report),
            context=json.loads(context),
            indexed_at=datetime.fromtimestamp(at, UTC),
        )

    def refs(self, repository: int) -> list[str]:
        """Return the refs that there are snapshots of."""
        with self._connection() as connection:
            statement = "SELECT ref FROM snapshots WHERE repository = ? ORDER BY ref"
            return [row[0] for row in self._run(connection, statement, (repository,)).fetchall()]

    def files(self, repository: int, ref: str = DEFAULT) -> dict[str, Held]:
        """Return what the rows of one ref say: all files, or a branch's own difference."""
        with self._connection() as connection:
            found = self._run(
                connection,
                "SELECT path, blob, stamp FROM files WHERE repository = ? AND ref = ?",
                (repository, ref),
            ).fetchall()
        return {_path(row[0]): Held(blob=row[1], stamp=row[2]) for row in found}

    def blobs(self, repository: int) -> set[str]:
        """Return the ids of all analyses of today's version."""
        with self._connection() as connection:
            statement = "SELECT blob FROM blobs WHERE repository = ? AND version = ?"
            found = self._run(connection, statement, (repository, VERSION)).fetchall()
            return {row[0] for row in found}

    def put_blobs(self, repository: int, analyses: Mapping[str, Analysis]) -> None:
        """Keep *analyses* by blob."""
        statement = (
            f"INSERT INTO blobs (repository, blob, version, {_PARTS})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (repository, blob) DO UPDATE SET version = excluded.version, "
            + ", ".join(f"{part} = excluded.{part}" for part in _PARTS.split(", "))
        )
        rows = (
            (
                *(repository, blob, VERSION, one.language, one.chunks, one.body),
                *(one.pairs, one.parts, one.symbols, one.detail, one.text),
            )
            for blob, one in sorted(analyses.items())
        )
        with self._connection() as connection, self._begin(connection):
            self._many(connection, statement, rows)

    def commit(self, change: Change) -> bool:
        """Make *change* the newest snapshot, unless somebody else changed it first."""
        with self._connection() as connection, self._begin(connection):
            if not self._take(connection, change):
                return False
            place = (change.repository, change.ref)
            gone = [(*place, _bytes(path)) for path in change.drop]
            put = sorted((_bytes(path), held) for path, held in change.put.items())
            statement = "DELETE FROM files WHERE repository = ? AND ref = ? AND path = ?"
            self._many(connection, statement, gone)
            self._many(
                connection,
                "INSERT INTO files (repository, ref, path, blob, stamp) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (repository, ref, path)"
                " DO UPDATE SET blob = excluded.blob, stamp = excluded.stamp",
                ((*place, path, held.blob, held.stamp) for path, held in put),
            )
        return True

    def _take(self, connection: Any, change: Change) -> bool:
        """Move the snapshot on by one generation, if it still is at the expected one."""
        facts = (
            change.commit,
            VERSION,
            json.dumps(dict(change.report)),
            json.dumps(dict(change.context)),
            change.indexed_at.timestamp(),
        )
        if change.expected:
            done = self._run(
                connection,
                "UPDATE snapshots SET commit_sha = ?, version = ?, report = ?, context = ?,"
                " indexed_at = ?, generation = generation + 1"
                " WHERE repository = ? AND ref = ? AND generation = ?",
                (*facts, change.repository, change.ref, change.expected),
            )
        else:
            done = self._run(
                connection,
                "INSERT INTO snapshots (commit_sha, version, report, context, indexed_at,"
                " repository, ref, generation, model) VALUES (?, ?, ?, ?, ?, ?, ?, 1, '')"
                " ON CONFLICT DO NOTHING",
                (*facts, change.repository, change.ref),
            )
        return bool(done.rowcount == 1)

    def rows(self, repository: int, held: Mapping[str, str]) -> Iterator[FileRow]:
        """Yield what ranking needs of *held*, blobs by path."""
        paths: dict[str, list[str]] = {}
        for path, blob in held.items():
            paths.setdefault(blob, []).append(path)
        columns = "language, chunks, body, pairs, parts, symbols"
        for row in self._by_blob(repository, columns, list(paths)):
            for path in paths[row[0]]:
                yield FileRow(
                    path=path,
                    blob=row[0],
                    language=row[1],
                    chunks=bytes(row[2]),
                    body=bytes(row[3]),
                    pairs=bytes(row[4]),
                    parts=bytes(row[5]),
                    symbols=bytes(row[6]),
                )

    def shown(self, repository: int, blobs: Sequence[str]) -> dict[str, tuple[bytes, bytes]]:
        """Return detail and text of *blobs*."""
        found = self._by_blob(repository, "detail, packed", blobs)
        return {row[0]: (bytes(row[1]), bytes(row[2])) for row in found}

    def _by_blob(
        self, repository: int, columns: str, blobs: Sequence[str]
    ) -> Iterator[tuple[Any, ...]]:
        with self._connection() as connection:
            for at in range(0, len(blobs), _BATCH):
                part = blobs[at : at + _BATCH]
                marks = ", ".join("?" * len(part))
                statement = (
                    f"SELECT blob, {columns} FROM blobs WHERE repository = ? AND blob IN ({marks})"
                )
                yield from self._run(connection, statement, (repository, *part)).fetchall()


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _path(stored: Any) -> str:
    return bytes(stored).decode("utf-8", "surrogateescape")

"""The tables of vectors and of what they cost, and how all of a repository is dropped."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from indexer import analysis
from indexer.store import Similar, Vector
from indexer.store.sql import _BATCH, SqlStore

_WHOLE = ("blobs", "vectors", "models", "spending")


class VectorStore(SqlStore):
    """What both databases do alike with vectors."""

    _cast = "?"  # how a vector is written
    _length = "length(vector) / 2"  # how many numbers it has

    @abstractmethod
    def similar(self, repository: int, model: str, query: Vector, k: int) -> Similar:
        """Return the *k* chunks nearest to *query*; best first."""

    @abstractmethod
    def size(self, repository: int) -> int:
        """Return how many bytes the repository takes, about."""

    def _packed(self, vector: Vector) -> Any:
        """Return *vector* as this database takes it."""
        return np.asarray(vector, "<f2").tobytes()

    def keys(self, repository: int) -> set[bytes]:
        """Return the keys of all chunks of the repository."""
        with self._connection() as connection:
            statement = "SELECT chunks FROM blobs WHERE repository = ? AND version = ?"
            found = self._run(connection, statement, (repository, analysis.VERSION)).fetchall()
        chunks = np.frombuffer(b"".join(bytes(row[0]) for row in found), analysis.CHUNK)
        return {_whole(key) for key in np.unique(chunks["key"]).tolist()}

    def embedded(self, repository: int, model: str) -> set[bytes]:
        """Return the keys that have a vector of *model*."""
        with self._connection() as connection:
            statement = "SELECT key FROM vectors WHERE repository = ? AND model = ?"
            found = self._run(connection, statement, (repository, model)).fetchall()
        return {bytes(row[0]) for row in found}

    def length_of(self, repository: int, model: str) -> int:
        """Return how many numbers the vectors of *model* have, 0 when there are none."""
        statement = f"SELECT {self._length} FROM vectors WHERE repository = ? AND model = ? LIMIT 1"
        with self._connection() as connection:
            row = self._run(connection, statement, (repository, model)).fetchone()
        return int(row[0]) if row is not None else 0

    def share_vectors(self, repository: int, model: str, keys: Iterable[bytes]) -> set[bytes]:
        """Take over vectors that other repositories have of *keys*; return those keys."""
        wanted, taken = sorted(keys), set[bytes]()
        with self._connection() as connection:
            for at in range(0, len(wanted), _BATCH):
                part = wanted[at : at + _BATCH]
                marks = ", ".join("?" * len(part))
                found = self._run(
                    connection,
                    "INSERT INTO vectors (repository, model, key, vector)"
                    f" SELECT {int(repository)}, model, key, vector FROM vectors AS known"
                    f" WHERE model = ? AND key IN ({marks}) AND repository = (SELECT"
                    " MIN(one.repository) FROM vectors AS one"
                    " WHERE one.model = known.model AND one.key = known.key)"
                    " ON CONFLICT DO NOTHING RETURNING key",
                    (model, *part),
                ).fetchall()
                taken |= {bytes(row[0]) for row in found}
            if taken:
                self._note_change(connection, repository, model)
        return taken

    def put_vectors(self, repository: int, model: str, vectors: Mapping[bytes, Vector]) -> None:
        """Keep *vectors*."""
        statement = (
            "INSERT INTO vectors (repository, model, key, vector)"
            f" VALUES (?, ?, ?, {self._cast}) ON CONFLICT DO NOTHING"
        )
        rows = (
            (repository, model, key, self._packed(vector))
            for key, vector in sorted(vectors.items())
        )
        with self._connection() as connection, self._begin(connection):
            self._many(connection, statement, rows)
            self._note_change(connection, repository, model)

    def _note_change(self, connection: Any, repository: int, model: str) -> None:
        """Tell whoever holds vectors in memory that they are others now."""
        self._run(
            connection,
            "INSERT INTO models (repository, model, changes) VALUES (?, ?, 1)"
            " ON CONFLICT (repository, model) DO UPDATE SET changes = models.changes + 1",
            (repository, model),
        )

    def answer_with(self, repository: int, model: str) -> None:
        """Let searches use the vectors of *model* from now on; empty: none."""
        with self._connection() as connection, self._begin(connection):
            statement = "UPDATE snapshots SET model = ? WHERE repository = ? AND model <> ?"
            self._run(connection, statement, (model, repository, model))

    def spend(self, repository: int, model: str, day: str, tokens: int, usd: float | None) -> None:
        """Add to what embeddings of the repository have cost; an unknown price stays unknown."""
        with self._connection() as connection, self._begin(connection):
            self._run(
                connection,
                "INSERT INTO spending (repository, model, day, tokens, usd) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (repository, model, day) DO UPDATE SET"
                " tokens = spending.tokens + excluded.tokens, usd = spending.usd + excluded.usd",
                (repository, model, day, tokens, usd),
            )

    def spent(self, repository: int) -> list[tuple[str, str, int, float | None]]:
        """Return model, day, tokens and US dollars, newest day first."""
        with self._connection() as connection:
            found = self._run(
                connection,
                "SELECT model, day, tokens, usd FROM spending WHERE repository = ?"
                " ORDER BY day DESC, model",
                (repository,),
            ).fetchall()
        return [(row[0], row[1], int(row[2]), row[3]) for row in found]

    def tidy(self, repository: int) -> int:
        """Drop analyses and vectors that no snapshot needs; return how many rows went."""
        with self._connection() as connection, self._begin(connection):
            gone = self._run(
                connection,
                "DELETE FROM blobs WHERE repository = ? AND (version <> ? OR NOT EXISTS"
                " (SELECT 1 FROM files WHERE files.repository = blobs.repository"
                " AND files.blob = blobs.blob))",
                (repository, analysis.VERSION),
            ).rowcount
            any_vector = "SELECT 1 FROM vectors WHERE repository = ? LIMIT 1"
            if self._run(connection, any_vector, (repository,)).fetchone() is None:
                return int(gone)
        wanted = self.keys(repository)
        with self._connection() as connection, self._begin(connection):
            found = self._run(
                connection, "SELECT model, key FROM vectors WHERE repository = ?", (repository,)
            ).fetchall()
            stale = [(repository, one[0], one[1]) for one in found if bytes(one[1]) not in wanted]
            statement = "DELETE FROM vectors WHERE repository = ? AND model = ? AND key = ?"
            self._many(connection, statement, stale)
            for model in {one[1] for one in stale}:
                self._note_change(connection, repository, model)
        return int(gone) + len(stale)

    def drop_models(self, repository: int, *, keep: str) -> int:
        """Drop the vectors of all models but *keep*; return how many."""
        with self._connection() as connection, self._begin(connection):
            statement = "DELETE FROM models WHERE repository = ? AND model <> ?"
            self._run(connection, statement, (repository, keep))
            statement = "DELETE FROM vectors WHERE repository = ? AND model <> ?"
            return int(self._run(connection, statement, (repository, keep)).rowcount)

    def forget(self, repository: int, ref: str | None = None) -> int:
        """Drop one ref or, by default, everything of *repository*; return how many rows went."""
        tables = ("snapshots", "files") + (_WHOLE if ref is None else ())
        which = "repository = ?" + ("" if ref is None else " AND ref = ?")
        values = (repository,) if ref is None else (repository, ref)
        with self._connection() as connection, self._begin(connection):
            return sum(
                int(self._run(connection, f"DELETE FROM {table} WHERE {which}", values).rowcount)
                for table in tables
            )


def _whole(key: bytes) -> bytes:
    """Return *key* with the zero bytes at its end that numpy takes away."""
    return key.ljust(16, b"\0")

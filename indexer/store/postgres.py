"""The store in Postgres with pgvector: for many coordinators."""

import contextlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from bot.errors import BadSettings, Unavailable
from indexer.store import Similar, Vector
from indexer.store.vectors import VectorStore

HNSW_ABOVE = 50_000  # vectors of one repository; below it looking at all is fast, and exact
_SCHEMA_NAME = "cadence_index"
_SCHEMA = (
    "CREATE TABLE snapshots (repository BIGINT NOT NULL, ref TEXT NOT NULL,"
    " commit_sha TEXT NOT NULL, generation INTEGER NOT NULL, version INTEGER NOT NULL,"
    " model TEXT NOT NULL, report TEXT NOT NULL, context TEXT NOT NULL,"
    " indexed_at DOUBLE PRECISION NOT NULL, PRIMARY KEY (repository, ref))",
    "CREATE TABLE files (repository BIGINT NOT NULL, ref TEXT NOT NULL, path BYTEA NOT NULL,"
    " blob TEXT NOT NULL, stamp TEXT NOT NULL, PRIMARY KEY (repository, ref, path))",
    "CREATE INDEX files_blob ON files (repository, blob)",
    "CREATE TABLE blobs (repository BIGINT NOT NULL, blob TEXT NOT NULL,"
    " version INTEGER NOT NULL, language TEXT NOT NULL, chunks BYTEA NOT NULL,"
    " body BYTEA NOT NULL, pairs BYTEA NOT NULL, parts BYTEA NOT NULL, symbols BYTEA NOT NULL,"
    " detail BYTEA NOT NULL, packed BYTEA NOT NULL, PRIMARY KEY (repository, blob))",
    "CREATE TABLE vectors (repository BIGINT NOT NULL, model TEXT NOT NULL, key BYTEA NOT NULL,"
    " vector halfvec NOT NULL, PRIMARY KEY (repository, model, key))",
    "CREATE INDEX vectors_key ON vectors (model, key)",
    "CREATE TABLE models (repository BIGINT NOT NULL, model TEXT NOT NULL,"
    " changes INTEGER NOT NULL, PRIMARY KEY (repository, model))",
    "CREATE TABLE spending (repository BIGINT NOT NULL, model TEXT NOT NULL, day TEXT NOT NULL,"
    " tokens BIGINT NOT NULL, usd DOUBLE PRECISION, PRIMARY KEY (repository, model, day))",
)
_LOCK = 0x0CADE1DE  # one of us makes the tables


class PostgresStore(VectorStore):
    """An index in the database at *url*, in a schema of its own."""

    schema = _SCHEMA
    _cast = "?::halfvec"
    _length = "vector_dims(vector)"

    def __init__(self, url: str, *, hnsw_above: int = HNSW_ABOVE) -> None:
        super().__init__()
        self._url = url
        self._hnsw_above = hnsw_above
        self._prepare()

    def _prepare(self) -> None:
        with self._connection() as connection:
            self._run(connection, f"SELECT pg_advisory_lock({_LOCK})")
            try:
                self._run(connection, f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA_NAME}")
                self._run(connection, "CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
                super()._prepare()
            except psycopg.errors.FeatureNotSupported as error:
                raise BadSettings("this Postgres has no pgvector, which the index needs") from error
            except psycopg.errors.InsufficientPrivilege as error:
                raise BadSettings(
                    "the database user may not create the schema or the extension of the index:"
                    " run CREATE EXTENSION vector as an administrator once"
                ) from error
            finally:
                if not connection.broken:
                    self._run(connection, f"SELECT pg_advisory_unlock({_LOCK})")

    @contextlib.contextmanager
    def _connection(self) -> Iterator[Any]:
        try:
            with super()._connection() as connection:
                yield connection
        except psycopg.OperationalError as error:
            raise Unavailable("the database of the index does not answer") from error

    def _connect(self) -> Any:
        try:
            return psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=10,
                options=f"-c search_path={_SCHEMA_NAME},public",
            )
        except psycopg.OperationalError as error:
            raise Unavailable("the database of the index cannot be reached") from error

    def _run(self, connection: Any, statement: str, values: Sequence[Any] = ()) -> Any:
        return connection.execute(statement.replace("?", "%s"), values)

    def _many(self, connection: Any, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(statement.replace("?", "%s"), list(rows))

    @contextlib.contextmanager
    def _begin(self, connection: Any) -> Iterator[Any]:
        with connection.transaction():
            yield connection

    def _packed(self, vector: Vector) -> str:
        return "[" + ",".join(map(str, np.asarray(vector, np.float32).tolist())) + "]"

    def similar(self, repository: int, model: str, query: Vector, k: int) -> Similar:
        """Return the *k* chunks nearest to *query*; by an index only in large repositories."""
        statement = self._nearest(repository, model, query, k)
        with self._connection() as connection, connection.transaction():
            connection.execute(f"SET LOCAL hnsw.ef_search = {min(max(2 * k, 100), 1000)}")
            connection.execute("SET LOCAL hnsw.iterative_scan = strict_order")
            found = connection.execute(statement).fetchall()
        keys = np.frombuffer(b"".join(bytes(row[0]) for row in found), "S16")
        return Similar(keys, np.array([row[1] for row in found], np.float32))

    def _nearest(self, repository: int, model: str, query: Vector, k: int) -> sql.Composed:
        return sql.SQL(
            "SELECT key, -(vector::halfvec({width}) <#> {query}::halfvec({width})) FROM vectors"
            " WHERE repository = {repository} AND model = {model}"
            " ORDER BY vector::halfvec({width}) <#> {query}::halfvec({width}) LIMIT {k}"
        ).format(
            width=sql.Literal(len(query)),
            query=sql.Literal(self._packed(query)),
            repository=sql.Literal(repository),
            model=sql.Literal(model),
            k=sql.Literal(k),
        )

    def put_vectors(self, repository: int, model: str, vectors: Any) -> None:
        """Keep *vectors*, and index them once there are very many."""
        super().put_vectors(repository, model, vectors)
        if vectors:
            self._index_when_large(repository, model, len(next(iter(vectors.values()))))

    def _index_when_large(self, repository: int, model: str, width: int) -> None:
        name = _index_name(repository, model)
        with self._connection() as connection:
            if connection.execute("SELECT to_regclass(%s)", (name,)).fetchone()[0] is not None:
                return
            counted = connection.execute(
                "SELECT count(*) FROM (SELECT 1 FROM vectors WHERE repository = %s AND model = %s"
                " LIMIT %s) AS counted",
                (repository, model, self._hnsw_above + 1),
            ).fetchone()[0]
            if counted <= self._hnsw_above:
                return
            connection.execute(
                sql.SQL(
                    "CREATE INDEX IF NOT EXISTS {name} ON vectors USING hnsw"
                    " ((vector::halfvec({width})) halfvec_ip_ops)"
                    " WHERE repository = {repository} AND model = {model}"
                ).format(
                    name=sql.Identifier(name),
                    width=sql.Literal(width),
                    repository=sql.Literal(repository),
                    model=sql.Literal(model),
                )
            )

    def drop_models(self, repository: int, *, keep: str) -> int:
        """Drop the vectors of all models but *keep*, and their indexes; return how many."""
        gone = super().drop_models(repository, keep=keep)
        self._drop_indexes(repository, keep=_index_name(repository, keep))
        return gone

    def forget(self, repository: int, ref: str | None = None) -> int:
        """Drop one ref or, by default, everything of *repository*; return how many rows went."""
        gone = super().forget(repository, ref)
        if ref is None:
            self._drop_indexes(repository)
        return gone

    def _drop_indexes(self, repository: int, *, keep: str = "") -> None:
        """Drop the vector indexes of *repository*: an empty one would refuse other lengths."""
        with self._connection() as connection:
            found = connection.execute(
                "SELECT indexname FROM pg_indexes"
                " WHERE schemaname = %s AND starts_with(indexname, %s) AND indexname <> %s",
                (_SCHEMA_NAME, _index_name(repository), keep),
            ).fetchall()
            for (name,) in found:
                gone = sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(name))
                connection.execute(gone)

    def size(self, repository: int) -> int:
        """Return how many bytes the rows of *repository* take, without what indexes add."""
        total = 0
        with self._connection() as connection:
            for table in ("files", "blobs", "vectors"):
                row = connection.execute(
                    f"SELECT coalesce(sum(pg_column_size({table}.*)), 0) FROM {table}"
                    " WHERE repository = %s",
                    (repository,),
                ).fetchone()
                total += int(row[0])
        return total


def _index_name(repository: int, model: str | None = None) -> str:
    """Return what the index over the vectors of *model* is called, or how all of them begin."""
    end = "" if model is None else zlib.crc32(model.encode())
    return f"vectors_near_{int(repository)}_{end}"

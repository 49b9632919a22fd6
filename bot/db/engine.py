"""One database, SQLite or Postgres, opened once and handed out as transactions."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.db.apart import Apart, Work
from bot.db.away import told_when_away
from bot.db.old_sqlite import teach_subsec
from bot.errors import BadSettings

Tx = AsyncConnection
T = TypeVar("T")
_READ = "cadence_read"
_READERS = 2
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Transactions on one database; writes on SQLite wait their turn in order."""

    def __init__(self, url: str) -> None:
        self.url = _checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine: AsyncEngine | None = None
        self._writer: Apart | None = None
        self._readers: Apart | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Bring the tables up to date and connect."""
        if self.is_sqlite:
            Path(self.url.database or "").parent.mkdir(parents=True, exist_ok=True)
            teach_subsec()
        await asyncio.to_thread(migrate, self.url)
        driver = "sqlite+aiosqlite" if self.is_sqlite else "postgresql+asyncpg"
        options: dict[str, Any] = {"pool_size": 10} | (
            {} if self.is_sqlite else {"pool_pre_ping": True}
        )
        self._engine = create_async_engine(self.url.set(drivername=driver), **options)
        if self.is_sqlite:
            _prepare(self._engine.sync_engine)
            self._writer = Apart(_prepare(create_engine(self.url)), Engine.begin, threads=1)
            self._readers = Apart(_prepare(create_engine(self.url)), _for_reading, threads=_READERS)

    async def close(self) -> None:
        """Give all connections back."""
        for apart in (self._writer, self._readers):
            if apart is not None:
                await apart.close()
        self._writer = self._readers = None
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    @property
    def engine(self) -> AsyncEngine:
        """The open engine."""
        if self._engine is None:
            raise RuntimeError("the database is not open")
        return self._engine

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """Open one transaction; it commits when the block ends well.

        Raise `StorageAway` when the database goes away: what was done may be done or not.
        """
        with told_when_away():
            async with self.turn(), self.engine.begin() as tx:
                yield tx

    async def change(self, work: Work[T]) -> T:
        """Do *work* in one transaction, as in `write`, with nothing of ours in between.

        It may wait for its transaction only: on SQLite all of it is done in another thread, which
        is many times faster for many statements. Raise `StorageAway` as `write` does.
        """
        with told_when_away():
            if self._writer is not None:
                async with self.turn():
                    return await self._writer.run(work)
            async with self.engine.begin() as tx:
                return await work(tx)

    async def look(self, work: Work[T]) -> T:
        """Do *work*, which only reads, as `change` does; it takes no lock."""
        with told_when_away():
            if self._readers is not None:
                return await self._readers.run(work)
            async with self.engine.connect() as connection:
                return await work(connection)

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for our turn to write: on SQLite one of us at a time, without busy waiting."""
        async with self._turn if self.is_sqlite else contextlib.nullcontext():
            yield

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """Open a connection for reading; it takes no lock."""
        with told_when_away():
            async with self.engine.connect() as connection:
                if self.is_sqlite:
                    connection = await connection.execution_options(**{_READ: True})
                yield connection

    @contextlib.asynccontextmanager
    async def only_one(self, key: int, *, look_s: float = 2.0) -> AsyncIterator[None]:
        """Wait until no other process on this database holds *key*, and hold it for the block.

        It is let go when we die: the server ends the session's locks with its connection.
        """
        if self.is_sqlite:  # this process is the only one
            yield
            return
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            take = text("SELECT pg_try_advisory_lock(:key)")
            while not (await connection.execute(take, {"key": key})).scalar():  # noqa: ASYNC110 - another process
                await asyncio.sleep(look_s)
            try:
                yield
            finally:
                give = text("SELECT pg_advisory_unlock(:key)")
                await connection.execute(give, {"key": key})

    @property
    def system_url(self) -> str:
        """The same database as the durable engine wants it named."""
        return self.url.render_as_string(hide_password=False)


def insert_once(tx: Tx, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert into *table* that skips rows which are there already."""
    if tx.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


async def inserted(tx: Tx, table: Table, row: dict[str, Any]) -> bool:
    """Insert *row* unless it is there already; return whether it was new."""
    statement = insert_once(tx, table).values(row).returning(*table.primary_key.columns)
    return (await tx.execute(statement)).first() is not None


def migrate(url: URL) -> None:
    """Bring the tables at *url* to the newest revision."""
    backend = url.get_backend_name()
    engine = create_engine(url if backend == "sqlite" else url.set(drivername="postgresql+psycopg"))
    try:
        if backend == "sqlite":
            with engine.connect() as connection:
                # A new file gets larger pages; an old one keeps its own.
                connection.exec_driver_sql("PRAGMA page_size=8192")
                # The engine's own default journal halves the rate of deliveries worked off.
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        with engine.begin() as connection:
            if revision_of(connection) != newest_revision():
                _upgrade(connection)
    finally:
        engine.dispose()


def newest_revision() -> str:
    """Return the revision that the tables should have: the files are numbered in order."""
    return max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).split("_")[0]


def revision_of(connection: Connection) -> str:
    """Return the revision of the tables, empty when there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    query = text("SELECT version_num FROM alembic_version")
    return connection.execute(query).scalar() or ""


def _upgrade(connection: Connection) -> None:
    # Not at the top: it takes a tenth of a start to import, and most starts have nothing to do.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadSettings("DATABASE_URL is not a database URL") from error
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise BadSettings("DATABASE_URL must begin with sqlite:/// or postgresql://")
    return parsed.set(drivername=parsed.get_backend_name())


def _prepare(engine: Engine) -> Engine:
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


@contextlib.contextmanager
def _for_reading(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        yield connection.execution_options(**{_READ: True})


def _set_pragmas(connection: Any, _record: Any) -> None:
    # The driver's own implicit BEGIN is deferred; ours comes from `_begin`.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    mode = "DEFERRED" if connection.get_execution_options().get(_READ) else "IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN {mode}")

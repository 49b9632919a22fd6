"""A look at the database from outside: does it open, write, and have our tables."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from bot.db.engine import Database, newest_revision, revision_of
from bot.errors import Unavailable

_CONNECT_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What was found; *journal* is SQLite's, *vectors* the version of Postgres' pgvector."""

    server: str
    revision: str
    newest: str
    journal: str = ""
    vectors: str = ""

    @property
    def is_new(self) -> bool:
        """Whether there are no tables yet; the coordinator makes them at its first start."""
        return not self.revision


def look(url: str) -> Checkup:
    """Open the database at *url*, write into it and take it back.

    Raise `BadSettings` for a URL that is none and `Unavailable` when it cannot be opened or
    written. It blocks: call it in a thread.
    """
    database = Database(url)
    head = newest_revision()
    if database.is_sqlite and _missing(database.url):
        return Checkup(server="SQLite", revision="", newest=head)
    driver = "sqlite" if database.is_sqlite else "postgresql+psycopg"
    arguments = {"timeout": _CONNECT_S} if database.is_sqlite else {"connect_timeout": _CONNECT_S}
    engine = create_engine(database.url.set(drivername=driver), connect_args=arguments)
    try:
        with engine.connect() as connection:
            return _sqlite(connection, head) if database.is_sqlite else _postgres(connection, head)
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise Unavailable(f"the database cannot be used: {cause}") from error
    finally:
        engine.dispose()


def nearest(place: Path) -> Path:
    """Return *place*, or what of the way to it is there already."""
    while not place.exists():
        place = place.parent
    return place


def _missing(url: URL) -> bool:
    """Return whether the file is not there yet; raise `Unavailable` if it cannot be made."""
    if not url.database or Path(url.database).exists():
        return False
    place = nearest(Path(url.database).parent)
    probe = place / ".cadence-doctor"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Unavailable(f"{place} cannot be written: {error.strerror}") from error
    return True


def _sqlite(connection: Connection, head: str) -> Checkup:
    journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    _try_a_write(connection)
    return Checkup(
        server=f"SQLite {version}", revision=revision_of(connection), newest=head, journal=journal
    )


def _postgres(connection: Connection, head: str) -> Checkup:
    version = connection.exec_driver_sql("SHOW server_version").scalar_one()
    vectors = connection.exec_driver_sql(
        "SELECT coalesce(installed_version, default_version)"
        " FROM pg_available_extensions WHERE name = 'vector'"
    ).scalar_one_or_none()
    _try_a_write(connection)
    return Checkup(
        server=f"PostgreSQL {version}",
        revision=revision_of(connection),
        newest=head,
        vectors=vectors or "",
    )


def _try_a_write(connection: Connection) -> None:
    # Made in a transaction that is taken back: nobody else ever sees the table.
    if connection.dialect.name == "sqlite":  # its driver begins none before a CREATE
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.exec_driver_sql("CREATE TABLE cadence_doctor (n INTEGER)")
    connection.rollback()

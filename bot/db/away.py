"""A database that went away in the middle, told as one kind of error: it can be asked again."""

import contextlib
from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError

from bot.errors import StorageAway

# Classes of SQLSTATE: connection, resources, the server is told to stop, system error.
_PASSING = ("08", "53", "57", "58")
_SQLITE_PASSING = ("locked", "busy", "disk i/o", "unable to open")


@contextlib.contextmanager
def told_when_away() -> Iterator[None]:
    """Raise `StorageAway` for what may work in a moment; a mistake of ours stays what it is."""
    try:
        yield
    except DBAPIError as error:
        if is_passing(error):
            raise StorageAway("the database is away") from error
        raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError) as error:
        raise StorageAway("the database is away") from error


def is_passing(error: DBAPIError) -> bool:
    """Whether the same statement may work in a moment."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state)[:2] in _PASSING
    if isinstance(error, OperationalError):
        said = str(error.orig).lower()
        is_sqlite = type(error.orig).__module__.startswith("sqlite3")
        return not is_sqlite or any(words in said for words in _SQLITE_PASSING)
    return isinstance(error, InterfaceError | InternalError)

"""What the durable engine takes for granted on Python 3.12 and newer: SQLite 3.42.

There it asks SQLite for ``unixepoch('subsec')``. Debian 12 has SQLite 3.40, which answers NULL, and
the first start fails. Here that function is taught to every connection of this process.
"""

import sqlite3
import time
from functools import cache
from typing import Any

from sqlalchemy import Engine, event

_KNOWS_SUBSEC = (3, 42)


@cache  # once a process
def teach_subsec() -> None:
    """Make ``unixepoch('subsec')`` work where SQLite is too old for it."""
    if sqlite3.sqlite_version_info < _KNOWS_SUBSEC:
        event.listen(Engine, "connect", _teach)


def _teach(connection: Any, _record: Any) -> None:
    if hasattr(connection, "create_function"):  # not so with Postgres
        connection.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(word: object) -> float | None:
    return round(time.time(), 3) if word == "subsec" else None

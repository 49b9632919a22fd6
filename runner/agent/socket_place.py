"""A private folder for a Unix socket: short, since its whole name has 107 bytes at most."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LONGEST = 107  # sun_path of unix(7), without its end
NOTE = "socket-place"  # the file that says where a run's socket is, so that it goes with the run
_PREFIX = "cadence-"
_SAMPLE = f"{_PREFIX}12345678/egress.sock"
_LAST = Path("/tmp")  # noqa: S108 - its folders are made for us alone


class NoPlace(OSError):
    """There is no folder in which a socket could be made."""


def make(*, is_shared: bool = False) -> Path:
    """Make a folder that is ours alone, for one socket; raise `NoPlace`.

    One that *is_shared* may be opened to another user later, so it is in nobody's own folder.
    """
    for parent in parents(is_shared=is_shared):
        with suppress(OSError):
            place = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))  # mode 0700, or not at all
            if place.lstat().st_uid == os.geteuid():
                return place
    tried = ", ".join(map(str, _named(is_shared=is_shared)))
    raise NoPlace(f"no folder for a socket: none of {tried} is short, safe and writable")


def parents(*, is_shared: bool = False) -> list[Path]:
    """Return the folders that may hold one: the user's own for such things, then temporary ones."""
    return [place for place in _named(is_shared=is_shared) if _fits(place) and _is_safe(place)]


def remove(note: Path) -> None:
    """Remove the folder that *note* names, if it is one that `make` made for this user."""
    with suppress(OSError):
        place = Path(note.read_text())
        made = place.lstat()
        is_ours = stat.S_ISDIR(made.st_mode) and made.st_uid == os.geteuid()
        if is_ours and place.name.startswith(_PREFIX) and place.parent in parents():
            shutil.rmtree(place, ignore_errors=True)


def _named(*, is_shared: bool) -> Iterator[Path]:
    own = os.environ.get("XDG_RUNTIME_DIR", "")  # noqa: TID251 - where this user's sockets belong
    if own.startswith("/") and not is_shared:
        yield Path(own)
    yield Path(tempfile.gettempdir())
    yield _LAST


def _fits(parent: Path) -> bool:
    return len(os.fsencode(parent / _SAMPLE)) <= LONGEST


def _is_safe(parent: Path) -> bool:
    """Whether nobody but root and us can put another folder in the place of ours."""
    try:
        found = parent.stat()
    except OSError:
        return False
    is_open = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX
    return found.st_uid in {_root(), os.geteuid()} and not is_open


def _root() -> int:
    """Return root's number; a namespace without root shows root's files as the overflow user's."""
    with suppress(OSError):
        rows = Path("/proc/self/uid_map").read_text().splitlines()
        if not any(row.split()[0] == "0" for row in rows):
            return int(Path("/proc/sys/kernel/overflowuid").read_text())
    return 0

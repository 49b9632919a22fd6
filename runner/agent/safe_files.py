"""Files out of a tree that an agent has touched: never through a link, never too large."""

import os
import stat
from pathlib import Path

from runner.agent.seams import RunFailed


def take(tree: Path, name: str, target: Path, most: int) -> None:
    """Move ``.git/NAME`` out of *tree* to *target*; raise `RunFailed` for what is no plain file."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        folder = os.open(tree / ".git", flags | os.O_DIRECTORY)
        try:
            source = os.open(name, flags, dir_fd=folder)
            os.unlink(name, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise RunFailed("The bundle of the work is not where it should be.") from error
    with os.fdopen(source, "rb") as data:
        about = os.fstat(source)
        if not stat.S_ISREG(about.st_mode) or about.st_size > most:
            raise RunFailed("The bundle of the work is too large or not a file.")
        target.write_bytes(data.read(most))

"""How cages learn that the runner is gone: a pipe whose other end only the runner holds."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lifeline() -> Iterator[int]:
    """Yield the end to hand to `runner.cage_init`; it ends with this block, or this process.

    The kernel closes our end whatever kills us, and no program that we start keeps it open. A death
    signal alone leaves a gap: it is not set yet while a cage is being built.
    """
    theirs, ours = os.pipe()
    try:
        yield theirs
    finally:
        os.close(ours)
        os.close(theirs)

"""What a file consists of: chunks to read, symbols that it defines, modules that it imports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file: lines *start* to *end*, counted from 1, inclusive; *name* is its heading.

    *name* is the qualified name of what the piece defines (``Session.request``), a heading or a
    key; empty when it has none.
    """

    start: int
    end: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name that a file defines, on the lines *start* to *end*, counted from 1, inclusive."""

    name: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outline:
    """One file taken apart; its chunks cover every line once, in order."""

    chunks: tuple[Chunk, ...]
    symbols: tuple[Symbol, ...] = ()
    imports: tuple[str, ...] = ()

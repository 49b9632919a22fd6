"""What the index keeps of one file: packed arrays, ready to be put together with all others."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from indexer.ranking import terms
from indexer.syntax.outline import Chunk, Outline, Symbol

VERSION = 2  # of everything that decides what an analysis holds; another one starts anew

CHUNK = np.dtype([("start", "<u4"), ("end", "<u4"), ("key", "S16")])
TERM = np.dtype([("term", "<u4"), ("chunk", "<u2"), ("times", "u1")])
COUNT = np.dtype([("term", "<u4"), ("times", "u1")])
_MAX_CHUNKS = 0xFFFF
_MAX_SYMBOLS = 4_000
_STEP = 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One file as the index keeps it; the arrays are bytes of the types above.

    *chunks* has a row a chunk with its lines and the key of its text, *body* the terms of each
    chunk, *pairs* the neighbouring terms of the file, *parts* the terms of the names it defines,
    *symbols* the numbers of these names themselves. *detail* and *text* are for showing.
    """

    language: str
    chunks: bytes
    body: bytes
    pairs: bytes
    parts: bytes
    symbols: bytes
    detail: bytes
    text: bytes


@dataclass(frozen=True, slots=True)
class Detail:
    """What a hit shows of a file: the heading of each chunk, and the symbols, as rows."""

    names: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    @property
    def defined(self) -> list[str]:
        """The names of the symbols."""
        return [row[0] for row in self.rows]

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """What the file defines, in order."""
        return tuple(Symbol(*row) for row in self.rows)


def analyse(language: str, text: str, outline: Outline) -> Analysis:
    """Return what is kept of a file with *text*, taken apart into *outline*."""
    lines = text.split("\n")
    spans = outline.chunks[:_MAX_CHUNKS] or (Chunk(1, len(lines)),)
    pieces = [_piece(lines, chunk) for chunk in spans]
    sequences = [terms.sequence(piece) for piece in pieces]
    whole = np.concatenate(sequences) if sequences else np.empty(0, np.uint32)
    names = [symbol.name for symbol in outline.symbols[:_MAX_SYMBOLS]]
    known = [
        (chunk.start, chunk.end, text_key(piece))
        for chunk, piece in zip(spans, pieces, strict=True)
    ]
    return Analysis(
        language=language,
        chunks=np.array(known, CHUNK).tobytes(),
        body=_body(sequences).tobytes(),
        pairs=_counted(terms.pairs(whole)).tobytes(),
        parts=_counted(terms.sequence(" ".join(names))).tobytes(),
        symbols=np.unique(terms.numbers(names)).astype("<u4").tobytes(),
        detail=_detail(spans, outline),
        text=zlib.compress(text.encode("utf-8", "surrogatepass"), 1),
    )


def text_key(text: str) -> bytes:
    """Return the key that texts are told apart by: 16 bytes."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def text_of(packed: bytes) -> str:
    """Return the text of an `Analysis`."""
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")


def detail_of(packed: bytes) -> Detail:
    """Return what an `Analysis` has to show."""
    names, symbols = orjson.loads(packed)
    return Detail(tuple(names), symbols)


def piece_of(text: str, start: int, end: int) -> str:
    """Return the lines *start* to *end* of *text*, counted from 1, inclusive."""
    return "\n".join(text.split("\n")[start - 1 : end])


def piece_in(packed: bytes, start: int, end: int) -> str:
    """Return the lines *start* to *end* of the text of an `Analysis`; what follows stays packed."""
    unpacking, rest, text, seen = zlib.decompressobj(), packed, b"", 0
    while seen < end and not unpacking.eof:
        part = unpacking.decompress(rest, _STEP)
        rest = unpacking.unconsumed_tail
        seen += part.count(b"\n")
        text += part
        if not part and not rest:
            break
    lines = text.split(b"\n", end)[start - 1 : end]
    return b"\n".join(lines).decode("utf-8", "surrogatepass")


def _piece(lines: Sequence[str], chunk: Chunk) -> str:
    return "\n".join(lines[chunk.start - 1 : chunk.end])


def _body(sequences: Sequence[terms.Numbers]) -> npt.NDArray[np.void]:
    parts = []
    for at, sequence in enumerate(sequences):
        found, times = np.unique(sequence, return_counts=True)
        rows = np.empty(len(found), TERM)
        rows["term"], rows["chunk"], rows["times"] = found, at, np.minimum(times, 255)
        parts.append(rows)
    return np.concatenate(parts) if parts else np.empty(0, TERM)


def _counted(found: terms.Numbers) -> npt.NDArray[np.void]:
    unique, times = np.unique(found, return_counts=True)
    rows = np.empty(len(unique), COUNT)
    rows["term"], rows["times"] = unique, np.minimum(times, 255)
    return rows


def _detail(spans: Sequence[Chunk], outline: Outline) -> bytes:
    names = [_clean(chunk.name) for chunk in spans]
    symbols = [
        (_clean(symbol.name), symbol.kind, symbol.start, symbol.end)
        for symbol in outline.symbols[:_MAX_SYMBOLS]
    ]
    return orjson.dumps((names, symbols))


def _clean(name: str) -> str:
    """Return *name* without what JSON cannot hold."""
    return name.encode("utf-8", "replace").decode()

"""A snapshot in memory: everything that ranking needs, and nothing of the texts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from indexer import analysis
from indexer.files.kinds import Kind, kind_of
from indexer.ranking import terms
from indexer.ranking.postings import Floats, Ints, Postings, packed
from indexer.ranking.uses import Uses

_NAME_WEIGHT = 2  # a term of the file's own name counts twice
_TOO_MANY_DEAD = 0.25
# Files that stand for their folder.
_FOLDER_FILES = frozenset({"__init__", "index", "mod", "lib", "main"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One indexed file as a store hands it over."""

    path: str
    blob: str
    language: str
    chunks: bytes
    body: bytes
    pairs: bytes
    parts: bytes
    symbols: bytes


@dataclass(frozen=True, eq=False)
class Corpus:
    """All files of a snapshot, in the order in which they came; a replaced one leaves a gap."""

    paths: tuple[str, ...]
    blobs: tuple[str, ...]
    kinds: npt.NDArray[np.uint8]
    alive: npt.NDArray[np.bool_]
    chunks: npt.NDArray[np.void]
    file_of: Ints
    first_chunk: Ints
    body: Postings
    files: Postings
    pairs: Postings
    parts: Postings
    symbols: Postings
    names: Postings

    @classmethod
    def build(cls, rows: Sequence[FileRow]) -> "Corpus":
        """Put *rows* together."""
        fresh = _Fresh.of(rows, first_file=0, first_chunk=0)
        count, chunks = len(rows), len(fresh.chunks)

        def field(
            made: tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]], size: int, b: float = 0.75
        ) -> Postings:
            return Postings.build(*made, size, size, b=b)

        return cls(
            paths=tuple(row.path for row in rows),
            blobs=tuple(row.blob for row in rows),
            kinds=fresh.kinds,
            alive=np.ones(count, np.bool_),
            chunks=fresh.chunks,
            file_of=fresh.file_of,
            first_chunk=fresh.first_chunk,
            body=field(fresh.body, chunks),
            files=field(fresh.files, count),
            pairs=field(fresh.pairs, count),
            parts=field(fresh.parts, count, 0.6),
            symbols=field(fresh.symbols, count, 0.2),
            names=field(fresh.names, count, 0.5),
        )

    def replaced(self, gone: Iterable[str], rows: Sequence[FileRow]) -> "Corpus | None":
        """Return a corpus without *gone* and with new *rows*; none when building anew is better.

        A path in both is a file that changed.
        """
        dead = np.zeros(len(self.paths) + len(rows), np.bool_)
        places = self.places
        dead[[places[path] for path in gone if path in places]] = True
        alive = np.concatenate((self.alive, np.ones(len(rows), np.bool_))) & ~dead
        if alive.sum() < len(alive) * (1 - _TOO_MANY_DEAD):
            return None
        count = len(alive)
        fresh = _Fresh.of(rows, first_file=len(self.paths), first_chunk=len(self.chunks))
        file_of = np.concatenate((self.file_of, fresh.file_of))
        dead_chunks = ~alive[file_of]
        living_files, living_chunks = int(alive.sum()), int((~dead_chunks).sum())

        def field(
            old: Postings, made: tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]
        ) -> Postings:
            return old.replaced(~alive, *made, count, living_files)

        return Corpus(
            paths=self.paths + tuple(row.path for row in rows),
            blobs=self.blobs + tuple(row.blob for row in rows),
            kinds=np.concatenate((self.kinds, fresh.kinds)),
            alive=alive,
            chunks=np.concatenate((self.chunks, fresh.chunks)),
            file_of=file_of,
            first_chunk=np.concatenate((self.first_chunk, fresh.first_chunk)),
            body=self.body.replaced(dead_chunks, *fresh.body, len(file_of), living_chunks),
            files=field(self.files, fresh.files),
            pairs=field(self.pairs, fresh.pairs),
            parts=field(self.parts, fresh.parts),
            symbols=field(self.symbols, fresh.symbols),
            names=field(self.names, fresh.names),
        )

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each living path is."""
        return {path: at for at, path in enumerate(self.paths) if self.alive[at]}

    @cached_property
    def by_key(self) -> tuple[Ints, npt.NDArray[np.bytes_]]:
        """The chunks by the key of their text, and these keys, sorted."""
        order = np.argsort(self.chunks["key"])
        return order, self.chunks["key"][order]

    @cached_property
    def by_name(self) -> dict[str, list[int]]:
        """The files of each lower-case base name."""
        found = defaultdict(list)
        for path, at in self.places.items():
            found[path.rpartition("/")[2].lower()].append(at)
        return dict(found)

    @cached_property
    def by_module(self) -> dict[str, list[int]]:
        """The files of each module name: base names without endings; folders for ``__init__``."""
        found = defaultdict(list)
        for path, at in self.places.items():
            if self.kinds[at] <= Kind.TEST:
                for module in module_paths(path):
                    found[module.rpartition("/")[2]].append(at)
        return dict(found)

    @cached_property
    def by_stem(self) -> dict[str, list[int]]:
        """The code files of each base name in snake case, up to its first dot."""
        found = defaultdict(list)
        for path, at in self.places.items():
            if self.kinds[at] == Kind.CODE:
                found[terms.snake(path.rpartition("/")[2].partition(".")[0])].append(at)
        return dict(found)

    @cached_property
    def by_segment(self) -> dict[str, list[int]]:
        """The files below or named by each word of a path, in snake case and in parts."""
        found = defaultdict(list)
        for path, at in self.places.items():
            whole = {terms.snake(part.partition(".")[0]) for part in path.split("/")}
            for word in whole | {part for one in whole for part in one.split("_")}:
                found[word].append(at)
        return dict(found)

    @cached_property
    def uses(self) -> Uses:
        """Which chunks use what other files define."""
        return Uses.build(self.parts, self.files, self.body, self.file_of, len(self.paths))

    @cached_property
    def sizes(self) -> Floats:
        """How much there is in each file: 0..1, by the logarithm of its terms."""
        grown = np.log1p(self.files.lengths)
        return np.asarray(grown / max(float(grown.max(initial=0.0)), 1e-6), np.float32)

    @property
    def size(self) -> int:
        """How many bytes of memory its arrays take."""
        fields = (self.body, self.files, self.pairs, self.parts, self.symbols, self.names)
        return sum(one.size for one in fields) + self.chunks.nbytes + self.file_of.nbytes


def module_paths(path: str) -> list[str]:
    """Return the lower-case paths that a module at *path* may be imported by, from the root."""
    folder, _, base = f"/{path.lower()}".rpartition("/")
    stem = base.rpartition(".")[0] or base
    own = [f"{folder}/{stem}"]
    return [*own, folder] if stem in _FOLDER_FILES and folder else own


Made = tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fresh:
    """Rows on their way into a corpus, counted from where it ends."""

    kinds: npt.NDArray[np.uint8]
    chunks: npt.NDArray[np.void]
    file_of: Ints
    first_chunk: Ints
    body: Made
    files: Made
    pairs: Made
    parts: Made
    symbols: Made
    names: Made

    @classmethod
    def of(cls, rows: Sequence[FileRow], *, first_file: int, first_chunk: int) -> "_Fresh":
        numbers = np.arange(first_file, first_file + len(rows), dtype=np.int64)
        chunks, in_file = _joined([row.chunks for row in rows], analysis.CHUNK)
        counts = np.bincount(in_file, minlength=len(rows)) if rows else np.empty(0, np.int64)
        starts = first_chunk + np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64)
        body, body_file = _joined([row.body for row in rows], analysis.TERM)
        kinds = [kind_of(row.path, row.language) for row in rows]
        starts = starts[: len(rows)]
        return cls(
            kinds=np.array(kinds, np.uint8),
            chunks=chunks,
            file_of=numbers[in_file],
            first_chunk=starts,
            body=packed(body["term"], starts[body_file] + body["chunk"], body["times"]),
            files=packed(body["term"], numbers[body_file], body["times"]),
            pairs=_counted([row.pairs for row in rows], numbers),
            parts=_counted([row.parts for row in rows], numbers),
            symbols=_symbols([row.symbols for row in rows], numbers),
            names=_names([row.path for row in rows], numbers),
        )


def _joined(blobs: Sequence[bytes], kind: np.dtype[np.void]) -> tuple[npt.NDArray[np.void], Ints]:
    """Return all rows of *blobs* and which blob each is from."""
    lengths = np.fromiter((len(blob) // kind.itemsize for blob in blobs), np.int64, len(blobs))
    return np.frombuffer(b"".join(blobs), kind), np.repeat(np.arange(len(blobs)), lengths)


def _counted(blobs: Sequence[bytes], numbers: Ints) -> Made:
    rows, owner = _joined(blobs, analysis.COUNT)
    return packed(rows["term"], numbers[owner], rows["times"])


def _symbols(blobs: Sequence[bytes], numbers: Ints) -> Made:
    lengths = np.fromiter((len(blob) // 4 for blob in blobs), np.int64, len(blobs))
    found = np.frombuffer(b"".join(blobs), "<u4")
    owner = np.repeat(numbers, lengths)
    return packed(found, owner, np.ones(len(found), np.uint8))


def _names(paths: Sequence[str], numbers: Ints) -> Made:
    found, owner, times = [], [], []
    for path, at in zip(paths, numbers.tolist(), strict=True):
        folder, _, base = path.rpartition("/")
        own = terms.sequence(base.rpartition(".")[0] or base)
        above = terms.sequence(folder)
        found += [above, own]
        owner += [at] * (len(above) + len(own))
        times += [1] * len(above) + [_NAME_WEIGHT] * len(own)
    joined = np.concatenate(found) if found else np.empty(0, np.uint32)
    return packed(joined, np.array(owner, np.int64), np.array(times, np.uint8))

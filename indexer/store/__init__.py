"""Where an index is kept: words, and what every store promises."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from indexer.analysis import Analysis
from indexer.ranking.corpus import FileRow

Vector = npt.NDArray[np.float16]
DEFAULT = ""  # the ref of the default branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A file as a snapshot holds it.

    *blob* is git's id of the content with the language behind it (``ab12…/python``), or with the
    reason why the file is left out (``ab12…/!generated``); empty on a branch where the file is
    gone. *stamp* is what a folder knows of the file without reading it.
    """

    blob: str
    stamp: str = ""

    @property
    def oid(self) -> str:
        """Git's id of the content."""
        return self.blob.partition("/")[0]

    @property
    def is_indexed(self) -> bool:
        """Whether there is an analysis of it."""
        return bool(self.blob) and "/!" not in self.blob


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A snapshot that is there: *generation* grows with every change of it."""

    commit: str
    generation: int
    version: int
    model: str
    report: dict[str, Any]
    context: dict[str, Any]
    indexed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What turns the snapshot of *expected* generation (0: none) into the next one."""

    repository: int
    ref: str
    expected: int
    commit: str
    put: Mapping[str, Held] = field(default_factory=dict)
    drop: Sequence[str] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    indexed_at: datetime


class Store(Protocol):
    """Snapshots, analyses and vectors of repositories; safe for several threads and processes.

    All calls block and raise `bot.errors.Unavailable` when the store cannot be reached.
    """

    def state(self, repository: int, ref: str = DEFAULT) -> State | None:
        """Return the newest complete snapshot."""
        ...

    def refs(self, repository: int) -> list[str]:
        """Return the refs that there are snapshots of."""
        ...

    def files(self, repository: int, ref: str = DEFAULT) -> dict[str, Held]:
        """Return what the rows of one ref say: all files, or a branch's own difference."""
        ...

    def blobs(self, repository: int) -> set[str]:
        """Return the ids of all analyses, also of snapshots that are not complete yet."""
        ...

    def put_blobs(self, repository: int, analyses: Mapping[str, Analysis]) -> None:
        """Keep *analyses* by blob; those that are there already stay."""
        ...

    def commit(self, change: Change) -> bool:
        """Make *change* the newest snapshot, all of it or nothing.

        Return whether it was; false when somebody else changed the snapshot first.
        """
        ...

    def rows(self, repository: int, held: Mapping[str, str]) -> Iterator[FileRow]:
        """Yield what ranking needs of *held*, blobs by path; a missing analysis is left out."""
        ...

    def shown(self, repository: int, blobs: Sequence[str]) -> dict[str, tuple[bytes, bytes]]:
        """Return detail and text of *blobs*, packed as in `Analysis`."""
        ...

    def keys(self, repository: int) -> set[bytes]:
        """Return the keys of all chunks of the repository."""
        ...

    def embedded(self, repository: int, model: str) -> set[bytes]:
        """Return the keys that have a vector of *model*."""
        ...

    def length_of(self, repository: int, model: str) -> int:
        """Return how many numbers the vectors of *model* have, 0 when there are none."""
        ...

    def share_vectors(self, repository: int, model: str, keys: Iterable[bytes]) -> set[bytes]:
        """Take over vectors that other repositories have of *keys*; return those keys."""
        ...

    def put_vectors(self, repository: int, model: str, vectors: Mapping[bytes, Vector]) -> None:
        """Keep *vectors*: unit vectors, all of one length a model."""
        ...

    def answer_with(self, repository: int, model: str) -> None:
        """Let searches use the vectors of *model* from now on; empty: none."""
        ...

    def drop_models(self, repository: int, *, keep: str) -> int:
        """Drop the vectors of all models but *keep*; return how many."""
        ...

    def similar(self, repository: int, model: str, query: Vector, k: int) -> "Similar":
        """Return the *k* chunks nearest to *query*, exactly; best first."""
        ...

    def spend(self, repository: int, model: str, day: str, tokens: int, usd: float | None) -> None:
        """Add to what embeddings of the repository have cost."""
        ...

    def spent(self, repository: int) -> list[tuple[str, str, int, float | None]]:
        """Return model, day, tokens and US dollars, newest day first."""
        ...

    def tidy(self, repository: int) -> int:
        """Drop analyses and vectors that no snapshot needs; return how many rows went."""
        ...

    def forget(self, repository: int, ref: str | None = None) -> int:
        """Drop one ref or, by default, everything of *repository*; return how many rows went."""
        ...

    def size(self, repository: int) -> int:
        """Return how many bytes the repository takes, about."""
        ...

    def close(self) -> None:
        """Give all connections back."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Similar:
    """Chunks by how near they are to a query: their keys and cosines."""

    keys: npt.NDArray[np.bytes_]
    cosines: npt.NDArray[np.float32]

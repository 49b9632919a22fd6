"""Which documents hold which terms, and how much that says: BM25 over sorted arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_DOC_BITS = np.uint64(32)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """The postings of one field; documents are counted from 0, dead ones have no postings.

    *keys* is sorted: term in the upper 32 bits, document in the lower. *times* runs beside it.
    """

    keys: npt.NDArray[np.uint64]
    times: npt.NDArray[np.uint8]
    lengths: Floats
    alive: int
    k1: float
    b: float
    gains: Floats

    @classmethod
    def build(
        cls,
        keys: npt.NDArray[np.uint64],
        times: npt.NDArray[np.uint8],
        documents: int,
        alive: int,
        *,
        k1: float = 1.2,
        b: float = 0.75,
    ) -> "Postings":
        """Return postings of sorted *keys* over so many *documents*, of which some are *alive*."""
        docs = documents_of(keys)
        lengths = np.bincount(docs, times, minlength=documents).astype(np.float32)
        total = max(float(lengths.sum()), 1.0)
        mean = total / max(alive, 1)
        norm = (k1 * (1 - b + b * lengths / mean)).astype(np.float32)
        counted = times.astype(np.float32)
        gains = counted * np.float32(k1 + 1) / (counted + norm[docs])
        return cls(keys, times, lengths, alive, k1, b, gains)

    def replaced(
        self,
        dead: npt.NDArray[np.bool_],
        keys: npt.NDArray[np.uint64],
        times: npt.NDArray[np.uint8],
        documents: int,
        alive: int,
    ) -> "Postings":
        """Return postings without those of *dead* documents and with sorted new ones."""
        kept = ~dead[documents_of(self.keys)]
        old_keys, old_times = self.keys[kept], self.times[kept]
        places = np.searchsorted(old_keys, keys)
        return Postings.build(
            np.insert(old_keys, places, keys),
            np.insert(old_times, places, times),
            documents,
            alive,
            k1=self.k1,
            b=self.b,
        )

    def scores(self, weights: Mapping[int, float]) -> Floats:
        """Return the BM25 score of every document for the terms in *weights*."""
        slices = self._slices(weights)
        if not slices:
            return np.zeros(len(self.lengths), np.float32)
        documents = np.concatenate([documents_of(self.keys[low:high]) for low, high, _ in slices])
        gains = np.concatenate(
            [self.gains[low:high] * np.float32(gain) for low, high, gain in slices]
        )
        return np.bincount(documents, gains, minlength=len(self.lengths)).astype(np.float32)

    def idf(self, weights: Mapping[int, float]) -> dict[int, float]:
        """Return how rare each term is: its weight in BM25 without the query's."""
        return {
            term: _idf(self.alive, high - low)
            for term, (low, high) in zip(weights, self._bounds(weights), strict=True)
            if high > low
        }

    def held_by(self, terms: npt.NDArray[np.uint32], document: int) -> npt.NDArray[np.bool_]:
        """Return for each of *terms* whether *document* holds it."""
        if not len(self.keys):
            return np.zeros(len(terms), np.bool_)
        wanted = (terms.astype(np.uint64) << _DOC_BITS) | np.uint64(document)
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        held: npt.NDArray[np.bool_] = self.keys[places] == wanted
        return held

    @property
    def size(self) -> int:
        """How many bytes of memory it takes."""
        return self.keys.nbytes + self.times.nbytes + self.lengths.nbytes + self.gains.nbytes

    def _slices(self, weights: Mapping[int, float]) -> list[tuple[int, int, float]]:
        bounds = self._bounds(weights)
        return [
            (low, high, weight * _idf(self.alive, high - low))
            for (low, high), weight in zip(bounds, weights.values(), strict=True)
            if high > low
        ]

    def _bounds(self, weights: Mapping[int, float]) -> list[tuple[int, int]]:
        wanted = np.fromiter(weights, np.uint64, len(weights)) << _DOC_BITS
        lows = np.searchsorted(self.keys, wanted)
        highs = np.searchsorted(self.keys, wanted + (np.uint64(1) << _DOC_BITS))
        return list(zip(lows.tolist(), highs.tolist(), strict=True))


def packed(
    terms: npt.NDArray[np.uint32], documents: Ints, times: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
    """Return sorted keys and their times; what is there twice is added up."""
    keys = (terms.astype(np.uint64) << _DOC_BITS) | documents.astype(np.uint64)
    order = np.argsort(keys)
    keys, times = keys[order], times[order]
    if not len(keys):
        return keys, times
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    summed = np.add.reduceat(times.astype(np.uint32), first)
    return keys[first], np.minimum(summed, 255).astype(np.uint8)


def terms_of(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return the terms of *keys*."""
    return keys >> _DOC_BITS


def documents_of(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    """Return the documents of *keys*."""
    return keys.astype(np.uint32)  # the lower half


def _idf(alive: int, held_by: int) -> float:
    return float(np.log1p((alive - held_by + 0.5) / (held_by + 0.5)))

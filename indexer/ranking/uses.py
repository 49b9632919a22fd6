"""Which pieces of code use names that one or few files define, as links from chunks to files.

A text often says what goes wrong, and the place that says the same words only calls the place
that has to change. Only rare names count: a common one leads everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.ranking.postings import Floats, Ints, Postings, documents_of, terms_of

_DEFINED = 4  # files at most that define a name which still leads somewhere
_USED = 50  # files at most that use it; in a large repository a share of all
_SHARE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """Links, sorted by *chunks*, to *files* that define what is used there; *worths* beside."""

    chunks: Ints
    files: Ints
    worths: Floats

    @classmethod
    def build(
        cls, parts: Postings, files: Postings, body: Postings, file_of: Ints, count: int
    ) -> "Uses":
        """Return the links between the chunks of *body* and the files of *parts*."""
        first, many = _runs(terms_of(parts.keys))
        names = terms_of(parts.keys)[first]
        known = _spread(files, names)
        most = max(_USED, int(_SHARE * count))
        rare = (many <= _DEFINED) & (known <= most) & (known > 0)
        first, many, names, known = first[rare], many[rare], names[rare], known[rare]
        lows = _place(body, names)
        uses = _place(body, names + np.uint64(1)) - lows
        # Every use of a name beside every file that defines it.
        pairs = uses * many
        name = np.repeat(np.arange(len(names)), pairs)
        at = np.arange(len(name)) - np.repeat(np.cumsum(pairs) - pairs, pairs)
        chunks = documents_of(body.keys)[lows[name] + at // many[name]].astype(np.int64)
        owners = documents_of(parts.keys)[first[name] + at % many[name]].astype(np.int64)
        worths = (1 / (many * np.log(2 + known))).astype(np.float32)[name]
        apart = file_of[chunks] != owners
        chunks, owners, worths = chunks[apart], owners[apart], worths[apart]
        order = np.argsort(chunks, kind="stable")
        return cls(chunks[order], owners[order], worths[order])

    def from_chunks(self, best: Sequence[int], scores: Floats, count: int) -> Floats:
        """Return for each of *count* files how much the *best* chunks use of what it defines."""
        found = np.zeros(count, np.float32)
        for chunk in best:
            low, high = np.searchsorted(self.chunks, (chunk, chunk + 1))
            np.add.at(found, self.files[low:high], self.worths[low:high] * scores[chunk])
        return found


def _runs(terms: npt.NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """Return where each of the sorted *terms* begins and how often it is there."""
    if not len(terms):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    first = np.flatnonzero(np.concatenate(([True], terms[1:] != terms[:-1])))
    return first, np.diff(np.append(first, len(terms)))


def _spread(field: Postings, names: npt.NDArray[np.uint64]) -> Ints:
    """Return how many documents of *field* hold each of *names*."""
    return _place(field, names + np.uint64(1)) - _place(field, names)


def _place(field: Postings, names: npt.NDArray[np.uint64]) -> Ints:
    return np.searchsorted(field.keys, names << np.uint64(32))

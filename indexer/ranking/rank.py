"""Which files a query is about: several kinds of evidence, each brought to 0..1, then added.

The weights are few and round on purpose: weights fitted to one set of repositories lose half of
their gain on others (docs/search.md has the ablation).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from indexer.files.kinds import Kind
from indexer.ranking import names, terms
from indexer.ranking.corpus import Corpus
from indexer.ranking.postings import Floats, Postings
from indexer.ranking.query import Query

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "file": 1.0,  # BM25 over whole files
        "chunks": 1.0,  # BM25 over chunks: the three best of a file together
        "title_chunk": 0.75,  # the title alone, best chunk
        "path": 0.5,  # terms of the path
        "title_symbols": 0.25,  # the title against terms of the names that a file defines
        "parts": 0.25,  # the whole text against the same terms
        "symbols": 0.5,  # whole names that a file defines
        "pairs": 0.5,  # neighbouring terms
        "named_path": 1.5,
        "named_module": 0.75,
        "named_stem": 1.0,
        "scope": 1.0,
        "size": 0.5,  # long files are changed more often than short ones
        "uses": 0.25,  # defines what the best places use
        "meaning": 1.0,  # embeddings, when there are any
    }
)
# What is less often the place to change something; never left out.
_WORTH = {Kind.CODE: 1.0, Kind.TEST: 0.35, Kind.PROSE: 0.3, Kind.DATA: 0.3}
_MAX_TERMS = 400
_BEST_CHUNKS = 3
_PLACES = 10  # the best places, whose uses are followed


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The files of a corpus by how well they fit: *evidence* before weighing, 0..1 a file."""

    scores: Floats
    evidence: dict[str, Floats]
    chunk_scores: Floats
    worth: Floats

    def best(self, count: int) -> list[int]:
        """Return the *count* best files that fit at all, best first."""
        count = min(count, int((self.scores > 0).sum()))
        if not count:
            return []
        candidates = np.argpartition(-self.scores, count - 1)[:count]
        order = np.lexsort((candidates, -self.scores[candidates]))
        return [int(at) for at in candidates[order]]


def rank(
    corpus: Corpus,
    query: Query,
    *,
    meaning: Floats | None = None,
    weights: Mapping[str, float] = WEIGHTS,
) -> Ranking:
    """Return the ranking of *corpus* for *query*; *meaning* is a similarity a chunk, if known."""
    body = corpus.body.scores(_numbered(query.terms, corpus.files))
    title = corpus.body.scores(_numbered(query.title, corpus.files))
    evidence = {
        "file": corpus.files.scores(_numbered(query.terms, corpus.files)),
        "chunks": _top_sum(corpus, body),
        "title_chunk": _top(corpus, title),
        "path": corpus.names.scores(_numbered(query.terms, corpus.names)),
        "title_symbols": corpus.parts.scores(_numbered(query.title, corpus.parts)),
        "parts": corpus.parts.scores(_numbered(query.terms, corpus.parts)),
        "symbols": corpus.symbols.scores({terms.number(one): 1.0 for one in query.identifiers}),
        "pairs": corpus.pairs.scores(_pairs(query)),
    }
    code = corpus.alive & (corpus.kinds <= Kind.TEST)
    evidence = {name: _scaled(found, code) for name, found in evidence.items()}
    evidence |= {
        "named_path": names.named_paths(corpus, query),
        "named_module": names.named_modules(corpus, query),
        "named_stem": names.named_stems(corpus, query),
        "scope": names.scoped(corpus, query),
    }
    if meaning is not None:
        evidence["meaning"] = _spread(_top(corpus, meaning), code)
    worth = np.array([_WORTH[kind] for kind in Kind], np.float32)[corpus.kinds]
    total = _weighed(evidence, weights, len(worth))
    more = {
        "size": np.where(total > 0, corpus.sizes, np.float32(0)),
        "uses": _scaled(_used(corpus, body, title, total * worth), code),
    }
    total += _weighed(more, weights, len(worth))
    return Ranking(np.where(corpus.alive, total * worth, 0.0), evidence | more, body, worth)


def _weighed(evidence: Mapping[str, Floats], weights: Mapping[str, float], count: int) -> Floats:
    total = np.zeros(count, np.float32)
    for name, found in evidence.items():
        total += found * np.float32(weights.get(name, 0.0))
    return total


def _used(corpus: Corpus, body: Floats, title: Floats, files: Floats) -> Floats:
    """Return for each file how much of it the best places of the best files use."""
    found = np.zeros(len(corpus.paths), np.float32)
    top = float(files.max(initial=0.0))
    if not top > 0 or not len(body):
        return found
    fit = _share(body) + np.float32(WEIGHTS["title_chunk"]) * _share(title)
    is_code = (corpus.alive & (corpus.kinds == Kind.CODE))[corpus.file_of]
    places = fit * is_code * files[corpus.file_of] / np.float32(top)
    count = min(_PLACES, len(places))
    best = np.argpartition(-places, count - 1)[:count]
    return corpus.uses.from_chunks(best.tolist(), places, len(found))


def _share(scores: Floats) -> Floats:
    return scores / np.float32(max(float(scores.max(initial=0.0)), 1e-6))


def _numbered(weights: Mapping[str, float], field: Postings) -> dict[int, float]:
    """Return term numbers with their weights; of very many terms only those that say most."""
    found = {terms.number(term): weight for term, weight in weights.items()}
    if len(found) <= _MAX_TERMS:
        return found
    rare = field.idf(found)
    most = sorted(rare, key=lambda term: (-found[term] * rare[term], term))[:_MAX_TERMS]
    return {term: found[term] for term in most}


def _pairs(query: Query) -> dict[int, float]:
    counted: Counter[int] = Counter()
    parts: Sequence[tuple[Iterable[str], float]] = (
        (query.title_sequence, 2.0),
        (query.prose_sequence, 1.0),
        (query.code_sequence, 0.5),
    )
    for said, weight in parts:
        for pair in terms.pairs(terms.numbers(said)).tolist():
            counted[pair] += weight  # type: ignore[assignment]  # a Counter of halves
    most = counted.most_common(2 * _MAX_TERMS)
    return {pair: float(np.log1p(weight)) for pair, weight in most}


def _top(corpus: Corpus, scores: Floats) -> Floats:
    """Return the best of *scores*, which are a chunk, for each file."""
    if not len(scores):
        return np.zeros(len(corpus.paths), np.float32)
    best: Floats = np.maximum.reduceat(scores, corpus.first_chunk)
    return best


def _top_sum(corpus: Corpus, scores: Floats) -> Floats:
    """Return the sum of the best few of *scores* for each file."""
    left, total = scores.copy(), np.zeros(len(corpus.paths), np.float32)
    for _ in range(_BEST_CHUNKS):
        best = _top(corpus, left)
        total += best
        if len(left):
            left[left >= best[corpus.file_of]] = 0.0
    return total


def _scaled(found: Floats, among: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Return *found* divided by the largest *among* the files that matter most."""
    largest = float(found[among].max(initial=0.0)) or float(found.max(initial=0.0))
    return np.minimum(found / np.float32(largest), 1.0) if largest > 0 else found


def _spread(found: Floats, among: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Return similarities brought to 0..1: they lie close together, the least is not 0."""
    known = found[among & (found > 0)]
    if not len(known):
        return np.zeros_like(found)
    low, high = float(known.min()), float(known.max())
    spread: Floats = (found - np.float32(low)) / np.float32(max(high - low, 1e-6))
    return np.clip(spread, 0.0, 1.0)

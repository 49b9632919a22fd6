"""Asking an index: which places of a repository a text is about, and why."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bot.errors import NotFound
from indexer import analysis
from indexer.ranking.corpus import Corpus
from indexer.ranking.postings import Floats
from indexer.ranking.query import Query, parse
from indexer.ranking.rank import WEIGHTS, Ranking, rank
from indexer.ranking.reasons import Reasons
from indexer.store import DEFAULT, Held, Similar, State, Store, Vector

_NEAR = 1_000  # chunks that vectors may bring in
_HIGH, _MEDIUM = 0.6, 0.35  # of the best score


class Priority(StrEnum):
    """How much a hit matters beside the best one."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Mode(StrEnum):
    """What a search went by."""

    LEXICAL = "lexical"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A file that fits, at its best place: lines *start* to *end*, counted from 1, inclusive.

    *score* is 0..1 and compares hits of one search; *text* is the lines, *name* what they define.
    """

    path: str
    start: int
    end: int
    score: float
    priority: Priority
    reason: str
    language: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, best first, in the snapshot of *commit*."""

    hits: tuple[Hit, ...]
    mode: Mode
    commit: str
    files: int


class Searcher:
    """Searches snapshots in *store*; the latest ones stay in memory, up to *memory* bytes."""

    def __init__(self, store: Store, *, memory: int = 512 * 1024 * 1024) -> None:
        self._store = store
        self._memory = memory
        self._held: OrderedDict[tuple[int, str], _Loaded] = OrderedDict()
        self._lock = threading.Lock()
        self._loading: dict[tuple[int, str], threading.Lock] = {}

    def search(
        self,
        repository: int,
        text: str,
        *,
        ref: str = DEFAULT,
        k: int = 20,
        vector: Vector | None = None,
        weights: Mapping[str, float] = WEIGHTS,
        with_text: bool = True,
    ) -> Found:
        """Return the *k* files of *repository* that *text* is most about, each at its best place.

        *vector* is the text's embedding by the snapshot's model. Raise `NotFound` when there is
        no index. A text without words that say anything finds nothing.
        """
        loaded = self.loaded(repository, ref)
        query, corpus = parse(text), loaded.corpus
        mode = Mode.LEXICAL
        meaning = None
        if vector is not None and loaded.state.model:
            near = self._store.similar(repository, loaded.state.model, vector, _NEAR)
            meaning, mode = _by_chunk(loaded, near), Mode.HYBRID
        if query.is_empty and meaning is None:
            return self._nothing(loaded)
        ranking = rank(corpus, query, meaning=meaning, weights=weights)
        best = ranking.best(max(k, 1))
        hits = self._hits(repository, loaded, query, ranking, best, meaning, with_text)
        return Found(hits=hits, mode=mode, commit=loaded.state.commit, files=len(corpus.places))

    def loaded(self, repository: int, ref: str = DEFAULT) -> "_Loaded":
        """Return the newest snapshot in memory: as it was, with what changed, or read anew."""
        key = (repository, ref)
        with self._lock:
            turn = self._loading.setdefault(key, threading.Lock())
        with turn:
            state = self._state(repository, ref)
            with self._lock:
                old = self._held.get(key)
            if old is not None and old.state == state:
                self._remember(key, old)
                return old
            fresh = self._load(repository, ref, state, old)
            self._remember(key, fresh)
            return fresh

    def drop(self, repository: int) -> None:
        """Let go of everything of *repository* that is in memory."""
        with self._lock:
            for key in [key for key in self._held if key[0] == repository]:
                del self._held[key]

    def _state(self, repository: int, ref: str) -> State:
        state = self._store.state(repository, DEFAULT)
        if state is None:
            raise NotFound("the repository is not indexed yet")
        if ref == DEFAULT:
            return state
        own = self._store.state(repository, ref)
        if own is None:
            raise NotFound("the branch is not indexed yet")
        generation = state.generation * 1_000_000 + own.generation
        return State(
            commit=own.commit,
            generation=generation,
            version=own.version,
            model=state.model,
            report=own.report,
            context=own.context or state.context,
            indexed_at=own.indexed_at,
        )

    def _load(self, repository: int, ref: str, state: State, old: "_Loaded | None") -> "_Loaded":
        files = self._store.files(repository, DEFAULT)
        if ref != DEFAULT:
            files = {**files, **self._store.files(repository, ref)}
        wanted = {path: held.blob for path, held in _indexed(files).items()}
        if old is not None:
            had = {path: old.corpus.blobs[at] for path, at in old.corpus.places.items()}
            changed = {path: blob for path, blob in wanted.items() if had.get(path) != blob}
            gone = [path for path, blob in had.items() if wanted.get(path) != blob]
            rows = list(self._store.rows(repository, changed))
            corpus = old.corpus.replaced(gone, rows) if gone or rows else old.corpus
            if corpus is not None:
                return _Loaded(state, corpus)
        rows = sorted(self._store.rows(repository, wanted), key=lambda row: row.path)
        return _Loaded(state, Corpus.build(rows))

    def _remember(self, key: tuple[int, str], loaded: "_Loaded") -> None:
        with self._lock:
            self._held[key] = loaded
            self._held.move_to_end(key)
            while (
                len(self._held) > 1
                and sum(one.corpus.size for one in self._held.values()) > self._memory
            ):
                self._held.popitem(last=False)

    def _nothing(self, loaded: "_Loaded") -> Found:
        commit, files = loaded.state.commit, len(loaded.corpus.places)
        return Found(hits=(), mode=Mode.LEXICAL, commit=commit, files=files)

    def _hits(
        self,
        repository: int,
        loaded: "_Loaded",
        query: Query,
        ranking: Ranking,
        best: Sequence[int],
        meaning: Floats | None,
        with_text: bool,
    ) -> tuple[Hit, ...]:
        corpus = loaded.corpus
        blobs = list(dict.fromkeys(corpus.blobs[at] for at in best))
        shown = self._store.shown(repository, blobs) if with_text else {}
        reasons = Reasons(corpus, query, ranking)
        top = float(ranking.scores[best[0]]) if best else 1.0
        hits = []
        for at in best:
            chunk = best_chunk(corpus, ranking, meaning, at)
            start, end = int(corpus.chunks[chunk]["start"]), int(corpus.chunks[chunk]["end"])
            detail, text = _shown(shown.get(corpus.blobs[at]), start, end)
            share = float(ranking.scores[at]) / top
            hits.append(
                Hit(
                    path=corpus.paths[at],
                    start=start,
                    end=end,
                    score=round(float(ranking.scores[at]) / sum(WEIGHTS.values()), 4),
                    priority=_priority(share, reasons.is_named(at)),
                    reason=reasons.of(at, chunk, detail.defined if detail else ()),
                    language=corpus.blobs[at].rpartition("/")[2],
                    name=detail.names[chunk - int(corpus.first_chunk[at])] if detail else "",
                    text=text,
                )
            )
        return tuple(hits)


@dataclass(frozen=True, eq=False)
class _Loaded:
    """A snapshot in memory."""

    state: State
    corpus: Corpus


def best_chunk(corpus: Corpus, ranking: Ranking, meaning: Floats | None, at: int) -> int:
    """Return the chunk of file *at* that fits best: by its words, then by its meaning."""
    first = int(corpus.first_chunk[at])
    is_last = at + 1 == len(corpus.first_chunk)
    last = len(corpus.file_of) if is_last else int(corpus.first_chunk[at + 1])
    scores = ranking.chunk_scores[first:last].astype(np.float64)
    if meaning is not None:
        scores = scores / max(scores.max(), 1e-6) + 0.5 * meaning[first:last]
    return first + int(scores.argmax())


def _indexed(files: Mapping[str, Held]) -> dict[str, Held]:
    return {path: held for path, held in files.items() if held.is_indexed}


def _by_chunk(loaded: _Loaded, near: Similar) -> Floats:
    """Return the cosine of each chunk that is near, 0 of the others."""
    found = np.zeros(len(loaded.corpus.chunks), np.float32)
    order, keys = loaded.corpus.by_key
    lows = np.searchsorted(keys, near.keys, side="left")
    highs = np.searchsorted(keys, near.keys, side="right")
    for low, high, cosine in zip(lows.tolist(), highs.tolist(), near.cosines.tolist(), strict=True):
        found[order[low:high]] = max(cosine, 0.0)
    return found


def _priority(share: float, is_named: bool) -> Priority:
    if is_named or share >= _HIGH:
        return Priority.HIGH
    return Priority.MEDIUM if share >= _MEDIUM else Priority.LOW


def _shown(
    packed: tuple[bytes, bytes] | None, start: int, end: int
) -> tuple[analysis.Detail | None, str]:
    if packed is None:
        return None, ""
    detail, text = packed
    return analysis.detail_of(detail), analysis.piece_in(text, start, end)

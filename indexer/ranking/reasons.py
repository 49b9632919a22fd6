"""Why a file was found, in one line that a person or a model can check."""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from indexer.ranking import terms
from indexer.ranking.corpus import Corpus
from indexer.ranking.query import Query
from indexer.ranking.rank import Ranking

_MOST = 4
_STRONG = 40
_NAMED = (
    ("named_path", "its path is named"),
    ("named_module", "its module is named"),
    ("named_stem", "its file name is named"),
)
_CLEAR = 0.3  # of the largest: below it a kind of evidence is not worth a word


class Reasons:
    """Reasons for hits of one query."""

    def __init__(self, corpus: Corpus, query: Query, ranking: Ranking) -> None:
        self._corpus = corpus
        self._query = query
        self._evidence = ranking.evidence
        weights = {terms.number(term): (term, weight) for term, weight in query.terms.items()}
        idf = corpus.files.idf({number: one[1] for number, one in weights.items()})
        strongest = sorted(idf, key=lambda number: (-idf[number] * weights[number][1], number))
        self._numbers = np.array(strongest[:_STRONG], np.uint32)
        words = (weights[number][0] for number in strongest[:_STRONG])
        self._words = [query.spelled.get(word, word) for word in words]

    def is_named(self, at: int) -> bool:
        """Whether the query names the file, by its path or by its module, and no other so."""
        return any(
            float(self._evidence[kind][at]) > 0.99 for kind in ("named_path", "named_module")
        )

    def of(self, at: int, chunk: int, defined: Sequence[str]) -> str:
        """Return why file *at* was found; *chunk* is its best place, *defined* its names."""
        named = (words for kind, words in _NAMED if self._evidence[kind][at] > 0)
        parts = list(islice(named, 1))
        if asked := self._asked(defined):
            parts.append(f"defines {', '.join(asked)}")
        if self._evidence["path"][at] > _CLEAR and not parts:
            parts.append("its path fits")
        if self._evidence["scope"][at] > 0:
            parts.append("in the scope of the title")
        if float(self._evidence["uses"][at]) > _CLEAR:
            parts.append("used where the text fits")
        if said := self._said(chunk):
            parts.append(f"mentions {', '.join(said)}")
        if not parts and float(self._evidence.get("meaning", np.zeros(at + 1))[at]) > 0:
            parts.append("similar in meaning")
        return "; ".join(parts) or "some of its words fit"

    def _asked(self, defined: Sequence[str]) -> list[str]:
        asked = set(self._query.identifiers)
        found = dict.fromkeys(name for name in defined if name in asked)
        return [f"`{name}`" for name in list(found)[:_MOST]]

    def _said(self, chunk: int) -> list[str]:
        """Return the rarest words of the query at its best place."""
        held = self._corpus.body.held_by(self._numbers, chunk)
        found = [word for word, is_there in zip(self._words, held, strict=True) if is_there]
        return [f"`{word}`" for word in found[:_MOST]]

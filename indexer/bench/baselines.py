"""Simple ways to search, to measure ours against."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from indexer.ranking.postings import Postings, packed
from indexer.ranking.terms import numbers, terms_of

Search = Callable[[str], list[str]]
_WORD = re.compile(r"[A-Za-z0-9_]+")
_LINES = 60


def keyword_count(files: Mapping[str, str]) -> Search:
    """Return a search that counts the words of a question in each file, as grep would."""
    counts = {path: Counter(_words(text)) for path, text in files.items()}

    def search(question: str) -> list[str]:
        asked = set(_words(question))
        scores = {path: sum(found[word] for word in asked) for path, found in counts.items()}
        return sorted(
            (path for path in scores if scores[path]), key=lambda path: (-scores[path], path)
        )

    return search


def bm25_files(files: Mapping[str, str]) -> Search:
    """Return BM25 over whole files and plain words."""
    return _bm25({path: [text] for path, text in files.items()}, _words)


def bm25_chunks(files: Mapping[str, str]) -> Search:
    """Return BM25 over pieces of sixty lines and our terms; a file's best piece counts."""
    return _bm25({path: list(windows(text)) for path, text in files.items()}, terms_of)


def windows(text: str) -> Iterable[str]:
    """Yield *text* in pieces of sixty lines."""
    lines = text.split("\n")
    for at in range(0, len(lines), _LINES):
        yield "\n".join(lines[at : at + _LINES])


def _bm25(pieces: Mapping[str, list[str]], cut: Callable[[str], list[str]]) -> Search:
    paths, owners, terms, times = list(pieces), list[int](), [], []
    documents = list[np.ndarray[tuple[int], np.dtype[np.int64]]]()
    for place, path in enumerate(paths):
        for piece in pieces[path]:
            counted = Counter(cut(piece))
            terms.append(numbers(counted))
            times.append(
                np.minimum(np.array(list(counted.values()), np.int64), 255).astype(np.uint8)
            )
            documents.append(np.full(len(counted), len(owners), np.int64))
            owners.append(place)
    made = packed(np.concatenate(terms), np.concatenate(documents), np.concatenate(times))
    postings = Postings.build(*made, len(owners), len(owners))
    owner = np.array(owners)

    def search(question: str) -> list[str]:
        asked = Counter(cut(question))
        known = dict(
            zip(numbers(asked).tolist(), (1 + np.log(n) for n in asked.values()), strict=True)
        )
        best = np.zeros(len(paths), np.float32)
        np.maximum.at(best, owner, postings.scores(known))
        order = np.argsort(-best, kind="stable")
        return [paths[one] for one in order[:200] if best[one] > 0]

    return search


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]

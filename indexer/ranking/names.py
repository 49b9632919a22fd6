"""Files that a text names: by path, in a stack frame, as a module, by a class named like a file."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from indexer.ranking.corpus import Corpus, module_paths
from indexer.ranking.postings import Floats
from indexer.ranking.query import Query
from indexer.ranking.terms import snake

_MANY = 4  # a module name that fits more files than this says nothing
_PARTS = re.compile(r"\.|::|#|/|\\")


def named_paths(corpus: Corpus, query: Query) -> Floats:
    """Return for each file how surely its path is written in *query*: 1 when no other fits."""
    found = np.zeros(len(corpus.paths), np.float32)
    for said in dict.fromkeys(path.lower().lstrip("./") for path in query.paths):
        segments = said.split("/")
        same_name = corpus.by_name.get(segments[-1], ())
        _mark(found, _longest_match(corpus, same_name, segments))
    return found


def named_modules(corpus: Corpus, query: Query) -> Floats:
    """Return for each file how surely a dotted name of *query* begins with its module."""
    found = np.zeros(len(corpus.paths), np.float32)
    for said in query.dotted:
        segments = _PARTS.split(said.lower())
        for length in range(len(segments), 1, -1):
            files = _modules(corpus, segments[:length])
            if files:
                _mark(found, files)
                break
    return found


def named_stems(corpus: Corpus, query: Query) -> Floats:
    """Return for each file whether *query* has an identifier like its name: of two words or more.

    ``RedundantFreeze`` is ``redundant_freeze.rb``; a single word is too often just a word.
    """
    found = np.zeros(len(corpus.paths), np.float32)
    for word in query.identifiers:
        name = snake(word)
        if "_" in name:
            _mark(found, corpus.by_stem.get(name, ()))
    return found


def scoped(corpus: Corpus, query: Query) -> Floats:
    """Return for each file how well the scope in *query*'s title (``fix(parser):``) fits it."""
    found = np.zeros(len(corpus.paths), np.float32)
    for word in query.scope:
        files = corpus.by_segment.get(snake(word), ())
        if files:
            found[list(files)] = np.maximum(found[list(files)], 1 / (1 + np.log(len(files))))
    return found


def _mark(found: Floats, files: Sequence[int]) -> None:
    if files:
        places = list(files)
        found[places] = np.maximum(found[places], len(places) ** -0.5)


def _longest_match(corpus: Corpus, files: Iterable[int], said: Sequence[str]) -> list[int]:
    """Return those of *files* whose paths end with most of the segments *said*."""
    best, matches = 0, list[int]()
    for at in files:
        segments = corpus.paths[at].lower().split("/")
        depth = 0
        for ours, theirs in zip(reversed(segments), reversed(said), strict=False):
            if ours != theirs:
                break
            depth += 1
        if depth > best:
            best, matches = depth, [at]
        elif depth == best:
            matches.append(at)
    return matches


def _modules(corpus: Corpus, segments: Sequence[str]) -> list[int]:
    files = corpus.by_module.get(segments[-1], ())
    wanted = "/" + "/".join(segments)
    fitting = [
        at for at in files if any(one.endswith(wanted) for one in module_paths(corpus.paths[at]))
    ]
    return fitting if len(fitting) <= _MANY else []

"""Syntax trees by the official grammars, each loaded when it is first needed."""

import importlib
import time
from functools import cache
from typing import NamedTuple

import numpy as np
from tree_sitter import Language, Parser, Query, QueryCursor, Tree

from indexer.syntax.definitions import DEFINITIONS

_MODULES = {"csharp": "c_sharp", "tsx": "typescript"}
_FUNCTIONS = {"typescript": "language_typescript", "tsx": "language_tsx", "php": "language_php"}
_PATIENCE_S = 2.0  # for one file; ordinary ones take milliseconds
_MAX_DEFINITIONS = 20_000
_MATCHES_AT_ONCE = 1_000
# Definitions further down are not looked for: a tree of 100,000 levels takes minutes.
_MAX_TREE_DEPTH = 200
_BLOCK = 1 << 16
# Deeper code is not written by people, and grammars take minutes over it, or crash.
_MAX_DEPTH = 400
_MAX_LINE = 10_000
_STEPS = np.zeros(256, np.int8)
_STEPS[list(b"([{")] = 1
_STEPS[list(b")]}")] = -1


class Definition(NamedTuple):
    """A definition: its name and the lines that it takes, counted from 1, inclusive."""

    name: str
    kind: str
    start: int
    end: int


class _Grammar(NamedTuple):
    parser: Parser
    query: Query
    kinds: tuple[str, ...]


def has_grammar(language: str) -> bool:
    """Whether there is a grammar for *language*."""
    return language in DEFINITIONS


def definitions(language: str, text: str) -> list[Definition] | None:
    """Return what *text* defines, by where it begins; outer before inner.

    None when there is no grammar or no time. A file with errors gives what is right in it.
    """
    if language not in DEFINITIONS:
        return None
    grammar = _grammar(language)
    source = text.encode("utf-8", "replace")
    if _depth(source) > _MAX_DEPTH or _longest_line(source) > _MAX_LINE:
        return None
    deadline = time.monotonic() + _PATIENCE_S
    tree = _parsed(grammar.parser, source, deadline)
    if tree is None:
        return None
    found = set()
    cursor = QueryCursor(grammar.query, match_limit=_MATCHES_AT_ONCE)
    cursor.set_max_start_depth(_MAX_TREE_DEPTH)
    for pattern, nodes in cursor.matches(tree.root_node):
        if "d" not in nodes or "n" not in nodes:
            continue
        whole, named = nodes["d"][0], nodes["n"][0]
        name = source[named.start_byte : min(named.end_byte, named.start_byte + 200)]
        end = whole.end_point.row + (1 if whole.end_point.column else 0)
        start = whole.start_point.row + 1
        found.add(Definition(_plain(name), grammar.kinds[pattern], start, max(start, end)))
        if len(found) >= _MAX_DEFINITIONS:
            break
    return sorted(found, key=_order)


def _order(one: Definition) -> tuple[int, int, str, bool, str]:
    """Return what sorts outer before inner, and what a constant is before that it is one."""
    return one.start, -one.end, one.name, one.kind == "constant", one.kind


def _depth(source: bytes) -> int:
    """Return how deep the brackets of *source* are nested, without looking at strings."""
    steps = _STEPS[np.frombuffer(source, np.uint8)]
    return int(steps.cumsum(dtype=np.int32).max(initial=0))


def _longest_line(source: bytes) -> int:
    return max(map(len, source.split(b"\n")))


def _parsed(parser: Parser, source: bytes, deadline: float) -> Tree | None:
    """Return the tree of *source*, or None when it takes too long."""

    def read(offset: int, _point: object) -> bytes:  # whole bytes would not be interrupted
        return source[offset : offset + _BLOCK]

    def is_late(_offset: int, _has_error: bool) -> bool:
        return time.monotonic() > deadline

    try:
        return parser.parse(read, progress_callback=is_late)
    except ValueError:
        parser.reset()
        return None


@cache
def _grammar(language: str) -> _Grammar:
    module = importlib.import_module(f"tree_sitter_{_MODULES.get(language, language)}")
    known = Language(getattr(module, _FUNCTIONS.get(language, "language"))())
    rows = DEFINITIONS[language]
    query = Query(known, "\n".join(pattern for _, pattern in rows))
    return _Grammar(Parser(known), query, tuple(kind for kind, _ in rows))


def _plain(name: bytes) -> str:
    """Return *name* without quotes and marks, on one line."""
    plain = " ".join(name.decode("utf-8", "replace").split()).strip(":#* ")
    is_quoted = len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'`"
    return plain[1:-1] if is_quoted and plain[0] not in plain[1:-1] else plain

"""``search_code``: by what the index knows, shown as the checkout has it now, and by words."""

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from pydantic import Field

from runner.agent.course import Course
from runner.agent.pieces import Piece, as_it_is_now
from runner.agent.sanitize import label
from runner.agent.seams import Hands, ToolRetry
from runner.agent.tools.base import Arguments, Content, Tool
from runner.protocol import MAX_QUERY_CHARS, Found
from runner.spec import Snippet

_ASKED_FOR = 10
_MAX_SNIPPETS = 5
_MAX_WORDS = 8
_MAX_LINES = 60
_MAX_LINE = 240
# About 6,000 tokens for everything, a third of them for lines when there are pieces.
_ALL_CHARS = 24_000
_PIECES_CHARS = 14_000
_PIECE_CHARS = 4_000
_FEWEST_CHARS = 300  # a shorter beginning of a piece tells nothing
_TITLE_CHARS = 240
_GREP_LINE = re.compile(r"(.*?):(\d+):")
_STOP = (
    "the and for with that this from what where when how does are was which code function class "
    "method file all any into about use used"
)
_COMMON = frozenset(_STOP.split())


class _Query(Arguments):
    query: str = Field(min_length=1, max_length=MAX_QUERY_CHARS)


class SearchCode(Tool):
    """Asks the index, looks at what it found, and looks through the checkout."""

    title = "search_code"
    description = (
        "Find code by words, identifiers, error messages or a description of what it does. Asks "
        "the repository's index, which knows the base commit, and shows each piece as the "
        "checkout has it now, with its path, lines and the reason; then lines of the checkout "
        "that hold the words. `grep` is for exact expressions."
    )
    schema: Mapping[str, Any] = {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
    }

    def __init__(self, course: Course, hands: Hands) -> None:
        super().__init__(course)
        self._hands = hands

    async def execute(self, arguments: dict[str, Any]) -> Content:
        """Search both."""
        query = _Query.model_validate(arguments).query
        words = words_of(query)
        if not query.strip():
            raise ToolRetry("search_code: give words or identifiers to look for")
        found = await self.course.link.search(query, _ASKED_FOR)
        if found.error and not words:
            raise ToolRetry("search_code: the index did not answer; give words or identifiers")
        snippets = best(self.course.spec.snippets, words) if found.error else found.snippets
        pieces, rest = _fitting([await as_it_is_now(each, self._hands) for each in snippets])
        parts = [_head(found), *(f"{_title(one)}\n{one.text}" for one in pieces)]
        if rest:
            parts.append("\n".join(["Less likely:", *map(_title, rest)]))
        lines = await self._lines(words, pieces) if words else []
        if lines:
            left = _ALL_CHARS - sum(len(part) + 2 for part in parts)
            parts.append(_first_of(["Lines of the checkout:", *lines], left))
        if len(parts) == 1:
            parts.append(f"Nothing found for: {' '.join(words) or label(query)}")
        return "\n\n".join(parts)

    async def _lines(self, words: list[str], pieces: list[Piece]) -> list[str]:
        """Return lines that hold *words* and do not stand in *pieces*, the best first."""
        pattern = "(?i)" + "|".join(map(re.escape, words))
        try:
            found = await self._hands.call("grep", {"pattern": pattern})
        except ToolRetry:
            return []
        lines = str(found).splitlines() if isinstance(found, str) else []
        # What holds no word is grep's own remark: no matches, or cut.
        hits = [line for line in lines if _score(line, words) and not _is_shown(line, pieces)]
        ranked = sorted(hits, key=lambda line: -_score(line, words))
        return list(dict.fromkeys(line[:_MAX_LINE] for line in ranked))[:_MAX_LINES]


def words_of(query: str) -> list[str]:
    """Return the words of *query* that are worth looking for, the longest first."""
    words = {word for word in re.findall(r"\w{2,}", query) if word.lower() not in _COMMON}
    return sorted(words, key=lambda word: (-len(word), word))[:_MAX_WORDS]


def best(snippets: tuple[Snippet, ...], words: list[str]) -> list[Snippet]:
    """Return the pieces that hold most of *words*."""
    scored = [(_score(f"{one.path}\n{one.text}", words), one) for one in snippets]
    hits = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return [one for _, one in hits[:_MAX_SNIPPETS]]


def _score(text: str, words: list[str]) -> int:
    lower = text.lower()
    return sum(len(word) for word in words if word.lower() in lower)


def _is_shown(line: str, pieces: list[Piece]) -> bool:
    match = _GREP_LINE.match(line)
    if match is None:
        return False
    text = line[match.end() :].rstrip("\r")
    return any(one.shows(match[1], int(match[2]), text) for one in pieces)


def _head(found: Found) -> str:
    if found.error:
        why = label(found.error).rstrip(".")
        return f"The index did not answer ({why}): found by words only."
    return f"Searched the index ({label(found.mode)}) and the checkout."


def _fitting(pieces: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Return the first of *pieces* as far as they fit, and those of which only the place does."""
    shown: list[Piece] = []
    rest: list[Piece] = []
    left = _PIECES_CHARS
    for piece in pieces:
        if any(one.holds(piece) for one in shown):
            continue
        if left < _FEWEST_CHARS:
            rest.append(piece)
            continue
        shown.append(piece.beginning(min(left, _PIECE_CHARS)))
        left -= len(_title(piece)) + len(shown[-1].text) + 3
    return shown, rest


def _title(piece: Piece) -> str:
    path = " ".join(piece.path.splitlines())[-_TITLE_CHARS:]
    reason = f" — {label(piece.reason)}" if piece.reason else ""
    origin = "" if piece.is_current else " (index, of the base commit: not found here now)"
    return f"{path}:{piece.start}-{piece.end}{reason}{origin}"


def _first_of(lines: list[str], left: int) -> str:
    """Return the first of *lines* that fit into *left* characters."""
    sizes = accumulate(len(line) + 1 for line in lines)
    return "\n".join(line for line, size in zip(lines, sizes, strict=True) if size <= left)

"""``search_code``: by meaning as far as the run was given pieces of the index, by words always."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from runner.agent.course import Course
from runner.agent.seams import Hands, ToolRetry
from runner.agent.tools.base import Arguments, Content, Tool
from runner.spec import Snippet

_MAX_SNIPPETS = 5
_MAX_WORDS = 8
_MAX_LINES = 60
_MAX_LINE = 240
_STOP = (
    "the and for with that this from what where when how does are was which code function class "
    "method file all any into about use used"
)
_COMMON = frozenset(_STOP.split())


class _Query(Arguments):
    query: str = Field(min_length=1, max_length=500)


class SearchCode(Tool):
    """Looks through the pieces that came with the task, and through the checkout."""

    title = "search_code"
    description = (
        "Find code by words or identifiers. Returns pieces that the repository's index held when "
        "the task began and lines of the checkout as it is now. The index itself cannot be asked "
        "from here yet, so other words may find more; `grep` is for exact expressions."
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
        words = words_of(_Query.model_validate(arguments).query)
        if not words:
            raise ToolRetry("search_code: give words or identifiers to look for")
        parts = [_shown(piece) for piece in best(self.course.spec.snippets, words)]
        lines = await self._lines(words)
        if lines:
            parts.append("Lines of the checkout:\n" + "\n".join(lines))
        return "\n\n".join(parts) or f"Nothing found for: {' '.join(words)}"

    async def _lines(self, words: list[str]) -> list[str]:
        pattern = "(?i)" + "|".join(map(re.escape, words))
        try:
            found = await self._hands.call("grep", {"pattern": pattern})
        except ToolRetry:
            return []
        lines = str(found).splitlines() if isinstance(found, str) else []
        # What holds no word is grep's own remark: no matches, or cut.
        hits = [line for line in lines if _score(line, words)]
        ranked = sorted(hits, key=lambda line: -_score(line, words))
        return [line[:_MAX_LINE] for line in ranked[:_MAX_LINES]]


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


def _shown(piece: Snippet) -> str:
    return f"{piece.path}:{piece.start_line}-{piece.end_line} (index)\n{piece.text}"

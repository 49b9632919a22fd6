"""Pieces of the index held against the checkout as it is now: lines move, files go."""

from dataclasses import dataclass, replace
from itertools import accumulate

from runner.agent.seams import Hands, ToolRetry
from runner.spec import Snippet

# A piece is looked for that many lines around its old place; the second try is for long lines.
_MARGINS = (80, 0)
# What the hands give back is cut in the middle above this, and then its lines cannot be counted.
_WHOLE_CHARS = 29_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A place to show; *is_current* if *text* was just read from the checkout."""

    path: str
    start: int
    end: int
    text: str
    reason: str
    is_current: bool

    def holds(self, other: "Piece") -> bool:
        """Tell whether all of *other* was read here, too."""
        is_here = self.is_current and other.is_current and self.path == other.path
        return is_here and self.start <= other.start and other.end <= self.end

    def shows(self, path: str, number: int, line: str) -> bool:
        """Tell whether line *number* of the file at *path*, which may be absolute, is read here."""
        if not f"/{path}".endswith(f"/{self.path}") or not self.start <= number <= self.end:
            return False
        return self.is_current and self.text.split("\n")[number - self.start].rstrip("\r") == line

    def beginning(self, chars: int) -> "Piece":
        """Return as many of the first lines as fit into *chars* characters, at least one."""
        lines = self.text.split("\n")
        kept = max(1, sum(size <= chars for size in accumulate(len(line) + 1 for line in lines)))
        if kept == len(lines):
            return replace(self, text=self.text[:chars])
        text = "\n".join(lines[:kept])[:chars]
        return replace(self, text=text, end=self.start + kept - 1)


async def as_it_is_now(snippet: Snippet, hands: Hands) -> Piece:
    """Return *snippet* as the checkout has it now, or as the index has it when it is not there."""
    old = snippet.text.rstrip("\n").split("\n")
    for margin in _MARGINS:
        first = max(1, snippet.start_line - margin)
        lines = await _lines(snippet.path, first, snippet.start_line + len(old) - 1 + margin, hands)
        at = place_of(old, lines, snippet.start_line - first)
        if at is not None:
            now = lines[at : at + len(old)]
            return Piece(
                path=snippet.path,
                start=first + at,
                end=first + at + len(now) - 1,
                text="\n".join(now),
                reason=snippet.reason,
                is_current=True,
            )
    return Piece(
        path=snippet.path,
        start=snippet.start_line,
        end=snippet.end_line,
        text="\n".join(old),
        reason=snippet.reason,
        is_current=False,
    )


def place_of(old: list[str], lines: list[str], expected: int) -> int | None:
    """Return the index in *lines* at which *old* begins, None if it is not there any more.

    Its first line must be there once, or half of its lines; of several places, the one with most
    of them, then the one nearest to *expected*. Indentation and blank lines do not count.
    """
    wanted = [line.strip() for line in old]
    there = [line.strip() for line in lines]
    first_once = there.index(wanted[0]) if wanted[0] and there.count(wanted[0]) == 1 else -1
    weight = sum(map(bool, wanted))
    places = [
        (same, -abs(at - expected), at)
        for at in range(len(there))
        if (same := _agreement(wanted, there, at)) and (same * 2 >= weight or at == first_once)
    ]
    return max(places)[2] if places else None


def _agreement(wanted: list[str], there: list[str], at: int) -> int:
    pairs = zip(wanted, there[at : at + len(wanted)], strict=False)
    return sum(one == two != "" for one, two in pairs)


async def _lines(path: str, first: int, last: int, hands: Hands) -> list[str]:
    """Return lines *first* to *last* of the file, none when they cannot be read as text."""
    try:
        content = await hands.call("read", {"file_path": path, "view_range": [first, last]})
    except ToolRetry:
        return []
    if not isinstance(content, str) or not content or len(content) > _WHOLE_CHARS:
        return []
    return content.split("\n")

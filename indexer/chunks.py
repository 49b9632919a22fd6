"""Cutting a file into chunks: along its syntax where there is a grammar, by lines elsewhere."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from indexer.syntax.definitions import HOLDERS, NOT_SYMBOLS
from indexer.syntax.grammars import Definition, definitions
from indexer.syntax.outline import Chunk, Outline, Symbol

TARGET = 60  # lines of a chunk
MOST = 80  # lines of a definition that stays whole
_MAX_CHARACTERS = 6_000  # of a chunk, unless a single line is longer
_MAX_DEPTH = 20
_GAP = 4  # empty lines that stay with what is above them
_MAX_PARSED = 1024 * 1024
_SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.S | re.I)
_ABOVE = re.compile(r"\s*(#(?!include|define|if|endif|else|pragma)|//|/\*|\*|@|--|;|\[[A-Z])")
# For languages without a grammar: what most of them write before a name that they define.
_PLAIN = re.compile(
    r"^[ \t]*(?:(?:export|default|public|private|protected|internal|static|async|abstract|final"
    r"|override|open|sealed|pub(?:\([^)\n]*\))?|local|inline)[ \t]+)*"
    r"(?P<kind>def|defp|defmodule|defn|class|function|func|fn|fun|struct|enum|trait|interface"
    r"|module|object|type|impl|sub|proc|procedure|macro|message|service|table|view)[ \t]+"
    r"(?:\([^)\n]*\)[ \t]*)?(?P<name>[^\W\d][\w.:]*)",
    re.M,
)


def outline(language: str, text: str, *, parse: bool = True) -> Outline:
    """Return the chunks and symbols of *text*; the chunks cover every line once, in order.

    Never raises: what cannot be parsed is cut by lines, and so is everything without *parse*.
    Grammars are C code: a file made for it can stop or end the process that parses it.
    """
    lines = text.split("\n")
    found = _found(language, text) if parse else _by_words(text)
    spans = list(_cut(lines, found))
    return Outline(
        tuple(Chunk(start, end, _heading(found, start, end)) for start, end in spans),
        tuple(Symbol(*one) for one in _qualified(found) if one[1] not in NOT_SYMBOLS),
    )


def _found(language: str, text: str) -> list[Definition]:
    if len(text) > _MAX_PARSED:
        return []
    if language in {"vue", "svelte", "astro"}:
        return _embedded(text)
    found = definitions(language, text)
    if language == "markdown" and found:
        return list(_sections(found, text.count("\n") + 1))
    return found if found is not None else _by_words(text)


def _sections(found: Sequence[Definition], last: int) -> Iterator[Definition]:
    """Yield headings with what is below them; the grammar knows that only of those with ``#``."""
    around = max(one.end for one in found[:-1]) if len(found) > 1 else 0
    last = around if around >= found[-1].start else last
    for at, one in enumerate(found):
        below = found[at + 1].start - 1 if at + 1 < len(found) else last
        yield one._replace(end=max(one.end, below))


def _by_words(text: str) -> list[Definition]:
    """Return definitions of one line each, found by the words in front of names."""
    found, line, at = [], 1, 0
    for match in _PLAIN.finditer(text):
        line += text.count("\n", at, match.start("name"))
        at = match.start("name")
        found.append(Definition(match["name"], match["kind"], line, line))
    return found


def _embedded(text: str) -> list[Definition]:
    """Return what the scripts of a page define."""
    found = list[Definition]()
    for match in _SCRIPT.finditer(text):
        language = "typescript" if "ts" in match[1] else "javascript"
        above = text.count("\n", 0, match.start(2))
        for one in definitions(language, match[2]) or ():
            found.append(one._replace(start=one.start + above, end=one.end + above))
    return found


def _cut(lines: Sequence[str], found: Sequence[Definition]) -> Iterator[tuple[int, int]]:
    """Yield first and last line of each chunk of *lines*, packed from small neighbours."""
    open_at, open_end, weight = 1, 0, 0
    for start, end in _units(lines, found, 1, len(lines), 0):
        more = sum(map(len, lines[start - 1 : end]))
        is_gap = end - start < _GAP and not any(line.strip() for line in lines[start - 1 : end])
        fits = end - open_at < TARGET and weight + more <= _MAX_CHARACTERS
        fits = fits or (is_gap and end - open_at < MOST)
        if open_end >= open_at and not fits:
            yield open_at, open_end
            open_at, weight = start, 0
        open_end, weight = end, weight + more
    if open_end >= open_at:
        yield open_at, open_end


def _units(
    lines: Sequence[str], found: Sequence[Definition], first: int, last: int, depth: int
) -> Iterator[tuple[int, int]]:
    """Yield pieces of the lines *first* to *last* that belong together, in order."""
    at = first
    for inner in _outermost(found, first, last):
        start = _with_what_is_above(lines, inner.start, at)
        if start > at:
            yield from _windows(lines, at, start - 1)
        end = max(inner.end, start)
        if end - start < MOST:
            yield from _windows(lines, start, end)
        elif depth < _MAX_DEPTH:
            inside = _inside(found, start, end)
            within = [one for one in inside if one.end < end or one.start > inner.start]
            yield from _units(lines, within, start, end, depth + 1)
        else:
            yield from _windows(lines, start, end)
        at = end + 1
    if at <= last:
        yield from _windows(lines, at, last)


def _inside(found: Sequence[Definition], start: int, end: int) -> list[Definition]:
    low = bisect_left(found, start, key=lambda one: one.start)
    high = bisect_left(found, end + 1, key=lambda one: one.start)
    return [one for one in found[low:high] if one.end <= end]


def _outermost(found: Sequence[Definition], first: int, last: int) -> Iterator[Definition]:
    """Yield those of *found* that no other holds and that lie in the lines *first* to *last*."""
    at = first - 1
    for one in found:
        if one.start > at and one.end <= last:
            yield one
            at = one.end


def _with_what_is_above(lines: Sequence[str], start: int, at: int) -> int:
    """Return where a definition begins with the comments and decorators right above it."""
    while start > at and _ABOVE.match(lines[start - 2]):
        start -= 1
    return start


def _windows(lines: Sequence[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield windows that are small enough, cut at empty lines where there are any."""
    at = first
    while at <= last:
        end, weight = at, len(lines[at - 1])
        while end < last and end - at + 1 < MOST:
            weight += len(lines[end])
            if weight > _MAX_CHARACTERS:
                break
            end += 1
        if end < last and end - at + 1 == MOST:
            end = next(
                (one for one in range(end, at + TARGET // 2, -1) if not lines[one - 1].strip()),
                at + TARGET - 1,
            )
        yield at, end
        at = end + 1


def _qualified(found: Sequence[Definition]) -> Iterator[Definition]:
    """Yield *found* once a name and place."""
    seen = set()
    for one in found:
        if one.name and (one.name, one.start) not in seen:
            seen.add((one.name, one.start))
            yield one


def _heading(found: Sequence[Definition], start: int, end: int) -> str:
    """Return what the lines *start* to *end* define: ``Session.request``, or where they are."""
    holders = [
        one.name
        for one in found[: bisect_left(found, start, key=lambda one: one.start)]
        if one.end >= start and one.end > one.start and one.kind in HOLDERS | {"heading", "key"}
    ]
    low = bisect_left(found, start, key=lambda one: one.start)
    own = next((one for one in found[low:] if one.start <= end), None)
    names = [*holders[-2:], *([own.name] if own is not None and own.start <= end else [])]
    return ".".join(name for name in names if name)[:200]

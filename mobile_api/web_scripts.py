"""The app's scripts as they are sent, without comments and indentation, and what each imports.

Files stay as they are written. Line breaks are kept, so a stack trace names the line that stands in
the repository.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser, Query, QueryCursor

# Words of others that have to stay where their work goes.
_MUST_STAY = re.compile(rb"@license|@preserve|copyright", re.IGNORECASE)
_MARGIN = re.compile(rb"^[ \t]+", re.MULTILINE)
_GAP = re.compile(rb"[ \t]*")
_LANGUAGE = Language(tree_sitter_javascript.language())
# An import() is no statement: what comes later is not among these.
_PIECES = Query(
    _LANGUAGE,
    """
    (comment) @comment
    (template_string) @text
    (string (escape_sequence)) @text
    (import_statement source: (string (string_fragment) @import))
    (export_statement source: (string (string_fragment) @import))
    """,
)


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is sent."""

    body: bytes
    imports: tuple[str, ...]
    """What must be there before it runs, as it says it."""


def read(source: bytes) -> Script:
    """Read a script; one that the grammar does not understand is sent as it is."""
    tree = Parser(_LANGUAGE).parse(source)
    found = QueryCursor(_PIECES).captures(tree.root_node)
    imports = sorted(found.get("import", ()), key=lambda one: one.start_byte)
    comments, texts = found.get("comment", []), found.get("text", [])
    body = source if tree.root_node.has_error else _bare(source, comments, texts)
    return Script(body, tuple(one.text.decode() for one in imports if one.text))


def _bare(source: bytes, comments: list[Node], texts: list[Node]) -> bytes:
    """Return *source* without *comments* and margins; *texts* may go on in a margin."""
    gone = [one for one in comments if not _MUST_STAY.search(one.text or b"")]
    inside = [(one.start_byte, one.end_byte) for one in [*comments, *texts]]
    margins = (one.span() for one in _MARGIN.finditer(source))
    spans = [span for span in margins if not any(a < span[0] < b for a, b in inside)]
    spans += [(one.start_byte, one.end_byte) for one in gone]
    return b"".join(_left(source, sorted(spans)))


def _left(source: bytes, spans: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """Yield what is left of *source* without *spans*; neither lines nor words grow together."""
    at = 0
    last = b"\n"
    for start, end in spans:
        if start > at:
            yield source[at:start]
            last = source[start - 1 : start]
        at = end
        breaks = source.count(b"\n", start, end)
        if breaks:
            yield b"\n" * breaks
            last = b"\n"
        elif last in b"\n\t ([{":
            at = _GAP.match(source, end).end()  # type: ignore[union-attr]  # it always matches
        else:
            yield b" "
            last = b" "
    yield source[at:]


def needed(scripts: Mapping[str, Script], first: str) -> list[str]:
    """Return *first* and everything that must be there before it runs, by path, the nearest first.

    Raise `KeyError` if a script imports one that does not exist.
    """
    found = [first]
    for name in found:  # it grows
        for path in scripts[name].imports:
            other = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            if other not in found:
                found.append(other)
    return found

"""Find where in a Markdown text its author speaks to us: in prose, nowhere else.

Code, quotations, HTML and comments, links, images, e-mail addresses and names that merely begin
with ours are not meant for us. A CommonMark parser says which is which. Its tokens do not know
where in the source they come from, so each place that looks like our name is numbered first.
"""

import re
import unicodedata
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_CHARACTERS = 65_536  # GitHub takes no longer text

# As on GitHub: tables and strikethrough are there, bare URLs become links (see `_is_address`).
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])

_MARK = re.compile("@\ue000([0-9]+)\ue001")
_FOREIGN_MARKS = str.maketrans("\ue000\ue001", "\ufffd\ufffd")
_ELSEWHERE = "\ufffc"  # stands for what is not prose; nothing glued to it is a mention

# Between these tags a text is shown as code, quoted, struck out or not shown.
_NOT_PROSE = frozenset(
    {"a", "blockquote", "code", "del", "iframe", "kbd", "math", "noscript", "pre", "q", "s"}
    | {"samp", "script", "strike", "style", "svg", "template", "textarea", "title", "tt", "var"}
    | {"xmp"}
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)[^<>]*?(/?)>")

# What may stand beside a mention: brackets, quotation marks, ends of sentences; the escapes are
# curly quotes, guillemets, dashes, the ellipsis, and the wide forms of the same.
_WIDE = (
    "\uff08\uff09\u3010\u3011\u300c\u300d\u300e\u300f\u300a\u300b"
    "\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f"
)
_BEFORE = frozenset("([{<>\"'*~|:,;!?\u201c\u2018\u00ab\u2026\u2014\u2013" + _WIDE)
_AFTER = frozenset(")]}>\"'*~|([{.,;:!?\u201d\u2019\u00bb\u2026\u2014\u2013" + _WIDE)
_ADDRESS = re.compile(r"://|^www\.|^mailto:", re.IGNORECASE)


def handle_pattern(slug: str) -> re.Pattern[str]:
    """Return the pattern of our name: ``@slug`` or ``@slug[bot]``, in any case."""
    return re.compile(rf"@{re.escape(slug)}(?:\[bot\])?", re.IGNORECASE | re.ASCII)


def first_mention(text: str, handle: re.Pattern[str]) -> tuple[int, int] | None:
    """Return start and end of the first mention in *text*, whose lines end with a newline."""
    places = list(handle.finditer(text))
    if not places:
        return None
    numbers = iter(range(len(places)))
    marked = handle.sub(lambda _: f"@\ue000{next(numbers)}\ue001", text.translate(_FOREIGN_MARKS))
    for prose in _prose(_MARKDOWN.parse(marked)):
        for mark in _MARK.finditer(prose):
            place = places[int(mark[1])]
            if _stands_alone(prose, mark) and not _is_escaped(text, place.start()):
                return place.span()
    return None


def _prose(tokens: list[Token]) -> Iterator[str]:
    """Yield the text of each block that the author wrote as prose."""
    quoted = 0
    hidden: dict[str, int] = {}
    for token in tokens:
        if token.type == "blockquote_open":
            quoted += 1
        elif token.type == "blockquote_close":
            quoted -= 1
        elif token.type == "html_block":
            _count_tags(token.content, hidden)
        elif token.type == "inline":
            prose = _inline(token.children or [], hidden)
            if not quoted:
                yield prose


def _inline(children: list[Token], hidden: dict[str, int]) -> str:
    parts: list[str] = []
    elsewhere = 0
    for child in children:
        if child.type in {"link_open", "s_open"}:
            elsewhere += 1
        elif child.type in {"link_close", "s_close"}:
            elsewhere -= 1
        elif child.type == "html_inline":
            _count_tags(child.content, hidden)
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif child.type == "text":
            is_prose = not elsewhere and not any(hidden.values())
            parts.append(child.content if is_prose else _ELSEWHERE)
        elif child.type in {"code_inline", "image"}:
            parts.append(_ELSEWHERE)
    return "".join(parts)


def _count_tags(html: str, hidden: dict[str, int]) -> None:
    for closing, name, empty in _TAG.findall(html):
        tag = name.lower()
        if tag in _NOT_PROSE and not empty:
            hidden[tag] = max(0, hidden.get(tag, 0) + (-1 if closing else 1))


def _stands_alone(prose: str, mark: re.Match[str]) -> bool:
    before, after = prose[: mark.start()], prose[mark.end() : mark.end() + 2]
    if before and not (before[-1].isspace() or before[-1] in _BEFORE or _is_wide(before[-1])):
        return False
    return not _is_address(before) and _ends_name(after)


def _is_address(before: str) -> bool:
    """Whether the word that leads to the mention is a URL."""
    word = before[-300:].split()[-1:] if before and not before[-1].isspace() else []
    return bool(word) and _ADDRESS.search(word[0]) is not None


def _ends_name(after: str) -> bool:
    if not after or after[0].isspace():
        return True
    following = after[1:]
    if after[0] == ".":  # a domain goes on, a sentence ends
        return not following or not (following.isalnum() or following in "-_/@")
    if after[0] in "'\u2019":  # somebody's work is talked about
        return following.lower() != "s"
    is_picture = unicodedata.category(after[0]) == "So"
    return after[0] in _AFTER or is_picture or _is_wide(after[0])


def _is_wide(character: str) -> bool:
    """Whether it is of a script that writes without spaces, which no login can hold."""
    return character.isalpha() and unicodedata.east_asian_width(character) == "W"


def _is_escaped(text: str, at: int) -> bool:
    head = text[max(0, at - 100) : at]
    return (len(head) - len(head.rstrip("\\"))) % 2 == 1

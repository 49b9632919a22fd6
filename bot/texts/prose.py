"""Text by models and strangers, made harmless for a GitHub page.

What comes out pings nobody, closes no issue, loads no image, hides nothing and cannot break out of
the place where it is put. Code keeps every character, as GitHub links nothing inside code; what is
code is asked of a CommonMark parser, before and again after, since a guess that differs from
GitHub's would be a way out.
"""

import re
import unicodedata
from collections.abc import Iterator

from markdown_it import MarkdownIt

# HTML is off to find code: every "<" outside code is escaped below, so GitHub will see no HTML.
_BLOCKS = MarkdownIt("commonmark", {"html": False}).enable("table")
_AS_GITHUB = MarkdownIt("commonmark", {"html": True}).enable("table")

_BREAK = "&#8203;"  # a zero-width space that can be seen in the source
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|nbsp);)(?=#|[A-Za-z][A-Za-z0-9]*;)")
_MENTION = re.compile(r"(?<![A-Za-z0-9_])@(?=[A-Za-z0-9_\[-])")
_CLOSING = re.compile(
    r"\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)"
    r"(?=[\s:*_~\[(\\]+(?:(?:[\w.-]+/[\w.-]+)?\\?#[*_\\]*\d|GH-\d|<?https?://))",
    re.IGNORECASE,
)
_HEADING = re.compile(r"(?m)^( {0,3})#{1,3}(?=[ \t]|$)")
_SLASH = re.compile(r"(?m)^([ \t]*)/(?=[A-Za-z])")
_TICKS = re.compile(r"`+")
_PUNCTUATION = re.compile(r"([`*_~\[\]|\\#>+=-])")
_NUMBERED = re.compile(r"^(\d+)([.)])")
_FENCE = re.compile(r"`{3,}")


def plain(text: str) -> str:
    """Return *text* without terminal codes and characters that cannot be seen."""
    text = _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _INVISIBLE)


# Controls, format characters (zero-width, bidi, tags), surrogates, private use, line separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def neutral(text: str, *, limit: int = 6_000, lines: int = 200) -> str:
    """Return *text* as Markdown that pings, closes, loads and hides nothing.

    Never more than *limit* characters: what is cut is cut before it is disarmed, not after.
    """
    text = _COMMENT.sub("", plain(text)).replace("\t", "    ").strip("\n").rstrip()
    room = limit
    while len(done := _neutral(shortened(text, limit=room, lines=lines))) > limit:
        room //= 2
    return done


def one_line(text: str, *, limit: int = 200) -> str:
    """Return *text* as one harmless line of prose; code spans in it stay code."""
    words = " ".join(_COMMENT.sub("", plain(text)).split())
    cut = words if len(words) <= limit else words[: limit - 1].rstrip() + "…"
    line = _around_spans(cut)
    if _is_paragraph(line) and is_harmless(line):
        return line
    return _disarmed(_NUMBERED.sub(r"\1\\\2", _PUNCTUATION.sub(r"\\\1", cut)))


def title(text: str, *, limit: int = 100) -> str:
    """Return *text* as a title: GitHub shows it as it is, but mentions and keywords still work."""
    words = " ".join(plain(text).split())
    words = _MENTION.sub("@\u200b", _CLOSING.sub("\\1\u200b", words))
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def code(text: str, *, limit: int = 160) -> str:
    """Return *text* as a code span that cannot be broken out of, safe in a table, too."""
    words = " ".join(plain(text).split()).replace("|", "¦") or " "
    cut = words if len(words) <= limit else words[: limit - 1] + "…"
    ticks = "`" * (max((len(run) for run in _TICKS.findall(cut)), default=0) + 1)
    return f"{ticks} {cut} {ticks}" if "`" in cut else f"`{cut}`"


def fenced(text: str, *, language: str = "text") -> str:
    """Return *text* as a code block whose fence is longer than any run of backticks in it."""
    body = plain(text).strip("\n")
    fence = "`" * max(3, max((len(run) for run in _FENCE.findall(body)), default=0) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def quoted(text: str, *, limit: int = 600, lines: int = 8) -> str:
    """Return *text* as a harmless quotation."""
    body = neutral(text, limit=limit, lines=lines)
    return "\n".join(f"> {row}".rstrip() for row in body.split("\n"))


def shortened(text: str, *, limit: int, lines: int = 1_000_000) -> str:
    """Return *text*, its middle cut out where it exceeds *limit* characters or *lines*."""
    rows = text.split("\n")
    if len(rows) > lines:
        head = max(1, (lines - 1) * 2 // 3)
        tail = max(0, lines - 1 - head)
        gone = len(rows) - head - tail
        text = "\n".join([*rows[:head], f"… {gone} lines left out …", *rows[len(rows) - tail :]])
    if len(text) <= limit:
        return text
    note = "\n\n… shortened …\n\n"
    head = max(0, (limit - len(note)) * 2 // 3)
    tail = max(0, limit - len(note) - head)
    return (text[:head] + note + text[len(text) - tail :])[:limit]


def is_harmless(markdown: str) -> bool:
    """Whether GitHub would find in *markdown* no HTML, image, mention or closing keyword."""
    for token in _AS_GITHUB.parse(markdown):
        if token.type == "html_block":
            return False
        for child in token.children or ():
            if child.type in {"html_inline", "image"}:
                return False
        said = "".join(
            "\0" if child.type == "code_inline" else child.content or " "
            for child in token.children or ()
            if child.type in {"text", "code_inline", "softbreak", "hardbreak", "text_special"}
        )
        if _MENTION.search(said) or _CLOSING.search(said):
            return False
    return True


def _neutral(text: str) -> str:
    rows = text.split("\n")
    parts: list[str] = []
    at = 0
    for start, end, kind in _regions(text):
        if start < at:
            continue
        if start > at:
            parts.append(_disarmed("\n".join(rows[at:start])))
        region = "\n".join(rows[start:end])
        parts.append(region if kind == "block" else _around_spans(region))
        at = end
    if at < len(rows):
        parts.append(_disarmed("\n".join(rows[at:])))
    done = closed("\n".join(parts))
    return done if is_harmless(done) else _last_resort(text)


def _is_paragraph(line: str) -> bool:
    kinds = [token.type for token in _BLOCKS.parse(line)]
    return kinds in ([], ["paragraph_open", "inline", "paragraph_close"])


def _regions(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the line ranges in which code is kept: whole blocks, or spans in a paragraph."""
    in_table = False
    for token in _BLOCKS.parse(text):
        if token.type in {"table_open", "table_close"}:
            in_table = token.type == "table_open"
        if token.map is None or in_table:
            continue  # a cell ends where "|" stands, in a span or not: no code is kept there
        if token.type in {"fence", "code_block"}:
            yield token.map[0], token.map[1], "block"
        elif token.type == "inline":
            yield token.map[0], token.map[1], "spans"


def _around_spans(text: str) -> str:
    """Disarm one paragraph outside its code spans."""
    parts: list[str] = []
    at = 0
    while (opener := _next_run(text, at)) is not None:
        closer = _same_run(text, opener)
        if closer is None:
            parts.append(_disarmed(text[at : opener.end()]))
            at = opener.end()
            continue
        parts.append(_disarmed(text[at : opener.start()]))
        parts.append(text[opener.start() : closer.end()])
        at = closer.end()
    return "".join([*parts, _disarmed(text[at:])])


def _next_run(text: str, at: int) -> re.Match[str] | None:
    for run in _TICKS.finditer(text, at):
        before = text[: run.start()]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            return run
        if run.end() - run.start() > 1:  # the first is escaped, the rest opens a span
            return _TICKS.match(text, run.start() + 1)
    return None


def _same_run(text: str, opener: re.Match[str]) -> re.Match[str] | None:
    size = opener.end() - opener.start()
    runs = _TICKS.finditer(text, opener.end())
    return next((run for run in runs if run.end() - run.start() == size), None)


def _disarmed(text: str) -> str:
    text = _ENTITY.sub("&amp;", text)
    text = _CLOSING.sub(rf"\1{_BREAK}", text).replace("<", "&lt;")
    text = _MENTION.sub(f"@{_BREAK}", text)
    text = text.replace("![", "&#33;[")
    text = _HEADING.sub(r"\1####", text)
    return _SLASH.sub(r"\1\\/", text)


def closed(markdown: str) -> str:
    """Close a code block that *markdown* leaves open, so that it swallows nothing after it."""
    last = _BLOCKS.parse(f"{markdown}\n\nend")[-1]
    if last.type == "fence" and last.level == 0:
        return f"{markdown}\n{last.markup}"
    return markdown


def _last_resort(text: str) -> str:
    """Disarm everything, code or not; or show it as the text that it is."""
    done = closed(_disarmed(text))
    return done if is_harmless(done) else fenced(text)

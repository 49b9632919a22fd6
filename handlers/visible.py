"""What a reader of the page sees of a Markdown source: no comments, no invisible characters."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from bot.texts import prose

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_STEP = re.compile(r"\\[^\n]|`+|<!--")
_RUN = re.compile(r"`+")
# Variation selectors carry hidden data; one U+FE0F after an emoji is ordinary.
_SELECTORS = re.compile("[\ufe00-\ufe0e\U000e0100-\U000e01ef]|(?<=\ufe0f)\ufe0f+")


def visible(text: str) -> str:
    """Return *text* without HTML comments and unseen characters; code keeps its comments."""
    text = _SELECTORS.sub("", prose.plain(text))
    if "<!--" not in text:
        return text
    rows = text.split("\n")
    return "\n".join(_segments(text, rows))


def _segments(text: str, rows: list[str]) -> Iterator[str]:
    at = 0
    for token in _MARKDOWN.parse(text):
        if token.type in {"fence", "code_block"} and token.map and token.map[0] >= at:
            start, end = token.map
            if start > at:
                yield _without_comments("\n".join(rows[at:start]))
            yield "\n".join(rows[start:end])
            at = end
    if at < len(rows):
        yield _without_comments("\n".join(rows[at:]))


def _without_comments(text: str) -> str:
    runs: dict[int, list[int]] = {}
    for run in _RUN.finditer(text):
        runs.setdefault(run.end() - run.start(), []).append(run.start())
    for starts in runs.values():
        starts.reverse()
    parts: list[str] = []
    at = kept = 0
    while (step := _STEP.search(text, at)) is not None:
        at = step.end()
        if step[0].startswith("`"):
            at = _after_span(runs.get(len(step[0]), []), at, len(step[0]))
        elif step[0] == "<!--":
            parts.append(text[kept : step.start()])
            end = text.find("-->", step.start() + 2)  # "<!-->" is a whole comment
            kept = at = len(text) if end < 0 else end + 3
    return "".join([*parts, text[kept:]])


def _after_span(starts: list[int], at: int, size: int) -> int:
    """Return where the code span that opened before *at* ends; *at* when it never does."""
    while starts and starts[-1] < at:
        starts.pop()
    return starts[-1] + size if starts else at

"""Markdown as the inspection pages show it: no raw HTML, with task lists and tables."""

import html
import re

from markdown_it import MarkdownIt

_PARSER = MarkdownIt("gfm-like", {"html": False, "linkify": False}).disable("linkify")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TASK = re.compile(r"<li>(\s*<p>)?\[([ xX])\] ")
_DETAILS = re.compile(r"&lt;(/?(?:details|summary)(?: open)?)&gt;")
_MENTION = re.compile(r"(?<![\w/>`])@([A-Za-z0-9][A-Za-z0-9-]*(?:\[bot\])?)")
_PLAIN = re.compile(r"(<code>.*?</code>|<pre>.*?</pre>|<a .*?</a>|<[^>]+>)", re.DOTALL)


_NUMBER = re.compile(r"(?<![\w/&])#(\d+)\b")
_CODE = re.compile(r"`([^`]+)`")


def render(text: str | None, *, repository: str = "") -> str:
    """Return *text* as safe HTML; hidden comments are gone, as on GitHub.

    ``#1`` becomes a link when *repository* is said.
    """
    source = _COMMENT.sub("", text or "").strip()
    if not source:
        return "<p class=soft><em>No description provided.</em></p>"
    made = _PARSER.render(source)
    made = _TASK.sub(_task, made)
    # The one piece of HTML that our own texts use, let through after everything was escaped.
    made = _DETAILS.sub(r"<\1>", made)
    return "".join(
        part if at % 2 else _linked(part, repository) for at, part in enumerate(_PLAIN.split(made))
    )


def title(text: str) -> str:
    """Return a title as safe HTML; only code spans are Markdown there."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _linked(text: str, repository: str) -> str:
    text = _MENTION.sub(r"<strong>@\1</strong>", text)
    if not repository:
        return text
    return _NUMBER.sub(rf'<a href="/{repository}/issues/\1">#\1</a>', text)


def _task(found: re.Match[str]) -> str:
    checked = " checked" if found[2] != " " else ""
    return f'<li class="task">{found[1] or ""}<input type="checkbox" tabindex="-1"{checked}>'


def escape(text: object) -> str:
    """Return *text* safe between tags and in attributes."""
    return html.escape(str(text))

"""Commit messages and endings, put as a maintainer would: pure functions of what is known."""

import re
import textwrap
from typing import TYPE_CHECKING

from runner.agent.course import Course, Finish

if TYPE_CHECKING:
    from runner.agent.triage import Verdict

SUBJECT_CHARS = 72
_CLOSING = re.compile(
    r"\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(:?\s+)(?=(?:[\w.-]+/[\w.-]+)?#\d|https?://|GH-\d)",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?<![\w`])@(?=[A-Za-z0-9])")
_LAST_ERROR_CHARS = 300


def subject(title: str, *, instead: str) -> str:
    """Return *title*, or the beginning of *instead*, as the first line of a commit."""
    line = " ".join((title or instead).split()).rstrip(".")
    line = _quiet(line)
    if len(line) > SUBJECT_CHARS:
        line = textwrap.shorten(line, SUBJECT_CHARS, placeholder="...")
    return line[:SUBJECT_CHARS] or "Work on the task"


def message(finish: Finish, *, instruction: str) -> str:
    """Return the commit message for what the agent says it did."""
    first = subject(finish.title, instead=instruction)
    return f"{first}\n\n{_wrapped(finish.summary)}".strip()


def unfinished_message(instruction: str, why: str) -> str:
    """Return the commit message for work that was broken off."""
    first = subject(f"WIP: {instruction}", instead="")
    return f"{first}\n\n{_wrapped(f'Broken off: {why}')}"


def _quiet(text: str) -> str:
    """Return *text* without words that close issues or call people when it is pushed."""
    return _MENTION.sub("", _CLOSING.sub(r"see\2", text))


def _wrapped(text: str) -> str:
    """Return *text* with its prose wrapped at 72 columns; lists and code keep their lines."""
    paragraphs = []
    for paragraph in _quiet(text).strip().split("\n\n"):
        lines = paragraph.splitlines()
        if any(re.match(r"\s{4}|\s*([-*+]|\d+\.)\s|```|\|", line) for line in lines):
            paragraphs.append(paragraph)
        else:
            paragraphs.append(textwrap.fill(" ".join(lines), 72, break_long_words=False))
    return "\n\n".join(paragraphs)


def stopped(course: Course, why: str) -> str:
    """Return *why* a run ended, what was done, what is open, and the last thing that went wrong."""
    done = [item.text for item in course.plan if item.done]
    still = [item.text for item in course.plan if not item.done]
    parts = [why]
    if done:
        parts.append(f"Done: {'; '.join(done)}.")
    if still:
        parts.append(f"Open: {'; '.join(still)}.")
    if not course.plan and course.meter.steps:
        parts.append(f"It stopped after {course.meter.steps} steps, without a plan shown.")
    if course.last_error:
        last = " ".join(course.last_error.split())[-_LAST_ERROR_CHARS:]
        parts.append(f"The last error was: {last}")
    return " ".join(parts)


def hint(verdict: "Verdict") -> str:
    """Return what triage found worth knowing for the agent, empty when nothing."""
    if verdict.kind == "unclear" and verdict.question_to_ask:
        return (
            "At first sight the request is unclear. If reading the code does not settle it, use "
            f"`ask`; the open question may be: {verdict.question_to_ask}"
        )
    if verdict.kind == "review":
        return (
            "This looks like a request to judge something. If so, answer with `finish` and "
            "`answer` and change nothing."
        )
    return ""


def left_out(missing: tuple[str, ...]) -> tuple[str, ...]:
    """Return the note about files that are not in the checkout."""
    if not missing:
        return ()
    shown = ", ".join(missing[:10])
    return (f"{len(missing)} files above the size limit are not in the checkout: {shown}",)

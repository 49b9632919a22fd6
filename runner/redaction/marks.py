"""Marks that are not seen and do not count: colour codes of terminals, characters of no width."""

import re

_WIDTHLESS = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
PATTERN = (
    r"(?:\x1b|\\x1b|\\u001b|\\033|\\e)(?:\[[0-9;?]{0,20}[A-Za-z]|\][^\x07\x1b\n]{0,80}(?:\x07|\x1b\\))"
    rf"|[{_WIDTHLESS}]|\\u(?:00ad|200[b-f]|2060|feff)"
)
_MARK = re.compile(PATTERN, re.IGNORECASE)


def may_be_in(text: str) -> bool:
    """Return quickly whether marks may be in *text*; False is certain."""
    return not text.isascii() or "\x1b" in text or "\\" in text


def without(text: str) -> tuple[str, list[int]] | None:
    """Return *text* without marks, and where in *text* each character stood; None if it has none.

    The list has one more place, the end of *text*.
    """
    if not may_be_in(text) or _MARK.search(text) is None:
        return None
    kept: list[str] = []
    places: list[int] = []
    done = 0
    for mark in _MARK.finditer(text):
        kept.append(text[done : mark.start()])
        places.extend(range(done, mark.start()))
        done = mark.end()
    kept.append(text[done:])
    places.extend(range(done, len(text) + 1))
    return "".join(kept), places


def blanked(text: str) -> str:
    """Return *text* with a space for each character of its marks."""
    return _MARK.sub(lambda mark: " " * len(mark[0]), text)

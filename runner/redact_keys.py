"""Private keys in PEM and their like: where they begin, go on and end."""

import re
from collections.abc import Iterator

_BEGIN = re.compile(r"-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----", re.IGNORECASE)
_END = re.compile(r"-----END[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----", re.IGNORECASE)
_BODY = re.compile(r"[A-Za-z0-9+/=]{16,}")
_KEY_LINE = re.compile(
    r"[^\n]{0,80}?(?:[A-Za-z0-9+/]{16,}={0,2}|[A-Za-z0-9+/]{0,15}={0,2}|"
    r"(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset):[^\n]{0,200})[\s\"'\\n,+|]*"
)
_MOST_KEY = 32 * 1024


def has_begin(text: str) -> bool:
    """Return whether a private key begins in *text*."""
    return "-----" in text and _BEGIN.search(text) is not None


def is_open(part: str) -> bool:
    """Return whether *part*, whole lines, ends inside a private key."""
    begin = None
    for begin in _BEGIN.finditer(part):  # noqa: B007 - the last one is wanted
        pass
    if begin is None or _END.search(part, begin.end()) or len(part) - begin.start() > _MOST_KEY:
        return False
    lines = part[begin.end() :].split("\n")[1:-1]
    return all(_KEY_LINE.fullmatch(line) for line in lines)


def key_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where private keys stand; one without an end goes as far as its body."""
    at = 0
    while begin := _BEGIN.search(text, at):
        at = begin.end()
        end = _END.search(text, at, begin.start() + _MOST_KEY)
        if end and _BODY.search(text, at, end.start()):
            yield begin.start(), end.end()
            at = end.end()
            continue
        stop = at
        for body in _BODY.finditer(text, at, begin.start() + _MOST_KEY):
            if body.start() - stop > 120:
                break
            stop = body.end()
        if stop > at:
            yield begin.start(), stop
            at = stop

"""Private keys in PEM and their like: where they begin, go on and end."""

import re
from bisect import bisect_left
from collections.abc import Iterator

_BEGIN = re.compile(
    r"-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----|Private-Lines: \d{1,4}(?=\r?\n)",
    re.IGNORECASE,
)
_END = re.compile(
    r"-----END[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: [0-9a-f]{40,64}",
    re.IGNORECASE,
)
_BODY = re.compile(r"[A-Za-z0-9+/=]{16,}")
_RUN = re.compile(r"[A-Za-z0-9+/=]*")
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset):")
_MOST_KEY = 32 * 1024
_MOST_LEAD = 80  # a time stamp, a diff's sign, a quote before each line of a key
_MOST_HEADER = 300
_MOST_GAP = 120
_MOST_HEADERS = 600


def may_have_key(text: str) -> bool:
    """Return quickly whether a key may be in *text*; False is certain."""
    return "-----" in text or "Private-" in text


def has_begin(text: str) -> bool:
    """Return whether a private key begins in *text*."""
    return may_have_key(text) and _BEGIN.search(text) is not None


class OpenKey:
    """Follows a text line by line and knows whether it is inside a private key."""

    def __init__(self) -> None:
        self._size: int | None = None  # what was seen of the key, None outside of one

    def goes_on_after(self, line: str) -> bool:
        """Take *line* with its line end; return whether the key goes on after it."""
        begin = None
        if may_have_key(line):
            for begin in _BEGIN.finditer(line):  # noqa: B007 - the last one is wanted
                pass
        if begin is not None:
            is_whole = _END.search(line, begin.end()) is not None
            self._size = None if is_whole else len(line) - begin.start()
        elif self._size is not None:
            self._size += len(line)
            if _END.search(line) or not _is_key_line(line):
                self._size = None
        if self._size is not None and self._size > _MOST_KEY:
            self._size = None
        return self._size is not None


def _is_key_line(line: str) -> bool:
    """Return whether *line* is base64 or empty but for a short lead, or one of a key's headers."""
    lead = line.rstrip(" \t\r\n\"'\\,+|").rstrip("=").rstrip(_BASE64)
    if len(lead) <= _MOST_LEAD:
        return True
    return len(line) <= _MOST_HEADER and _HEADER.search(line) is not None


def key_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where private keys stand; one without an end goes as far as its body."""
    ends = [found.span() for found in _END.finditer(text)]
    done = 0
    for begin in _BEGIN.finditer(text):
        start, at = begin.span()
        if start < done:
            continue
        index = bisect_left(ends, (at, at))
        end = ends[index] if index < len(ends) else None
        if end and end[1] - start <= _MOST_KEY and _has_body(text, at, end[0]):
            done = end[1]
            yield start, done
            continue
        stop = _body_end(text, at, start + _MOST_KEY)
        if stop > at:
            done = stop
            yield start, stop


def _has_body(text: str, start: int, end: int) -> bool:
    return _BODY.search(text, start, min(end, start + _MOST_HEADERS)) is not None


def _body_end(text: str, start: int, limit: int) -> int:
    """Return where the base64 ends that follows *start*, with small gaps."""
    stop = start
    while body := _BODY.search(text, stop, min(limit, stop + _MOST_GAP + 16)):
        stop = body.end()
        rest = _RUN.match(text, stop, limit)  # the search may have been cut off inside
        stop = rest.end() if rest else stop
    return stop

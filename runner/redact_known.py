"""Known secret values in every form in which they turn up: plain, encoded, reversed, broken up.

A value is looked for in text from which white space, quotes, backslashes, ``+`` and ``|`` are
squeezed out, so that it is found across line breaks, continuation lines and joined literals.
"""

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

MIN_LENGTH = 6
_MIN_SQUEEZED = 12
_JUNK = re.compile(r"\\n|[ \t\r\n\\\"'`+|]")
_JUNK_BYTES = b" \t\r\n\\\"'`+|"
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")
_BASE64_SLACK = 3
_COMMON_WORDS = """
password passwd secret secrets token example examples changeme default localhost postgres username
testing test1234 password1 development production staging cadence github anthropic openai undefined
disabled enabled require 123456 1234567 12345678 123456789 1234567890 qwerty letmein master docker
public private string number boolean admin123 foobar foobarbaz
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class _Form:
    """One spelling of a value: *core* is looked for, *whole* is what is taken out."""

    whole: str
    core: str
    margin: int
    is_base64: bool


def is_worth_knowing(value: str) -> bool:
    """Return whether *value* is long and unusual enough to be looked for everywhere."""
    return len(value) >= MIN_LENGTH and value.lower() not in _COMMON and len(set(value)) > 2


def _squeezed(text: str) -> str:
    return _JUNK.sub("", text)


def _squeezed_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").replace(b"\\n", b"").translate(None, _JUNK_BYTES)


def _base64_cores(value: str) -> Iterator[str]:
    """Yield what stays the same of *value* in base64, wherever in a longer text it stands."""
    raw = value.encode("utf-8", "surrogatepass")
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        first = -(-shift * 8 // 6)
        last = (shift + len(raw)) * 8 // 6
        yield coded[first:last]


def _spellings(value: str) -> Iterator[tuple[str, bool]]:
    yield value, False
    yield value[::-1], False
    yield json.dumps(value)[1:-1], False
    yield html.escape(value), False
    for quoted in (
        urllib.parse.quote(value, safe="", errors="surrogatepass"),
        urllib.parse.quote(value, errors="surrogatepass"),
        urllib.parse.quote_plus(value, errors="surrogatepass"),
    ):
        yield quoted, False
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quoted), False
    hexed = value.encode("utf-8", "surrogatepass").hex()
    yield hexed, False
    yield hexed.upper(), False
    for core in _base64_cores(value):
        yield core, True
        yield core.replace("+", "-").replace("/", "_"), True


class KnownValues:
    """All known values and how to find them."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._short: dict[str, None] = {}
        self._forms: dict[str, _Form] = {}
        self._cores: list[bytes] = []
        self._longest = 0

    def add(self, value: str) -> None:
        """Look for *value* from now on, unless it is too short or too common."""
        value = value.strip()
        if value in self._values or not is_worth_knowing(value):
            return
        self._values.add(value)
        for spelling, is_base64 in _spellings(value):
            self._add_form(spelling, is_base64=is_base64)
        self._cores = [form.core.encode("utf-8", "surrogatepass") for form in self._forms.values()]

    def _add_form(self, spelling: str, *, is_base64: bool) -> None:
        whole = _squeezed(spelling)
        if len(whole) < _MIN_SQUEEZED:
            if len(spelling) >= MIN_LENGTH:
                self._short[spelling] = None
            return
        margin = 3 if len(whole) >= 18 else 2 if len(whole) >= 14 else 1
        core = whole[margin:-margin]
        self._forms.setdefault(whole, _Form(whole, core, margin, is_base64))
        self._longest = max(self._longest, len(whole))

    def __bool__(self) -> bool:
        return bool(self._values)

    def may_be_in(self, text: str) -> bool:
        """Return quickly whether any known value may be in *text*; False is certain."""
        if any(short in text for short in self._short):
            return True
        squeezed = _squeezed_bytes(text)
        return any(core in squeezed for core in self._cores)

    def ends_inside(self, text: str) -> bool:
        """Return whether *text* ends with the beginning of a value, so that more must be read."""
        if not self._forms:
            return False
        tail = _squeezed(text[-4 * self._longest :])[-self._longest :]
        return any(_is_begun(form, tail) for form in self._forms.values())

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where in *text* known values stand."""
        for short in self._short:
            start = text.find(short)
            while start >= 0:
                yield start, start + len(short)
                start = text.find(short, start + 1)
        if not self._forms:
            return
        squeezed, places = _with_places(text)
        for form in self._forms.values():
            start = squeezed.find(form.core)
            while start >= 0:
                first, last = _widened(squeezed, start, form)
                ends = places[first], places[last - 1] + 1
                yield _with_neighbours(text, *ends) if form.is_base64 else ends
                start = squeezed.find(form.core, start + 1)


def _is_begun(form: _Form, tail: str) -> bool:
    probe = form.whole[: form.margin + 1]
    start = tail.find(probe, max(0, len(tail) - len(form.whole) + 1))
    while start >= 0:
        if form.whole.startswith(tail[start:]):
            return True
        start = tail.find(probe, start + 1)
    return False


def _with_places(text: str) -> tuple[str, list[int]]:
    """Return *text* squeezed, and for each of its characters the place in *text*."""
    places: list[int] = []
    done = 0
    for junk in _JUNK.finditer(text):
        places.extend(range(done, junk.start()))
        done = junk.end()
    places.extend(range(done, len(text)))
    return _squeezed(text), places


def _widened(squeezed: str, start: int, form: _Form) -> tuple[int, int]:
    """Return the match of *form*'s core at *start*, grown by what else of it is there."""
    first, last = start, start + len(form.core)
    for step in range(form.margin):
        if first and squeezed[first - 1] == form.whole[form.margin - 1 - step]:
            first -= 1
        else:
            break
    for step in range(form.margin):
        if last < len(squeezed) and squeezed[last] == form.whole[step - form.margin]:
            last += 1
        else:
            break
    return first, last


def _with_neighbours(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span with the few characters beside it that hold bits of the value."""
    floor, roof = max(0, start - _BASE64_SLACK), min(len(text), end + _BASE64_SLACK)
    while start > floor and text[start - 1] in _BASE64:
        start -= 1
    while end < roof and text[end] in _BASE64:
        end += 1
    return start, end

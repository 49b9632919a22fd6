"""Known secret values in every form in which they turn up: plain, encoded, reversed, broken up.

A value is looked for in text from which white space, quotes, backslashes, ``+`` and ``|`` are
squeezed out, so that it is found across line breaks, continuation lines and joined literals,
and so are marks that are not seen: colour codes, characters of no width.
"""

import base64
import html
import json
import re
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from runner.redaction import marks
from runner.redaction.grams import as_bytes, numbers_at_every_fourth, starts

MIN_LENGTH = 6
_MIN_SQUEEZED = 12
_JUNK = re.compile(rf"{marks.PATTERN}|\\[nrt]|[ \t\r\n\\\"'`+|]", re.IGNORECASE)
_JUNK_BYTES = b" \t\r\n\\\"'`+|"
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")
_BASE64_SLACK = 3
_GRAM = 8  # no core is shorter
_FEW = 200  # so many forms are looked for one by one, more by their first characters
_MOST_MINTED = 1000
_COMMON_WORDS = """
password passwd secret secrets token example examples changeme default localhost postgres username
testing test1234 password1 development production staging cadence github anthropic openai undefined
disabled enabled require 123456 1234567 12345678 123456789 1234567890 qwerty letmein master docker
public private string number boolean admin123 foobar foobarbaz
"""
Key = TypeVar("Key", int, str)
Value = TypeVar("Value")
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class _Form:
    """One spelling of a value: `core` is looked for, *whole* is what is taken out."""

    whole: str
    margin: int
    is_base64: bool

    @property
    def core(self) -> str:
        """What of it is looked for: its ends may be missing."""
        return self.whole[self.margin : -self.margin]

    @property
    def probe(self) -> str:
        """Its first characters."""
        return self.whole[: self.margin + 1]


def is_worth_knowing(value: str) -> bool:
    """Return whether *value* is long and unusual enough to be looked for everywhere."""
    return len(value) >= MIN_LENGTH and value.lower() not in _COMMON and len(set(value)) > 2


def _squeezed(text: str) -> str:
    return _JUNK.sub("", text)


def _squeezed_bytes(text: str) -> bytes:
    if marks.may_be_in(text):
        text = _squeezed(text)
    return as_bytes(text).translate(None, _JUNK_BYTES)


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
    """All known values and how to find them; may be used from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: set[str] = set()
        self._minted: dict[str, None] = {}  # the oldest first
        self._uses: Counter[_Form | str] = Counter()
        self._short: dict[str, None] = {}
        self._forms: dict[str, _Form] = {}
        self._by_gram: dict[str, dict[str, _Form]] = {}
        self._by_probe: dict[int, dict[str, dict[str, _Form]]] = {}
        self._by_start: dict[int, dict[str, bytes]] = {}
        self._longest = 0

    def add(self, value: str, *, is_minted: bool = False) -> None:
        """Look for *value* from now on, unless it is too short or too common.

        One that *is_minted* is forgotten when a thousand younger ones have come.
        """
        value = value.strip()
        if not is_worth_knowing(value):
            return
        with self._lock:
            if value in self._kept:
                return
            is_new = value not in self._minted
            self._minted.pop(value, None)
            if is_minted:
                self._minted[value] = None
            else:
                self._kept.add(value)
            if is_new:
                self._learn(value)
            if len(self._minted) > _MOST_MINTED:
                oldest = next(iter(self._minted))
                del self._minted[oldest]
                self._forget(oldest)

    def _learn(self, value: str) -> None:
        for form in _forms_of(value):
            self._uses[form] += 1
            if isinstance(form, str):
                self._short[form] = None
                continue
            self._forms[form.whole] = form
            self._by_gram.setdefault(form.core[:_GRAM], {})[form.whole] = form
            probes = self._by_probe.setdefault(form.margin + 1, {})
            probes.setdefault(form.probe, {})[form.whole] = form
            for number in starts(core := as_bytes(form.core)):
                self._by_start.setdefault(number, {})[form.whole] = core
            self._longest = max(self._longest, len(form.whole))

    def _forget(self, value: str) -> None:
        for form in _forms_of(value):
            self._uses[form] -= 1
            if self._uses[form]:
                continue
            del self._uses[form]
            if isinstance(form, str):
                del self._short[form]
                continue
            del self._forms[form.whole]
            _drop(self._by_gram, form.core[:_GRAM], form.whole)
            _drop(self._by_probe[form.margin + 1], form.probe, form.whole)
            for number in starts(as_bytes(form.core)):
                _drop(self._by_start, number, form.whole)

    def __bool__(self) -> bool:
        return bool(self._kept or self._minted)

    def may_be_in(self, text: str) -> bool:
        """Return quickly whether any known value may be in *text*; False is certain."""
        with self._lock:
            if any(short in text for short in self._short):
                return True
            squeezed = _squeezed_bytes(text)
            return any(
                core in squeezed
                for number in self._by_start.keys() & numbers_at_every_fourth(squeezed)
                for core in self._by_start[number].values()
            )

    def ends_inside(self, text: str) -> bool:
        """Return whether *text* ends with the beginning of a value, so that more must be read."""
        with self._lock:
            if not self._forms:
                return False
            tail = _squeezed(text[-8 * self._longest :])[-self._longest :]
            if len(self._forms) <= _FEW:
                return any(_is_begun(form, tail) for form in self._forms.values())
            return any(
                form.whole.startswith(tail[at:])
                for size, probes in self._by_probe.items()
                for at in range(len(tail) - size + 1)
                for form in probes.get(tail[at : at + size], {}).values()
            )

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where in *text* known values stand."""
        with self._lock:
            return [*self._short_spans(text), *self._form_spans(text)]

    def _short_spans(self, text: str) -> Iterator[tuple[int, int]]:
        for short in self._short:
            start = text.find(short)
            while start >= 0:
                yield start, start + len(short)
                start = text.find(short, start + 1)

    def _form_spans(self, text: str) -> Iterator[tuple[int, int]]:
        squeezed, places = _with_places(text)
        for form in [
            form for gram in self._grams_in(squeezed) for form in self._by_gram[gram].values()
        ]:
            start = squeezed.find(form.core)
            while start >= 0:
                first, last = _widened(squeezed, start, form)
                ends = places[first], places[last - 1] + 1
                yield _with_neighbours(text, *ends) if form.is_base64 else ends
                start = squeezed.find(form.core, start + len(form.core))

    def _grams_in(self, squeezed: str) -> set[str]:
        """Return the first characters of forms that are in *squeezed*."""
        if len(self._by_gram) <= _FEW:
            return {gram for gram in self._by_gram if gram in squeezed}
        grams = {squeezed[at : at + _GRAM] for at in range(len(squeezed) - _GRAM + 1)}
        return grams & self._by_gram.keys()


def _drop(index: dict[Key, dict[str, Value]], key: Key, whole: str) -> None:
    del index[key][whole]
    if not index[key]:
        del index[key]


def _forms_of(value: str) -> list["_Form | str"]:
    """Return how *value* is looked for: as forms, or literally where it is too short for one."""
    forms: dict[str, _Form | str] = {}
    for spelling, is_base64 in _spellings(value):
        whole = _squeezed(spelling)
        if len(whole) >= _MIN_SQUEEZED:
            margin = 3 if len(whole) >= 18 else 2 if len(whole) >= 14 else 1
            forms.setdefault(whole, _Form(whole, margin, is_base64))
        elif len(spelling) >= MIN_LENGTH:
            forms[spelling] = spelling
    return list(forms.values())


def _is_begun(form: _Form, tail: str) -> bool:
    start = tail.find(form.probe, max(0, len(tail) - len(form.whole) + 1))
    while start >= 0:
        if form.whole.startswith(tail[start:]):
            return True
        start = tail.find(form.probe, start + 1)
    return False


def _with_places(text: str) -> tuple[str, list[int]]:
    """Return *text* squeezed, and for each of its characters the place in *text*."""
    places: list[int] = []
    done = 0
    for junk in _JUNK.finditer(text):
        places.extend(range(done, junk.start()))
        done = junk.end()
    places.extend(range(done, len(text)))
    return "".join(text[place] for place in places), places


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

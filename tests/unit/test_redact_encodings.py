"""A known value does not get through in any of its spellings, wherever a stream is cut."""

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Callable
from itertools import pairwise

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from runner.redact import StreamRedactor, redact
from runner.redaction.known import MIN_LENGTH, is_worth_knowing

ESCAPE = re.compile("%[0-9A-F]{2}")
MARK = re.compile(r"\[redacted:[a-z0-9-]+\]")
RUN = 9  # so much of a spelling in a row would tell something


def _base64(lead: bytes, tail: bytes, *, is_for_urls: bool = False) -> Callable[[str], str]:
    """Return what writes a value in base64 with something before and after it."""
    encode = base64.urlsafe_b64encode if is_for_urls else base64.b64encode
    return lambda value: encode(lead + value.encode() + tail).decode()


def _lower_escapes(value: str) -> str:
    return ESCAPE.sub(lambda found: found[0].lower(), urllib.parse.quote(value, safe=""))


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "reversed": lambda value: value[::-1],
    "json": lambda value: json.dumps(value)[1:-1],
    "json in json": lambda value: json.dumps(json.dumps(value))[1:-1],
    "html": html.escape,
    "url": lambda value: urllib.parse.quote(value, safe=""),
    "path": urllib.parse.quote,
    "form": urllib.parse.quote_plus,
    "lower escapes": _lower_escapes,
    "hex": lambda value: value.encode().hex(),
    "HEX": lambda value: value.encode().hex().upper(),
    "base64": _base64(b"", b""),
    "base64, one before": _base64(b":", b"\n"),
    "base64, two before": _base64(b"u:", b"yz"),
    "base64, more before": _base64(b"x-access-token:", b""),
    "base64url": _base64(b"", b"", is_for_urls=True),
    "base64url, one before": _base64(b"?", b"~", is_for_urls=True),
    "base64url, two before": _base64(b"?>", b"", is_for_urls=True),
    "base64 without padding": lambda value: _base64(b"", b"")(value).rstrip("="),
    "base64 in lines": lambda value: base64.encodebytes(b"u:" + value.encode() * 2).decode(),
}
spellings = st.sampled_from(sorted(SPELLINGS))
printable = st.characters(min_codepoint=33, max_codepoint=126)
values = st.one_of(
    st.text("ABCDEFGHIJKLMabcdefghijklm0123456789_-", min_size=16, max_size=60),
    st.text(printable, min_size=16, max_size=60),
    st.text(st.one_of(printable, st.sampled_from("äßéЖ中🎉 ")), min_size=16, max_size=60),
    st.text("abcdEFGH0123 /+=&%", min_size=16, max_size=60),
).map(str.strip)
befores = st.sampled_from(["", "a ", "x=", '{"a": "', "one\ntwo\n", "- ", "(", "\x1b[31m", ">>>"])
afters = st.sampled_from(["", "\n", " b", '"}', "\nnext\nlast\n", ")", "\x1b[0m", ";", "&c=d"])
cuts = st.lists(st.integers(0, 600), max_size=12)


def streamed(text: str, places: list[int], value: str) -> str:
    stream = StreamRedactor([value])
    ends = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    return "".join(stream.feed(text[a:b]) for a, b in pairwise(ends)) + stream.close()


def told(spelled: str, shown: str) -> list[str]:
    """Return what *shown* tells of a value that is *spelled* so."""
    rest = MARK.sub("\0", shown)
    runs = (spelled[at : at + RUN] for at in range(len(spelled) - RUN + 1))
    return [run for run in runs if run in rest]


@settings(max_examples=600)
@given(values, spellings, befores, afters, cuts)
def test_no_spelling_of_a_known_value_gets_through(
    value: str, how: str, before: str, after: str, places: list[int]
) -> None:
    assume(len(set(value)) > 6)
    spelled = SPELLINGS[how](value)

    shown = streamed(before + spelled + after, places, value)

    assert told(spelled, shown) == []
    assert shown == redact(before + spelled + after, [value])


@settings(max_examples=60)
@given(values, spellings)
def test_no_place_for_a_cut_lets_a_value_through(value: str, how: str) -> None:
    assume(len(set(value)) > 6)
    spelled = SPELLINGS[how](value)
    text = f"a {spelled}\nb\n"
    whole = redact(text, [value])

    assert told(spelled, whole) == []
    for place in range(1, len(text)):
        assert streamed(text, [place], value) == whole


@settings(max_examples=300)
@given(st.text(printable, min_size=MIN_LENGTH, max_size=15), spellings, befores, afters, cuts)
def test_short_values_are_found_in_each_spelling_as_it_is(
    value: str, how: str, before: str, after: str, places: list[int]
) -> None:
    assume(is_worth_knowing(value) and how not in ("json in json", "base64 in lines"))
    spelled = SPELLINGS[how](value)

    shown = streamed(before + spelled + after, places, value)

    assert spelled not in MARK.sub("\0", shown)


@settings(max_examples=200)
@given(values, st.lists(spellings, min_size=2, max_size=5), cuts)
def test_many_spellings_in_one_text_are_all_found(
    value: str, chosen: list[str], places: list[int]
) -> None:
    assume(len(set(value)) > 6)
    parts = [SPELLINGS[how](value) for how in chosen]

    shown = streamed("\n".join(parts), places, value)

    assert [told(part, shown) for part in parts] == [[] for _ in parts]


@settings(max_examples=200)
@given(values, st.integers(0, 2))
@example("~000000000012345", 2)
def test_no_character_of_base64_that_holds_a_bit_of_the_value_is_left(
    value: str, lead: int
) -> None:
    assume(len(set(value)) > 6)
    spelled = _base64(b":" * lead, b"")(value)

    shown = redact(f"({spelled})", [value])

    left, _, right = shown.partition("[redacted:known]")
    assert f"({spelled[: lead * 8 // 6]}".startswith(left)
    assert right.lstrip("=") == ")"

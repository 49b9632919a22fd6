"""Streams: the same however they are cut, for any text, with work that grows with the text."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.redact import Redactor, StreamRedactor, redact
from tests.unit.test_redact_corpus import BENIGN, SECRET

KNOWN = "".join(("Vb7", "qTz", "Lm2", "Xc9", "Rd4", "Wn6", "Kp"))
BEGIN = "-----BEGIN RSA PRIV" + "ATE KEY-----"
END = "-----END RSA PRIV" + "ATE KEY-----"

pieces = st.one_of(
    st.sampled_from([sample.text for sample in (*SECRET, *BENIGN)]),
    st.sampled_from([KNOWN, KNOWN[:9], KNOWN[9:], BEGIN, END, "A" * 64 + "\n", "Basic "]),
    st.sampled_from(["- name: DB_PASSWORD\n", "value: h7Gq2LmPz", "\x1b[31m", "\u200b", "\ud800"]),
    st.sampled_from(["\n", "\n\n", " ", "\r\n", "="]),
    st.text(max_size=20),
)
texts = st.lists(pieces, max_size=12).map("".join)
gaps = st.sampled_from(["\n", "\r\n", " ", "; "])
separate_texts = st.lists(st.tuples(pieces, gaps).map("".join), max_size=12).map("".join)


def streamed(text: str, cuts: list[int]) -> str:
    stream = StreamRedactor([KNOWN])
    ends = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return "".join(stream.feed(text[a:b]) for a, b in pairwise(ends)) + stream.close()


@settings(max_examples=300)
@given(texts, st.lists(st.integers(0, 3000), max_size=30))
def test_chunks_do_not_change_what_comes_out(text: str, cuts: list[int]) -> None:
    assert streamed(text, cuts) == redact(text, [KNOWN])


@settings(max_examples=50)
@given(texts)
def test_single_characters_do_not_change_what_comes_out(text: str) -> None:
    assert streamed(text, list(range(len(text)))) == redact(text, [KNOWN])


@pytest.mark.parametrize("filler", ["a", "a ", "ab=", "A\n", f"{BEGIN}\n", "k: v, "])
def test_long_texts_do_not_depend_on_chunks(filler: str) -> None:
    text = filler * (150_000 // len(filler)) + f" {KNOWN} token=h7Gq2LmPzR4t " + filler * 30_000

    shown = streamed(text, list(range(0, len(text), 4093)))

    assert shown == redact(text, [KNOWN])
    assert KNOWN not in shown


@settings(max_examples=300)
@given(separate_texts)
def test_what_is_redacted_stays_as_it_is(text: str) -> None:
    once = redact(text, [KNOWN])

    assert redact(once, [KNOWN]) == once


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[redacted:aws-access-key]:DAYspJBGvV2KpEFj6EEs9dOSXK", id="key"),
        pytest.param("[redacted:github-token]=h7Gq2LmPzR4tWn6Kp", id="token"),
        pytest.param(f"[redacted:private-key]>{KNOWN[:11]}=", id="end of a key"),
    ],
)
def test_mark_of_ours_does_not_name_what_follows_it(text: str) -> None:
    assert redact(text) == text


def test_mark_that_is_not_ours_hides_nothing() -> None:
    shown = redact(f"[redacted:token] token={KNOWN} [redacted:ghp_{KNOWN.lower()}]")

    assert KNOWN not in shown
    assert KNOWN.lower() not in shown


@given(st.text(st.characters()))
def test_any_text_is_taken(text: str) -> None:
    for finding in Redactor([KNOWN]).find(text):
        assert 0 <= finding.start < finding.end <= len(text)


@settings(max_examples=200)
@given(texts)
def test_what_is_found_is_in_order_and_apart(text: str) -> None:
    found = Redactor([KNOWN]).find(text)

    assert all(left.end <= right.start for left, right in pairwise(found))


def test_whole_lines_come_out_at_once() -> None:
    stream = StreamRedactor([KNOWN])

    assert stream.feed("one\ntw") == "one\n"
    assert stream.feed("o\n") == "two\n"
    assert stream.feed("three") == ""
    assert stream.close() == "three"


def test_key_is_held_until_it_ends() -> None:
    stream = StreamRedactor()
    body = "\n".join(str(number) + "Ab3" * 20 for number in range(10, 30))

    assert stream.feed(f"before\n{BEGIN}\n{body[:300]}") == "before\n"
    assert stream.feed(body[300:] + "\n") == ""
    assert stream.feed(f"{END}\nafter\n") == "[redacted:private-key]\nafter\n"


def test_nothing_is_held_for_ever() -> None:
    stream = StreamRedactor()

    shown = stream.feed(f"{BEGIN}\n" + "AbC3" * 16 + "\n") + stream.feed("word and word\n" * 9000)

    assert len(shown) > 50_000

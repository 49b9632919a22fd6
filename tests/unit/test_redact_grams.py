from hypothesis import given
from hypothesis import strategies as st

from runner.redact import Redactor
from runner.redaction.grams import Keywords, as_bytes, numbers_at_every_fourth, starts

_LETTERS = st.text(alphabet="ab_-é", max_size=12)
_WORDS = st.lists(st.text(alphabet="ab_-é", min_size=1, max_size=9), max_size=12)


@given(words=_WORDS, text=st.text(alphabet="ab_-é\ud800", max_size=60))
def test_keywords_are_found_as_if_each_was_looked_for(words: list[str], text: str) -> None:
    keywords = Keywords(words)

    there = [word for word in dict.fromkeys(words) if word in text]
    assert list(keywords.found_in(text)) == there
    assert keywords.is_any_in(text) is bool(there)


@given(before=_LETTERS, word=st.text(alphabet="abé", min_size=7, max_size=20), after=_LETTERS)
def test_a_word_of_seven_has_a_start_at_a_fourth_place_wherever_it_stands(
    before: str, word: str, after: str
) -> None:
    numbers = numbers_at_every_fourth(as_bytes(before + word + after))

    assert starts(as_bytes(word)) & numbers


@given(
    before=st.text(alphabet="ab \n", max_size=9),
    after=st.text(alphabet="ab \n", max_size=9),
    cut=st.integers(0, 30),
)
def test_a_known_value_is_taken_out_wherever_it_stands_and_is_broken(
    before: str, after: str, cut: int
) -> None:
    secret = "Zq8-vT5rK1mW-Yx7pL3"
    broken = f'{secret[:cut]}"\n"{secret[cut:]}'

    for text in (before + secret + after, before + broken + after):
        assert "[redacted:known]" in Redactor([secret]).redact(text)

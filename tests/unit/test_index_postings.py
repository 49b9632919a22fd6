"""BM25 on arrays, judged by the formula written out."""

import math
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.ranking.postings import Postings, packed

Documents = list[list[int]]
documents = st.lists(st.lists(st.integers(1, 9), max_size=12), min_size=1, max_size=12)


def built(found: Documents) -> Postings:
    terms, owners, times = [], [], []
    for owner, words in enumerate(found):
        for term, count in Counter(words).items():
            terms.append(term)
            owners.append(owner)
            times.append(count)
    made = packed(np.array(terms, np.uint32), np.array(owners, np.int64), np.array(times, np.uint8))
    return Postings.build(*made, len(found), len(found))


def plain(
    found: Documents, asked: dict[int, float], k1: float = 1.2, b: float = 0.75
) -> list[float]:
    mean = max(sum(map(len, found)), 1) / len(found)
    scores = []
    for words in found:
        total = 0.0
        for term, weight in asked.items():
            holding = sum(term in one for one in found)
            times = words.count(term)
            idf = math.log(1 + (len(found) - holding + 0.5) / (holding + 0.5))
            norm = k1 * (1 - b + b * len(words) / mean)
            total += weight * idf * times * (k1 + 1) / (times + norm) if times else 0.0
        scores.append(total)
    return scores


@given(documents, st.dictionaries(st.integers(1, 12), st.floats(0.1, 3), max_size=5))
def test_scores_are_those_of_the_formula(found: Documents, asked: dict[int, float]) -> None:
    assert np.allclose(built(found).scores(asked), plain(found, asked), rtol=1e-4, atol=1e-5)


@given(documents, documents, st.data())
def test_replacing_documents_is_building_anew(
    old: Documents, new: Documents, data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.integers(0, len(old) - 1), max_size=len(old) - 1))
    dead = np.array([n in gone for n in range(len(old))] + [False] * len(new))
    fresh = built([[]] * len(old) + new)
    alive = int((~dead).sum())

    replaced = built(old).replaced(dead, fresh.keys, fresh.times, len(dead), alive)

    kept = [words for n, words in enumerate(old) if n not in gone] + new
    asked = dict.fromkeys(range(1, 10), 1.0)
    assert np.allclose(replaced.scores(asked)[~dead], built(kept).scores(asked), rtol=1e-4)
    assert not replaced.scores(asked)[dead].any()


@given(documents)
def test_it_knows_who_holds_what(found: Documents) -> None:
    terms = np.arange(1, 12, dtype=np.uint32)
    made = built(found)

    for place, words in enumerate(found):
        assert made.held_by(terms, place).tolist() == [term in words for term in terms.tolist()]


def test_nothing_is_in_nothing() -> None:
    empty = built([[]])

    assert empty.scores({1: 1.0}).tolist() == [0.0]
    assert empty.held_by(np.array([1], np.uint32), 0).tolist() == [False]

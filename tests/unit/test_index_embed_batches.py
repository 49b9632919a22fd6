"""Estimates, packing, reading answers, prices: the parts of embedding that ask nobody."""

import base64
import random
from datetime import date
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.embed import EmbeddingsUnavailable, Limits, Patience, content_key, text_for
from indexer.embedding.answer import UnusableAnswer, read_answer
from indexer.embedding.batches import batches, cut, estimate
from indexer.embedding.cost import EmbeddingsUsage, price
from indexer.embedding.patience import Breaker

_TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)
# Counted with cl100k_base, the vocabulary of the models whose prices are known.
_COUNTED = [
    pytest.param("tiktoken is great!", 6, id="prose"),
    pytest.param("antidisestablishmentarianism", 6, id="long word"),
    pytest.param("2 + 2 = 4", 7, id="sum"),
    pytest.param("お誕生日おめでとう", 9, id="Japanese"),
]


@pytest.mark.parametrize(("text", "counted"), _COUNTED)
def test_estimate_is_never_below_what_the_tokenizer_counts(text: str, counted: int) -> None:
    assert counted <= estimate(text) <= 3 * counted + 2


def test_estimate_of_code_is_not_wildly_too_high() -> None:
    code = "    def parse_header(self, line: bytes) -> tuple[str, str]:\n        return a, b\n"
    assert len(code) / 4 < estimate(code) < len(code) / 1.2


@given(_TEXTS)
def test_estimate_is_never_above_the_number_of_bytes_by_more_than_rounding(text: str) -> None:
    assert 0 <= estimate(text) <= len(text.encode()) + 1


@given(_TEXTS, st.integers(1, 300))
def test_cut_text_is_a_beginning_that_fits(text: str, tokens: int) -> None:
    short = cut(text, tokens)

    assert text.startswith(short)
    assert short == text or estimate(short) <= tokens
    assert short == text or estimate(text) > tokens


@given(st.lists(_TEXTS, max_size=30), st.integers(1, 5), st.integers(10, 200))
def test_batches_hold_every_item_once_in_order_and_keep_the_limits(
    texts: list[str], inputs: int, tokens: int
) -> None:
    limits = Limits(inputs=inputs, request_tokens=tokens, input_tokens=tokens)
    items = [(str(at).encode(), text) for at, text in enumerate(texts)]
    found = list(batches(items, limits))

    assert [key for batch in found for key, _ in batch] == [key for key, _ in items]
    for batch in found:
        assert 1 <= len(batch) <= inputs
        assert sum(estimate(text) for _, text in batch) <= tokens or len(batch) == 1


def test_batches_read_one_item_ahead_at_most() -> None:
    source = iter([(b"key", "text")] * 100)
    next(batches(source, Limits(inputs=4)))

    assert len(list(source)) == 95


def test_lone_surrogates_are_no_obstacle() -> None:
    assert estimate("name-\udcff") > 0
    assert len(cut("\udcff" * 100, 10)) == 10


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({"inputs": 4}, (4, 8000), id="fewer inputs"),
        pytest.param({"input_tokens": 512}, (256, 512), id="shorter inputs"),
        pytest.param({"inputs": 5000, "input_tokens": 8192}, (256, 8000), id="never looser"),
        pytest.param({"input_tokens": 3}, (256, 32), id="no nonsense"),
        pytest.param({}, (256, 8000), id="nothing known"),
    ],
)
def test_limits_only_tighten(change: dict[str, int], expected: tuple[int, int]) -> None:
    limits = Limits().tightened(**change)

    assert (limits.inputs, limits.input_tokens) == expected


def _body(*rows: tuple[int, Any], **more: Any) -> bytes:
    data = [{"index": at, "embedding": vector} for at, vector in rows]
    return orjson.dumps({"data": data, **more})


def _packed(*numbers: float) -> str:
    return base64.b64encode(np.array(numbers, "<f4").tobytes()).decode()


def test_answers_are_put_into_the_order_of_the_texts_and_normalised() -> None:
    answer = read_answer(_body((1, [3.0, 4.0]), (0, _packed(0, 3))), count=2)

    assert [vector.tolist() for vector in answer.vectors] == [
        [0, 1],
        pytest.approx([0.6, 0.8], abs=1e-3),
    ]
    assert answer.vectors[0].dtype == np.float16
    assert answer.tokens is None


def test_huge_numbers_have_a_direction_too() -> None:
    answer = read_answer(_body((0, [3e30, 4e30])), count=1)

    assert answer.vectors[0].tolist() == pytest.approx([0.6, 0.8], abs=1e-3)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        pytest.param({"prompt_tokens": 7, "total_tokens": 9}, 7, id="both"),
        pytest.param({"total_tokens": 9}, 9, id="total only"),
        pytest.param({"prompt_tokens": 0, "total_tokens": 0}, None, id="zero is not counted"),
        pytest.param({"prompt_tokens": "many"}, None, id="no number"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_tokens_are_read_where_there_are_any(usage: Any, tokens: int | None) -> None:
    assert read_answer(_body((0, [1.0]), usage=usage), count=1).tokens == tokens


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"<html>", id="no JSON"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="no data"),
        pytest.param(b'{"data": null}', id="data is null"),
        pytest.param(_body((0, [1.0])), id="too few"),
        pytest.param(_body((0, [1.0]), (1, [1.0]), (2, [1.0])), id="too many"),
        pytest.param(_body((0, [1.0]), (0, [1.0])), id="one twice"),
        pytest.param(_body((0, [1.0]), (5, [1.0])), id="wrong number"),
        pytest.param(_body((0, [1.0]), (1, [])), id="empty vector"),
        pytest.param(_body((0, [1.0]), (1, ["x"])), id="words"),
        pytest.param(_body((0, [1.0]), (1, None)), id="null"),
        pytest.param(_body((0, [1.0]), (1, "%%%")), id="no base64"),
        pytest.param(_body((0, [1.0]), (1, "AAA=")), id="bytes that are no floats"),
        pytest.param(_body((0, [1.0]), (1, [0.0])), id="zero"),
        pytest.param(_body((0, [1.0]), (1, _packed(float("inf")))), id="infinite"),
        pytest.param(_body((0, [1.0]), (1, _packed(float("nan")))), id="packed NaN"),
        pytest.param(_body((0, [1.0]), (1, [1.5])).replace(b"1.5", b"NaN"), id="NaN"),
    ],
)
def test_answer_that_is_not_the_embeddings_is_unusable(content: bytes) -> None:
    with pytest.raises(UnusableAnswer):
        read_answer(content, count=2)


@pytest.mark.parametrize(
    ("model", "at", "usd"),
    [
        pytest.param("text-embedding-3-small", None, 0.02, id="small"),
        pytest.param("text-embedding-3-large", None, 0.13, id="large"),
        pytest.param("text-embedding-ada-002", date(2024, 6, 1), 0.1, id="ada"),
        pytest.param("text-embedding-3-small", date(2020, 1, 1), None, id="before it existed"),
        pytest.param("nomic-embed-text", None, None, id="somebody's own"),
    ],
)
def test_price_is_that_of_the_day(model: str, at: date | None, usd: float | None) -> None:
    assert price(model, at=at) == usd


def test_usage_that_is_taken_begins_anew() -> None:
    usage = EmbeddingsUsage(model="text-embedding-3-large")
    usage.add(3, 1_000_000, is_estimate=False)
    usage.add(1, 500, is_estimate=True)
    taken = usage.taken()

    assert (taken.requests, taken.texts, taken.tokens, taken.estimated) == (2, 4, 1_000_500, 500)
    assert taken.cost_usd == pytest.approx(0.13 * 1.0005)
    assert (usage.requests, usage.tokens, usage.cost_usd) == (0, 0, 0.0)


def test_pauses_grow_up_to_the_longest_and_differ() -> None:
    patience = Patience(first_pause_s=1, longest_pause_s=8)
    rng = random.Random(1)  # noqa: S311 - a test wants to repeat itself
    pauses = [patience.pause_s(attempt, rng=rng) for attempt in (1, 2, 3, 4, 5, 1000)]

    longest = (1, 2, 4, 8, 8, 8)
    assert all(full / 2 <= one <= full for one, full in zip(pauses, longest, strict=True))
    assert len(set(pauses)) == 6


def test_breaker_opens_after_failures_in_a_row_and_closes_with_one_success() -> None:
    at = [0.0]
    breaker = Breaker(failures=2, rest_s=60, now=lambda: at[0])
    breaker.failed()
    breaker.worked()
    breaker.failed()
    breaker.check()
    breaker.failed()
    with pytest.raises(EmbeddingsUnavailable) as caught:
        breaker.check()
    assert caught.value.retry_after_s == 60

    at[0] = 60
    breaker.check()
    assert breaker.is_open
    breaker.worked()
    assert not breaker.is_open


def test_text_to_embed_begins_with_where_it_is_from() -> None:
    assert text_for("a/b.py", "Session.get", "\ndef get():\n    pass\n") == (
        "a/b.py\nSession.get\ndef get():\n    pass"
    )
    assert text_for("a/b.txt", "", "text") == "a/b.txt\ntext"


def test_text_to_embed_can_be_sent_whatever_the_path_is() -> None:
    assert text_for("bad\udcff.py", "", "x\ud800").encode() == b"bad?.py\nx?"


def test_key_of_a_text_is_sixteen_bytes_and_its_own() -> None:
    assert len(content_key("text")) == 16
    assert content_key("text") == content_key("text") != content_key("texts")

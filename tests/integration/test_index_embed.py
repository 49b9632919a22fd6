"""Embedding texts through an endpoint on a real socket that works, mostly."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from deploy.devkit.embeddings import EmbeddingsStandIn, Rules
from deploy.devkit.embeddings.faults import ALWAYS
from deploy.devkit.embeddings.words import tokens_in
from indexer.embed import EmbeddingsRefused, EmbeddingsUnavailable, Limits, OpenAIEmbedder, Patience
from tests.fakes.embedding_clock import Clock

SMALL = "text-embedding-3-small"
PATIENCE = Patience(timeout_s=5, deadline_s=100, attempts=3)
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight"]


@pytest.fixture
async def server() -> AsyncIterator[EmbeddingsStandIn]:
    async with EmbeddingsStandIn() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def embedding(
    server: EmbeddingsStandIn, clock: Clock | None = None, **options: Any
) -> AsyncIterator[OpenAIEmbedder]:
    clock = clock or Clock()
    known = {"model": SMALL, "url": server.url, "key": server.key, "patience": PATIENCE}
    made = OpenAIEmbedder(**{**known, "now": clock.now, "sleep": clock.sleep, **options})
    try:
        yield made
    finally:
        await made.aclose()


async def test_vectors_are_half_precision_unit_vectors_in_the_order_of_the_texts(
    server: EmbeddingsStandIn,
) -> None:
    async with embedding(server, limits=Limits(inputs=2)) as embedder:
        together = await embedder.embed(["parse the header", "draw a circle", "parse the headers"])
        alone = await embedder.embed(["draw a circle"])

    assert {(one.dtype.str, one.shape) for one in together} == {("<f2", (1536,))}
    assert [float(np.linalg.norm(one.astype(float))) for one in together] == pytest.approx(
        [1, 1, 1], abs=2e-3
    )
    assert (together[1] == alone[0]).all()
    assert together[0] @ together[2] > 0.5 > together[0] @ together[1]
    assert embedder.dimensions == 1536


async def test_texts_without_content_are_never_sent(server: EmbeddingsStandIn) -> None:
    async with embedding(server) as embedder:
        first, full, last = await embedder.embed(["", "full", " \n\t"])
        await embedder.embed([""])
        await embedder.embed([])

    assert server.embedded == ["full"]
    assert not first.any()
    assert not last.any()
    assert full.shape == first.shape == last.shape


async def test_dimensions_are_asked_for_only_when_they_are_set(server: EmbeddingsStandIn) -> None:
    async with embedding(server) as plain, embedding(server, dimensions=64) as short:
        await plain.embed(["text"])
        vectors = await short.embed(["text"])

    assert ["dimensions" in (one.body or {}) for one in server.requests] == [False, True]
    assert vectors[0].shape == (64,)


async def test_server_of_ones_own_needs_no_key() -> None:
    async with EmbeddingsStandIn(key="") as server, embedding(server, key="") as embedder:
        assert len(await embedder.embed(["text"])) == 1


@pytest.mark.parametrize("kind", ["given", "ignored", "refused"])
async def test_both_encodings_give_the_same_and_what_works_is_remembered(kind: Any) -> None:
    async with EmbeddingsStandIn() as usual, embedding(usual) as embedder:
        expected = await embedder.embed(["a text"])
    async with (
        EmbeddingsStandIn(rules=Rules(base64=kind)) as server,
        embedding(server) as embedder,
    ):
        vectors = [await embedder.embed(["a text"]) for _ in range(2)]

    asked = [(one.body or {})["encoding_format"] for one in server.requests]
    assert asked == (["base64", "float", "float"] if kind == "refused" else ["base64", "base64"])
    assert all((one[0] == expected[0]).all() for one in vectors)


async def test_encoding_that_worked_is_not_doubted_for_one_refusal(
    server: EmbeddingsStandIn,
) -> None:
    async with embedding(server) as embedder:
        await embedder.embed(["fine"])
        server.fail(400, contains="poison", times=ALWAYS)
        await embedder.embed(["poison"])

    assert len(server.requests) == 3  # the third asks whether the text is to blame
    assert {(one.body or {})["encoding_format"] for one in server.requests} == {"base64"}


async def test_told_to_slow_down_it_waits_as_long_as_it_was_told(
    server: EmbeddingsStandIn, clock: Clock
) -> None:
    server.fail(429, retry_after=7, times=5)  # more often than there are attempts
    async with embedding(server, clock) as embedder:
        vectors = await embedder.embed(["text"])

    assert vectors[0].any()
    assert clock.naps == [7, 7, 7, 7, 7]


async def test_told_to_slow_down_with_no_time_it_waits_longer_each_time(
    server: EmbeddingsStandIn, clock: Clock
) -> None:
    server.fail(429, times=4)
    async with embedding(server, clock) as embedder:
        await embedder.embed(["text"])

    assert len(clock.naps) == 4
    assert clock.naps[3] > clock.naps[0]


async def test_told_to_come_back_too_late_it_gives_up_and_says_when(
    server: EmbeddingsStandIn, clock: Clock
) -> None:
    server.fail(429, retry_after=3600)
    async with embedding(server, clock) as embedder:
        with pytest.raises(EmbeddingsUnavailable) as caught:
            await embedder.embed(["text"])
        assert caught.value.retry_after_s == 3600
        with pytest.raises(EmbeddingsUnavailable):
            await embedder.embed(["text"])
        assert len(server.requests) == 1
        clock.at += 3601
        assert (await embedder.embed(["text"]))[0].any()

    assert clock.naps == []


async def test_with_no_money_left_it_asks_once(server: EmbeddingsStandIn) -> None:
    server.fail(429, code="insufficient_quota", times=ALWAYS)
    async with embedding(server) as embedder:
        with pytest.raises(EmbeddingsUnavailable, match="no money left"):
            await embedder.embed(["text"])

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 500}, id="500"),
        pytest.param({"status": 503}, id="503"),
        pytest.param({"cut": True}, id="cut"),
        pytest.param({"garbage": True}, id="garbage"),
        pytest.param({"missing": 1}, id="one vector missing"),
        pytest.param({"value": "nan"}, id="not a number"),
    ],
)
async def test_passing_fault_is_got_over_after_a_pause(
    server: EmbeddingsStandIn, clock: Clock, fault: dict[str, Any]
) -> None:
    server.fail(**fault, times=2)
    async with embedding(server, clock) as embedder:
        vectors = await embedder.embed(["one", "two"])

    assert all(one.any() for one in vectors)
    assert embedder.usage.skipped == 0
    assert len(server.requests) == 3
    assert 0.25 <= clock.naps[0] <= 0.5 <= clock.naps[1] <= 1.0


@pytest.mark.parametrize(
    "fault", [pytest.param({"delay_s": 60.0}, id="hangs"), pytest.param({"drip": True}, id="drips")]
)
async def test_server_that_comes_to_no_end_is_not_waited_for(
    server: EmbeddingsStandIn, fault: dict[str, Any]
) -> None:
    server.fail(**fault, times=ALWAYS)
    patience = replace(PATIENCE, timeout_s=0.2, deadline_s=5, attempts=2)
    async with embedding(server, patience=replace(patience, probe_timeout_s=0.2)) as embedder:
        with pytest.raises(EmbeddingsUnavailable, match="in time"):
            await embedder.embed(["text"])

    assert len(server.requests) == 3


async def test_nobody_there_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nobody = EmbeddingsStandIn()
    nobody.url = f"http://127.0.0.1:{port}/v1"
    async with embedding(nobody) as embedder:
        with pytest.raises(EmbeddingsUnavailable, match="cannot be reached"):
            await embedder.embed(["text"])


async def test_deadline_ends_what_attempts_do_not(server: EmbeddingsStandIn, clock: Clock) -> None:
    server.fail(500, times=ALWAYS)
    started = clock.at
    async with embedding(
        server, clock, patience=replace(PATIENCE, attempts=1000, deadline_s=90)
    ) as embedder:
        with pytest.raises(EmbeddingsUnavailable):
            await embedder.embed(["text"])

    assert clock.at - started <= 90
    assert len(server.requests) < 20


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 500}, id="500"),
        pytest.param({"status": 400}, id="400"),
        pytest.param({"value": "nan"}, id="not a number"),
        pytest.param({"value": "inf"}, id="infinite"),
        pytest.param({"value": "0"}, id="zero"),
    ],
)
@pytest.mark.parametrize("encoding", ["given", "ignored"])
async def test_text_that_cannot_be_embedded_costs_no_other_its_vector(
    fault: dict[str, Any], encoding: Any
) -> None:
    texts = [f"{number} apples" for number in NUMBERS * 4]
    texts[5] = texts[27] = "poison"
    async with (
        EmbeddingsStandIn(rules=Rules(base64=encoding)) as server,
        embedding(server) as embedder,
    ):
        expected = await embedder.embed([text for text in texts if text != "poison"])
        server.fail(**fault, contains="poison", times=ALWAYS)
        before = len(server.requests)
        vectors = await embedder.embed(texts)

    good = [one for one, text in zip(vectors, texts, strict=True) if text != "poison"]
    assert all((one == other).all() for one, other in zip(good, expected, strict=True))
    assert not vectors[5].any()
    assert not vectors[27].any()
    assert vectors[5].shape == good[0].shape
    assert embedder.usage.skipped == 2
    assert len(server.requests) - before < 60


async def test_server_too_slow_for_a_batch_is_given_smaller_ones(
    server: EmbeddingsStandIn,
) -> None:
    texts = [f"{number} pears" for number in NUMBERS * 4]
    server.fail(delay_s=60.0, contains="one pears", times=1)
    patience = replace(PATIENCE, timeout_s=0.2, attempts=1)
    async with embedding(server, patience=patience) as embedder:
        vectors = await embedder.embed(texts)

    assert all(one.any() for one in vectors)
    assert embedder.limits.inputs == 16


@pytest.mark.parametrize("asked", [0, 64])
async def test_other_dimensions_are_final(server: EmbeddingsStandIn, asked: int) -> None:
    server.fail(at=1 if asked else 2, dimensions=100, times=ALWAYS)
    async with embedding(server, dimensions=asked) as embedder:
        if not asked:
            await embedder.embed(["first"])
        with pytest.raises(EmbeddingsRefused, match=f"100 dimensions where {asked or 1536} were"):
            await embedder.embed(["second"])

    assert len(server.requests) == (1 if asked else 2)


async def test_dimensions_known_from_before_are_held_to(server: EmbeddingsStandIn) -> None:
    async with embedding(server) as embedder:
        embedder.dimensions = 768  # what the vectors in the store have
        with pytest.raises(EmbeddingsRefused, match="1536 dimensions where 768 were expected"):
            await embedder.embed(["text"])

    assert "dimensions" not in (server.requests[0].body or {})


@pytest.mark.parametrize(
    ("options", "said", "requests"),
    [
        pytest.param({"key": "wrong"}, "does not accept the key", 1, id="key"),
        pytest.param({"model": "gpt-9"}, "knows no model gpt-9", 1, id="model"),
        pytest.param(
            {"model": "text-embedding-ada-002", "dimensions": 64},
            *("not support specifying dimensions", 4),
            id="everything is refused",
        ),
    ],
)
async def test_refusal_is_final_and_asked_for_once(
    server: EmbeddingsStandIn, options: dict[str, Any], said: str, requests: int
) -> None:
    async with embedding(server, **options) as embedder:
        with pytest.raises(EmbeddingsRefused, match=said):
            await embedder.embed(["text"])

    assert len(server.requests) == requests


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def parse(self, header: bytes) -> int: " * 3_000, id="code"),
        pytest.param("The quick brown fox jumps over the lazy dog. " * 3_000, id="prose"),
        pytest.param("0123456789abcdef" * 5_000, id="hex"),
        pytest.param("漢字仮名交じり文" * 5_000, id="no spaces"),
        pytest.param("{}[]();:,.<>/?!@#$%^&*" * 3_000, id="signs"),
        pytest.param("🦊🐙 " * 9_000, id="emoji"),
        pytest.param(" \t\n" * 30_000 + "end", id="blanks"),
    ],
)
async def test_long_text_is_cut_so_that_it_is_never_refused(
    server: EmbeddingsStandIn, text: str
) -> None:
    async with embedding(server) as embedder:
        (vector,) = await embedder.embed([text])

    assert vector.any()
    assert len(server.requests) == 1
    assert text.startswith(server.embedded[0])
    assert tokens_in(server.embedded[0]) <= 8192


async def test_requests_stay_below_the_limits_of_openai(server: EmbeddingsStandIn) -> None:
    texts = [f"{number} " + "word and another; " * 800 for number in range(100)]
    async with embedding(server) as embedder:
        vectors = await embedder.embed(texts)

    assert all(one.any() for one in vectors)
    assert sorted(server.embedded) == sorted(texts)
    assert 2 <= len(server.requests) <= 8


_TEI = (413, "Input validation error: `inputs` must have less than {limit} tokens. Given: {given}")
_LLAMA = (500, "input ({given} tokens) is too large to process. increase the physical batch size")
_VAGUE = (400, "the input exceeds the available context size")


@pytest.mark.parametrize(
    "said", [pytest.param(_TEI, id="named"), pytest.param(Rules().too_long, id="OpenAI's words")]
)
async def test_limit_that_the_endpoint_names_is_kept_from_then_on(said: tuple[int, str]) -> None:
    texts = [f"{number} " + "apples and pears " * 100 for number in NUMBERS]
    rules = Rules(input_tokens=128, too_long=said)
    async with EmbeddingsStandIn(rules=rules) as server, embedding(server) as embedder:
        await embedder.embed(texts)
        before = len(server.requests)
        vectors = await embedder.embed(texts)

    assert all(one.any() for one in vectors)
    assert before == 2
    assert len(server.requests) == 3
    assert embedder.usage.skipped == 0


@pytest.mark.parametrize(
    "said", [pytest.param(_LLAMA, id="with 500"), pytest.param(_VAGUE, id="with 400")]
)
async def test_text_that_is_too_long_by_no_named_limit_is_halved_until_it_fits(
    said: tuple[int, str],
) -> None:
    rules = Rules(input_tokens=128, too_long=said)
    async with EmbeddingsStandIn(rules=rules) as server, embedding(server) as embedder:
        vectors = await embedder.embed(["short", "apples and pears " * 100, "short too"])

    assert all(one.any() for one in vectors)
    longest = max(server.embedded, key=len)
    assert 64 <= tokens_in(longest) <= 128
    assert ("apples and pears " * 100).startswith(longest)


async def test_request_with_too_many_tokens_is_halved() -> None:
    rules = Rules(request_tokens=500)
    texts = [f"{number} " + "apples and pears " * 20 for number in NUMBERS * 2]
    async with EmbeddingsStandIn(rules=rules) as server, embedding(server) as embedder:
        vectors = await embedder.embed(texts)

    assert all(one.any() for one in vectors)
    assert sorted(server.embedded) == sorted(texts)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param((422, "batch size {given} > maximum allowed batch size {limit}"), id="TEI"),
        pytest.param(Rules().too_many, id="OpenAI"),
    ],
)
async def test_number_of_inputs_that_the_endpoint_names_is_kept(said: tuple[int, str]) -> None:
    rules = Rules(inputs=4, too_many=said)
    async with EmbeddingsStandIn(rules=rules) as server, embedding(server) as embedder:
        await embedder.embed(NUMBERS)
        before = len(server.requests)
        await embedder.embed(NUMBERS)

    assert embedder.limits.inputs == 4
    assert len(server.requests) - before == 2
    assert server.embedded == NUMBERS * 2


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_no_more_requests_are_under_way_than_allowed(
    server: EmbeddingsStandIn, concurrency: int
) -> None:
    server.delay_s = 0.02
    async with embedding(server, limits=Limits(inputs=1), concurrency=concurrency) as embedder:
        await embedder.embed(NUMBERS * 2)

    assert server.busiest == concurrency


async def test_tokens_are_counted_as_the_endpoint_says_and_cost_what_the_price_list_says(
    server: EmbeddingsStandIn,
) -> None:
    texts = ["apples and pears " * 50, "plums"]
    async with embedding(server, limits=Limits(inputs=1)) as embedder:
        await embedder.embed(texts)
        used = embedder.usage.taken()
        assert embedder.usage.cost_usd == 0

    expected = sum(map(tokens_in, texts))
    assert (used.requests, used.texts, used.tokens, used.estimated) == (2, 2, expected, 0)
    assert used.cost_usd == pytest.approx(expected * 0.02 / 1_000_000)


async def test_tokens_are_estimated_where_nobody_counts_and_own_models_have_no_price() -> None:
    rules = Rules(models={"own-model": 8}, counts=False)
    async with (
        EmbeddingsStandIn(rules=rules) as server,
        embedding(server, model="own-model") as embedder,
    ):
        await embedder.embed(["apples and pears"])

    assert embedder.usage.tokens == embedder.usage.estimated >= tokens_in("apples and pears")
    assert embedder.usage.cost_usd is None


async def test_key_stands_in_no_error(server: EmbeddingsStandIn) -> None:
    key = "-".join(["sk", "very", "secret"])
    async with embedding(server, key=key) as embedder:
        with pytest.raises(EmbeddingsRefused) as caught:
            await embedder.embed(["text"])

    assert "secret" not in str(caught.value)


async def test_nothing_of_the_environment_is_sent(
    server: EmbeddingsStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", f"from-outside-{name}")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Internal: from-outside")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/from-outside")
    async with embedding(server) as embedder:
        await embedder.embed(["text"])

    assert "from-outside" not in str(server.requests[0].headers)

"""Embedding much, over long times: what is done stays done, and trouble costs little."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from deploy.devkit.embeddings import EmbeddingsStandIn
from deploy.devkit.embeddings.faults import ALWAYS
from indexer.embed import (
    EmbeddingsRefused,
    EmbeddingsUnavailable,
    Limits,
    OpenAIEmbedder,
    Patience,
    Vector,
    embed_all,
)
from tests.fakes.embedding_clock import Clock

SMALL = "text-embedding-3-small"
PATIENCE = Patience(timeout_s=5, attempts=2, failures=3, rest_s=60)
FOUR = Limits(inputs=4)


@pytest.fixture
async def server() -> AsyncIterator[EmbeddingsStandIn]:
    async with EmbeddingsStandIn() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def embedder(server: EmbeddingsStandIn, clock: Clock) -> AsyncIterator[OpenAIEmbedder]:
    made = OpenAIEmbedder(
        model=SMALL,
        url=server.url,
        key=server.key,
        limits=FOUR,
        patience=PATIENCE,
        now=clock.now,
        sleep=clock.sleep,
    )
    yield made
    await made.aclose()


def _items(count: int, *, bad: int = -1) -> list[tuple[bytes, str]]:
    return [
        (str(at).encode(), f"item {at} is {'bad' if at == bad else 'good'}") for at in range(count)
    ]


async def _all(
    embedder: OpenAIEmbedder, items: list[tuple[bytes, str]], into: dict[bytes, Vector]
) -> None:
    async for batch in embed_all(embedder, items, limits=FOUR):
        into.update(batch)


async def test_every_item_gets_the_vector_of_its_text(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder
) -> None:
    found: dict[bytes, Vector] = {}
    await _all(embedder, _items(30), found)

    assert set(found) == {key for key, _ in _items(30)}
    for key, text in _items(30)[::7]:
        (alone,) = await embedder.embed([text])
        assert (found[key] == alone).all()
    assert server.busiest <= 4


async def test_killed_job_goes_on_where_it_was(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder
) -> None:
    stored: dict[bytes, Vector] = {}
    items = _items(40)
    work = embed_all(embedder, items, limits=FOUR, concurrency=1)
    async for batch in work:
        stored.update(batch)
        if len(stored) >= 12:
            break
    await work.aclose()
    assert len(stored) == 12
    asked = len(server.embedded)

    await _all(embedder, [item for item in items if item[0] not in stored], stored)

    assert set(stored) == {key for key, _ in items}
    assert len(server.embedded) - asked == 40 - 12


async def test_finished_batches_come_before_slow_ones(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder
) -> None:
    server.fail(contains="item 0 ", delay_s=60.0)
    work = embed_all(embedder, _items(8), limits=FOUR)
    first = {key for key, _ in await anext(work)}
    await work.aclose()

    assert first == {b"4", b"5", b"6", b"7"}


async def test_batch_that_fails_loses_no_other_and_is_told_of_at_the_end(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder
) -> None:
    server.fail(503, contains="bad", times=ALWAYS)
    server.fail(503, contains="word", times=ALWAYS)  # what it asks for to see who is to blame
    found: dict[bytes, Vector] = {}
    with pytest.raises(EmbeddingsUnavailable, match="HTTP 503"):
        await _all(embedder, _items(40, bad=6), found)

    lost = {b"4", b"5", b"6", b"7"}
    assert set(found) == {key for key, _ in _items(40)} - lost


async def test_text_to_blame_is_left_without_meaning_and_not_asked_for_again(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder
) -> None:
    server.fail(500, contains="bad", times=ALWAYS)
    found: dict[bytes, Vector] = {}
    await _all(embedder, _items(20, bad=6), found)

    assert [key for key, vector in found.items() if not vector.any()] == [b"6"]
    assert len(found) == 20


async def test_refusal_ends_everything_at_once(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder
) -> None:
    server.fail(401, at=3, times=ALWAYS)
    found: dict[bytes, Vector] = {}
    with pytest.raises(EmbeddingsRefused):
        await _all(embedder, _items(400), found)

    assert len(server.requests) <= 8
    assert len(found) == 8


async def test_after_a_refusal_no_batch_is_begun(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder
) -> None:
    server.fail(403, contains="bad", times=ALWAYS)
    with pytest.raises(EmbeddingsRefused):
        await _all(embedder, _items(400, bad=9), {})

    assert len(server.requests) < 20


async def test_embedder_keeps_its_bound_however_many_batches_are_begun(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder
) -> None:
    server.delay_s = 0.02
    found = [batch async for batch in embed_all(embedder, _items(48), limits=FOUR, concurrency=12)]

    assert len(found) == 12
    assert server.busiest == 4


async def test_with_the_endpoint_down_items_are_not_even_read(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder
) -> None:
    server.fail(503, times=ALWAYS)
    read = []

    def items() -> Iterator[tuple[bytes, str]]:
        for item in _items(10_000):
            read.append(item)
            yield item

    with pytest.raises(EmbeddingsUnavailable):
        async for _ in embed_all(embedder, items(), limits=FOUR):
            pass

    assert len(read) < 40
    assert len(server.requests) <= 4 * (PATIENCE.attempts + 1)


async def test_after_failures_in_a_row_nothing_is_asked_for_a_minute(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder, clock: Clock
) -> None:
    server.fail(503, times=ALWAYS)
    for _ in range(PATIENCE.failures):
        with pytest.raises(EmbeddingsUnavailable):
            await embedder.embed(["text"])
    asked = len(server.requests)

    clock.at += 59
    with pytest.raises(EmbeddingsUnavailable, match="left alone") as caught:
        await embedder.embed(["text"])
    assert caught.value.retry_after_s == pytest.approx(1)
    assert len(server.requests) == asked

    server.faults.clear()
    clock.at += 2
    assert (await embedder.embed(["text"]))[0].any()
    assert len(server.requests) == asked + 2  # one to see whether it works again


async def test_after_the_rest_one_tries_for_all(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder, clock: Clock
) -> None:
    server.fail(503, times=PATIENCE.failures * (PATIENCE.attempts + 1))
    for _ in range(PATIENCE.failures):
        with pytest.raises(EmbeddingsUnavailable):
            await embedder.embed(["text"])
    asked = len(server.requests)

    clock.at += 61
    await asyncio.gather(*(embedder.embed([f"text {number}"]) for number in range(4)))

    assert [one.texts for one in server.requests[asked:]].count(["word"]) == 1
    assert len(server.requests) == asked + 5


async def test_one_success_forgets_the_failures_before_it(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder
) -> None:
    for _ in range(PATIENCE.failures):
        server.fail(503, times=PATIENCE.attempts + 1)
        with pytest.raises(EmbeddingsUnavailable):
            await embedder.embed(["text"])
        await embedder.embed(["text"])

    assert server.embedded == ["text"] * PATIENCE.failures


async def test_endpoint_that_fails_for_an_hour_is_asked_about_once_a_minute(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder, clock: Clock
) -> None:
    server.fail(503, times=ALWAYS)
    end = clock.at + 3600
    while clock.at < end:
        with pytest.raises(EmbeddingsUnavailable):
            await embedder.embed(["text"])
        clock.at += 5

    assert len(server.requests) <= 60 + PATIENCE.failures * (PATIENCE.attempts + 1)
    server.faults.clear()
    clock.at += 60
    assert (await embedder.embed(["text"]))[0].any()


async def test_text_to_blame_does_not_keep_the_rest_closed_after_an_outage(
    server: EmbeddingsStandIn, embedder: OpenAIEmbedder, clock: Clock
) -> None:
    server.fail(503, times=PATIENCE.failures * (PATIENCE.attempts + 1))
    for _ in range(PATIENCE.failures):
        with pytest.raises(EmbeddingsUnavailable):
            await embedder.embed(["text"])
    server.fail(500, contains="bad", times=ALWAYS)
    clock.at += 61
    found: dict[bytes, Vector] = {}
    await _all(embedder, _items(20, bad=0), found)

    assert len(found) == 20


async def test_impatient_embedder_for_queries_fails_at_once(
    server: EmbeddingsStandIn, clock: Clock
) -> None:
    server.fail(503, times=ALWAYS)
    patience = replace(PATIENCE, attempts=1, deadline_s=2, failures=2)
    made = OpenAIEmbedder(
        model=SMALL,
        url=server.url,
        key=server.key,
        patience=patience,
        now=clock.now,
        sleep=clock.sleep,
    )
    for _ in range(5):
        with pytest.raises(EmbeddingsUnavailable):
            await made.embed(["query"])
    await made.aclose()

    assert clock.naps == []
    assert len(server.requests) == 4

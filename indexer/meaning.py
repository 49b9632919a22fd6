"""Vectors of an index: which are missing, where their texts are, and how they are made."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import islice

import numpy as np
import structlog

from indexer import analysis
from indexer.embed import Embedder, OpenAIEmbedder, Vector, embed_all, text_for
from indexer.store import DEFAULT, Store

_FILES_AT_ONCE = 200
log = structlog.get_logger()


def missing_texts(
    store: Store, repository: int, missing: set[bytes]
) -> Iterator[tuple[bytes, str]]:
    """Yield key and text of each *missing* chunk once, reading a few files at a time."""
    left = set(missing)
    held: dict[str, str] = {}
    for ref in store.refs(repository):
        held |= {p: one.blob for p, one in store.files(repository, ref).items() if one.is_indexed}
    paths = iter(sorted(held))
    while left and (part := list(islice(paths, _FILES_AT_ONCE))):
        rows = list(store.rows(repository, {path: held[path] for path in part}))
        rows = [row for row in rows if not left.isdisjoint(_keys(row.chunks))]
        shown = store.shown(repository, sorted({row.blob for row in rows}))
        for row in rows:
            detail, packed = shown[row.blob]
            names, text = analysis.detail_of(detail).names, analysis.text_of(packed)
            for at, (start, end, _) in enumerate(np.frombuffer(row.chunks, analysis.CHUNK)):
                key = _keys(row.chunks)[at]
                if key in left:
                    left.discard(key)
                    yield key, text_for(row.path, names[at], analysis.piece_of(text, start, end))


async def bring_up_to_date(
    store: Store,
    repository: int,
    embedder: OpenAIEmbedder,
    *,
    model: str,
    is_stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Embed what has no vector of *model* yet and return how many chunks that were.

    Vectors are kept as they come, so a killed job goes on where it was; searches change to *model*
    when all are there. Blocks its event loop while it reads and writes: give it one of its own.
    Raise `EmbeddingsUnavailable` or `EmbeddingsRefused`; what was made is kept.
    """
    missing = store.keys(repository) - store.embedded(repository, model)
    missing -= store.share_vectors(repository, model, missing)
    # A server that gives other lengths under the same name is refused, not mixed in.
    embedder.dimensions = embedder.dimensions or store.length_of(repository, model)
    made = 0
    try:
        async with aclosing(_made(store, repository, embedder, missing)) as batches:
            async for batch in batches:
                store.put_vectors(repository, model, dict(batch))
                made += len(batch)
                if is_stopped():
                    return made
    finally:
        spent = embedder.usage.taken()
        if spent.tokens:
            day = datetime.now(UTC).date().isoformat()
            store.spend(repository, model, day, spent.tokens, spent.cost_usd)
    state = store.state(repository, DEFAULT)
    if state is not None and state.model != model:
        store.answer_with(repository, model)
        store.drop_models(repository, keep=model)
        log.info("searches use another model", repository=repository, model=model)
    return made


async def _made(
    store: Store, repository: int, embedder: Embedder, missing: set[bytes]
) -> AsyncGenerator[list[tuple[bytes, Vector]]]:
    if not missing:
        return
    texts = missing_texts(store, repository, missing)
    async for batch in embed_all(embedder, texts):
        yield batch


def _keys(chunks: bytes) -> list[bytes]:
    return [bytes(key).ljust(16, b"\0") for key in np.frombuffer(chunks, analysis.CHUNK)["key"]]

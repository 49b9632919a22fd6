"""Vectors for texts: asked for in batches, and again where that helps.

One text that the endpoint cannot take must not cost the others theirs, and an endpoint that is
down must not cost time. Both look alike from a failed request. So when a batch fails for good the
endpoint is asked for one harmless word: if it answers, a text is to blame, and the batch is halved
until that text is found, which gets the zero vector, similar to nothing; if not, the batch fails.
"""

import asyncio
import hashlib
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Protocol

import numpy as np
import structlog

from indexer.embedding.answer import Answer, Vector
from indexer.embedding.asking import Asking
from indexer.embedding.batches import Limits, batches
from indexer.embedding.cost import EmbeddingsUsage
from indexer.embedding.patience import QUERY_PATIENCE, Patience
from indexer.embedding.trouble import (
    EmbeddingsRefused,
    EmbeddingsUnavailable,
    TimedOut,
    TooLarge,
    Trouble,
)

__all__ = [
    "QUERY_PATIENCE",
    "Embedder",
    "EmbeddingsRefused",
    "EmbeddingsUnavailable",
    "EmbeddingsUsage",
    "Limits",
    "OpenAIEmbedder",
    "Patience",
    "Vector",
    "content_key",
    "embed_all",
    "text_for",
]

log = structlog.get_logger()

_SHORTEST = 16  # characters; below that a text is not made shorter
_FEWEST = 8  # inputs; a slow server is asked for no fewer at once
_PART_ATTEMPTS = 2  # while looking for the text that is to blame


class Embedder(Protocol):
    """Something that turns texts into vectors."""

    @property
    def model(self) -> str:
        """What the vectors are of: those of two models cannot be compared."""
        ...

    @property
    def dimensions(self) -> int:
        """How long the vectors are, 0 until known."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return unit vectors of *texts*, in order; zero for a text that can have none.

        Raise `EmbeddingsUnavailable` when the endpoint does not answer whatever was tried, and
        `EmbeddingsRefused` when it never will.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class OpenAIEmbedder:
    """Embeddings of an OpenAI-compatible endpoint; for one event loop.

    *url* is empty for OpenAI itself, *key* for a server that wants none; *dimensions* asks models
    that can for shorter vectors. At most *concurrency* requests are under way at once. Who has
    vectors of the model already sets `dimensions` to theirs: any other length is refused then.
    """

    def __init__(
        self,
        *,
        model: str,
        url: str = "",
        key: str = "",
        dimensions: int = 0,
        limits: Limits | None = None,
        patience: Patience | None = None,
        concurrency: int = 4,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: random.Random | None = None,
    ) -> None:
        # Importing the client takes half a second: only when there is somebody to ask.
        from indexer.embedding.endpoint import Endpoint

        self.model = model
        self.dimensions = dimensions
        self.usage = EmbeddingsUsage(model=model)
        self.limits = limits or Limits()
        self._concurrency = concurrency
        self._endpoint = Endpoint(url=url, key=key, model=model, dimensions=dimensions)
        self._asking = Asking(
            self._endpoint,
            patience=patience or Patience(),
            usage=self.usage,
            concurrency=concurrency,
            now=now,
            sleep=sleep,
            rng=rng or random.Random(),  # noqa: S311 - spreads retries, keeps no secret
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._endpoint.aclose()

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return unit vectors of *texts*, in order; zero for a text that can have none.

        Raise `EmbeddingsUnavailable` when the endpoint does not answer whatever was tried, and
        `EmbeddingsRefused` when it never will.
        """
        wanted = [(_key(at), text) for at, text in enumerate(texts) if text.strip()]
        work = [[text for _, text in batch] for batch in batches(wanted, self.limits)]
        found = iter([one for part in await self._all(work) for one in part])
        return [next(found) if text.strip() else self._nothing() for text in texts]

    async def _all(self, work: Sequence[list[str]]) -> list[list[Vector]]:
        """Return what came of all batches; the first that fails ends the others."""
        places = asyncio.Semaphore(self._concurrency)

        async def one(batch: list[str]) -> list[Vector]:
            async with places:
                deadline = self._asking.deadline()
                await self._asking.open(deadline)
                return await self._vectors(batch, deadline)

        if len(work) == 1:
            return [await one(work[0])]
        tasks = [asyncio.create_task(one(batch)) for batch in work]
        try:
            return await asyncio.gather(*tasks)
        finally:
            await _end(tasks)

    async def _vectors(self, texts: list[str], deadline: float, attempts: int = 0) -> list[Vector]:
        try:
            answer = await self._asking.ask(texts, deadline=deadline, attempts=attempts)
            return self._checked(answer)
        except TooLarge as large:
            return await self._smaller(texts, large, deadline)
        except Trouble as trouble:
            self._checked(await self._asking.probe(deadline))
            if isinstance(trouble, TimedOut):
                self.limits = self.limits.tightened(inputs=max(_FEWEST, len(texts) // 2))
            return await self._halves(texts, trouble, deadline)

    async def _halves(self, texts: list[str], trouble: Trouble, deadline: float) -> list[Vector]:
        if len(texts) == 1:
            log.warning("text cannot be embedded", reason=str(trouble), length=len(texts[0]))
            self.usage.skipped += 1
            return [self._nothing()]
        middle = len(texts) // 2
        found: list[Vector] = []
        for half in (texts[:middle], texts[middle:]):
            found += await self._vectors(half, deadline, 0 if len(half) == 1 else _PART_ATTEMPTS)
        return found

    async def _smaller(self, texts: list[str], large: TooLarge, deadline: float) -> list[Vector]:
        """Learn the endpoint's limits where it names them; else halve the batch, then the text."""
        tighter = self.limits.tightened(inputs=large.inputs, input_tokens=large.tokens)
        if tighter != self.limits:
            log.info("embeddings endpoint takes less", **asdict(tighter))
        self.limits = tighter
        keyed = [(_key(at), text) for at, text in enumerate(texts)]
        work = [[text for _, text in batch] for batch in batches(keyed, tighter)]
        if work != [texts]:
            return [one for batch in work for one in await self._vectors(batch, deadline)]
        text = texts[0]
        if len(texts) > 1 or len(text) <= _SHORTEST:
            return await self._halves(texts, large, deadline)
        return await self._vectors([text[: len(text) // 2]], deadline)

    def _checked(self, answer: Answer) -> list[Vector]:
        for vector in answer.vectors:
            self.dimensions = self.dimensions or len(vector)
            if len(vector) != self.dimensions:
                raise EmbeddingsRefused(
                    f"the embeddings endpoint gave {len(vector)} dimensions where"
                    f" {self.dimensions} were expected"
                )
        return answer.vectors

    def _nothing(self) -> Vector:
        return np.zeros(self.dimensions, np.float16)


async def embed_all(
    embedder: Embedder,
    items: Iterable[tuple[bytes, str]],
    *,
    concurrency: int = 4,
    limits: Limits | None = None,
) -> AsyncGenerator[list[tuple[bytes, Vector]], None]:
    """Yield keys with vectors, a finished batch at a time and in no order, to be stored at once.

    A batch that fails does not stop the others; its `EmbeddingsUnavailable` is raised at the end,
    or when nothing works any more. After `EmbeddingsRefused` no batch is begun. *items* are read
    as they are needed, on the event loop.
    """
    source = batches(items, limits or Limits())
    running: dict[asyncio.Task[list[Vector]], list[bytes]] = {}
    failures = _Failures(concurrency)
    try:
        while True:
            while len(running) < concurrency and not failures.are_enough:
                batch = next(source, None)
                if batch is None:
                    break
                keys, texts = [key for key, _ in batch], [text for _, text in batch]
                running[asyncio.create_task(embedder.embed(texts))] = keys
            if not running:
                break
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                keys = running.pop(task)
                if failures.take(task.exception()):
                    yield _known(keys, task.result())
    finally:
        await _end(running)
    failures.raise_worst()


class _Failures:
    """What went wrong so far, and whether it is of use to go on."""

    def __init__(self, most_in_a_row: int) -> None:
        self._most = most_in_a_row
        self._in_a_row = 0
        self._worst: BaseException | None = None

    @property
    def are_enough(self) -> bool:
        passing = self._worst is None or isinstance(self._worst, EmbeddingsUnavailable)
        return not passing or self._in_a_row >= self._most

    def take(self, error: BaseException | None) -> bool:
        """Take note of how a batch ended; return whether it has vectors."""
        if error is None:
            self._in_a_row = 0
            return True
        self._in_a_row += 1
        if self._worst is None or not isinstance(error, EmbeddingsUnavailable):
            self._worst = error
        return False

    def raise_worst(self) -> None:
        if self._worst is not None:
            raise self._worst


def text_for(path: str, name: str, text: str) -> str:
    """Return what is embedded of a chunk: its file's *path*, its own *name*, then its *text*."""
    head = f"{path}\n{name}\n" if name else f"{path}\n"
    return (head + text.strip("\n")).encode("utf-8", "replace").decode()


def content_key(text: str) -> bytes:
    """Return the key of what is embedded: 16 bytes, the same for every model."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def _known(keys: Sequence[bytes], vectors: Sequence[Vector]) -> list[tuple[bytes, Vector]]:
    return [(key, one) for key, one in zip(keys, vectors, strict=True) if len(one)]


async def _end(tasks: "Iterable[asyncio.Task[list[Vector]]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _key(at: int) -> bytes:
    return at.to_bytes(4, "big")

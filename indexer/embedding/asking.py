"""Asking an endpoint with patience: again after a pause, never for longer than allowed."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from indexer.embedding.answer import Answer
from indexer.embedding.batches import estimate
from indexer.embedding.cost import EmbeddingsUsage
from indexer.embedding.patience import Breaker, Patience
from indexer.embedding.trouble import (
    Busy,
    Down,
    EmbeddingsRefused,
    EmbeddingsUnavailable,
    Trouble,
    Unclear,
)

_PROBE = "word"  # no endpoint that works can have anything against it


class Asked(Protocol):
    """What answers one request: `indexer.embedding.endpoint.Endpoint`."""

    async def ask(self, texts: Sequence[str], *, timeout_s: float) -> Answer:
        """Return the vectors of *texts*, or raise `Trouble` or what is final."""
        ...


class Asking:
    """Asks *endpoint*; all deadlines are times of the monotonic clock *now*."""

    def __init__(
        self,
        endpoint: Asked,
        *,
        patience: Patience,
        usage: EmbeddingsUsage,
        concurrency: int,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        rng: random.Random,
    ) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._usage = usage
        self._places = asyncio.Semaphore(concurrency)
        self._breaker = Breaker(failures=patience.failures, rest_s=patience.rest_s, now=now)
        self._now, self._sleep, self._rng = now, sleep, rng
        self._door = asyncio.Lock()
        self._not_before = 0.0  # the endpoint's own wish, for all requests

    def deadline(self) -> float:
        """Return until when a batch that begins now may take."""
        return self._now() + self._patience.deadline_s

    async def open(self, deadline: float) -> None:
        """Raise `EmbeddingsUnavailable` while the endpoint is left alone; try it when that ends."""
        async with self._door:  # one tries, the others hear of it
            self._breaker.check()
            if self._breaker.is_open:
                await self.probe(deadline)

    async def ask(self, texts: Sequence[str], *, deadline: float, attempts: int = 0) -> Answer:
        """Return the answer, asked *attempts* times at most, 0 for as often as patience allows.

        Being told to slow down is no failed attempt. Raise the last `Trouble`.
        """
        attempts = min(attempts or self._patience.attempts, self._patience.attempts)
        failed = 0
        for attempt in itertools.count(1):
            try:
                return await self._once(texts, deadline, self._patience.timeout_s)
            except Busy as busy:
                await self._slow_down(busy, attempt, deadline)
            except Down:
                failed += 1
                if failed >= attempts:
                    raise
                await self._wait(self._patience.pause_s(failed, rng=self._rng), deadline)
        raise AssertionError("unreachable")  # counting has no end

    async def probe(self, deadline: float) -> Answer:
        """Return the answer to one harmless word; raise if that has none: a text is not to blame.

        `EmbeddingsRefused` when the endpoint says no even to that, else `EmbeddingsUnavailable`.
        """
        try:
            return await self._once([_PROBE], deadline, self._patience.probe_timeout_s)
        except Unclear as trouble:
            raise EmbeddingsRefused(str(trouble)) from trouble
        except Trouble as trouble:
            self._breaker.failed()
            wait = trouble.retry_after_s if isinstance(trouble, Busy) else self._patience.rest_s
            raise EmbeddingsUnavailable(str(trouble), retry_after_s=wait) from trouble

    async def _once(self, texts: Sequence[str], deadline: float, timeout_s: float) -> Answer:
        async with self._places:
            while (wait := self._not_before - self._now()) > 0:
                await self._wait(wait, deadline)
            left = deadline - self._now()
            if left <= 0:
                raise EmbeddingsUnavailable("the embeddings endpoint took too long")
            answer = await self._endpoint.ask(texts, timeout_s=min(timeout_s, left))
        self._breaker.worked()
        tokens = answer.tokens
        counted = sum(map(estimate, texts)) if tokens is None else tokens
        self._usage.add(len(texts), counted, is_estimate=tokens is None)
        return answer

    async def _slow_down(self, busy: Busy, attempt: int, deadline: float) -> None:
        wait = busy.retry_after_s
        if wait is None:
            await self._wait(self._patience.pause_s(attempt, rng=self._rng), deadline)
            return
        self._not_before = max(self._not_before, self._now() + wait)
        if self._not_before >= deadline:
            raise EmbeddingsUnavailable(str(busy), retry_after_s=wait) from busy

    async def _wait(self, seconds: float, deadline: float) -> None:
        """Sleep for *seconds*; raise instead where that is past *deadline* or in vain."""
        if self._now() + seconds >= deadline:
            raise EmbeddingsUnavailable(
                "the embeddings endpoint does not answer in time", retry_after_s=seconds
            )
        await self._sleep(seconds)
        self._breaker.check()

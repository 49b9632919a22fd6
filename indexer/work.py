"""Taking many files apart: in worker processes when there are many, here when there are few."""

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

from indexer.analysis import Analysis, analyse
from indexer.chunks import outline

_BATCH_BYTES = 512 * 1024
_BATCH_FILES = 64
_FEW = 4  # batches that are not worth starting a process


@dataclass(frozen=True, slots=True)
class Job:
    """A file to take apart: *blob* names it in the store, *data* is its content."""

    blob: str
    language: str
    data: bytes


def decoded(data: bytes) -> str:
    """Return the text of *data*: UTF-8, or UTF-16 when it says so; what is wrong is replaced."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def analyse_batch(jobs: Sequence[Job]) -> dict[str, Analysis]:
    """Return the analysis of each of *jobs* by blob."""
    found = {}
    for job in jobs:
        text = decoded(job.data)
        found[job.blob] = analyse(job.language, text, outline(job.language, text))
    return found


def analysed(jobs: Iterable[Job], *, workers: int) -> Iterator[dict[str, Analysis]]:
    """Yield the analyses of *jobs* as they are done; only a few batches are in memory at a time.

    Up to four batches are worked here; with more, *workers* processes share the work.
    """
    batches = _batched(jobs)
    first = [batch for _, batch in zip(range(_FEW + 1), batches, strict=False)]
    if len(first) <= _FEW or workers < 1:
        for batch in first:
            yield analyse_batch(batch)
        for batch in batches:
            yield analyse_batch(batch)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: deque[Future[dict[str, Analysis]]] = deque()
        try:
            for batch in _chained(first, batches):
                waiting.append(pool.submit(analyse_batch, batch))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _chained(first: Sequence[list[Job]], rest: Iterable[list[Job]]) -> Iterator[list[Job]]:
    yield from first
    yield from rest


def _batched(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    batch, size = list[Job](), 0
    for job in jobs:
        batch.append(job)
        size += len(job.data)
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch

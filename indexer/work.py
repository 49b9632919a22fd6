"""Taking many files apart: in worker processes, which may crash or hang without harm to us.

Grammars are C code that runs on files of strangers. A process that dies or takes too long over a
batch is replaced, the batch is tried file by file, and a file that does it again is cut by lines.
"""

import contextlib
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeVar

import structlog

from bot.errors import Unavailable
from indexer.analysis import Analysis, analyse
from indexer.chunks import outline

_BATCH_BYTES = 512 * 1024
_BATCH_FILES = 64
_FEW = 4  # batches for which one process is enough
BATCH_S = 60.0
FILE_S = 10.0
START_S = 120.0  # for a process to begin, on a machine that has other things to do
IDLE_S = 5.0
_NO_PROCESS = "no process can be started to take files apart"
_T = TypeVar("_T")
log = structlog.get_logger()


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


def analyse_batch(jobs: Sequence[Job], *, parse: bool = True) -> dict[str, Analysis]:
    """Return the analysis of each of *jobs* by blob."""
    found = {}
    for job in jobs:
        text = decoded(job.data)
        found[job.blob] = analyse(job.language, text, outline(job.language, text, parse=parse))
    return found


class Workers:
    """Up to *count* processes; none with 0: everything is done here.

    They stay for *idle_s* seconds after the last work, and never longer than we live.
    """

    def __init__(
        self,
        count: int,
        *,
        batch_s: float = BATCH_S,
        file_s: float = FILE_S,
        idle_s: float = IDLE_S,
    ) -> None:
        self._count = count
        self._batch_s = batch_s
        self._file_s = file_s
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._users = 0
        self._rest: threading.Timer | None = None

    def analysed(self, jobs: Iterable[Job]) -> Iterator[dict[str, Analysis]]:
        """Yield the analyses of *jobs* as they are done; a few batches are in memory at a time.

        Raise `Unavailable` when no process can be started: that is no file's fault.
        """
        batches = _batched(jobs)
        if self._count < 1:
            yield from map(analyse_batch, batches)
            return
        self._used(1)
        try:
            yield from self._spread(batches)
        finally:
            self._used(-1)

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            if self._rest is not None:
                self._rest.cancel()
            pool, self._pool = self._pool, None
        if pool is not None:
            # The executor of Python 3.11 has no other way to end a process that hangs.
            for process in list((pool._processes or {}).values()):
                process.kill()
            pool.shutdown(wait=True, cancel_futures=True)

    def _used(self, more: int) -> None:
        with self._lock:
            self._users += more
            if self._rest is not None:
                self._rest.cancel()
                self._rest = None
            if self._users == 0 and self._pool is not None:
                self._rest = threading.Timer(self._idle_s, self.close)
                self._rest.daemon = True
                self._rest.start()

    def _spread(self, batches: Iterator[list[Job]]) -> Iterator[dict[str, Analysis]]:
        first = list(islice(batches, _FEW))
        waiting: deque[tuple[list[Job], Future[dict[str, Analysis]]]] = deque()
        ahead = 2 * self._count if len(first) == _FEW else len(first)
        for batch in chain(first, batches):
            waiting.append((batch, self._submit(analyse_batch, batch)))
            if len(waiting) > ahead:
                yield self._result(*waiting.popleft())
        while waiting:
            yield self._result(*waiting.popleft())

    def _submit(self, work: Callable[..., _T], *arguments: Any) -> "Future[_T]":
        for _ in range(3):
            with self._lock:
                if self._pool is None:
                    self._pool = ProcessPoolExecutor(
                        self._count,
                        mp_context=multiprocessing.get_context("spawn"),
                        initializer=_end_with_parent,
                        initargs=(os.getpid(),),
                    )
                pool = self._pool
            with contextlib.suppress(BrokenProcessPool, RuntimeError):  # ended under our hands
                return pool.submit(work, *arguments)
            self.close()
        raise Unavailable(_NO_PROCESS)

    def _ready(self) -> None:
        """Wait until a process has begun, so that its start is not counted as a file's time."""
        try:
            self._submit(_nothing).result(timeout=START_S)
        except (BrokenProcessPool, TimeoutError, CancelledError) as error:
            self.close()
            raise Unavailable(_NO_PROCESS) from error

    def _result(
        self, batch: Sequence[Job], future: Future[dict[str, Analysis]]
    ) -> dict[str, Analysis]:
        try:
            return future.result(timeout=self._batch_s)
        except (BrokenProcessPool, TimeoutError, CancelledError):
            self.close()
        found: dict[str, Analysis] = {}
        for job in batch:
            found |= self._single(job)
        return found

    def _single(self, job: Job) -> dict[str, Analysis]:
        self._ready()
        try:
            return self._submit(analyse_batch, [job]).result(timeout=self._file_s)
        except (BrokenProcessPool, TimeoutError, CancelledError):
            self.close()
            log.warning("a file could not be parsed", blob=job.blob, size=len(job.data))
            return analyse_batch([job], parse=False)


def _nothing() -> None:
    """Do nothing: whoever does it has begun."""


def _end_with_parent(parent: int) -> None:
    """End this process soon after its parent, which may be killed without a word."""

    def watch() -> None:
        while os.getppid() == parent:
            _pause.wait(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


_pause = threading.Event()


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

"""Searches that machines ask for: beside the line, few at a time, answers that fit a frame."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from bot.errors import CadenceError
from runner.protocol import MAX_FOUND, FoundFrame, SearchFrame
from runner.spec import Snippet

SEARCH_S = 10.0
_AT_ONCE = 2
_WAITING = 8  # those at work among them
_SNIPPET_LINES = 80
_SNIPPET_CHARS = 6_000
# JSON writes a control character in six bytes: with paths and reasons this stays under 1 MiB.
_ALL_CHARS = 120_000
_PATH_CHARS = 1_000
_REASON_CHARS = 300
_ERROR_CHARS = 500
log = structlog.get_logger()

Ask = Callable[[str, int], Awaitable[tuple[str, tuple[Snippet, ...]]]]
Tell = Callable[[FoundFrame], Awaitable[None]]


class Searches:
    """The searches of one line; they end with it."""

    def __init__(self, ask: Ask, tell: Tell, *, timeout_s: float = SEARCH_S) -> None:
        self._ask = ask
        self._tell = tell
        self._timeout_s = timeout_s
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def begin(self, frame: SearchFrame) -> None:
        """Begin to answer *frame*, once; one too many is refused at once."""
        if frame.request_id in self._tasks:
            return
        if len(self._tasks) >= _WAITING:
            await self._tell(
                FoundFrame(request_id=frame.request_id, error="too many searches at once")
            )
            return
        task = asyncio.create_task(self._answer(frame))
        self._tasks[frame.request_id] = task
        task.add_done_callback(partial(self._ended, frame.request_id))

    async def close(self) -> None:
        """Drop what is under way: nobody is there to hear it."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, frame: SearchFrame) -> None:
        answer = await self._found(frame)
        with contextlib.suppress(ConnectionError):  # it is asked again over the next line
            await self._tell(answer)

    async def _found(self, frame: SearchFrame) -> FoundFrame:
        try:
            async with asyncio.timeout(self._timeout_s), self._turn:
                mode, snippets = await self._ask(frame.query, frame.k)
        except TimeoutError:
            error = f"the index did not answer within {self._timeout_s:g} s"
        except CadenceError as refused:
            error = _writable(str(refused))[:_ERROR_CHARS]
        else:
            found = fitting(snippets[: frame.k])
            return FoundFrame(request_id=frame.request_id, mode=mode, snippets=found)
        return FoundFrame(request_id=frame.request_id, error=error)

    def _ended(self, request_id: str, task: asyncio.Task[None]) -> None:
        del self._tasks[request_id]
        # A mistake of ours: it costs the machine this answer, not its line.
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("search broke", request_id=request_id, exc_info=error)


def fitting(snippets: tuple[Snippet, ...]) -> tuple[Snippet, ...]:
    """Return *snippets* cut so that together they fit into one frame, the first ones first."""
    kept: list[Snippet] = []
    left = _ALL_CHARS
    for piece in snippets[:MAX_FOUND]:
        if len(piece.path) > _PATH_CHARS:
            continue
        lines = piece.text.split("\n")[:_SNIPPET_LINES]
        text = _writable("\n".join(lines))[: min(_SNIPPET_CHARS, left)]
        if not text:
            continue
        left -= len(text)
        shown = piece.start_line + text.count("\n")
        kept.append(
            Snippet(
                path=_writable(piece.path),
                start_line=piece.start_line,
                end_line=min(piece.end_line, shown),
                text=text,
                reason=_writable(piece.reason)[:_REASON_CHARS],
            )
        )
    return tuple(kept)


def _writable(text: str) -> str:
    """Return *text* without lone surrogates, which JSON cannot carry."""
    return text.encode("utf-8", "replace").decode()

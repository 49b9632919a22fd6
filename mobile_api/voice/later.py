"""The model's reader, loaded when a sentence first needs it or in a quiet moment before."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Self

from mobile_api.speech.frame import Context, Frame
from mobile_api.voice.intent import Reader

Opened = AbstractAsyncContextManager[Reader]


def model_reader(key: str, base_url: str, model: str) -> Opened:
    """Return a reader that asks *model* at *base_url*; call this off the event loop."""
    from mobile_api.voice.model import reader_at  # loads the client: seconds of processor time

    return reader_at(key, base_url, model)


class LateReader:
    """A reader that waits to be loaded; what *load* does to the processor happens in a thread."""

    def __init__(
        self,
        load: Callable[[], Opened],
        *,
        quiet: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._load = load
        self._quiet = quiet
        self._stack = AsyncExitStack()
        self._loading = asyncio.Lock()
        self._reader: Reader | None = None
        self._warming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._quiet is not None:
            self._warming = asyncio.create_task(self._warm(self._quiet))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.wait([self._warming])
        await self._stack.aclose()

    async def read(self, transcript: str, context: Context) -> Frame:
        """Return what *transcript* comes to; the first call may load the model's client."""
        return await (await self._ready()).read(transcript, context)

    async def _warm(self, quiet: Callable[[], Awaitable[None]]) -> None:
        await quiet()
        await self._ready()

    async def _ready(self) -> Reader:
        async with self._loading:
            if self._reader is None:
                opened = await asyncio.to_thread(self._load)
                self._reader = await self._stack.enter_async_context(opened)
            return self._reader

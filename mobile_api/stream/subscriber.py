"""One client that listens: written to at once, or cut when it does not read."""

import asyncio
import contextlib

from aiohttp import web
from aiohttp.http import HttpVersion11

from mobile_api.stream.frames import Frame

MOST_UNREAD = 512 * 1024
PATIENCE_S = 20.0
_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}


class Gone(Exception):
    """The client hung up, or did not read."""


class Subscriber:
    """Writes frames to one client; nothing is kept for it but what its socket holds."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._is_chunked = request.version >= HttpVersion11
        self.response = web.StreamResponse(headers=_HEADERS)
        self.over = asyncio.Event()
        self.woken = asyncio.Event()

    async def begin(self, first: Frame) -> None:
        """Send the head and the first frame."""
        if self._is_chunked:
            self.response.enable_chunked_encoding()
        else:
            self.response.force_close()
        await self.response.prepare(self._request)
        await self.send(first)

    async def send(self, frame: Frame) -> None:
        """Write and wait until the client has taken most of it; raise `Gone`.

        For a client that is caught up with much at once.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.response.write(frame.raw)
        except (ConnectionError, TimeoutError) as error:
            self.cut()
            raise Gone from error

    def push(self, frame: Frame) -> None:
        """Write without waiting; a client that has not read for long is cut."""
        # What the response's own writer does, but encoded once for everybody, and without a
        # task switch for each client.
        transport = self._request.transport
        if transport is None or transport.is_closing():
            self.end()
            return
        transport.write(frame.chunk if self._is_chunked else frame.raw)
        if transport.get_write_buffer_size() > MOST_UNREAD:
            self.cut()

    async def wait(self, seconds: float) -> None:
        """Wait until it is over, somebody wakes it, or *seconds* have passed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        self.woken.clear()

    def end(self) -> None:
        """Let the stream come to its end."""
        self.over.set()
        self.woken.set()

    @property
    def is_gone(self) -> bool:
        """Whether the client hung up."""
        transport = self._request.transport
        return transport is None or transport.is_closing()

    def cut(self) -> None:
        """Hang up."""
        transport = self._request.transport
        if transport is not None:
            transport.abort()
        self.end()

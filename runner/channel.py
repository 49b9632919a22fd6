"""A line as either side sees it: texts in order, until it is down.

`Channel` is the seam below both ends of ``/ws/runner``: `SocketChannel` is the real one, over a
WebSocket of aiohttp's; what stands above it knows nothing of sockets.
"""

import asyncio
import contextlib
import os
import socket as sockets
from typing import Protocol

from aiohttp import ClientWebSocketResponse, WSMsgType
from aiohttp.web import WebSocketResponse

# Together with the half of it that is waited for an answer, and the second by which aiohttp rounds
# up: a peer that vanished without a word is noticed after less than 15 s.
PING_S = 9.0
CLOSE_S = 2.0
STUCK_S = 60.0  # a frame that the other side has not taken by then
_MOST_REASON_BYTES = 123  # of a close frame
_DOWN = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


class Channel(Protocol):
    """One line; when it is down it stays down."""

    closed_with: tuple[int, str]  # the other side's close code and reason; 0 while there is none

    async def say(self, text: str) -> None:
        """Send *text*; return when there is room for more. Raise `ConnectionError` when down."""
        ...

    async def hear(self) -> str | None:
        """Return the next text, None when the line is down."""
        ...

    async def close(self, code: int, reason: str = "") -> None:
        """Hang up; may be called by several, and takes a moment at most."""
        ...


class SocketChannel:
    """See `Channel`; a peer that takes nothing any more is cut off."""

    def __init__(
        self, socket: WebSocketResponse | ClientWebSocketResponse, *, stuck_s: float = STUCK_S
    ) -> None:
        self.closed_with = (0, "")
        self._socket = socket
        self._stuck_s = stuck_s

    async def say(self, text: str) -> None:
        """Send *text*."""
        try:
            async with asyncio.timeout(self._stuck_s):
                await self._socket.send_str(text)
        except TimeoutError as error:
            self._cut()
            raise ConnectionResetError("the other side takes nothing any more") from error

    async def hear(self) -> str | None:
        """Return the next text; what is no text is passed over."""
        while True:
            message = await self._socket.receive()
            if message.type is WSMsgType.TEXT:
                return str(message.data)
            if message.type is WSMsgType.CLOSE:
                self.closed_with = (int(message.data or 0), str(message.extra or ""))
            if message.type in _DOWN:
                if not self.closed_with[0]:
                    self.closed_with = (self._socket.close_code or 0, "")
                return None

    async def close(self, code: int, reason: str = "") -> None:
        """Hang up; a peer that is gone is not waited for."""
        short = reason.encode()[:_MOST_REASON_BYTES].decode("utf-8", "ignore").encode()
        try:
            async with asyncio.timeout(CLOSE_S):
                with contextlib.suppress(ConnectionError):
                    await self._socket.close(code=code, message=short)
        except TimeoutError:
            self._cut()

    def _cut(self) -> None:
        """End the connection as it is: what waits to be sent to a dead peer goes with it."""
        below = self._socket.get_extra_info("socket")
        if below is None:
            return
        # Not every event loop lets its own socket be shut down; a copy is as good.
        with (
            contextlib.suppress(OSError),  # it is gone already
            sockets.socket(fileno=os.dup(below.fileno())) as copy,
        ):
            copy.shutdown(sockets.SHUT_RDWR)

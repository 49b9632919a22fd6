"""The conversation of a checkpoint: pieces of a list that only grows, packed, with all that counts.

Provider blocks are carried as they came. Each piece says where in the list it begins, so that a
last message to which something was added since is replaced by the next piece.
"""

import hashlib
import json
import zlib
from typing import Any

from runner.agent.seams import RunFailed

MAX_PIECE_BYTES = 64 * 1024 * 1024
_LEVEL = 6


class TalkChain:
    """What of a history was packed already."""

    def __init__(self) -> None:
        self._packed = 0
        self._last = ""

    def pack(self, history: list[Any], state: dict[str, Any], *, afresh: bool = False) -> bytes:
        """Return the messages that are new or changed since the last call, with *state*."""
        start = 0 if afresh else self._start(history)
        piece = {"start": start, "messages": history[start:], "state": state}
        self._packed = len(history)
        self._last = _digest(history[-1]) if history else ""
        return zlib.compress(json.dumps(piece, separators=(",", ":")).encode(), _LEVEL)

    def resume(self, history: list[Any]) -> None:
        """Go on after *history*, which came out of a checkpoint."""
        self._packed = len(history)
        self._last = _digest(history[-1]) if history else ""

    def _start(self, history: list[Any]) -> int:
        if not self._packed or len(history) < self._packed:
            return 0
        is_as_packed = _digest(history[self._packed - 1]) == self._last
        return self._packed if is_as_packed else self._packed - 1


def unpack(pieces: list[bytes]) -> tuple[list[Any], dict[str, Any]]:
    """Return the history and the newest state of *pieces*; raise `RunFailed` for broken ones."""
    history: list[Any] = []
    state: dict[str, Any] = {}
    for packed in pieces:
        piece = _opened(packed)
        start, messages = piece["start"], piece["messages"]
        if start > len(history):
            raise RunFailed("A piece of the conversation is missing.")
        history = history[:start] + messages
        state = piece["state"]
    return history, state


def _opened(packed: bytes) -> dict[str, Any]:
    try:
        opener = zlib.decompressobj()
        text = opener.decompress(packed, MAX_PIECE_BYTES)
        piece: dict[str, Any] = json.loads(text)
    except (zlib.error, ValueError) as error:
        raise RunFailed("A piece of the conversation cannot be read.") from error
    return piece


def _digest(message: Any) -> str:
    return hashlib.sha256(json.dumps(message, separators=(",", ":")).encode()).hexdigest()

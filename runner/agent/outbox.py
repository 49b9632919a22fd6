"""Frames that the coordinator has not acknowledged yet: bounded, on disk, in order."""

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runner.protocol import MAX_FRAME_BYTES

MAX_BYTES = 64 * 1024 * 1024
ROOM = MAX_FRAME_BYTES - 64 * 1024  # of a frame, for its data


class OutboxFull(Exception):
    """The coordinator has been away for too long; the run cannot be told any more."""


class Outbox:
    """A file of frames; only where each one lies is kept in memory."""

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._file = path.open("w+b")
        self._places: deque[tuple[int, int, int]] = deque()  # seq, offset, length
        self._end = 0
        self._max_bytes = max_bytes
        self.last_seq = 0

    def add(self, frame: str, seq: int) -> None:
        """Keep *frame*; raise `OutboxFull` when there is no room."""
        data = frame.encode()
        if self._end + len(data) > self._max_bytes:
            raise OutboxFull("too much was said while the coordinator was away")
        self._file.seek(self._end)
        self._file.write(data)
        self._file.flush()
        self._places.append((seq, self._end, len(data)))
        self._end += len(data)
        self.last_seq = seq

    def ack(self, seq: int) -> None:
        """Forget frames up to *seq*."""
        while self._places and self._places[0][0] <= seq:
            self._places.popleft()
        if not self._places and self._end:
            self._file.truncate(0)
            self._end = 0

    def after(self, seq: int) -> Iterator[tuple[int, str]]:
        """Yield kept frames above *seq* as (seq, text)."""
        for number, offset, length in list(self._places):
            if number > seq:
                self._file.seek(offset)
                yield number, self._file.read(length).decode()

    @property
    def is_empty(self) -> bool:
        """Whether everything was acknowledged."""
        return not self._places

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def fitting(data: dict[str, Any]) -> dict[str, Any]:
    """Return *data* so that it fits a frame; what is too long is cut, and shows it."""
    for most in (None, 100_000, 10_000, 1_000):
        fit = data if most is None else {key: _cut(value, most) for key, value in data.items()}
        if len(json.dumps(fit).encode()) <= ROOM:
            return fit
    return {"cut": "this was too large to be shown"}


def _cut(value: Any, most: int) -> Any:
    if isinstance(value, str) and len(value) > most:
        return f"{value[:most]} [... {len(value) - most} more characters]"
    if isinstance(value, dict):
        return {key: _cut(each, most) for key, each in list(value.items())[:most]}
    if isinstance(value, list):
        return [_cut(each, most) for each in value[:most]]
    return value

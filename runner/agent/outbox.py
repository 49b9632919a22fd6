"""Frames that the coordinator has not acknowledged yet: bounded, on disk, in order."""

from collections import deque
from itertools import islice
from pathlib import Path

from runner.agent.seams import RunFailed

MAX_BYTES = 64 * 1024 * 1024
RESERVE = 4 * 1024 * 1024  # of these, for what must be said at the end
WINDOW = 64  # frames on their way at once
WINDOW_BYTES = 2 * 1024 * 1024


class OutboxFull(RunFailed):
    """What is said cannot be kept: the coordinator was away for too long, or the disk is full."""


class Outbox:
    """A file of frames; only where each one lies is kept in memory.

    Numbers follow each other without a gap. What was acknowledged is overwritten in time.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._file = path.open("w+b", buffering=0)
        self._places: deque[tuple[int, int]] = deque()  # offset, length
        self._stand_ins: dict[int, str] = {}
        self._kept = 0
        self._end = 0
        self._max_bytes = max_bytes
        self.last_seq = 0

    def has_room(self, size: int) -> bool:
        """Whether a frame of *size* bytes leaves enough for the end of the run."""
        reserve = min(RESERVE, self._max_bytes // 4)
        return self._kept + size <= self._max_bytes - reserve

    def add(self, frame: str) -> None:
        """Keep *frame* as the next one; raise `OutboxFull` when there is no room."""
        data = frame.encode()
        if self._kept + len(data) > self._max_bytes:
            raise OutboxFull("too much was said while the coordinator was away")
        try:
            if self._end + len(data) > self._max_bytes:
                self._tidy()
            self._put(self._end, data)
        except OSError as error:
            raise OutboxFull(f"what was said could not be kept: {error.strerror}") from error
        self._places.append((self._end, len(data)))
        self._end += len(data)
        self._kept += len(data)
        self.last_seq += 1

    def ack(self, seq: int) -> None:
        """Forget frames up to *seq*."""
        while self._places and self.first_seq <= seq:
            self._stand_ins.pop(self.first_seq, None)
            self._kept -= self._places.popleft()[1]
        if not self._places and self._end:
            self._file.truncate(0)
            self._end = 0

    def begin_after(self, seq: int) -> None:
        """Count on from *seq*, which somebody reached before us; only while nothing is kept."""
        if not self._places:
            self.last_seq = max(self.last_seq, seq)

    def stand_in(self, frame: str) -> None:
        """Say *frame* in the place of the first kept one."""
        self._stand_ins[self.first_seq] = frame

    def read(self, seq: int) -> str:
        """Return the kept frame *seq*."""
        if seq in self._stand_ins:
            return self._stand_ins[seq]
        return self._get(*self._places[seq - self.first_seq]).decode()

    def may_go(self, sent: int) -> int | None:
        """Return the number that follows *sent* if it may go out now: only so many at a time."""
        seq = max(sent + 1, self.first_seq)
        if seq > self.last_seq:
            return None
        ahead = seq - self.first_seq
        if ahead == 0:
            return seq
        size = sum(length for _, length in islice(self._places, ahead + 1))
        return seq if ahead < WINDOW and size <= WINDOW_BYTES else None

    @property
    def first_seq(self) -> int:
        """The number of the first kept frame, or of the next one to be kept."""
        return self.last_seq - len(self._places) + 1

    @property
    def is_empty(self) -> bool:
        """Whether everything was acknowledged."""
        return not self._places

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _tidy(self) -> None:
        """Move what is kept to the beginning of the file, one frame at a time."""
        moved: deque[tuple[int, int]] = deque()
        end = 0
        for offset, length in self._places:
            self._put(end, self._get(offset, length))
            moved.append((end, length))
            end += length
        self._places, self._end = moved, end
        self._file.truncate(end)

    def _put(self, offset: int, data: bytes) -> None:
        self._file.seek(offset)
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]

    def _get(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        found = b""
        while len(found) < length:
            piece = self._file.read(length - len(found))
            if not piece:
                raise OutboxFull("what was said is not there any more")
            found += piece
        return found

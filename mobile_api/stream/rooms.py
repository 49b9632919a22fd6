"""Channels by key: there while somebody watches, and for a while after the last one left.

When many lose their connection at once, all come back at once, and find what they left.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

LINGER_S = 10.0
Key = TypeVar("Key")
Channel = TypeVar("Channel")


@dataclass(slots=True)
class _Room(Generic[Channel]):
    channel: Channel
    users: int = 0
    left_at: float = 0.0


class Rooms(Generic[Key, Channel]):
    """Keeps channels; `sweep` it now and then."""

    def __init__(self, clock: Callable[[], float], *, linger_s: float = LINGER_S) -> None:
        self._clock = clock
        self._linger_s = linger_s
        self._rooms: dict[Key, _Room[Channel]] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rooms)

    def __contains__(self, key: Key) -> bool:
        """Whether there is a channel of *key*."""
        return key in self._rooms

    def get(self, key: Key) -> Channel | None:
        """Return the channel of *key*, None when there is none."""
        room = self._rooms.get(key)
        return None if room is None else room.channel

    def items(self) -> list[tuple[Key, Channel]]:
        """Return all channels by key."""
        return [(key, room.channel) for key, room in self._rooms.items()]

    @contextmanager
    def entered(self, key: Key, made: Channel) -> Iterator[Channel]:
        """Be in the room of *key* for the block; *made* is its channel unless it has one."""
        room = self._rooms.setdefault(key, _Room(made))
        room.users += 1
        try:
            yield room.channel
        finally:
            room.users -= 1
            room.left_at = self._clock()

    def sweep(self) -> None:
        """Let go what nobody has watched for a while."""
        before = self._clock() - self._linger_s
        gone = [
            key for key, room in self._rooms.items() if not room.users and room.left_at <= before
        ]
        for key in gone:
            del self._rooms[key]

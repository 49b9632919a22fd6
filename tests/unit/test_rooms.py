"""Channels stay for a while after the last watcher left."""

from mobile_api.stream.rooms import Rooms


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_channel_is_shared_and_stays_for_a_while_after_the_last_one_left() -> None:
    clock = Clock()
    rooms: Rooms[str, object] = Rooms(clock, linger_s=10.0)
    first, second = object(), object()
    with rooms.entered("a", first), rooms.entered("a", second) as shared:
        clock.now = 100.0
        rooms.sweep()

        assert shared is first
        assert rooms.items() == [("a", first)]

    clock.now = 109.0
    rooms.sweep()
    assert rooms.get("a") is first

    clock.now = 110.0
    rooms.sweep()
    assert rooms.get("a") is None
    assert "a" not in rooms


def test_who_comes_back_in_time_finds_what_was_left() -> None:
    clock = Clock()
    rooms: Rooms[str, object] = Rooms(clock, linger_s=10.0)
    first = object()
    with rooms.entered("a", first):
        pass
    clock.now = 5.0
    with rooms.entered("a", object()) as found:
        clock.now = 50.0
        rooms.sweep()

        assert found is first
        assert len(rooms) == 1

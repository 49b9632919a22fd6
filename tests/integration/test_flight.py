"""Frames on their way into the store, side by side."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.errors import StorageAway
from runner.lines.flight import MOST_FRAMES, Flight


@dataclass
class Store:
    """Stores what it is let store, in whatever order; notes what was acknowledged."""

    begun: list[int] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)
    broken: int = 0
    gates: dict[int, asyncio.Future[None]] = field(default_factory=dict)

    async def take(self, seq: int) -> None:
        self.begun.append(seq)
        self.gates[seq] = asyncio.get_running_loop().create_future()
        await self.gates[seq]

    async def acknowledge(self, seq: int) -> None:
        self.acked.append(seq)

    async def hang_up(self) -> None:
        self.broken += 1

    def flight(self) -> Flight:
        return Flight(self.acknowledge, self.hang_up)

    async def three_under_way(self) -> Flight:
        """Begin frames 1, 2 and 3."""
        flight = self.flight()
        for seq in (1, 2, 3):
            await flight.begin(seq, 10, self.take(seq))
        await self.until_begun(3)
        return flight

    async def until_begun(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.begun) < count:  # noqa: ASYNC110 - the loop's next turn is enough
                await asyncio.sleep(0)


async def test_frames_are_stored_side_by_side_and_acknowledged_in_order() -> None:
    store = Store()
    flight = await store.three_under_way()

    store.gates[2].set_result(None)
    store.gates[1].set_result(None)
    store.gates[3].set_result(None)
    await flight.settled()

    assert store.begun == [1, 2, 3]
    assert store.acked == [1, 2, 3]


async def test_nothing_behind_a_frame_that_cannot_be_stored_is_acknowledged() -> None:
    store = Store()
    flight = await store.three_under_way()

    store.gates[1].set_result(None)
    store.gates[2].set_exception(StorageAway("the database is away"))
    store.gates[3].set_result(None)

    with pytest.raises(StorageAway):
        await flight.settled()
    assert store.acked == [1]
    assert store.broken == 1
    await flight.close()


@pytest.mark.parametrize(("size", "fits"), [(1, MOST_FRAMES), (1_000_000, 3)])
async def test_a_runner_that_sends_on_is_read_when_there_is_room(size: int, fits: int) -> None:
    store = Store()
    flight = store.flight()
    reader = asyncio.create_task(_send(flight, store, size))
    await store.until_begun(fits)

    assert not reader.done()
    assert len(store.begun) == fits

    store.gates[1].set_result(None)
    await store.until_begun(fits + 1)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    await flight.close()


async def _send(flight: Flight, store: Store, size: int) -> None:
    for seq in range(1, 200):
        await flight.begin(seq, size, store.take(seq))

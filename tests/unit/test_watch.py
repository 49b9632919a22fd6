"""What watchers of the bus are told, and when they must read."""

from datetime import UTC, datetime

from bot.bus import MOST_WRITTEN, Bus, following
from bot.domain import Agent, AgentEvent, AgentId, Count, Written
from mobile_api.stream.latest import Latest
from tests.fakes.tasks import TASK

AT = datetime(2026, 11, 26, tzinfo=UTC)
ONE = AgentId("agent-1")


def agent_at(agent_id: AgentId, seq: int, *, version: int, at: datetime | None = None) -> Agent:
    return Agent(
        id=agent_id, number=1, task=TASK, branch="b", seq=seq, version=version, updated_at=at
    )


def lines(first: int, last: int, *, version: int | None = None) -> Written:
    """The log lines of these numbers, written at once."""
    events = tuple(
        AgentEvent(agent_id=ONE, seq=seq, kind="log", data={}, at=AT)
        for seq in range(first, last + 1)
    )
    count = Count(id=ONE, seq=last, version=version or last, updated_at=AT)
    return Written(events=events, count=count)


async def test_what_was_written_is_kept_in_order_until_it_is_looked_at() -> None:
    bus = Bus()
    async with bus.watch("agent", ONE) as watch:
        bus.notify("agent", ONE, lines(1, 2))
        bus.notify("agent", ONE, lines(3, 3))
        bus.notify("agent", "another", lines(1, 1))

        assert await watch.written(0) == {ONE: [lines(1, 2), lines(3, 3)]}
        assert await watch.written(0) == {}


async def test_a_change_that_was_not_told_must_be_read_whatever_else_is_told() -> None:
    bus = Bus()
    async with bus.watch("agent") as watch:
        bus.notify("agent", ONE, lines(1, 1))
        bus.notify("agent", ONE)
        bus.notify("agent", ONE, lines(3, 3))

        assert await watch.written(0) == {ONE: None}


async def test_little_is_kept_for_a_watcher_that_does_not_look() -> None:
    bus = Bus()
    async with bus.watch("agent") as watch:
        for seq in range(1, MOST_WRITTEN + 2):
            bus.notify("agent", ONE, lines(seq, seq))

        assert await watch.written(0) == {ONE: None}


def test_events_follow_only_without_a_gap() -> None:
    def numbers(last: int) -> list[int] | None:
        found = following([lines(3, 4), lines(5, 6)], last)
        return None if found is None else [event.seq for event in found]

    assert numbers(2) == [3, 4, 5, 6]
    assert numbers(4) == [5, 6]
    assert numbers(6) == []
    assert numbers(1) is None
    assert following(None, 6) is None


def test_an_agent_becomes_newer_by_what_was_written() -> None:
    latest = Latest()
    latest.put(agent_at(ONE, 4, version=4))

    newer = latest.after(ONE, [lines(5, 6)])

    assert newer == agent_at(ONE, 6, version=6, at=AT)
    assert latest.after(ONE, [lines(7, 7)]) == agent_at(ONE, 7, version=7, at=AT)


def test_an_agent_of_which_more_may_be_new_is_read() -> None:
    latest = Latest(kept=1)
    latest.put(agent_at(ONE, 4, version=4))

    assert latest.after(ONE, None) is None
    assert latest.after(ONE, [lines(6, 6)]) is None
    assert latest.after(ONE, [lines(5, 5, version=6)]) is None

    latest.put(agent_at(AgentId("agent-2"), 1, version=1))
    assert latest.after(ONE, [lines(5, 5)]) is None

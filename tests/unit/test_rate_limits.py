"""The limits that we keep by ourselves, on a clock that stands still but for sleeping."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RateLimited
from deploy.devkit.fly.faults import Rates
from runner.machines.fly_limits import DELETE_APP, GET, FlyLimits, retry_after_s
from runner.machines.limits import Limits, Rate


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.at += seconds


def limits(clock: Clock, *, most: int = 100) -> Limits:
    return Limits(now=clock.now, sleep=clock.sleep, most=most)


gaps = st.lists(st.floats(0, 5), min_size=1, max_size=40)


@given(gaps=gaps, per_s=st.sampled_from([0.5, 1.0, 5.0]), burst=st.integers(1, 10))
def test_no_window_has_more_calls_than_the_rate_allows(
    gaps: list[float], per_s: float, burst: int
) -> None:
    async def calls() -> list[float]:
        clock = Clock()
        kept, times = limits(clock), []
        for gap in gaps:
            clock.at += gap
            await kept.turn("create", "app", Rate(per_s, burst))
            times.append(clock.at)
        return times

    times = asyncio.run(calls())
    for first in range(len(times)):
        for last in range(first, len(times)):
            allowed = burst + (times[last] - times[first]) * per_s
            assert last - first + 1 <= allowed + 1e-6


@given(count=st.integers(1, 12), leaving=st.sets(st.integers(0, 11)))
def test_first_come_first_served_and_who_leaves_costs_nothing(
    count: int, leaving: set[int]
) -> None:
    async def turns() -> tuple[list[int], float]:
        clock, served = Clock(), []
        kept = limits(clock)

        async def one(number: int) -> None:
            await kept.turn("create", "app", Rate(1.0, 1))
            served.append(number)

        tasks = [asyncio.create_task(one(n)) for n in range(count)]
        await asyncio.sleep(0)
        for number in leaving:
            if 0 < number < count:  # the first has its turn already
                tasks[number].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return served, clock.at

    served, seconds = asyncio.run(turns())
    assert served == [n for n in range(count) if n == 0 or n not in leaving]
    assert seconds <= len(served)


async def test_other_actions_and_other_apps_are_not_in_the_way() -> None:
    clock = Clock()
    kept, rate = limits(clock), Rate(1.0, 1)
    await kept.turn("create", "one", rate)
    await kept.turn("create", "two", rate)
    await kept.turn("start", "one", rate)
    assert clock.at == 0

    await kept.turn("create", "one", rate)
    assert clock.at == pytest.approx(1)


async def test_turn_that_would_come_too_late_is_refused_at_once_and_not_taken() -> None:
    clock = Clock()
    kept, rate = limits(clock), Rate(1.0, 1)
    await kept.turn("create", "app", rate)
    with pytest.raises(RateLimited) as refused:
        await kept.turn("create", "app", rate, until=0.5)

    assert clock.at == 0
    assert refused.value.retry_after_s == pytest.approx(1)
    assert await kept.turn("create", "app", rate, until=1.5) == pytest.approx(1)


async def test_calls_of_a_burst_may_arrive_later_than_those_that_follow() -> None:
    clock, sent = Clock(), []
    kept = FlyLimits(now=clock.now, sleep=clock.sleep)
    for _ in range(6):
        await kept.turn("create machine", "app", until=100)
        sent.append(clock.at)
    arrived = [at + (0.25 if n < 3 else 0.0) for n, at in enumerate(sent)]  # they connect first
    rates = Rates()

    assert [rates.take("create machine", "app", at) for at in arrived] == [True] * 6


async def test_what_the_server_said_holds_for_those_who_wait_already() -> None:
    clock = Clock()
    kept, rate = limits(clock), Rate(1.0, 3)
    for _ in range(3):
        await kept.turn("create", "app", rate)
    waiting = asyncio.create_task(kept.turn("create", "app", rate))
    await asyncio.sleep(0)
    kept.emptied("create", "app", rate, for_s=30)
    await waiting

    assert clock.at >= 30


async def test_full_buckets_are_forgotten_and_others_are_not() -> None:
    clock = Clock()
    kept, rate = limits(clock, most=5), Rate(1.0, 1)
    for n in range(5):
        await kept.turn("create", str(n), rate)
        clock.at += 0.4
    await kept.turn("create", "more", rate)

    assert len(kept) == 2 + 1
    await kept.turn("create", "4", rate)
    assert clock.at > 2.0


async def test_looking_is_faster_and_deletions_share_one_limit() -> None:
    clock = Clock()
    kept = FlyLimits(now=clock.now, sleep=clock.sleep)
    for _ in range(10):
        await kept.turn(GET, "m", until=100)
    assert clock.at < 0.5
    for n in range(120):
        await kept.turn(DELETE_APP, f"app-{n}", until=1_000)

    assert clock.at > 60


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("7", 7.0, id="seconds"),
        pytest.param(" 1.5 ", 1.5, id="half"),
        pytest.param("Thu, 26 Nov 2026 10:00:30 GMT", 30.0, id="date"),
        pytest.param("Thu, 26 Nov 2026 09:00:00 GMT", 0.0, id="past"),
        pytest.param("soon", None, id="nonsense"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    now = datetime(2026, 11, 26, 10, tzinfo=UTC)
    assert retry_after_s(header, now=now) == seconds

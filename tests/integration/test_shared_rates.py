"""Limits that hold over coordinators: two of them on one database, clocks that stand still."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.bus import Bus
from bot.db.engine import Database
from bot.db.people_schema import rates as table
from bot.db.rates import Ask, RateRows, Taken, granted
from bot.errors import RateLimited
from mobile_api.rates import Rate, SharedRates
from tests.fakes.phone import home

RATE = Rate("api", 100)
NOW = 1_800_000_000.0


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> float:
        return self.at


class Coordinator:
    """One process's side: a connection pool of its own, and how often it wrote."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._rows = RateRows(database)
        self.asked: list[Ask] = []
        self.rates = SharedRates(self._take, now=clock.now)

    async def _take(self, ask: Ask) -> Taken:
        self.asked.append(ask)
        return await self._rows.take(ask)

    async def spend(self, rate: Rate, who: str, most: int) -> int:
        """Send up to *most* requests; return how many were let in before the first refusal."""
        for number in range(most):
            try:
                await self.rates.count(rate, who)
            except RateLimited:
                return number
        return most


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def two(
    database: Database, database_url: str, clock: Clock
) -> AsyncIterator[tuple[Coordinator, Coordinator]]:
    other = Database(database_url)
    await other.open()
    yield Coordinator(database, clock), Coordinator(other, clock)
    await other.close()


async def test_two_coordinators_let_in_what_one_would(
    two: tuple[Coordinator, Coordinator],
) -> None:
    one, other = two
    let_in = 0
    for _ in range(RATE.quota):
        let_in += await one.spend(RATE, "7", 1) + await other.spend(RATE, "7", 1)

    assert let_in == RATE.quota
    assert len(one.asked) + len(other.asked) <= RATE.quota // 2  # blocks, smaller near the end


async def test_all_at_once_from_both_sides_gets_no_more(
    two: tuple[Coordinator, Coordinator],
) -> None:
    sides = [side.spend(RATE, "7", 1) for side in two for _ in range(2 * RATE.quota)]
    assert sum(await asyncio.gather(*sides)) == RATE.quota


@pytest.mark.parametrize(
    ("quota", "commits"), [(10, 10), (30, 30), (60, 40), (120, 50), (600, 60), (1000, 60)]
)
@pytest.mark.parametrize("at", [NOW, NOW + 0.123456, 1e9])
async def test_every_limit_is_let_in_whole_and_no_more(quota: int, commits: int, at: float) -> None:
    full_at: dict[tuple[str, str], float] = {}
    taken: list[int] = []

    async def take(ask: Ask) -> Taken:
        got = granted(ask, full_at.get(ask.key, ask.now))
        full_at[ask.key] = got.full_at
        taken.append(got.count)
        return got

    sides = [SharedRates(take, now=lambda: at) for _ in range(2)]
    rate = Rate("any", quota)
    left = [(await sides[0].count(rate, "7")).left for _ in range(quota)]

    assert left == list(range(quota - 1, -1, -1))
    assert sum(taken) == quota
    assert len(taken) <= commits
    for side in sides:
        with pytest.raises(RateLimited):
            await side.count(rate, "7")


async def test_people_and_limits_are_apart(two: tuple[Coordinator, Coordinator]) -> None:
    one, other = two
    assert await one.spend(RATE, "7", 200) == 100
    assert await other.spend(RATE, "8", 200) == 100
    assert await other.spend(Rate("create", 30), "7", 200) == 30


async def test_refusals_ask_the_database_no_more_until_there_may_be_something(
    two: tuple[Coordinator, Coordinator], clock: Clock
) -> None:
    one, _ = two
    await one.spend(RATE, "7", 200)
    before = len(one.asked)
    for _ in range(50):
        assert await one.spend(RATE, "7", 1) == 0
    with pytest.raises(RateLimited) as refused:
        await one.rates.count(RATE, "7")
    assert len(one.asked) == before
    assert refused.value.retry_after_s == pytest.approx(0.6, abs=1e-3)

    clock.at += 0.61
    assert await one.spend(RATE, "7", 5) == 1


async def test_bucket_fills_again_for_everybody(
    two: tuple[Coordinator, Coordinator], clock: Clock
) -> None:
    one, other = two
    await one.spend(RATE, "7", 200)
    clock.at += 30.0
    assert await one.spend(RATE, "7", 20) + await other.spend(RATE, "7", 200) == 50


async def test_block_that_was_not_used_is_worth_nothing_after_its_window(
    two: tuple[Coordinator, Coordinator], clock: Clock
) -> None:
    one, other = two
    assert await one.spend(RATE, "7", 1) == 1  # four more lie ready
    clock.at += 61.0
    assert await other.spend(RATE, "7", 200) == 100
    assert await one.spend(RATE, "7", 5) == 0


async def test_headers_count_down_and_promise_nothing_that_is_not_there(
    two: tuple[Coordinator, Coordinator],
) -> None:
    one, other = two
    alone = [await one.rates.count(RATE, "7") for _ in range(10)]
    assert [each.left for each in alone] == list(range(99, 89, -1))
    assert [each.reset_s for each in alone] == [round(0.6 * n) for n in range(1, 11)]
    assert alone[0].headers == {
        "RateLimit-Policy": '"api";q=100;w=60',
        "RateLimit": '"api";r=99;t=1',
    }

    fresh = await other.rates.count(RATE, "7")
    assert fresh.left == 89  # it has just looked, and knows what the other one took
    said = (await one.rates.count(RATE, "7")).left
    assert await one.spend(RATE, "7", 200) == said
    assert await other.spend(RATE, "7", 200) == 4  # what it had taken and nobody else was told of


class Counting(RateRows):
    """Counts its transactions."""

    transactions = 0

    async def _taken(self, asks: Sequence[Ask]) -> list[Taken]:
        self.transactions += 1
        return await super()._taken(asks)


async def test_many_people_at_once_are_few_transactions(database: Database, clock: Clock) -> None:
    rows = Counting(database)
    asks = [
        Ask(name="api", who=str(n), quota=600, window_s=60, most=30, now=clock.now())
        for n in range(500)
    ]
    taken = await asyncio.gather(*(rows.take(ask) for ask in asks))
    assert {one.count for one in taken} == {30}
    assert rows.transactions <= 4

    await rows.prune(datetime.fromtimestamp(NOW + 3.0, UTC))
    async with database.read() as tx:
        assert (await tx.execute(select(func.count()).select_from(table))).scalar() == 500
    await rows.prune(datetime.fromtimestamp(NOW + 3.1, UTC))
    async with database.read() as tx:
        assert (await tx.execute(select(func.count()).select_from(table))).scalar() == 0


async def test_two_servers_refuse_a_person_together(
    database: Database, database_url: str, tmp_path_factory: pytest.TempPathFactory, clock: Clock
) -> None:
    other = Database(database_url)
    await other.open()
    folders = [tmp_path_factory.mktemp("home") for _ in range(2)]
    key = SecretStr("the same for both")
    async with (
        home(folders[0], database, Bus(), secret_key=key) as here,
        home(folders[1], other, Bus(), secret_key=key) as there,
    ):
        for each in here, there:
            vars(each.side.shared_rates)["_now"] = clock.now
        dana = await here.signed_in()
        token = f"Bearer {dana.cookie('cadence_access')}"
        statuses = []
        for number in range(60):
            side = there if number % 2 else here
            answer = await side.browser().post("/api/auth/pair", Authorization=token)
            statuses.append(answer.status)
        refused = await there.browser().post("/api/auth/pair", Authorization=token)
    await other.close()

    assert statuses == [201] * 30 + [429] * 30
    assert refused.headers["Retry-After"] == "2"
    assert "at most 30" in refused.body["detail"]

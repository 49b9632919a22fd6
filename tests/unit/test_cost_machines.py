"""What machines cost, against the figures of the published table."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import cost
from bot.errors import InvalidRequest
from bot.machine import Guest, Machine, MachineId, MachineState
from bot.settings import load
from bot.wiring.places import fly_price_of
from bot.wiring.runs import sizes_of

HOURS = 30 * 24  # the published month


def month(kind: str, cpus: int, memory_mb: int, region: str) -> float:
    guest = Guest(cpu_kind=kind, cpus=cpus, memory_mb=memory_mb)
    return round(cost.fly_usd_per_hour(guest, region) * HOURS, 2)


# The rows of the pricing page that say what a machine costs in a month, as they stand there.
@pytest.mark.parametrize(
    ("kind", "cpus", "memory_mb", "region", "usd"),
    [
        pytest.param("shared", 1, 256, "iad", 2.19, id="smallest"),
        pytest.param("shared", 1, 512, "iad", 3.69, id="shared 1x with more memory"),
        pytest.param("shared", 1, 1024, "ewr", 6.70, id="shared 1x in Secaucus"),
        pytest.param("shared", 1, 1024, "fra", 7.73, id="shared 1x in Frankfurt"),
        pytest.param("shared", 1, 1024, "sin", 8.50, id="shared 1x in Singapore"),
        pytest.param("shared", 2, 2048, "iad", 13.39, id="shared 2x"),
        pytest.param("performance", 1, 2048, "iad", 33.00, id="performance 1x"),
        pytest.param("performance", 2, 4096, "iad", 66.00, id="performance 2x"),
    ],
)
def test_month_costs_what_the_published_table_says(
    kind: str, cpus: int, memory_mb: int, region: str, usd: float
) -> None:
    assert month(kind, cpus, memory_mb, region) == usd


def test_gigabyte_more_costs_what_is_published() -> None:
    more, less = (
        cost.fly_usd_per_hour(Guest(cpu_kind="performance", cpus=2, memory_mb=mb), "iad")
        for mb in (5120, 4096)
    )

    assert round((more - less) * HOURS, 2) == 6.00


def test_less_memory_than_comes_with_the_cpus_is_no_discount() -> None:
    assert month("performance", 2, 2048, "iad") == month("performance", 2, 4096, "iad")


def test_region_without_a_price_costs_as_much_as_the_dearest() -> None:
    guest = Guest()

    assert cost.fly_usd_per_hour(guest, "mars") == cost.fly_usd_per_hour(guest, "gru")
    assert cost.fly_usd_per_hour(guest) == cost.fly_usd_per_hour(guest, "gru")
    assert cost.fly_usd_per_hour(guest) > cost.fly_usd_per_hour(guest, "fra")


def test_sleeping_machine_costs_its_root_file_system() -> None:
    assert round(cost.fly_asleep_usd_per_hour(1.0) * HOURS, 2) == 0.15
    assert cost.fly_asleep_usd_per_hour(2.0) < cost.fly_usd_per_hour(Guest(), "iad") / 50


def test_day_before_all_prices_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no price of Fly's is known for 2020"):
        cost.fly_usd_per_hour(Guest(), "fra", at=date(2020, 1, 1))
    with pytest.raises(InvalidRequest, match="no price of Fly's is known for 2020"):
        cost.fly_asleep_usd_per_hour(1.0, at=date(2020, 1, 1))


AT = datetime(2026, 11, 1, tzinfo=UTC)


def hour(number: float) -> datetime:
    return AT + timedelta(hours=number)


MACHINE = Machine(
    id=MachineId("m"),
    backend="fly",
    installation_id=1,
    state=MachineState.SUSPENDED,
    usd_per_hour=1.0,
    asleep_usd_per_hour=0.1,
    created_at=hour(0),
    sleeps=((hour(1), hour(3)),),
    suspended_at=hour(8),
)


@pytest.mark.parametrize(
    ("since", "until", "awake_h", "asleep_h"),
    [
        pytest.param(0, 4, 2, 2, id="a sleep that is over"),
        pytest.param(2, 4, 1, 1, id="half of a sleep"),
        pytest.param(3, 8, 5, 0, id="between two sleeps"),
        pytest.param(7, 10, 1, 2, id="a sleep that goes on"),
        pytest.param(-5, 0.5, 0.5, 0, id="before it was there"),
        pytest.param(9, 9, 0, 0, id="no time at all"),
        pytest.param(-5, -4, 0, 0, id="long before"),
    ],
)
def test_sleep_is_counted_apart(
    since: float, until: float, awake_h: float, asleep_h: float
) -> None:
    use = MACHINE.use(hour(since), hour(until))

    assert (use.awake_s, use.asleep_s) == (awake_h * 3600, asleep_h * 3600)
    assert use.usd == pytest.approx(awake_h + asleep_h * 0.1)


def test_machine_that_went_while_it_slept_costs_nothing_afterwards() -> None:
    gone = replace(MACHINE, gone_at=hour(9))

    assert gone.use(hour(7), hour(99)).usd == pytest.approx(1.1)
    assert gone.use(hour(20), hour(99)).usd == 0


def test_day_after_the_newest_price_has_it() -> None:
    later = cost.fly_usd_per_hour(Guest(), "fra", at=date(2027, 1, 1))

    assert later == cost.fly_usd_per_hour(Guest(), "fra")


def test_unknown_kind_of_cpu_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InvalidRequest, match="gpu is not known; known are shared, performance"):
        cost.fly_usd_per_hour(Guest(cpu_kind="gpu"))


def test_price_is_the_operators_else_the_published_one_of_the_dearest_region() -> None:
    guest = Guest()
    regions = {"fly_regions": ("iad", "fra", "ams")}

    assert fly_price_of(load(fly_usd_per_hour=0.5, **regions), guest) == 0.5
    assert fly_price_of(load(**regions), guest) == cost.fly_usd_per_hour(guest, "fra")
    assert fly_price_of(load(), guest) == cost.fly_usd_per_hour(guest, "fra")


def test_size_of_the_machines_is_the_settings() -> None:
    settings = load(fly_cpu_kind="performance", fly_cpus=4, fly_memory_mb=8192)

    assert sizes_of(settings) == {"fly": "4 performance CPUs, 8 GB"}

"""Steps, dollars, minutes, and a clock that can stand still."""

import pytest

from runner.agent.budget import Clock, Meter
from runner.agent.seams import RunFailed
from runner.spec import Budget, Price, Tokens

PRICE = Price(input=2, output=10, cache_write_5m=2.5, cache_write_1h=4, cache_read=0.1)


class Hand:
    """The hand of a clock, moved by the test."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def meter(hand: Hand, **budget: float) -> Meter:
    return Meter(Budget.model_validate(budget), Clock(hand))


def test_time_that_people_take_does_not_count() -> None:
    hand = Hand()
    clock = Clock(hand)
    hand.at = 10
    with clock.stopped():
        hand.at = 100
        assert clock.elapsed_s == 10
        with clock.stopped():  # a question while paused
            hand.at = 200
    hand.at = 205

    assert clock.elapsed_s == 15


def test_every_kind_of_token_costs_its_price() -> None:
    one = meter(Hand())
    tokens = Tokens(
        input=1_000_000,
        output=1_000_000,
        cache_write_5m=1_000_000,
        cache_write_1h=1_000_000,
        cache_read=1_000_000,
    )

    assert one.add(tokens, PRICE) == pytest.approx(18.6)
    one.add(tokens, PRICE)

    assert one.cost_usd == pytest.approx(37.2)
    assert one.tokens.output == 2_000_000


def test_within_the_budget_nothing_is_said() -> None:
    one = meter(Hand())
    one.check()

    assert one.wrap_up() is None


def test_steps_are_a_hard_limit() -> None:
    one = meter(Hand(), steps=2)
    one.steps = 2

    with pytest.raises(RunFailed, match="budget of 2 steps is used up"):
        one.check()


def test_minutes_are_a_hard_limit() -> None:
    hand = Hand()
    one = meter(hand, hard_minutes=2)
    hand.at = 120

    with pytest.raises(RunFailed, match="time limit of 2 minutes"):
        one.check()


@pytest.mark.parametrize(
    ("steps", "cost_usd", "seconds", "said"),
    [
        pytest.param(17, 0.0, 0.0, "3 of 20 steps are left", id="steps"),
        pytest.param(0, 0.9, 0.0, "$0.90 of $1.00 are spent", id="dollars"),
        pytest.param(0, 0.0, 61.0, "worked for 1 minutes; at 2 it ends", id="minutes"),
    ],
)
def test_the_end_is_announced_once(steps: int, cost_usd: float, seconds: float, said: str) -> None:
    hand = Hand()
    one = meter(hand, steps=20, usd=1, soft_minutes=1, hard_minutes=2)
    one.steps, one.cost_usd, hand.at = steps, cost_usd, seconds

    assert said in (one.wrap_up() or "")
    assert one.wrap_up() is None

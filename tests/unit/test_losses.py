"""How many lost machines an agent may have, and which of them count."""

from itertools import pairwise

import pytest

from bot.life.losses import (
    BEGIN_WAITS_S,
    LOST,
    MOST_RUNS,
    MOVED,
    UNBEGUN,
    WORN_OUT,
    Losses,
    judged,
    why,
    without_result,
)


@pytest.mark.parametrize(
    ("heard", "began", "newest", "meaning"),
    [
        pytest.param(0, 0, 0, UNBEGUN, id="first-run-without-a-word"),
        pytest.param(0, 4, 4, UNBEGUN, id="later-run-without-a-word"),
        pytest.param(3, 0, 0, LOST, id="died-at-its-first-step"),
        pytest.param(3, 4, 4, LOST, id="came-no-further"),
        pytest.param(3, 4, 5, MOVED, id="came-further"),
    ],
)
def test_lost_run_is_judged_by_how_far_it_came(
    heard: int, began: int, newest: int, meaning: str
) -> None:
    assert judged(LOST, heard=heard, began=began, newest=newest) == meaning


@pytest.mark.parametrize("ended", ["finished", "cancelled", "parked"])
def test_other_ends_mean_what_they_say(ended: str) -> None:
    assert judged(ended, heard=0, began=0, newest=1) == ended


def test_machines_lost_before_they_began_are_followed_by_others_after_growing_waits() -> None:
    losses = Losses(most=3)

    waits = [losses.wait_s(UNBEGUN) for _ in BEGIN_WAITS_S]

    assert waits == list(BEGIN_WAITS_S)
    assert waits[0] == 0
    assert all(shorter < longer for shorter, longer in pairwise(BEGIN_WAITS_S))
    assert losses.wait_s(UNBEGUN) is None
    assert "lost before they could begin" in why(UNBEGUN, most=3)


def test_work_that_ends_its_machines_is_given_up_whatever_happens_between() -> None:
    losses = Losses(most=3)

    ends = [LOST, UNBEGUN, LOST, UNBEGUN, UNBEGUN]
    assert [losses.wait_s(end) is None for end in ends] == [False] * 5
    assert losses.wait_s(LOST) is None
    assert why(LOST, most=3) == "its machine was lost 3 times"
    assert why(WORN_OUT, most=3).startswith(f"it was begun {MOST_RUNS} times")


@pytest.mark.parametrize("end", [MOVED, "parked"])
def test_run_that_came_further_begins_the_count_anew(end: str) -> None:
    losses = Losses(most=2)

    ends = [LOST, end, LOST, end]
    assert [losses.wait_s(one) for one in ends] == [0] * 4


def test_run_that_began_begins_the_waits_anew() -> None:
    losses = Losses(most=9)

    waits = [losses.wait_s(end) for end in (UNBEGUN, UNBEGUN, UNBEGUN, LOST, UNBEGUN)]
    assert waits == [0, 1, 2, 0, 0]


def test_end_that_is_no_loss_needs_no_reason() -> None:
    assert why("finished", most=3) == ""


@pytest.mark.parametrize(
    ("by", "ended", "sentence"),
    [
        ("", "lost", "its machine was lost 3 times"),
        ("", "finished", "its machine ended without a word"),
        ("dana", "finished", "stopped (dana); its machine did not answer, so its work is lost"),
        ("dana", "lost", "stopped (dana); its machine was lost 3 times, so its work is lost"),
    ],
)
def test_who_stopped_it_is_named_even_when_its_machines_were_lost(
    by: str, ended: str, sentence: str
) -> None:
    assert without_result(by, why(ended, most=3)) == sentence

"""Small parts of the line: clocks that are wrong, data that is too large."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.agent.outbox import ROOM, fitting
from runner.clocks import Skew

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VALUES = st.recursive(
    st.text(max_size=50) | st.integers() | st.none(),
    lambda some: (
        st.lists(some, max_size=4) | st.dictionaries(st.text(max_size=5), some, max_size=4)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("wrong", [timedelta(hours=-5), timedelta(minutes=3), timedelta(days=900)])
def test_clock_that_is_wrong_is_set_right(wrong: timedelta) -> None:
    skew = Skew(NOW + wrong, NOW)
    later = NOW + timedelta(seconds=10)

    assert skew.right(later + wrong, later) == later


def test_time_never_lies_ahead_nor_goes_back() -> None:
    skew = Skew(NOW, NOW)
    first = skew.right(NOW + timedelta(hours=1), NOW)
    second = skew.right(NOW - timedelta(hours=1), NOW)

    assert first == second == NOW


def test_machine_that_tells_no_time_is_believed() -> None:
    assert Skew(None, NOW).right(NOW - timedelta(seconds=5), NOW) == NOW - timedelta(seconds=5)


@given(st.datetimes(), st.datetimes())
def test_no_time_at_all_is_too_odd(said: datetime, at: datetime) -> None:
    skew = Skew(said.replace(tzinfo=UTC), NOW)

    assert skew.right(at.replace(tzinfo=UTC), NOW) <= NOW


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=5))
def test_what_fits_stays_as_it_is(data: dict[str, Any]) -> None:
    assert fitting(data) == data


@pytest.mark.parametrize(
    "data",
    [
        {"text": "x" * 5_000_000},
        {"text": "\x00" * 2_000_000},
        {"input": {"a": ["y" * 900_000] * 9}},
        {"many": ["z" * 100] * 100_000},
        {f"k{n}": "w" * 200 for n in range(50_000)},
    ],
)
def test_what_is_too_large_is_cut_and_shows_it(data: dict[str, Any]) -> None:
    fit = fitting(data)

    assert len(json.dumps(fit).encode()) <= ROOM
    assert "more characters" in json.dumps(fit) or "too large" in json.dumps(fit) or "many" in fit

import typing
from datetime import date

import pytest
from anthropic.types.model import Model

from bot import cost
from bot.errors import InvalidRequest


def test_every_model_is_one_that_the_sdk_lists() -> None:
    listed = next(arg for arg in typing.get_args(Model) if typing.get_origin(arg) is typing.Literal)

    assert set(cost.names()) <= set(typing.get_args(listed))


@pytest.mark.parametrize("family", ["sonnet", "haiku", "opus"])
def test_newest_of_a_family_has_a_price(family: str) -> None:
    name = cost.newest(family)

    assert family in name
    assert 0 < cost.price(name).cache_read < cost.price(name).input < cost.price(name).output


def test_price_is_the_one_of_the_day() -> None:
    before = cost.price("claude-sonnet-5-5", at=date(2026, 10, 6))
    after = cost.price("claude-sonnet-5-5", at=date(2026, 10, 7))

    assert (before.cache_read, after.cache_read) == (0.2, 0.1)


def test_unknown_model_is_refused_with_the_names_that_are_known() -> None:
    with pytest.raises(InvalidRequest, match="gpt-9 is not known; known are claude-"):
        cost.price("gpt-9")


def test_day_before_all_prices_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="had no price on 2020"):
        cost.price("claude-sonnet-5-5", at=date(2020, 1, 1))


def test_unknown_family_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no model of the family"):
        cost.newest("gpt")

"""What an agent cost, in words that add up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.machine import Guest
from bot.texts.receipt import in_cents, machine_words, receipt, size_words
from runner.spec import Tokens
from tests.fakes.gallery import AGENT, SIZES, TOKENS

DOLLARS = some.floats(min_value=0, max_value=500, allow_nan=False)
MODEL = "model $0.41 (18,204 in, 3,100 out, 92,000 cached)"


def words(
    *,
    model: float = 0.41,
    machine: float = 0.0,
    seconds: float = 0.0,
    place: str = "",
    tokens: Tokens = TOKENS,
) -> str:
    agent = replace(
        AGENT, cost_usd=model, machine_usd=machine, machine_seconds=seconds, place=place
    )
    return receipt(agent, tokens=tokens, sizes=SIZES)


def test_whole_and_parts_are_told_with_what_they_are_made_of() -> None:
    assert words(machine=0.0082, seconds=360, place="fly") == (
        f"$0.42: {MODEL}, machine $0.01 (6 min on Fly, 2 shared CPUs, 4 GB)"
    )


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param("local", "machine 6 min", id="our own"),
        pytest.param("vps", "machine 6 min on your VPS", id="theirs"),
        pytest.param("fly", "machine 6 min on Fly", id="price not known"),
    ],
)
def test_machine_that_costs_us_nothing_has_its_time_only(place: str, said: str) -> None:
    assert words(seconds=360, place=place) == f"$0.41: {MODEL}, {said}"


def test_what_is_not_known_is_left_out() -> None:
    assert words(tokens=Tokens()) == ""
    assert words() == f"$0.41: {MODEL}"
    assert words(tokens=Tokens(), seconds=42, place="local") == "$0.41: model $0.41, machine 42 s"


def test_tokens_written_to_the_cache_are_one_number() -> None:
    tokens = Tokens(input=1, cache_write_5m=2_000, cache_write_1h=500)

    assert "(1 in, 2,500 written to the cache)" in words(tokens=tokens)


def test_less_than_a_cent_is_not_nothing() -> None:
    assert words(model=0.41, machine=0.0004, seconds=20, place="fly") == (
        f"$0.41: {MODEL}, machine under $0.01 (20 s on Fly, 2 shared CPUs, 4 GB)"
    )
    assert words(model=0.001, tokens=Tokens(input=9)) == ("under $0.01: model under $0.01 (9 in)")


def test_nothing_is_nothing() -> None:
    assert words(model=0.0, tokens=Tokens(input=9)) == "$0.00: model $0.00 (9 in)"


@given(model=DOLLARS, machine=DOLLARS)
def test_parts_make_the_whole_and_none_is_off_by_a_cent(model: float, machine: float) -> None:
    whole, of_model, of_machine = in_cents(model, machine)

    assert of_model + of_machine == whole
    assert min(of_model, of_machine) >= 0
    assert abs(whole - (model + machine) * 100) <= 0.5 + 1e-6
    assert abs(of_model - model * 100) <= 0.5 + 1e-6
    assert abs(of_machine - machine * 100) <= 1 + 1e-6


def test_use_so_far_is_told_while_it_runs() -> None:
    agent = replace(AGENT, machine_seconds=360.0, machine_usd=0.0082, place="fly")

    assert machine_words(agent) == "machine 6 min on Fly, $0.01"
    assert machine_words(AGENT) == ""


@pytest.mark.parametrize(
    ("guest", "said"),
    [
        (Guest(), "2 shared CPUs, 4 GB"),
        (Guest(cpu_kind="performance", cpus=1, memory_mb=2560), "1 performance CPU, 2.5 GB"),
        (Guest(cpus=1, memory_mb=512), "1 shared CPU, 512 MB"),
    ],
)
def test_size_is_said_as_people_say_it(guest: Guest, said: str) -> None:
    assert size_words(guest) == said

"""What plans allow, where agents run, and the words at the limit."""

from datetime import date

import pytest

from bot.machine import Place
from bot.quota import MonthUsedUp, Plan, Vps, account_of, choose, month_of, next_month
from handlers.answers import limit_text
from handlers.payload import Person

DANA = Person(id=1, login="dana", is_bot=False)
AWAY_FLY = "On a Fly Machine: your VPS was away."
AWAY_LOCAL = "On Cadence's own server: your VPS was away."


@pytest.mark.parametrize(
    ("plan", "wanted", "has_fly", "vps", "places", "note"),
    [
        pytest.param(Plan.FREE, "auto", True, "none", [Place.FLY], "", id="free on Fly"),
        pytest.param(Plan.FREE, "auto", False, "none", [Place.LOCAL], "", id="free without Fly"),
        pytest.param(Plan.FREE, "auto", True, "connected", [Place.FLY], "", id="free with a VPS"),
        pytest.param(Plan.FREE, "auto", True, "away", [Place.FLY], "", id="free, its VPS away"),
        pytest.param(
            Plan.PRO, "auto", True, "connected", [Place.VPS, Place.FLY], "", id="pro on its VPS"
        ),
        pytest.param(
            Plan.PRO, "auto", False, "connected", [Place.VPS, Place.LOCAL], "", id="pro, no Fly"
        ),
        pytest.param(Plan.PRO, "auto", True, "none", [Place.FLY], "", id="pro without a VPS"),
        pytest.param(Plan.PRO, "auto", False, "none", [Place.LOCAL], "", id="pro, nothing else"),
        pytest.param(Plan.PRO, "auto", True, "away", [Place.FLY], AWAY_FLY, id="away, Fly"),
        pytest.param(Plan.PRO, "auto", False, "away", [Place.LOCAL], AWAY_LOCAL, id="away, here"),
        pytest.param(Plan.PRO, "local", True, "connected", [Place.LOCAL], "", id="operator: here"),
        pytest.param(Plan.PRO, "fly", True, "connected", [Place.FLY], "", id="operator: Fly"),
        pytest.param(Plan.FREE, "vps", True, "away", [Place.VPS], "", id="operator: VPS or none"),
    ],
)
def test_place_follows_plan_and_settings(
    plan: Plan, wanted: str, has_fly: bool, vps: Vps, places: list[Place], note: str
) -> None:
    choice = choose(plan, wanted=wanted, has_fly=has_fly, vps=vps)

    assert (list(choice.places), choice.note) == (places, note)


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("has_fly", [True, False])
@pytest.mark.parametrize("vps", ["connected", "away", "none"])
def test_strangers_never_come_to_our_server_where_there_is_fly(
    plan: Plan, has_fly: bool, vps: Vps
) -> None:
    places = choose(plan, has_fly=has_fly, vps=vps).places

    assert places
    assert (Place.LOCAL in places) is not has_fly


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 1, 31), date(2026, 2, 1)),
        (date(2026, 2, 28), date(2026, 3, 1)),
        (date(2026, 12, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_month_ends_the_day_before_the_next_one(day: date, first: date) -> None:
    assert next_month(day) == first
    assert month_of(MonthUsedUp("acme", used=5, limit=5, day=day).ends_on) == month_of(day)


def test_account_is_the_owner_in_lower_case() -> None:
    assert account_of("Acme-Inc/Widgets") == account_of("acme-inc/other") == "acme-inc"


def test_words_at_the_limit_say_how_many_until_when_and_what_to_do() -> None:
    limit = MonthUsedUp("acme", used=5, limit=5, day=date(2026, 12, 24))

    assert limit_text(DANA, limit, "cadence") == (
        "Thanks, @dana. I have not started: the free plan has 5 agents a month, and acme has had "
        "5 agents in December. The month ends on 31 December 2026 (UTC); from 1 January on, ask me "
        "again with `@cadence …`.\n\n"
        "Until then: on the Pro plan there is no monthly limit, and the owner of acme can ask for "
        "it. Whoever runs this Cadence gives it with `cadence plans set acme pro`, or sets another "
        "limit with `CADENCE_FREE_AGENTS`."
    )


@pytest.mark.parametrize(
    ("used", "limit", "words"),
    [
        pytest.param(1, 1, "has 1 agent a month, and acme has had 1 agent in", id="one"),
        pytest.param(0, 0, "has no agents a month, and acme has had no agents in", id="none"),
        pytest.param(12, 5, "has 5 agents a month, and acme has had 12 agents in", id="was pro"),
    ],
)
def test_numbers_at_the_limit_are_words(used: int, limit: int, words: str) -> None:
    error = MonthUsedUp("acme", used=used, limit=limit, day=date(2026, 12, 24))

    assert words in limit_text(DANA, error, "cadence")

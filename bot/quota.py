"""What a plan allows, and where its agents run: pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from bot.errors import QuotaExceeded
from bot.machine import Place

FREE_AGENTS = 5


class Plan(StrEnum):
    """What an account pays for."""

    FREE = "free"
    PRO = "pro"


Vps = Literal["connected", "away", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Places in the order in which they are asked, and what people should know of it."""

    places: tuple[Place, ...]
    note: str = ""


def choose(plan: Plan, *, wanted: str = "auto", has_fly: bool, vps: Vps = "none") -> Choice:
    """Return where an agent of *plan* runs; the operator's setting *wanted* goes before."""
    rented = Place.FLY if has_fly else Place.LOCAL
    if wanted != "auto":
        return Choice(places=(Place(wanted),))
    if plan is not Plan.PRO or vps == "none":
        return Choice(places=(rented,))
    if vps == "away":
        return Choice(places=(rented,), note=f"{rented.named}: your VPS was away.")
    return Choice(places=(Place.VPS, rented))


def account_of(repository: str) -> str:
    """Return the account that a repository (``Acme/widgets``) counts for: ``acme``."""
    return repository.partition("/")[0].lower()


def month_of(day: date) -> str:
    """Return the month that an agent of *day* counts for, as ``2026-11``."""
    return f"{day.year:04}-{day.month:02}"


def next_month(day: date) -> date:
    """Return the first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


class MonthUsedUp(QuotaExceeded):
    """The account has had all agents of the month of *day*; *again_on* is the next one's first."""

    def __init__(self, account: str, *, used: int, limit: int, day: date) -> None:
        super().__init__(f"{account} has had {used} agents this month, and its plan has {limit}")
        self.account = account
        self.used = used
        self.limit = limit
        self.again_on = next_month(day)

    @property
    def ends_on(self) -> date:
        """The last day of the month that is used up."""
        return self.again_on - timedelta(days=1)

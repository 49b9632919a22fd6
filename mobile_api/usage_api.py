"""What the person's agents of this month cost, and what the plan allows."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Protocol

from aiohttp import web

from bot.github.auth import utc_now
from bot.life.agent_lists import AgentLists
from bot.quota import Plan, month_of
from mobile_api.auth.people import Person
from mobile_api.auth.reach import Reaches
from mobile_api.auth.sessions import person_of
from mobile_api.endpoint import Endpoint
from mobile_api.settings_api import Choices
from mobile_api.wire import Wire, answer


class DayView(Wire):
    """One day's agents and their cost in US dollars."""

    day: date
    agents: int
    cost_usd: float


class UsageView(Wire):
    """This month; *limit* and *plan* are those of the account that most of it goes to."""

    month: str
    agents: int
    limit: int | None
    plan: Plan
    cost_usd: float
    days: list[DayView]


class PlanBook(Protocol):
    """The plans of accounts."""

    async def plan_of(self, repository: str) -> Plan:
        """Return the plan of a repository's owner."""
        ...

    async def limit_of(self, repository: str) -> int | None:
        """Return how many agents a month it allows, None without a limit."""
        ...


class UsageApi:
    """``/api/usage``."""

    def __init__(
        self,
        lists: AgentLists,
        reaches: Reaches,
        choices: Choices,
        plans: PlanBook,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._lists = lists
        self._reaches = reaches
        self._choices = choices
        self._plans = plans
        self._now = now

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [
            Endpoint(
                method="GET",
                path="/api/usage",
                handler=self._get,
                summary="What your agents of this month cost",
                tag="settings",
                answers={200: UsageView},
            )
        ]

    async def _get(self, request: web.Request) -> web.Response:
        person, today = person_of(request), self._now().date()
        since = datetime(today.year, today.month, 1, tzinfo=UTC)
        days: dict[date, list[float]] = defaultdict(list)
        for at, cost in await self._lists.used_by(person.id, since):
            days[at.date()].append(cost)
        repository = await self._repository(person)
        view = UsageView(
            month=month_of(today),
            agents=sum(map(len, days.values())),
            limit=await self._plans.limit_of(repository),
            plan=await self._plans.plan_of(repository),
            cost_usd=round(sum(sum(costs) for costs in days.values()), 6),
            days=[
                DayView(day=day, agents=len(costs), cost_usd=round(sum(costs), 6))
                for day, costs in sorted(days.items())
            ],
        )
        return answer(view)

    async def _repository(self, person: Person) -> str:
        """Return the default repository, else one of the person's, else a name of his own."""
        wanted = (await self._choices.of(person)).default_repo
        names = [one.full_name for one in await self._reaches.repos(person)]
        return (
            wanted
            if wanted is not None and wanted in names
            else next(iter(names), f"{person.login}/")
        )

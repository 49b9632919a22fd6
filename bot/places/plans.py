"""Plans in use: may this account have one more agent, and what does it have."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from bot.db.engine import Tx
from bot.db.plans import PlanRows, plan_in, take, used_in
from bot.domain import Agent, Task
from bot.quota import FREE_AGENTS, MonthUsedUp, Plan, account_of, month_of


def _today() -> date:
    return datetime.now(UTC).date()


class Plans:
    """The plans of accounts; *are_on* is False where somebody runs Cadence for himself.

    An account is the owner of the repository: known without having heard of its installation.
    """

    def __init__(
        self,
        rows: PlanRows,
        *,
        are_on: bool,
        free_agents: int = FREE_AGENTS,
        today: Callable[[], date] = _today,
    ) -> None:
        self._rows = rows
        self._are_on = are_on
        self._free_agents = free_agents
        self._today = today

    async def plan_of(self, repository: str) -> Plan:
        """Return what the owner of a repository has; where plans are off, everybody has all."""
        if not self._are_on:
            return Plan.PRO
        return Plan(await self._rows.plan_of(account_of(repository)) or Plan.FREE)

    async def limit_of(self, repository: str) -> int | None:
        """Return how many agents a month its owner may have, None for any number."""
        return self._free_agents if await self.plan_of(repository) is Plan.FREE else None

    async def admit(self, tx: Tx, task: Task) -> None:
        """Count a new agent in the transaction that makes it; raise `MonthUsedUp`."""
        account, today = account_of(task.repository), self._today()
        month = month_of(today)
        is_free = Plan(await plan_in(tx, account) or Plan.FREE) is Plan.FREE
        limit = self._free_agents if self._are_on and is_free else None
        if not await take(tx, account, month, limit=limit):
            used = await used_in(tx, account, month)
            raise MonthUsedUp(account, used=used, limit=self._free_agents, day=today)

    async def give_back(self, agent: Agent) -> None:
        """Count an agent no more that failed by our own fault."""
        created = agent.created_at or datetime.now(UTC)
        month = month_of(created.astimezone(UTC).date())
        await self._rows.give_back(account_of(agent.task.repository), month)

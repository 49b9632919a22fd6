"""Plans in use: may this account have one more agent, and where does it run."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

from bot.db.engine import Tx
from bot.db.installations import Installations
from bot.db.plans import PlanRows, take
from bot.domain import Agent, Task
from bot.quota import FREE_AGENTS, MonthUsedUp, Plan, month_of, next_month


def _today() -> date:
    return datetime.now(UTC).date()


class Plans:
    """The plans of accounts; *are_on* is False where somebody runs Cadence for himself."""

    def __init__(
        self,
        rows: PlanRows,
        installations: Installations,
        *,
        are_on: bool,
        free_agents: int = FREE_AGENTS,
        today: Callable[[], date] = _today,
    ) -> None:
        self._rows = rows
        self._installations = installations
        self._are_on = are_on
        self._free_agents = free_agents
        self._today = today

    async def plan_of(self, installation_id: int) -> Plan:
        """Return the plan of the account of an installation."""
        return Plan(await self._rows.plan_of(await self.account_of(installation_id)) or Plan.FREE)

    async def account_of(self, installation_id: int) -> str:
        """Return the account's login; its number when GitHub never told us."""
        found = await self._installations.get(installation_id)
        return found.account_login.lower() if found else str(installation_id)

    async def admission(self, installation_id: int) -> Callable[[Tx, Task], Awaitable[None]]:
        """Return what counts a new agent in the transaction that makes it.

        It raises `MonthUsedUp` at the limit, and then there is no agent either.
        """
        account = await self.account_of(installation_id)
        plan = await self.plan_of(installation_id)
        limited = self._are_on and plan is Plan.FREE
        limit = self._free_agents if limited else None
        today = self._today()

        async def admit(tx: Tx, _task: Task) -> None:
            if not await take(tx, account, month_of(today), limit=limit):
                raise MonthUsedUp(account, self._free_agents, next_month(today))

        return admit

    async def give_back(self, agent: Agent) -> None:
        """Count an agent no more that failed by our own fault."""
        account = await self.account_of(agent.task.installation_id)
        created = agent.created_at or datetime.now(UTC)
        await self._rows.give_back(account, month_of(created.date()))

"""Plans of accounts, and how many agents each had in a month: one atomic statement."""

from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.db.engine import Database, Tx, inserted
from bot.db.machine_schema import plans, usage


class PlanRows:
    """Accounts by their login, in lower case."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def plan_of(self, account: str) -> str:
        """Return the account's plan, empty when none was set."""
        async with self._db.read() as tx:
            return await plan_in(tx, account)

    async def set_plan(self, account: str, plan: str, *, by: str) -> None:
        """Write the account's plan down."""
        now = datetime.now(UTC)
        row = {"account": account.lower(), "plan": plan, "set_by": by, "set_at": now}
        async with self._db.write() as tx:
            if not await inserted(tx, plans, row):
                where = plans.c.account == account.lower()
                await tx.execute(update(plans).where(where).values(row))

    async def all(self) -> list[tuple[str, str, datetime]]:
        """Return (account, plan, since) of every account whose plan was set."""
        query = select(plans.c.account, plans.c.plan, plans.c.set_at).order_by(plans.c.account)
        async with self._db.read() as tx:
            return [(row.account, row.plan, row.set_at) for row in await tx.execute(query)]

    async def used(self, account: str, month: str) -> int:
        """Return how many agents the account had in *month*."""
        async with self._db.read() as tx:
            return await used_in(tx, account, month)

    async def give_back(self, account: str, month: str) -> None:
        """Take one agent off the month: it failed by our own fault."""
        where = (usage.c.account == account.lower()) & (usage.c.month == month)
        async with self._db.write() as tx:
            fewer = update(usage).where(where & (usage.c.agents > 0))
            await tx.execute(fewer.values(agents=usage.c.agents - 1))


async def plan_in(tx: Tx, account: str) -> str:
    """Return the account's plan as *tx* sees it, empty when none was set."""
    query = select(plans.c.plan).where(plans.c.account == account.lower())
    return str((await tx.execute(query)).scalar() or "")


async def used_in(tx: Tx, account: str, month: str) -> int:
    """Return how many agents the account had in *month*, as *tx* sees it."""
    where = (usage.c.account == account.lower()) & (usage.c.month == month)
    return int((await tx.execute(select(usage.c.agents).where(where))).scalar() or 0)


async def take(tx: Tx, account: str, month: str, *, limit: int | None) -> bool:
    """Count one agent in *tx*; False when the account has had its *limit* (None: no limit)."""
    row = {"account": account.lower(), "month": month, "agents": 1}
    if limit is not None and limit < 1:
        return False
    build = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    statement = build(usage).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=[usage.c.account, usage.c.month],
        set_={"agents": usage.c.agents + 1},
        where=None if limit is None else usage.c.agents < limit,
    )
    return (await tx.execute(statement.returning(usage.c.agents))).first() is not None

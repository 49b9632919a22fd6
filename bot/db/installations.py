"""Where the App is installed, as GitHub's deliveries tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, update

from bot.db.engine import Database, Tx, inserted
from bot.db.machine_schema import removed_installations as removed
from bot.db.schema import installations, repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The App on one account."""

    id: int
    account_login: str
    account_type: str
    is_suspended: bool


RepositoryRow = tuple[int, str, str | None]


class Installations:
    """Installations and their repositories by GitHub's ids."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def get(self, installation_id: int) -> Installation | None:
        """Return the installation, None when we never heard of it or it is gone."""
        query = select(installations).where(installations.c.id == installation_id)
        async with self._db.read() as tx:
            row = (await tx.execute(query)).first()
        if row is None:
            return None
        return Installation(
            id=row.id,
            account_login=row.account_login,
            account_type=row.account_type,
            is_suspended=row.suspended_at is not None,
        )

    async def upsert(
        self, installation_id: int, *, account_login: str, account_type: str, suspended: bool
    ) -> None:
        """Write the installation down as it is now."""
        now = datetime.now(UTC)
        values = {
            "account_login": account_login,
            "account_type": account_type,
            "suspended_at": now if suspended else None,
        }
        async with self._db.write() as tx:
            row = {"id": installation_id, "created_at": now, **values}
            await tx.execute(delete(removed).where(removed.c.id == installation_id))
            if not await inserted(tx, installations, row):
                where = installations.c.id == installation_id
                await tx.execute(update(installations).where(where).values(values))

    async def remove(self, installation_id: int) -> None:
        """Forget the installation and its repositories; that it was removed is remembered."""
        async with self._db.write() as tx:
            await inserted(tx, removed, {"id": installation_id, "at": datetime.now(UTC)})
            where = repositories.c.installation_id == installation_id
            await tx.execute(delete(repositories).where(where))
            await tx.execute(delete(installations).where(installations.c.id == installation_id))

    async def known(self) -> set[int]:
        """Return the installations that we heard of and that were not removed."""
        async with self._db.read() as tx:
            return set((await tx.execute(select(installations.c.id))).scalars())

    async def removed(self) -> set[int]:
        """Return the installations that were removed."""
        async with self._db.read() as tx:
            return set((await tx.execute(select(removed.c.id))).scalars())

    async def set_repositories(self, installation_id: int, rows: Sequence[RepositoryRow]) -> None:
        """Make *rows* (id, full name, default branch or None) all that the installation has."""
        async with self._db.write() as tx:
            where = repositories.c.installation_id == installation_id
            await tx.execute(delete(repositories).where(where))
            await self._add(tx, installation_id, rows)

    async def add_repositories(self, installation_id: int, rows: Sequence[RepositoryRow]) -> None:
        """Add *rows* to what the installation has."""
        async with self._db.write() as tx:
            await self._add(tx, installation_id, rows)

    async def remove_repositories(
        self, repository_ids: Sequence[int], *, installation_id: int | None = None
    ) -> set[int]:
        """Forget repositories and return which are nobody's now.

        With an *installation_id* only what it has is forgotten: of a repository that was
        transferred, the new installation may be heard of before the old one.
        """
        where = repositories.c.id.in_(repository_ids)
        async with self._db.write() as tx:
            if installation_id is None:
                await tx.execute(delete(repositories).where(where))
            mine = repositories.c.installation_id == installation_id
            await tx.execute(delete(repositories).where(where, mine))
            left = await tx.execute(select(repositories.c.id).where(where))
            return set(repository_ids) - set(left.scalars())

    async def rename(self, repository_id: int, full_name: str) -> None:
        """Note a repository's new name."""
        where = repositories.c.id == repository_id
        async with self._db.write() as tx:
            await tx.execute(update(repositories).where(where).values(full_name=full_name))

    async def repositories(self, installation_id: int) -> list[tuple[int, str]]:
        """Return (id, full name) of the installation's repositories, by name."""
        query = (
            select(repositories.c.id, repositories.c.full_name)
            .where(repositories.c.installation_id == installation_id)
            .order_by(repositories.c.full_name)
        )
        async with self._db.read() as tx:
            return [(row.id, row.full_name) for row in await tx.execute(query)]

    async def place_of(self, repository_id: int) -> tuple[int, str] | None:
        """Return installation and full name of a repository, None when it is none of ours."""
        columns = repositories.c.installation_id, repositories.c.full_name
        query = select(*columns).where(repositories.c.id == repository_id)
        async with self._db.read() as tx:
            row = (await tx.execute(query)).first()
        return None if row is None else (row.installation_id, row.full_name)

    async def is_reached(self, repository_id: int) -> bool:
        """Whether an installation has the repository and is not suspended."""
        both = repositories.outerjoin(
            installations, installations.c.id == repositories.c.installation_id
        )
        query = (
            select(repositories.c.id)
            .select_from(both)
            .where(repositories.c.id == repository_id, installations.c.suspended_at.is_(None))
        )
        async with self._db.read() as tx:
            return (await tx.execute(query)).first() is not None

    async def find_repository(self, full_name: str) -> tuple[int, int, str] | None:
        """Return installation, number and name of a repository of ours; case does not matter."""
        columns = repositories.c.installation_id, repositories.c.id, repositories.c.full_name
        where = func.lower(repositories.c.full_name) == full_name.lower()
        async with self._db.read() as tx:
            row = (await tx.execute(select(*columns).where(where))).first()
        return None if row is None else (row.installation_id, row.id, row.full_name)

    async def default_branch_of(self, repository_id: int) -> str:
        """Return a repository's default branch as last heard of, empty when unknown."""
        query = select(repositories.c.default_branch).where(repositories.c.id == repository_id)
        async with self._db.read() as tx:
            return (await tx.execute(query)).scalar() or ""

    async def note_repository(
        self, installation_id: int, repository_id: int, full_name: str, default_branch: str
    ) -> None:
        """Write down a repository as GitHub describes it."""
        async with self._db.write() as tx:
            await self._add(tx, installation_id, [(repository_id, full_name, default_branch)])

    async def _add(self, tx: Tx, installation_id: int, rows: Sequence[RepositoryRow]) -> None:
        for repository_id, full_name, default_branch in rows:
            values = {
                "installation_id": installation_id,
                "full_name": full_name,
                "default_branch": default_branch or "",
            }
            row = {"id": repository_id, **values}
            if not await inserted(tx, repositories, row):
                where = repositories.c.id == repository_id
                await tx.execute(update(repositories).where(where).values(values))

"""Checkpoints of agents: where each came to; their parts lie in the store."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.db.engine import Database, Tx, inserted
from bot.db.machine_schema import checkpoints

KEPT = 2  # the newest, and one before it while the newest is being read


class Checkpoints:
    """The newest checkpoints of each agent, as the wire form of `runner.spec.Checkpoint`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def newest(self, agent_id: str, *, but_of: str = "") -> dict[str, Any] | None:
        """Return the newest manifest of an agent, None when there is none but of run *but_of*."""
        where = (checkpoints.c.agent_id == agent_id) & (checkpoints.c.run_id != but_of)
        query = select(checkpoints.c.manifest).where(where).order_by(checkpoints.c.number.desc())
        async with self._db.read() as tx:
            manifest: dict[str, Any] | None = (await tx.execute(query.limit(1))).scalar()
        return manifest

    async def newest_number(self, agent_id: str) -> int:
        """Return the number of the newest checkpoint, 0 when there is none."""
        query = (
            select(checkpoints.c.number)
            .where(checkpoints.c.agent_id == agent_id)
            .order_by(checkpoints.c.number.desc())
        )
        async with self._db.read() as tx:
            return int((await tx.execute(query.limit(1))).scalar() or 0)

    async def kept(self, agent_id: str) -> list[dict[str, Any]]:
        """Return the manifests that are kept of an agent."""
        query = select(checkpoints.c.manifest).where(checkpoints.c.agent_id == agent_id)
        async with self._db.read() as tx:
            return list((await tx.execute(query)).scalars())

    async def agents(self) -> set[str]:
        """Return the ids of all agents that have a checkpoint."""
        async with self._db.read() as tx:
            return set((await tx.execute(select(checkpoints.c.agent_id).distinct())).scalars())

    async def forget(self, agent_id: str) -> None:
        """Delete all checkpoints of an agent."""
        async with self._db.write() as tx:
            await tx.execute(delete(checkpoints).where(checkpoints.c.agent_id == agent_id))


async def add(
    tx: Tx, agent_id: str, run_id: str, manifest: dict[str, Any], *, size: int, at: datetime
) -> None:
    """Write a checkpoint down in *tx* and forget all but the newest.

    A number that is there already stays as it is: the line said it twice.
    """
    row = {
        "agent_id": agent_id,
        "number": manifest["number"],
        "run_id": run_id,
        "manifest": manifest,
        "bytes": size,
        "at": at,
    }
    await inserted(tx, checkpoints, row)
    oldest = int(manifest["number"]) - KEPT
    mine = checkpoints.c.agent_id == agent_id
    await tx.execute(delete(checkpoints).where(mine & (checkpoints.c.number <= oldest)))

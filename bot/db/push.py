"""Notifications: the devices that hear them, and what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from bot.db.engine import Database, insert_once
from bot.db.people_schema import push_subscriptions, pushes
from bot.db.schema import agents


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One browser that may be woken; *sealed* holds its address and keys."""

    id: str
    person_id: int
    session_id: str
    endpoint_hash: str
    sealed: bytes = field(repr=False)
    device: str
    key_print: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One notification; no *outcome* while it is being sent."""

    id: int
    agent_id: str | None
    seq: int | None
    person_id: int
    kind: str
    outcome: str
    detail: str
    claimed_at: datetime
    at: datetime


class Pushes:
    """Devices and notifications."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def subscribe(self, one: Subscription, *, most: int) -> None:
        """Keep a device; the same one again takes the place of the old, *most* per person."""
        mine = push_subscriptions.c.person_id == one.person_id
        row = {name: getattr(one, name) for name in Subscription.__dataclass_fields__}
        newest = select(push_subscriptions.c.id).where(mine)
        newest = newest.order_by(push_subscriptions.c.created_at.desc()).limit(most)
        async with self._db.write() as tx:
            same = push_subscriptions.c.endpoint_hash == one.endpoint_hash
            await tx.execute(delete(push_subscriptions).where(same))
            await tx.execute(insert(push_subscriptions).values(row))
            kept = [found.id for found in await tx.execute(newest)]
            await tx.execute(
                delete(push_subscriptions).where(mine, push_subscriptions.c.id.not_in(kept))
            )

    async def devices(self, person_id: int) -> list[Subscription]:
        """Return the person's devices."""
        query = select(push_subscriptions).where(push_subscriptions.c.person_id == person_id)
        async with self._db.read() as tx:
            return [Subscription(**row._mapping) for row in await tx.execute(query)]

    async def unsubscribe(self, subscription_id: str, *, person_id: int | None = None) -> bool:
        """Forget a device; False when there is none such."""
        where = push_subscriptions.c.id == subscription_id
        if person_id is not None:
            where &= push_subscriptions.c.person_id == person_id
        async with self._db.write() as tx:
            return bool((await tx.execute(delete(push_subscriptions).where(where))).rowcount)

    async def heads(self, agent_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Return (number of the newest event, up to which it was looked at) of each agent."""
        columns = agents.c.id, agents.c.seq, agents.c.pushed_seq
        async with self._db.read() as tx:
            rows = await tx.execute(select(*columns).where(agents.c.id.in_(agent_ids)))
            return {row.id: (row.seq, row.pushed_seq) for row in rows}

    async def behind(self, limit: int) -> list[str]:
        """Return agents with events that nobody looked at, the oldest change first."""
        query = select(agents.c.id).where(agents.c.pushed_seq < agents.c.seq)
        async with self._db.read() as tx:
            rows = await tx.execute(query.order_by(agents.c.updated_at.desc()).limit(limit))
            return [row.id for row in rows]

    async def looked(self, seqs: Mapping[str, int]) -> None:
        """Note up to which event each agent was looked at."""
        async with self._db.write() as tx:
            for agent_id, seq in seqs.items():
                where = (agents.c.id == agent_id) & (agents.c.pushed_seq < seq)
                await tx.execute(update(agents).where(where).values(pushed_seq=seq))

    async def claim(
        self, *, agent_id: str | None, seq: int | None, person_id: int, kind: str, at: datetime
    ) -> int | None:
        """Take the right to send a notification; None when somebody has it already."""
        row = {
            "agent_id": agent_id,
            "seq": seq,
            "person_id": person_id,
            "kind": kind,
            "outcome": "",
            "detail": "",
            "claimed_at": at,
            "at": at,
        }
        async with self._db.write() as tx:
            statement = insert_once(tx, pushes).values(row).returning(pushes.c.id)
            found = (await tx.execute(statement)).first()
        return None if found is None else int(found.id)

    async def reclaim(self, push: Push, *, at: datetime) -> bool:
        """Take over a notification whose sender died; False when somebody else did."""
        where = (pushes.c.id == push.id) & (pushes.c.claimed_at == push.claimed_at)
        async with self._db.write() as tx:
            done = await tx.execute(
                update(pushes).where(where, pushes.c.outcome == "").values(claimed_at=at)
            )
        return bool(done.rowcount)

    async def left(self, before: datetime) -> list[Push]:
        """Return notifications that were claimed before then and have no outcome."""
        query = select(pushes).where(pushes.c.outcome == "", pushes.c.claimed_at < before)
        async with self._db.read() as tx:
            return [_push(row) for row in await tx.execute(query.limit(50))]

    async def conclude(self, push_id: int, outcome: str, detail: str) -> None:
        """Note what became of a notification."""
        values = {"outcome": outcome, "detail": detail[:500]}
        async with self._db.write() as tx:
            await tx.execute(update(pushes).where(pushes.c.id == push_id).values(values))

    async def log(self, person_id: int, limit: int) -> list[Push]:
        """Return the person's newest notifications, newest first."""
        query = select(pushes).where(pushes.c.person_id == person_id, pushes.c.outcome != "")
        async with self._db.read() as tx:
            rows = await tx.execute(query.order_by(pushes.c.id.desc()).limit(limit))
            return [_push(row) for row in rows]

    async def prune(self, before: datetime) -> None:
        """Delete old notifications."""
        async with self._db.write() as tx:
            await tx.execute(delete(pushes).where(pushes.c.at < before))


def _push(row: Row[Any]) -> Push:
    return Push(**row._mapping)

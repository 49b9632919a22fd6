"""Agents as one person lists them: reading only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from bot.db.agents import agent_of
from bot.db.engine import Tx
from bot.db.schema import agent_events, agents
from bot.domain import Agent, AgentEvent, AgentStatus

_ACTIVE = (AgentStatus.PENDING, AgentStatus.RUNNING, AgentStatus.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which agents: of one person, in repositories that he reaches, below a number."""

    person_id: int
    repository_ids: Collection[int]
    is_active: bool | None = None
    repository: str = ""
    words: str = ""
    below: int | None = None


async def page(tx: Tx, wanted: Wanted, *, limit: int) -> list[Agent]:
    """Return agents, the newest first."""
    query = select(agents).where(*_conditions(wanted))
    rows = await tx.execute(query.order_by(agents.c.number.desc()).limit(limit))
    return [agent_of(row) for row in rows]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [
        agents.c.requester_id == wanted.person_id,
        agents.c.repository_id.in_(wanted.repository_ids),
    ]
    if wanted.is_active is not None:
        is_active = agents.c.status.in_(_ACTIVE)
        found.append(is_active if wanted.is_active else ~is_active)
    if wanted.repository:
        name = agents.c.task["repository"].as_string()
        found.append(func.lower(name) == wanted.repository.lower())
    if wanted.words:
        said = [agents.c.task[key].as_string() for key in ("instruction", "issue_title")]
        found.append(or_(*(text.icontains(wanted.words, autoescape=True) for text in said)))
    if wanted.below is not None:
        found.append(agents.c.number < wanted.below)
    return found


async def by_number(tx: Tx, person_id: int, number: int) -> Agent | None:
    """Return the person's agent of that number."""
    where = (agents.c.requester_id == person_id) & (agents.c.number == number)
    row = (await tx.execute(select(agents).where(where))).first()
    return None if row is None else agent_of(row)


async def many(tx: Tx, agent_ids: Collection[str]) -> dict[str, Agent]:
    """Return agents by id."""
    rows = await tx.execute(select(agents).where(agents.c.id.in_(agent_ids)))
    return {row.id: agent_of(row) for row in rows}


async def fresh_of(tx: Tx, people: Mapping[int, datetime], *, most: int) -> dict[int, list[Agent]]:
    """Return each person's agents that are not over or changed since a time, the oldest first."""
    is_fresh = agents.c.status.in_(_ACTIVE) | (agents.c.updated_at >= min(people.values()))
    query = select(agents).where(agents.c.requester_id.in_(people.keys()), is_fresh)
    found: dict[int, list[Agent]] = {person_id: [] for person_id in people}
    for row in await tx.execute(query.order_by(agents.c.number.desc())):
        mine = found[row.requester_id]
        is_wanted = row.status in _ACTIVE or row.updated_at >= people[row.requester_id]
        if is_wanted and len(mine) < most:
            mine.insert(0, agent_of(row))
    return found


async def numbered(
    tx: Tx, pairs: Collection[tuple[str, int]], *, kinds: Sequence[str] = ()
) -> list[AgentEvent]:
    """Return the events with these numbers of these agents, in order."""
    named = tuple_(agent_events.c.agent_id, agent_events.c.seq).in_(pairs)
    query = select(agent_events).where(named)
    if kinds:
        query = query.where(agent_events.c.kind.in_(kinds))
    query = query.order_by(agent_events.c.agent_id, agent_events.c.seq)
    return [AgentEvent(**row._mapping) for row in await tx.execute(query)]


async def between(
    tx: Tx, spans: Mapping[str, range], *, kinds: Sequence[str], limit: int
) -> list[AgentEvent]:
    """Return the events of *kinds* in a span of numbers of each agent, in order."""
    parts = [
        and_(
            agent_events.c.agent_id == agent_id,
            agent_events.c.seq >= span.start,
            agent_events.c.seq < span.stop,
        )
        for agent_id, span in spans.items()
    ]
    query = select(agent_events).where(or_(*parts), agent_events.c.kind.in_(kinds))
    query = query.order_by(agent_events.c.agent_id, agent_events.c.seq).limit(limit)
    return [AgentEvent(**row._mapping) for row in await tx.execute(query)]


async def versions(tx: Tx, agent_ids: Collection[str]) -> dict[str, int]:
    """Return each agent's version."""
    query = select(agents.c.id, agents.c.version).where(agents.c.id.in_(agent_ids))
    return {row.id: row.version for row in await tx.execute(query)}


async def changed_since(tx: Tx, people: Collection[int], since: datetime) -> list[str]:
    """Return the ids of people's agents that changed since then."""
    where = agents.c.requester_id.in_(people) & (agents.c.updated_at >= since)
    return [row.id for row in await tx.execute(select(agents.c.id).where(where))]


async def used_by(tx: Tx, person_id: int, since: datetime) -> list[tuple[datetime, float]]:
    """Return when each agent of the person was made since then, and what it cost in dollars."""
    costs: Select[Any] = select(agents.c.created_at, agents.c.cost_usd, agents.c.machine_usd)
    where = (agents.c.requester_id == person_id) & (agents.c.created_at >= since)
    rows = await tx.execute(costs.where(where))
    return [(row.created_at, row.cost_usd + row.machine_usd) for row in rows]

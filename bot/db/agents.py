"""Agents, their events and the words for them, as rows; `bot.agents` decides what they become."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from bot.db.engine import Database, Tx, inserted
from bot.db.schema import agent_events, agents, messages
from bot.domain import (
    Agent,
    AgentEvent,
    AgentId,
    AgentStatus,
    Options,
    Phase,
    Requester,
    Source,
    SteeringMessage,
    Task,
)

_ACTIVE = (AgentStatus.PENDING, AgentStatus.RUNNING, AgentStatus.PAUSED)
_FIELDS = tuple(f for f in Agent.__dataclass_fields__ if f != "task")
CHANGING = tuple(f for f in _FIELDS if f not in {"id", "created_at"})


async def next_number(tx: Tx, requester_id: int) -> int:
    """Return the smallest number above all of the requester's agents."""
    query = select(func.max(agents.c.number)).where(agents.c.requester_id == requester_id)
    return ((await tx.execute(query)).scalar() or 0) + 1


async def add(tx: Tx, agent: Agent) -> bool:
    """Insert *agent* unless its trigger has one already; return whether it was new."""
    task = agent.task
    row = values_of(agent) | {
        "id": agent.id,
        "requester_id": task.requester.id,
        "installation_id": task.installation_id,
        "repository_id": task.repository_id,
        "issue": task.issue,
        "source_ref": task.source_ref,
        "task": _task_row(task),
        "created_at": agent.created_at,
    }
    return await inserted(tx, agents, row)


async def load(tx: Tx, agent_id: str, *, lock: bool = False) -> Agent | None:
    """Return the agent; *lock* holds its row until the transaction ends."""
    query = select(agents).where(agents.c.id == agent_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).first()
    return None if row is None else agent_of(row)


async def by_source_ref(tx: Tx, source_ref: str) -> Agent | None:
    """Return the agent that the trigger made."""
    row = (await tx.execute(select(agents).where(agents.c.source_ref == source_ref))).first()
    return None if row is None else agent_of(row)


async def on_issue(tx: Tx, repository_id: int, issue: int, *, active: bool) -> Agent | None:
    """Return the newest agent of an issue; with *active* only one that is not over."""
    query = select(agents).where(agents.c.repository_id == repository_id, agents.c.issue == issue)
    if active:
        query = query.where(agents.c.status.in_(_ACTIVE))
    row = (await tx.execute(query.order_by(agents.c.created_at.desc()).limit(1))).first()
    return None if row is None else agent_of(row)


async def save(tx: Tx, agent: Agent) -> None:
    """Write everything of *agent* that may change."""
    await tx.execute(update(agents).where(agents.c.id == agent.id).values(values_of(agent)))


async def set_cancelled_by(tx: Tx, agent_id: str, by: str) -> None:
    """Note who wants the agent stopped."""
    await tx.execute(update(agents).where(agents.c.id == agent_id).values(cancelled_by=by))


async def cancelled_by(tx: Tx, agent_id: str) -> str:
    """Return who wants the agent stopped, empty when nobody does."""
    query = select(agents.c.cancelled_by).where(agents.c.id == agent_id)
    return (await tx.execute(query)).scalar() or ""


async def wanted(tx: Tx, agent_id: str) -> tuple[AgentStatus, str, list[SteeringMessage]] | None:
    """Return its status, who wants it stopped, and all words for it, oldest first."""
    query = select(agents.c.status, agents.c.cancelled_by).where(agents.c.id == agent_id)
    row = (await tx.execute(query)).first()
    if row is None:
        return None
    return AgentStatus(row.status), row.cancelled_by, await messages_for(tx, agent_id)


async def mark_reported(database: Database, told: Sequence[tuple[str, int]]) -> list[None]:
    """Note up to which version of each agent people have been told; never an earlier one."""
    which = (agents.c.id == bindparam("key")) & (agents.c.reported_version < bindparam("told"))
    statement = update(agents).where(which).values(reported_version=bindparam("told"))
    rows = [{"key": agent_id, "told": version} for agent_id, version in told]

    async def write(tx: Tx) -> None:
        await tx.execute(statement, rows)

    await database.change(write)
    return [None] * len(told)


async def unreported(tx: Tx, limit: int) -> list[Agent]:
    """Return agents with news that nobody was told, oldest first."""
    query = (
        select(agents)
        .where(agents.c.reported_version < agents.c.version)
        .order_by(agents.c.updated_at)
        .limit(limit)
    )
    return [agent_of(row) for row in await tx.execute(query)]


async def active(tx: Tx, limit: int = 1000) -> list[Agent]:
    """Return agents that are not over, oldest first."""
    query = select(agents).where(agents.c.status.in_(_ACTIVE)).order_by(agents.c.created_at)
    return [agent_of(row) for row in await tx.execute(query.limit(limit))]


async def recent(tx: Tx, limit: int) -> list[Agent]:
    """Return the newest agents, newest first."""
    query = select(agents).order_by(agents.c.created_at.desc()).limit(limit)
    return [agent_of(row) for row in await tx.execute(query)]


async def ahead(tx: Tx, agent: Agent) -> int:
    """Return how many agents of the same installation wait before *agent*."""
    query = select(func.count()).where(
        agents.c.installation_id == agent.task.installation_id,
        agents.c.status == AgentStatus.PENDING,
        agents.c.created_at < agent.created_at,
    )
    return (await tx.execute(query)).scalar() or 0


async def write(
    tx: Tx, agent: Agent, kind: str, data: dict[str, Any], *, at: datetime, now: datetime
) -> Agent:
    """Save *agent* together with the event that says why; return it with its new numbers."""
    agent = replace(agent, seq=agent.seq + 1, version=agent.version + 1, updated_at=now)
    await save(tx, agent)
    event = AgentEvent(agent_id=agent.id, seq=agent.seq, kind=kind, data=data, at=at)
    await tx.execute(insert(agent_events).values(asdict(event)))
    return agent


async def events(tx: Tx, agent_id: str, *, after: int, limit: int) -> list[AgentEvent]:
    """Return events with a number above *after*, in order."""
    query = (
        select(agent_events)
        .where(agent_events.c.agent_id == agent_id, agent_events.c.seq > after)
        .order_by(agent_events.c.seq)
        .limit(limit)
    )
    return [AgentEvent(**row._mapping) for row in await tx.execute(query)]


_MOVES = ("started", "paused", "resumed", "cancel requested", "completed", "failed", "cancelled")


async def moved_since(tx: Tx, agent_id: str, version: int) -> bool:
    """Whether the agent's status changed after *version*; each version has one event."""
    query = select(agent_events.c.seq).where(
        agent_events.c.agent_id == agent_id,
        agent_events.c.seq > version,
        agent_events.c.kind.in_(_MOVES),
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def add_message(
    tx: Tx, agent_id: str, text: str, *, author: str, source_ref: str, at: datetime
) -> bool:
    """Queue words for an agent once per *source_ref*; return whether they were new."""
    row = {
        "agent_id": agent_id,
        "source_ref": source_ref,
        "text": text,
        "author": author,
        "created_at": at,
    }
    return await inserted(tx, messages, row)


async def messages_for(tx: Tx, agent_id: str) -> list[SteeringMessage]:
    """Return all words for an agent, oldest first."""
    query = select(messages).where(messages.c.agent_id == agent_id).order_by(messages.c.id)
    return [
        SteeringMessage(id=r.id, agent_id=AgentId(r.agent_id), text=r.text, author=r.author)
        for r in await tx.execute(query)
    ]


def values_of(agent: Agent) -> dict[str, Any]:
    """Return the columns of *agent* that may change."""
    values = {name: getattr(agent, name) for name in CHANGING}
    return values | {"plan": list(agent.plan)}


def _task_row(task: Task) -> dict[str, Any]:
    row = asdict(task)
    row["triggered_at"] = task.triggered_at.isoformat() if task.triggered_at else None
    return row


def agent_of(row: Row[Any]) -> Agent:
    """Return the agent of a row."""
    values = {name: getattr(row, name) for name in _FIELDS}
    values |= {
        "id": AgentId(row.id),
        "status": AgentStatus(row.status),
        "phase": Phase(row.phase),
        "plan": tuple(row.plan),
        "task": _task(row.task),
    }
    return Agent(**values)


def _task(row: dict[str, Any]) -> Task:
    at = row["triggered_at"]
    known = {name: value for name, value in row.items() if name in Task.__dataclass_fields__}
    return Task(
        **known
        | {
            "source": Source(row["source"]),
            "requester": Requester(**row["requester"]),
            "options": Options(**row["options"]),
            "triggered_at": datetime.fromisoformat(at) if at else None,
        }
    )

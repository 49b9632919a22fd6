"""What is added to the logs of many agents at once, and how far each goes after that."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Update, bindparam, case, insert, select, update

from bot.db.agents import CHANGING, values_of
from bot.db.engine import Tx
from bot.db.schema import agent_events, agents
from bot.domain import Agent, AgentEvent, AgentId, Count

_OF_EVENTS = tuple(AgentEvent.__dataclass_fields__)


async def locked(tx: Tx, agent_ids: Collection[str]) -> dict[str, Count]:
    """Return how far logs go, by agent; their rows are held until the transaction ends."""
    found = await tx.execute(_LOCKED, {"ids": list(agent_ids)})
    return {
        agent_id: Count(id=AgentId(agent_id), seq=seq, version=version)
        for agent_id, seq, version in found
    }


async def save_all(
    tx: Tx,
    changed: Sequence[Agent],
    events: Sequence[AgentEvent],
    *,
    counted: Sequence[Agent | Count] = (),
    quiet: Sequence[Agent | Count] = (),
) -> None:
    """Write agents and the events that say why, all at once.

    Of *counted* and *quiet* only the count is new; of *quiet* nothing is to be told elsewhere.
    """
    if changed:
        rows = [{"key": one.id} | _renamed(values_of(one)) for one in changed]
        await tx.execute(_SAVE, rows)
    for statement, some in ((_COUNT, counted), (_COUNT_QUIETLY, quiet)):
        if some:
            rows = [
                {"key": one.id} | _renamed({n: getattr(one, n) for n in _NUMBERS}) for one in some
            ]
            await tx.execute(statement, rows)
    if events:
        rows = [{name: getattr(event, name) for name in _OF_EVENTS} for event in events]
        await tx.execute(_ADD_EVENTS, rows)


def _renamed(values: dict[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


def _setting(names: Sequence[str]) -> Update:
    """Return the statement that sets these columns of many agents."""
    values = {name: bindparam(f"new_{name}", type_=agents.c[name].type) for name in names}
    return update(agents).where(agents.c.id == bindparam("key")).values(values)


# Made once: these are executed for every few events.
_LOCKED = (
    select(agents.c.id, agents.c.seq, agents.c.version)
    .where(agents.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(agents.c.id)
    .with_for_update()
)
_ADD_EVENTS = insert(agent_events)
_NUMBERS = ("seq", "version", "updated_at")
_SAVE = _setting(CHANGING)
_COUNT = _setting(_NUMBERS)
# Where everything was told, there is still nothing to tell; on the right stand the old values.
_COUNT_QUIETLY = _COUNT.values(
    reported_version=case(
        (agents.c.reported_version == agents.c.version, bindparam("new_version")),
        else_=agents.c.reported_version,
    )
)

"""Agents as people see them: lists, numbers and what is new; nothing is changed here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from bot.batches import Batches
from bot.db import agent_lists as rows
from bot.db.agent_lists import Wanted
from bot.db.engine import Database, Tx
from bot.domain import Agent, AgentEvent
from bot.errors import NotFound

NOT_YOURS = "there is no such agent"
_AT_ONCE = 400  # values in one statement
_SPANS = 100


class AgentLists:
    """Reads agents of people."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._finds: Batches[str, Agent | None] = Batches(self._found)

    async def page(self, wanted: Wanted, *, limit: int) -> list[Agent]:
        """Return agents, the newest first."""
        async with self._db.read() as tx:
            return await rows.page(tx, wanted, limit=limit)

    async def find(self, person_id: int, name: str) -> Agent:
        """Return the person's agent by its id or its number; raise `NotFound`."""
        if name.isascii() and name.isdigit():
            number = int(name) if len(name) < 10 else 0
            async with self._db.read() as tx:
                agent = await rows.by_number(tx, person_id, number)
        else:
            agent = await self._finds.put(name)
        if agent is None or agent.task.requester.id != person_id:
            raise NotFound(NOT_YOURS)
        return agent

    async def _found(self, ids: Sequence[str]) -> list[Agent | Exception | None]:
        """Return agents for many who ask at the same time."""
        known = await self.many(list(set(ids)))
        return [known.get(one) for one in ids]

    async def many(self, agent_ids: Sequence[str]) -> dict[str, Agent]:
        """Return agents by id, those that there are."""
        return await self._db.look(partial(rows.many, agent_ids=agent_ids))

    async def fresh(
        self, people: Mapping[int, datetime], *, most: int = 200
    ) -> dict[int, list[Agent]]:
        """Return each person's agents that are not over or changed since then, oldest first."""
        return await self._db.look(partial(rows.fresh_of, people=people, most=most))

    async def numbered(
        self, pairs: Sequence[tuple[str, int]], *, kinds: Sequence[str] = ()
    ) -> list[AgentEvent]:
        """Return the events with these numbers of these agents, in order."""

        async def read(tx: Tx) -> list[AgentEvent]:
            found: list[AgentEvent] = []
            for start in range(0, len(pairs), _AT_ONCE):
                part = pairs[start : start + _AT_ONCE]
                found += await rows.numbered(tx, part, kinds=kinds)
            return found

        return await self._db.look(read)

    async def between(
        self, spans: Mapping[str, range], *, kinds: Sequence[str], limit: int = 1_000
    ) -> list[AgentEvent]:
        """Return the events of *kinds* in a span of numbers of each agent, in order."""
        names = list(spans)

        async def read(tx: Tx) -> list[AgentEvent]:
            found: list[AgentEvent] = []
            for start in range(0, len(names), _SPANS):
                part = {name: spans[name] for name in names[start : start + _SPANS]}
                found += await rows.between(tx, part, kinds=kinds, limit=limit)
            return found

        return await self._db.look(read)

    async def changed(
        self, versions: Mapping[str, int], people: Sequence[int], since: datetime
    ) -> list[str]:
        """Return agents with another version than we know, and people's that changed since."""
        found: list[str] = []
        async with self._db.read() as tx:
            for start in range(0, len(versions), _AT_ONCE):
                names = list(versions)[start : start + _AT_ONCE]
                now = await rows.versions(tx, names)
                found += [name for name, version in now.items() if version != versions[name]]
            for start in range(0, len(people), _AT_ONCE):
                part = people[start : start + _AT_ONCE]
                found += await rows.changed_since(tx, part, since)
        return found

    async def used_by(self, person_id: int, since: datetime) -> list[tuple[datetime, float]]:
        """Return when each agent of the person was made since then, and what it cost."""
        async with self._db.read() as tx:
            return await rows.used_by(tx, person_id, since)

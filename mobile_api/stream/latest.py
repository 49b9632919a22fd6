"""Agents as they were seen last: what is written in their logs makes them newer, unread."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from bot.bus import following
from bot.domain import Agent, Written

_KEPT = 2_000


class Latest:
    """Remembers the newest version of agents that somebody watches."""

    def __init__(self, *, kept: int = _KEPT) -> None:
        self._most = kept
        self._kept: OrderedDict[str, Agent] = OrderedDict()

    def put(self, agent: Agent) -> None:
        """Take an agent that was read."""
        known = self._kept.get(agent.id)
        if known is None or agent.version >= known.version:
            self._kept[agent.id] = agent
        self._kept.move_to_end(agent.id)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def after(self, agent_id: str, written: Sequence[Written] | None) -> Agent | None:
        """Return the agent as it is after what was *written*, None when it must be read."""
        agent = self._kept.get(agent_id)
        if agent is None or not written:
            return None
        events, count = following(written, agent.seq), written[-1].count
        # Each event makes one version; if there are more, something else was changed, too.
        if events is None or count.version - agent.version != len(events):
            return None
        newer = replace(agent, seq=count.seq, version=count.version, updated_at=count.updated_at)
        self.put(newer)
        return newer

"""Agents as the streams show them: one text for all channels that show the same version."""

from collections import OrderedDict

from bot.domain import Agent
from mobile_api.agents.views import agent_view

_KEPT = 2_000


class States:
    """Makes the JSON of an agent once for each version."""

    def __init__(self, *, web_url: str) -> None:
        self._web_url = web_url
        self._kept: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def __call__(self, agent: Agent) -> str:
        """Return *agent* as JSON."""
        kept = self._kept.get(agent.id)
        if kept is not None and kept[0] == agent.version:
            return kept[1]
        text = agent_view(agent, web_url=self._web_url).model_dump_json(by_alias=True)
        self._kept[agent.id] = agent.version, text
        self._kept.move_to_end(agent.id)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return text

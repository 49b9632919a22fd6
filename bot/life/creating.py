"""From a task to an agent at work: the one road behind every door."""

from collections.abc import Awaitable, Callable

from bot.agents import Agents
from bot.domain import Agent, Task
from bot.places.plans import Plans

Start = Callable[[Agent], Awaitable[None]]


class Creator:
    """Counts an agent against its plan, makes it and queues its work; *start* may be repeated."""

    def __init__(self, agents: Agents, plans: Plans, start: Start) -> None:
        self._agents = agents
        self._plans = plans
        self._start = start

    async def create(self, task: Task) -> tuple[Agent, bool]:
        """Return the agent of *task* and whether it is new; raise `MonthUsedUp` at the limit."""
        agent, is_new = await self._agents.create(task, admit=self._plans.admit)
        if not agent.status.is_final:
            await self._start(agent)
        return agent, is_new

"""Which place runs an agent: the first of those that may, and the next when it has no machine."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot.domain import Agent
from bot.errors import MachineUnavailable
from bot.machine import Place
from runner.backends.base import MachineOrder, RunnerBackend

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """Places in the order of preference, at least one; *note* is what people should know of it."""

    places: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a machine was had, what its backend needs to find it, and what people should know."""

    place: str
    facts: dict[str, object]
    note: str = ""


class Placing:
    """The backends by name, and the policy that orders them for one agent."""

    def __init__(
        self,
        backends: Mapping[str, RunnerBackend],
        prefer: Callable[[Agent], Awaitable[Preference]],
    ) -> None:
        self._backends = dict(backends)
        self._prefer = prefer

    @property
    def all(self) -> Sequence[RunnerBackend]:
        """Return every backend."""
        return tuple(self._backends.values())

    def backend(self, name: str) -> RunnerBackend:
        """Return the backend of that name; raise `MachineUnavailable` when it was switched off."""
        if name not in self._backends:
            raise MachineUnavailable(f"there is no place called {name} any more")
        return self._backends[name]

    async def first(self, agent: Agent) -> str:
        """Return the place that would be asked first."""
        return (await self._prefer(agent)).places[0]

    async def start(self, agent: Agent, order: MachineOrder) -> Placed:
        """Start a machine at the first place that has one; raise `MachineUnavailable`."""
        wanted = await self._prefer(agent)
        reasons: list[str] = []
        error = MachineUnavailable("there is no place to run anything")
        for place in wanted.places:
            try:
                facts = await self.backend(place).start(order)
            except MachineUnavailable as failed:
                log.warning("no machine there", place=place, reason=str(failed))
                reasons.append(str(failed))
                error = failed
            else:
                why = f"{Place(place).named}: {'; '.join(reasons)}." if reasons else wanted.note
                return Placed(place=place, facts=facts, note=why)
        raise error

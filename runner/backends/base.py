"""The seam between the dispatcher and the places that can run an agent."""

from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineOrder:
    """What a machine is told at start: where to dial, with what, for which run.

    *mirror* is a folder on that machine that keeps what was fetched of the repository, *caches*
    one for what its setup got from package registries.
    """

    run_id: str
    url: str
    token: SecretStr
    agent_id: str = ""
    installation_id: int = 0
    repository_id: int = 0
    mirror: str = ""
    caches: str = ""


class RunnerBackend(Protocol):
    """A place that can run an agent. Every call may be made twice for the same run.

    A run may take *boot_s* seconds to be heard for the first time.
    """

    name: str
    boot_s: float

    async def start(self, order: MachineOrder) -> dict[str, Any]:
        """Return the facts of the run's machine, an already started one included.

        Raise `MachineUnavailable` if none comes up.
        """
        ...

    async def is_alive(self, run_id: str) -> bool:
        """Whether the run's machine is there and works."""
        ...

    async def destroy(self, run_id: str) -> None:
        """End the run's machine and remove what it left; one that is gone is fine."""
        ...

    async def last_words(self, run_id: str) -> str:
        """Return the end of what the machine wrote, empty when there is nothing."""
        ...

    async def suspend(self, run_id: str) -> bool:
        """Put the machine to sleep until `wake`; False when this place cannot, and it stays up."""
        ...

    async def wake(self, run_id: str) -> bool:
        """Wake the machine; False when it will not, so that the run goes on elsewhere."""
        ...

    async def usage(self, run_id: str) -> tuple[float, float]:
        """Return the seconds that the machine worked for the run, and its price in US dollars.

        Asleep it does not work, and costs less.
        """
        ...

    async def known_runs(self) -> list[str]:
        """Return the ids of all runs that have a machine or left something behind."""
        ...

"""What the pool needs of somebody who rents machines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from bot.machine import Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Rented:
    """A machine as its provider sees it; *machine_id* is ours, empty when it is none of ours."""

    provider_id: str
    app: str
    state: str
    region: str = ""
    machine_id: str = ""
    created_at: datetime | None = None


class Provider(Protocol):
    """A place that rents machines. Every call may be made twice for the same machine."""

    def app_of(self, installation_id: int) -> str:
        """Return the name of the application that holds an installation's machines."""
        ...

    async def create(self, machine: Machine, token: SecretStr, *, boots: bool) -> Rented:
        """Create the machine, or find the one that an earlier call created.

        Raise `MachineUnavailable` when there is no room for it anywhere.
        """
        ...

    async def start(self, machine: Machine) -> None:
        """Start a stopped machine, or wake a suspended one."""
        ...

    async def suspend(self, machine: Machine) -> None:
        """Put a machine to sleep with its memory."""
        ...

    async def destroy(self, machine: Machine) -> None:
        """Destroy a machine; one that is gone is fine."""
        ...

    async def look(self, machine: Machine) -> Rented | None:
        """Return how the machine is, None when it is gone."""
        ...

    async def apps(self) -> dict[str, int]:
        """Return whose apps there are that are named as ours: installations by app."""
        ...

    async def remove_app(self, app: str, *, is_known: bool) -> bool:
        """Remove an app without machines; False when it has some, or is not ours.

        One that is not *is_known* by our rows is ours if it carries our mark and nobody else's.
        """
        ...

    async def all(self) -> list[Rented]:
        """Return every machine that carries our coordinator's mark."""
        ...

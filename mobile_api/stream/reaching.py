"""What streams must know of people: where they may look."""

from typing import Protocol

from mobile_api.auth.people import Person


class Reaching(Protocol):
    """Which repositories people reach."""

    async def ids(self, person: Person) -> frozenset[int]:
        """Return their numbers, a minute old at most."""
        ...

    def known_ids(self, person_id: int) -> frozenset[int] | None:
        """Return them if they are known already."""
        ...

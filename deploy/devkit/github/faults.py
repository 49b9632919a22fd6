"""What goes wrong on demand."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

SECONDARY = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content "
    "creation. Please retry your request again later."
)


@dataclass(kw_only=True, eq=False)
class Fault:
    """The next *times* matching calls go wrong; *hits* counts those that did.

    With *is_after* the call takes effect and only its answer is lost: what a client sees when
    the connection breaks at the worst moment.
    """

    path: str
    method: str = ".*"
    status: int | None = None
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    delay_s: float = 0.0
    is_cut: bool = False
    is_after: bool = False
    hits: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Tell whether this call is to go wrong."""
        return (
            self.hits < self.times
            and re.fullmatch(self.method, method, re.IGNORECASE) is not None
            and re.search(self.path, path) is not None
        )


class Faults:
    """The faults that wait for a call."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Let *fault* wait for its calls."""
        self.waiting.append(fault)
        return fault

    async def take(self, method: str, path: str) -> Fault | None:
        """Return the fault for this call, after its delay; most calls have none."""
        for fault in self.waiting:
            if fault.matches(method, path):
                fault.hits += 1
                await asyncio.sleep(fault.delay_s)
                return fault
        return None


def rate_limited(*, path: str, status: int, retry_after_s: int, times: int = 1) -> Fault:
    """Return the fault of a secondary rate limit, which names when to come back."""
    headers = {"Retry-After": str(retry_after_s)}
    return Fault(path=path, status=status, message=SECONDARY, headers=headers, times=times)

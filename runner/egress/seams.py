"""What the proxy and the registries say to each other, and what they write down."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

MAX_RECORDED = 200


class Refused(Exception):
    """The request goes nowhere; *status* is the answer, *host* what to record."""

    def __init__(self, status: int, reason: str, *, host: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.host = host


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request for the registries: GET or HEAD and a path."""

    method: str
    target: str
    accept: str = ""
    host: str = ""
    user_agent: str = ""


class Registries(Protocol):
    """Reads from package registries for those who have no way out."""

    def answer(self, ask: Ask, journal: "Journal") -> AsyncIterator[bytes]:
        """Yield a whole HTTP/1.1 response; raise `Refused` before its first byte, or never."""
        ...


@dataclass(slots=True)
class Journal:
    """What was reached and what was not, for the pull request."""

    contacted: dict[str, int] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)

    def reached(self, host: str) -> None:
        """Count one connection to *host*."""
        if host in self.contacted or len(self.contacted) < MAX_RECORDED:
            self.contacted[host] = self.contacted.get(host, 0) + 1

    def refused(self, host: str, reason: str) -> None:
        """Remember that *host* was asked for in vain."""
        if host and (host in self.blocked or len(self.blocked) < MAX_RECORDED):
            self.blocked.setdefault(host, reason)

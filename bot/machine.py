"""The words of places and machines, as frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

MachineId = NewType("MachineId", str)
COSTS_DAYS = 365  # how far back anybody may ask what machines cost
_HOUR_S = 3600


class Place(StrEnum):
    """Where a run may be executed; the name of its backend."""

    LOCAL = "local"
    FLY = "fly"
    VPS = "vps"

    @property
    def named(self) -> str:
        """The place as people are told where something runs."""
        return _NAMES[self]


_NAMES = {
    Place.LOCAL: "On Cadence's own server",
    Place.FLY: "On a Fly Machine",
    Place.VPS: "On your VPS",
}


class MachineState(StrEnum):
    """Where a machine stands, as we know it.

    ``ordered``: its row is there, its creation may have been asked for. ``booting``: the provider
    has it, it has not dialled in. ``ready``: it dialled in and waits, or works when it has a run.
    ``stopped``: created and never booted. ``suspended``: asleep with its memory. ``ending``: to
    be destroyed, asked again until the provider knows it no more. ``gone``: it is no more.
    """

    ORDERED = "ordered"
    BOOTING = "booting"
    READY = "ready"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    ENDING = "ending"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """The size of a machine; *cpu_kind* is ``shared`` or ``performance``."""

    cpu_kind: str = "shared"
    cpus: int = 2
    memory_mb: int = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """For how many seconds a machine ran and slept, and what both cost in US dollars."""

    awake_s: float
    asleep_s: float
    usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One machine for one task of one installation; with a *run_id* it is nobody else's.

    *claimed_at* is when a run got it, *taken_at* when it said that it has begun the run. *sleeps*
    are from when to when it slept; since *suspended_at* it sleeps again.
    """

    id: MachineId
    backend: str
    installation_id: int
    state: MachineState
    app: str = ""
    provider_id: str = ""
    region: str = ""
    run_id: str | None = None
    guest: Guest = field(default_factory=Guest)
    image: str = ""
    usd_per_hour: float = 0.0
    asleep_usd_per_hour: float = 0.0
    boot_id: str = ""
    version: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    created_at: datetime | None = None
    ready_at: datetime | None = None
    claimed_at: datetime | None = None
    taken_at: datetime | None = None
    seen_at: datetime | None = None
    suspended_at: datetime | None = None
    gone_at: datetime | None = None
    sleeps: tuple[tuple[datetime, datetime], ...] = ()

    def use(self, since: datetime, until: datetime) -> Use:
        """Return how the machine was used between two moments, as far as it was there."""
        begin = max(since, self.created_at or since)
        end = min(until, self.gone_at or until)
        sleeps = [*self.sleeps, *([(self.suspended_at, end)] if self.suspended_at else [])]
        asleep_s = sum(_overlap_s(one, (begin, end)) for one in sleeps)
        awake_s = max((end - begin).total_seconds() - asleep_s, 0.0)
        cost = awake_s * self.usd_per_hour + asleep_s * self.asleep_usd_per_hour
        return Use(awake_s=awake_s, asleep_s=asleep_s, usd=cost / _HOUR_S)


def _overlap_s(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> float:
    """Return for how many seconds two spans of time are both under way."""
    return max((min(one[1], other[1]) - max(one[0], other[0])).total_seconds(), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A program that runs agents on a machine of one account's own; *capacity* at once."""

    id: str
    installation_id: int
    name: str
    created_by: str = ""
    version: str = ""
    capacity: int = 1
    facts: dict[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    seen_at: datetime | None = None
    revoked_at: datetime | None = None


class ServerState(StrEnum):
    """Where a rented server stands, as we know it.

    ``ordered``: its row is there, nothing may be at the provider yet. ``booting``: the provider
    has it, its daemon has not dialled in. ``ready``: the daemon did. ``resizing``: off, to come
    back in another size. ``ending``: to be removed, asked again until nothing of it is left.
    ``failed``: it never got ready and was taken back. ``gone``: it is no more.
    """

    ORDERED = "ordered"
    BOOTING = "booting"
    READY = "ready"
    RESIZING = "resizing"
    ENDING = "ending"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A machine that we rent for a daemon; *kind* is the provider's name of its size."""

    id: str
    installation_id: int
    daemon_id: str
    provider: str
    name: str
    kind: str
    state: ServerState
    provider_id: str = ""
    location: str = ""
    usd_per_hour: float = 0.0
    reason: str = ""
    created_at: datetime | None = None
    ready_at: datetime | None = None
    gone_at: datetime | None = None

"""A machine as the API shows it: its state, its versions, its events, its lease."""

import asyncio
import copy
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from deploy.devkit.fly.bodies import Body

Json = dict[str, Any]

# https://fly.io/docs/machines/machine-states/
SETTLED = frozenset({"created", "started", "stopped", "suspended", "failed", "destroyed"})
_EVENTS = 50
_REMEMBERED = 200


@dataclass(slots=True)
class Lease:
    """The right of one caller to change a machine, until it runs out."""

    nonce: str
    until: float  # by the monotonic clock
    expires_at: int
    description: str = ""

    def shown(self) -> Json:
        """Return the lease as the API shows it."""
        return {
            "nonce": self.nonce,
            "expires_at": self.expires_at,
            "owner": "devkit@example.com",
            "description": self.description,
        }


@dataclass(slots=True, kw_only=True)
class FlyMachine:
    """One machine of the stand-in.

    *instance_id* is the id of its present version: each start and each update makes a new one.
    """

    id: str
    app: str
    name: str
    region: str
    config: Json
    state: str = "creating"
    instance_id: str = field(default_factory=lambda: version())
    versions: list[str] = field(default_factory=list)
    host_status: str = "ok"
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    body: Body | None = None
    lease: Lease | None = None
    retries: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    work: asyncio.Task[None] | None = None
    watcher: asyncio.Task[None] | None = None
    events: deque[Json] = field(default_factory=lambda: deque(maxlen=_EVENTS))
    past: deque[tuple[float, Json]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def to(self, state: str, *, source: str = "flyd") -> None:
        """Come into *state*; whoever waits hears of it."""
        self.state = state
        self.events.appendleft(
            {
                "id": version(),
                "type": state,
                "status": state,
                "source": source,
                "timestamp": int(time.time() * 1000),
            }
        )
        self.noted()

    def noted(self) -> None:
        """Remember how the machine looks from now on."""
        self.updated_at = datetime.now(UTC)
        self.past.append((time.monotonic(), self.shown()))
        self.changed.set()
        self.changed = asyncio.Event()

    def renewed(self) -> None:
        """Become another version."""
        self.versions.append(self.instance_id)
        self.instance_id = version()

    @property
    def metadata(self) -> dict[str, str]:
        """The marks of the machine, to be changed in place."""
        found: dict[str, str] = self.config.setdefault("metadata", {})
        return found

    @property
    def is_gone(self) -> bool:
        """Whether it is no more."""
        return self.state == "destroyed"

    @property
    def held(self) -> Lease | None:
        """The lease, if somebody holds it now."""
        if self.lease is not None and self.lease.until <= time.monotonic():
            self.lease = None
        return self.lease

    def shown(self) -> Json:
        """Return the machine as the API shows it now."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "region": self.region,
            "instance_id": self.instance_id,
            "private_ip": f"fdaa::{self.id[:4]}",
            "config": copy.deepcopy(self.config),
            "image_ref": _image(str(self.config.get("image", ""))),
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "host_status": self.host_status,
            "events": list(self.events),
        }

    def shown_at(self, moment: float) -> Json | None:
        """Return the machine as it looked at *moment*; None when it was not there yet."""
        looks = [look for at, look in self.past if at <= moment]
        return looks[-1] if looks else None


def version() -> str:
    """Return a new id of 26 characters."""
    return secrets.token_hex(13).upper()


def _image(image: str) -> Json:
    rest, _, digest = image.partition("@")
    registry, _, path = rest.rpartition("/")
    repository, _, tag = path.partition(":")
    return {"registry": registry, "repository": repository, "tag": tag, "digest": digest}

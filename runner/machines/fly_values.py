"""What Fly shows of apps and machines, and how ours are to be made, as frozen values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from bot.errors import InvalidRequest, Unavailable
from bot.machine import Guest

Json = dict[str, Any]
_DIGEST = re.compile(r"\S+@sha256:[0-9a-f]{64}")
_CPU_KINDS = frozenset({"shared", "performance"})
_MEMORY_STEP_MB = 256
# https://fly.io/docs/machines/machine-states/
_GONE = frozenset({"destroyed", "replaced", "migrated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyConfig:
    """How a machine of ours is made: for one task, known to nobody, gone after it.

    *env* is all that its program is told; its values are shown to nobody but Fly. Raise
    `InvalidRequest` when the image could be another one tomorrow, or Fly has no such size.
    """

    image: str
    guest: Guest = field(default_factory=Guest)
    env: Mapping[str, SecretStr] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _DIGEST.fullmatch(self.image):
            raise InvalidRequest(
                f"CADENCE_FLY_IMAGE is {self.image!r}, which has no digest (name@sha256:…)"
            )
        if self.guest.cpu_kind not in _CPU_KINDS or self.guest.cpus < 1:
            raise InvalidRequest(
                "CADENCE_FLY_CPU_KIND is shared or performance, CADENCE_FLY_CPUS at least 1"
            )
        if self.guest.memory_mb < 1 or self.guest.memory_mb % _MEMORY_STEP_MB:
            raise InvalidRequest(f"CADENCE_FLY_MEMORY_MB is no multiple of {_MEMORY_STEP_MB}")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return tuple(one.get_secret_value() for one in self.env.values())

    def to_json(self) -> Json:
        """Return the configuration as the API takes it; without services, so no public address."""
        return {
            "image": self.image,
            "guest": {
                "cpu_kind": self.guest.cpu_kind,
                "cpus": self.guest.cpus,
                "memory_mb": self.guest.memory_mb,
            },
            "env": {name: value.get_secret_value() for name, value in self.env.items()},
            "metadata": dict(self.metadata),
            "auto_destroy": True,
            "restart": {"policy": "no"},
            "services": [],
            # What the runner listens to; Fly's own choice is SIGINT.
            "stop_config": {"signal": "SIGTERM", "timeout": "10s"},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyOrder:
    """One machine to be made; *name* is its own among the app's living ones.

    With *boots* False it is made and not started.
    """

    name: str
    config: FlyConfig
    boots: bool = True

    def to_json(self, region: str) -> Json:
        """Return the request to make it in *region*."""
        return {
            "name": self.name,
            "region": region,
            "skip_launch": not self.boots,
            "config": self.config.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyMachine:
    """A machine as Fly shows it; *version* is its ``instance_id``."""

    id: str
    app: str = ""
    state: str = ""
    region: str = ""
    version: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None

    @property
    def is_gone(self) -> bool:
        """Whether it is no more."""
        return self.state in _GONE

    @property
    def is_over(self) -> bool:
        """Whether it is gone, or about to be."""
        return self.is_gone or self.state == "destroying"

    @classmethod
    def parsed(cls, one: Any, *, app: str = "") -> "FlyMachine":
        """Return the machine that *one* shows; raise `Unavailable` when it shows none."""
        if not isinstance(one, dict) or not one.get("id"):
            raise Unavailable("Fly's answer shows no machine")
        # A host that cannot be reached leaves its machines' config out.
        config = _object(one.get("config")) or _object(one.get("incomplete_config"))
        return cls(
            id=str(one["id"]),
            app=str(one.get("app_name") or app),
            state=str(one.get("state") or ""),
            region=str(one.get("region") or ""),
            version=str(one.get("version") or one.get("instance_id") or ""),
            metadata={str(k): str(v) for k, v in _object(config.get("metadata")).items()},
            created_at=_time(one.get("created_at")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyApp:
    """An app as Fly shows it; *network* is empty when Fly does not say it."""

    name: str
    network: str = ""

    @classmethod
    def parsed(cls, one: Any) -> "FlyApp":
        """Return the app that *one* shows; raise `Unavailable` when it shows none."""
        if not isinstance(one, dict) or not one.get("name"):
            raise Unavailable("Fly's answer shows no app")
        return cls(name=str(one["name"]), network=str(one.get("network") or ""))


def nonce_of(lease: Any) -> str:
    """Return the nonce of the lease that is shown; older answers wrap it in ``data``."""
    shown = _object(lease)
    shown = _object(shown.get("data")) or shown
    if not shown.get("nonce"):
        raise Unavailable("Fly's answer shows no lease")
    return str(shown["nonce"])


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _time(value: Any) -> datetime | None:
    """Return a time, None when there is none to be read."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None

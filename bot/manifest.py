"""The GitHub App as ``app.yml`` describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

# In a checkout beside the packages, in an installation inside this one.
_PLACES = (Path(__file__).parents[1] / "app.yml", Path(__file__).parent / "app.yml")

SIGN_IN_PATH = "/api/auth/github/callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the App is called, may do, and is told about."""

    name: str
    description: str
    is_public: bool
    permissions: Mapping[str, str]
    events: tuple[str, ...]

    def filled(self, *, base_url: str, webhook_path: str, redirect_url: str) -> dict[str, Any]:
        """Return the manifest that GitHub's form takes, with the addresses of one coordinator."""
        return {
            "name": self.name,
            "description": self.description,
            "url": base_url,
            "hook_attributes": {"url": base_url + webhook_path, "active": True},
            "redirect_url": redirect_url,
            "callback_urls": [base_url + SIGN_IN_PATH],
            "public": self.is_public,
            "default_permissions": dict(self.permissions),
            "default_events": list(self.events),
        }


@cache
def read() -> Manifest:
    """Read the manifest that came with this program."""
    path = next(place for place in _PLACES if place.is_file())
    data = yaml.safe_load(path.read_text())
    return Manifest(
        name=data["name"],
        description=data["description"],
        is_public=data["public"],
        permissions=data["default_permissions"],
        events=tuple(data["default_events"]),
    )

"""The GitHub stand-in for tests: one server, one App installed on one repository."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import jwt

from deploy.devkit.github import AppCredentials, GitHubStandIn

REPO = "acme/widgets"
FILES = {
    "README.md": "# Widgets\n",
    "widgets.py": "def area(width, height):\n    return width + height\n",
    "test_widgets.py": "from widgets import area\n\n\ndef test_area():\n    assert area(2, 3) == 6\n",
}


@dataclass(frozen=True, kw_only=True)
class Town:
    """A stand-in with the App, one repository, dana who writes and rita who reads."""

    github: GitHubStandIn
    app: AppCredentials
    installation_id: int

    def app_jwt(self) -> str:
        """Return a fresh JWT of the App."""
        return app_jwt(self.app)


def app_jwt(app: AppCredentials, *, issued_s: float = -60, life_s: float = 600) -> str:
    """Return a JWT of *app*, valid from *issued_s* relative to now for *life_s*."""
    issued = int(time.time() + issued_s)
    claims = {"iat": issued, "exp": int(issued + life_s), "iss": str(app.app_id)}
    return jwt.encode(claims, app.private_key_pem, algorithm="RS256")


@asynccontextmanager
async def town(root: Path, *, hook_url: str | None = None) -> AsyncIterator[Town]:
    """Start a stand-in with the usual scene in *root*."""
    async with GitHubStandIn(root=root) as github:
        app = github.app(hook_url=hook_url)
        await github.repository(REPO, files=FILES)
        github.grant(REPO, "dana", "write")
        github.grant(REPO, "rita", "read")
        installation_id = github.install("acme")
        yield Town(github=github, app=app, installation_id=installation_id)

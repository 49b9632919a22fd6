"""The GitHub stand-in for tests: one App installed on one repository, and a hook that listens."""

import base64
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from multidict import CIMultiDict

from deploy.devkit.github import AppCredentials, GitHubStandIn

REPO = "acme/widgets"
FILES = {
    "README.md": "# Widgets\n",
    "widgets.py": "def area(width, height):\n    return width + height\n",
    "test_widgets.py": "import widgets\n\n\ndef test_area():\n    assert widgets.area(2, 3) == 6\n",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a REST call brought."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Api:
    """REST calls to a stand-in with one credential; *token* may be changed between calls."""

    def __init__(self, session: aiohttp.ClientSession, base: str, token: str | None = None) -> None:
        self._session = session
        self._base = base
        self.token = token

    def as_client(self, client_id: str, secret: str) -> "Api":
        """Return the same API as an App's OAuth client."""
        pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        return Api(self._session, self._base, f"Basic {pair}")

    def with_token(self, token: str | None) -> "Api":
        """Return the same API with another credential."""
        return Api(self._session, self._base, token)

    async def call(
        self, method: str, path: str, body: Any = None, *, accept: str = "application/json"
    ) -> Answer:
        """Ask, and return whatever came."""
        headers = {"Accept": accept}
        if self.token is not None:
            is_whole = self.token.startswith("Basic ")
            headers["Authorization"] = self.token if is_whole else f"Bearer {self.token}"
        async with self._session.request(
            method, self._base + path, json=body, headers=headers, allow_redirects=False
        ) as answer:
            is_json = answer.content_type == "application/json"
            told = await answer.json() if is_json else await answer.text()
            return Answer(status=answer.status, body=told or None, headers=answer.headers.copy())

    async def get(self, path: str, *, accept: str = "application/json") -> Answer:
        """Read."""
        return await self.call("GET", path, accept=accept)

    async def post(self, path: str, body: Any = None) -> Answer:
        """Create."""
        return await self.call("POST", path, body)

    async def patch(self, path: str, body: Any = None) -> Answer:
        """Change."""
        return await self.call("PATCH", path, body)

    async def delete(self, path: str, body: Any = None) -> Answer:
        """Delete."""
        return await self.call("DELETE", path, body)


@dataclass(kw_only=True)
class Receiver:
    """A webhook endpoint that keeps what it gets and answers *status*."""

    url: str = ""
    status: int = 202
    received: list[tuple[CIMultiDict[str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        """The events that came, in order."""
        return [headers["X-GitHub-Event"] for headers, _ in self.received]

    async def take(self, request: web.Request) -> web.Response:
        """Keep one delivery."""
        self.received.append((request.headers.copy(), await request.read()))
        return web.Response(status=self.status, text="noted")


@dataclass(frozen=True, kw_only=True)
class Town:
    """A stand-in with the App, one repository, dana who writes and rita who reads."""

    github: GitHubStandIn
    app: AppCredentials
    installation_id: int
    api: Api
    hook: Receiver

    def app_jwt(self) -> str:
        """Return a fresh JWT of the App."""
        return app_jwt(self.app)

    def as_app(self) -> Api:
        """Return the API as the App itself sees it."""
        return self.api.with_token(self.app_jwt())

    def as_bot(self, **permissions: str) -> Api:
        """Return the API with an installation token; *permissions* narrow it."""
        token = self.github.token(self.installation_id, permissions=permissions or None)
        return self.api.with_token(token)


def app_jwt(app: AppCredentials, *, issued_s: float = -60, life_s: float = 600) -> str:
    """Return a JWT of *app*, valid from *issued_s* relative to now for *life_s*."""
    issued = int(time.time() + issued_s)
    claims = {"iat": issued, "exp": int(issued + life_s), "iss": str(app.app_id)}
    return jwt.encode(claims, app.private_key_pem, algorithm="RS256")


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Start a webhook endpoint."""
    hook = Receiver()
    app = web.Application(client_max_size=1 << 26)
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield hook
    finally:
        await runner.cleanup()


@asynccontextmanager
async def town(root: Path, *, hook_url: str | None = None) -> AsyncIterator[Town]:
    """Start a stand-in with the usual scene in *root*; its hook is *hook_url* or our own."""
    async with (
        receiver() as hook,
        GitHubStandIn(root=root) as github,
        aiohttp.ClientSession() as session,
    ):
        app = github.app(hook_url=hook_url or hook.url)
        await github.repository(REPO, files=FILES)
        github.grant(REPO, "dana", "write")
        github.grant(REPO, "rita", "read")
        yield Town(
            github=github,
            app=app,
            installation_id=github.install("acme"),
            api=Api(session, github.api_url),
            hook=hook,
        )

"""The few answers of GitHub that a hostile delivery presumes, with a list of what was asked."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

BOT_ID = 9
_PERMISSION = {"maintain": "write", "triage": "read"}
_EXPIRES = "2099-01-01T00:00:00Z"


@dataclass(kw_only=True)
class QuietGitHub:
    """Answers by *state*; *asked* holds the calls, *said* the comments and reactions."""

    state: Mapping[str, Any]
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    url: str = ""

    def routes(self) -> list[web.RouteDef]:
        """Return what is answered; anything else is 404."""
        repo = "/repos/{owner}/{repo}"
        return [
            web.post("/app/installations/{id}/access_tokens", self.token),
            web.get(repo, self.repository),
            web.get(repo + "/collaborators/{login}/permission", self.permission),
            web.get(repo + "/issues/{number}", self.issue),
            web.get(repo + "/issues/{number}/comments", self.comments),
            web.post(repo + "/issues/{number}/comments", self.comment),
            web.post(repo + "/issues/comments/{id}/reactions", self.react),
            web.post(repo + "/issues/{number}/reactions", self.react),
        ]

    @web.middleware
    async def listen(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Write down what is asked; a missing repository answers nothing else."""
        self.asked.append(f"{request.method} {request.path}")
        if request.path.startswith("/repos") and self.state["repo"] == "404":
            return _refused(404, "Not Found")
        answer: web.StreamResponse = await handler(request)
        return answer

    async def token(self, _request: web.Request) -> web.Response:
        """Give out a token unless there is no installation."""
        if self.state["installation"] == "suspended":
            return _refused(403, "This installation has been suspended")
        if self.state["installation"] != "active":
            return _refused(404, "Not Found")
        body = {"token": "ghs_" + "t" * 516, "expires_at": _EXPIRES}
        return web.json_response(body, status=201)

    async def repository(self, request: web.Request) -> web.Response:
        """Return the repository, under a new name when it was renamed."""
        name = request.path.removeprefix("/repos/")
        if self.state["repo"] == "renamed":
            name = "acme/gadgets"
        body = {
            "id": 4242,
            "full_name": name,
            "default_branch": "main",
            "private": True,
            "archived": self.state["repo"] == "archived",
            "size": 10,
        }
        return web.json_response(body)

    async def permission(self, _request: web.Request) -> web.Response:
        """Return what a person may do, or the failure that the case presumes."""
        role = str(self.state["permission"])
        if role.isdigit():
            return _refused(int(role), "Not Found" if role == "404" else "Server Error")
        body = {"permission": _PERMISSION.get(role, role), "role_name": role}
        return web.json_response(body)

    async def issue(self, request: web.Request) -> web.Response:
        """Return the issue as it is now."""
        state = self.state["issue"]
        if state == "deleted":
            return _refused(410, "This issue was deleted")
        if state == "transferred":
            elsewhere = f"{self.url}/repos/acme/other/issues/99"
            if "/acme/other/" not in request.path:
                return web.Response(status=301, headers={"Location": elsewhere})
        number = int(request.match_info["number"])
        body: dict[str, Any] = {
            "id": 70007,
            "number": number,
            "repository_url": f"{self.url}{request.path.rpartition('/issues/')[0]}",
            "title": "Parser crashes on empty input",
            "state": "closed" if state == "closed" else "open",
            "locked": state == "locked",
            "user": {"login": "dana", "id": 501, "type": "User"},
        }
        if state == "pr":
            body["pull_request"] = {"url": "x"}
        return web.json_response(body)

    async def comments(self, _request: web.Request) -> web.Response:
        """Return no comments."""
        return web.json_response([])

    async def comment(self, request: web.Request) -> web.Response:
        """Take a comment, unless nobody may write."""
        if self.state["issue"] == "locked":
            return _refused(403, "Unable to create comment because issue is locked.")
        if self.state["repo"] == "archived":
            return _refused(403, "Repository was archived so is read-only.")
        self.said.append((await request.json())["body"])
        return web.json_response({"id": len(self.said)}, status=201)

    async def react(self, request: web.Request) -> web.Response:
        """Take a reaction."""
        self.said.append((await request.json())["content"])
        return web.json_response({"id": len(self.said)}, status=201)


def _refused(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status)


@asynccontextmanager
async def quiet_github(state: Mapping[str, Any]) -> AsyncIterator[QuietGitHub]:
    """Serve a GitHub in *state* on a free port."""
    github = QuietGitHub(state=state)
    app = web.Application(middlewares=[github.listen])
    app.add_routes(github.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    github.url = f"http://{host}:{port}"
    try:
        yield github
    finally:
        await runner.cleanup()

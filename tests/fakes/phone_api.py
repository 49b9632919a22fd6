"""A stand-in for the API that the web app talks to: everything in memory, every call remembered."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from aiohttp import web

from mobile_api.web_app import WebApp
from tests.fakes import phone_voice

Agent = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BODY: web.RequestKey[Any] = web.RequestKey("body", object)
FINAL = {"completed", "failed", "cancelled"}
_NEXT = {"pause": "paused", "resume": "running", "stop": "cancelled"}
_MAY = {
    "pause": {"pending", "running"},
    "resume": {"paused"},
    "stop": {"pending", "running", "paused"},
    "retry": {"failed", "cancelled"},
}


def now() -> str:
    return datetime.now(UTC).isoformat()


def problem(status: int, detail: str, kind: str = "about:blank", **headers: str) -> web.Response:
    body = {"type": kind, "title": "Problem", "status": status, "detail": detail}
    return web.json_response(
        body, status=status, content_type="application/problem+json", headers=headers
    )


@dataclass
class Call:
    method: str
    path: str
    body: Any
    key: str | None
    replayed: bool = False


@dataclass
class PhoneApi:
    """The contract, played by one person's agents."""

    agents: dict[str, Agent] = field(default_factory=dict)
    logs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    diffs: dict[str, dict[str, Any]] = field(default_factory=dict)
    repos: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    audio: list[tuple[str, bytes]] = field(default_factory=list)
    hears: str = "how are my agents doing"
    streams_open: int = 0
    last_event_ids: list[str | None] = field(default_factory=list)
    speaks: bool = True
    beats: bool = True
    sessions: dict[str, str] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    devices: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    push_log: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: dict[str, Any] = field(default_factory=dict)
    commands: dict[str, dict[str, Any]] = field(default_factory=dict)
    confirm_s: float = 60.0
    person_id: int = 7
    slow_s: float = 0.0
    settings: dict[str, Any] = field(default_factory=lambda: dict(_SETTINGS))

    def __post_init__(self) -> None:
        self.web = WebApp()
        self._kept: dict[str, tuple[str, int, str]] = {}
        self._cursor = 0
        self._changed = asyncio.Condition()
        self._feed: list[tuple[int, str, dict[str, Any]]] = []

    # What a test does to it

    def add(self, title: str, **more: Any) -> Agent:
        number = len(self.agents) + 1
        agent = phone_voice.blank_agent(f"agent-{number}", number, title) | more
        agent["metadata"] = phone_voice.NO_CHANGES | more.get("metadata", {})
        self.agents[agent["id"]] = agent
        self.logs.setdefault(agent["id"], [])
        return agent

    async def change(self, agent_id: str, **patch: Any) -> Agent:
        agent = self.agents[agent_id]
        if "metadata" in patch:
            patch["metadata"] = agent["metadata"] | patch["metadata"]
        agent |= patch | {"version": agent["version"] + 1, "updatedAt": now()}
        await self.tell("agent", agent)
        return agent

    async def write(self, agent_id: str, kind: str, **data: Any) -> None:
        log = self.logs[agent_id]
        log.append({"seq": len(log) + 1, "kind": kind, "at": now(), "data": data})
        async with self._changed:
            self._changed.notify_all()

    async def tell(self, name: str, data: dict[str, Any]) -> None:
        self._cursor += 1
        self._feed.append((self._cursor, name, json.loads(json.dumps(data))))
        async with self._changed:
            self._changed.notify_all()

    def sign_in(self) -> dict[str, str]:
        """Return the cookies of a new session."""
        access, csrf, refresh = (secrets.token_hex(8) for _ in range(3))
        self.sessions[access] = csrf
        self.refresh_tokens.add(refresh)
        return {"cadence_access": access, "cadence_csrf": csrf, "cadence_refresh": refresh}

    def named(self, path: str, method: str = "POST") -> list[Call]:
        return [one for one in self.calls if one.path == path and one.method == method]

    # What the app asks of it

    def application(self) -> web.Application:
        app = web.Application(client_max_size=6 * 1024**2)
        app.router.add_get("/{path:(app.*)?}", self._shell)
        for method, path, handler, is_open in self._table():
            app.router.add_route(method, path, self._guarded(handler, is_open=is_open))
        return app

    async def _shell(self, request: web.Request) -> web.StreamResponse:
        """Answer from the release that is deployed now; a test may deploy another."""
        routes = [one for one in self.web.routes() if isinstance(one, web.RouteDef)]
        found = {one.path: one.handler for one in routes}.get(request.path)
        if found is None:
            raise web.HTTPNotFound
        return await cast("Handler", found)(request)

    def _table(self) -> list[tuple[str, str, Handler, bool]]:
        reads: dict[str, Callable[[], Any]] = {
            "/api/repos": lambda: {"items": self.repos, "nextCursor": None},
            "/api/settings": lambda: self.settings,
            "/api/usage": lambda: _USAGE,
            "/api/push/key": lambda: {"publicKey": "B" + "A" * 86},
            "/api/push/log": lambda: {"items": self.push_log},
            "/api/auth/sessions": lambda: {"items": self.devices},
            "/api/me": lambda: _ME | {"csrfToken": "?", "id": self.person_id},
        }
        plain = [("GET", path, _answers(make), False) for path, make in reads.items()]
        return [
            *plain,
            ("GET", "/api/auth/github", self._github, True),
            ("POST", "/api/auth/refresh", self._refresh, True),
            ("POST", "/api/auth/pair", self._pair, False),
            ("POST", "/api/auth/pair/claim", self._claim, True),
            ("POST", "/api/auth/logout", self._leave, False),
            ("POST", "/api/auth/logout-everywhere", self._leave, False),
            ("DELETE", "/api/auth/sessions/{id}", self._revoke, False),
            ("GET", "/api/agents", self._list, False),
            ("POST", "/api/agents", self._create, False),
            ("GET", "/api/agents/{id}", self._one, False),
            ("GET", "/api/agents/{id}/diff", self._diff, False),
            ("GET", "/api/agents/{id}/events", self._agent_events, False),
            ("GET", "/api/events", self._events, False),
            ("POST", "/api/agents/{id}/{verb}", self._act, False),
            ("PUT", "/api/settings", self._put_settings, False),
            ("POST", "/api/push/subscriptions", self._subscribe, False),
            ("POST", "/api/push/seen", _nothing, False),
            ("POST", "/api/push/test", self._push_test, False),
            ("POST", "/api/voice/commands", self._voice, False),
            ("POST", "/api/voice/transcripts", self._transcript, False),
            ("POST", "/api/voice/commands/{id}/confirm", self._confirm, False),
        ]

    def _guarded(self, handler: Handler, *, is_open: bool) -> Handler:
        async def call(request: web.Request) -> web.StreamResponse:
            csrf = self.sessions.get(request.cookies.get("cadence_access", ""))
            if not is_open and csrf is None:
                return problem(401, "Sign in first.", "unauthenticated")
            unsafe = request.method not in {"GET", "HEAD"}
            if unsafe and not is_open and request.headers.get("X-CSRF-Token") != csrf:
                return problem(403, "The request does not come from the app.", "csrf")
            key = request.headers.get("Idempotency-Key")
            seen = Call(request.method, request.path, await _body(request, self.audio), key)
            if request.method != "GET":
                self.calls.append(seen)
            request[BODY] = seen.body
            if self.slow_s:
                await asyncio.sleep(self.slow_s)
            return await self._once(handler, request, seen)

        return call

    async def _once(self, handler: Handler, request: web.Request, seen: Call) -> web.StreamResponse:
        if seen.key is None or seen.method != "POST":
            return await handler(request)
        said = json.dumps([seen.path, seen.body], sort_keys=True, default=str)
        if seen.key in self._kept:
            before, status, text = self._kept[seen.key]
            if before != said:
                return problem(422, "That key was used for something else.")
            seen.replayed = True
            return web.Response(status=status, text=text, content_type="application/json")
        answer = await handler(request)
        if isinstance(answer, web.Response) and answer.status < 400:
            self._kept[seen.key] = (said, answer.status, answer.text or "")
        return answer

    async def _github(self, request: web.Request) -> web.StreamResponse:
        back = web.Response(status=302, headers={"Location": request.query["returnTo"]})
        return _with_cookies(back, self.sign_in())

    async def _refresh(self, request: web.Request) -> web.StreamResponse:
        token = request.cookies.get("cadence_refresh", "")
        if token not in self.refresh_tokens:
            return problem(401, "Sign in again.", "unauthenticated")
        self.refresh_tokens.remove(token)
        return _with_cookies(web.Response(status=204), self.sign_in())

    async def _pair(self, _request: web.Request) -> web.Response:
        self.codes["ABCD-EFGH"] = "dana"
        return web.json_response(
            {
                "code": "ABCD-EFGH",
                "url": "/app/#/pair/ABCD-EFGH",
                "qrSvg": phone_voice.QR,
                "expiresAt": (datetime.now(UTC) + timedelta(minutes=2)).isoformat(),
            }
        )

    async def _claim(self, request: web.Request) -> web.StreamResponse:
        body = request[BODY]
        if self.codes.pop(body["code"], None) is None:
            return problem(401, "That code is not known, or it was used already.")
        self.devices.append(
            {"id": "new", "device": body["device"], "lastSeenAt": now(), "current": False}
        )
        return _with_cookies(web.Response(status=204), self.sign_in())

    async def _leave(self, request: web.Request) -> web.Response:
        if request.path.endswith("everywhere"):
            self.sessions.clear()
            self.refresh_tokens.clear()
        self.sessions.pop(request.cookies["cadence_access"], None)
        self.refresh_tokens.discard(request.cookies.get("cadence_refresh", ""))
        return web.Response(status=204)

    async def _revoke(self, request: web.Request) -> web.Response:
        self.devices = [one for one in self.devices if one["id"] != request.match_info["id"]]
        return web.Response(status=204)

    async def _list(self, request: web.Request) -> web.Response:
        status = request.query.get("status", "all")
        items = [
            one
            for one in reversed(self.agents.values())
            if status == "all" or (status == "active") == (one["status"] not in FINAL)
        ]
        return web.json_response({"items": items, "nextCursor": None})

    async def _create(self, request: web.Request) -> web.Response:
        body = request[BODY]
        agent = self.add(body["task"], repoName=body["repo"], taskDescription=body["task"])
        await self.tell("agent", agent)
        return web.json_response(agent, status=201)

    def _find(self, request: web.Request) -> Agent | None:
        name = request.match_info["id"]
        found = self.agents.get(name)
        return found or next((a for a in self.agents.values() if str(a["number"]) == name), None)

    async def _one(self, request: web.Request) -> web.Response:
        agent = self._find(request)
        return web.json_response(agent) if agent else problem(404, "There is no such agent.")

    async def _diff(self, request: web.Request) -> web.Response:
        agent = self._find(request)
        empty = {"files": [], "truncated": False}
        return web.json_response(self.diffs.get(agent["id"], empty) if agent else empty)

    async def _act(self, request: web.Request) -> web.Response:
        agent, verb = self._find(request), request.match_info["verb"]
        if agent is None:
            return problem(404, "There is no such agent.")
        if verb in _MAY and agent["status"] not in _MAY[verb]:
            said = f"An agent that is {agent['status']} cannot be asked to {verb}."
            return problem(409, said, "illegal-transition")
        body = request[BODY] or {}
        if verb == "messages":
            await self.write(agent["id"], "message", by="dana", text=body["text"])
            return web.json_response(await self.change(agent["id"]))
        if verb == "answer":
            await self.write(agent["id"], "answer", by="dana", text=body["text"])
            return web.json_response(await self.change(agent["id"], question=None))
        status = _NEXT.get(verb, "pending")
        return web.json_response(await self.change(agent["id"], status=status))

    async def _put_settings(self, request: web.Request) -> web.Response:
        if "models" in request[BODY]:
            return problem(400, "models: may not be changed", "invalid-request")
        self.settings |= request[BODY]
        return web.json_response(self.settings)

    async def _subscribe(self, request: web.Request) -> web.Response:
        self.subscriptions["s1"] = request[BODY]
        return web.json_response({"id": "s1"})

    async def _push_test(self, _request: web.Request) -> web.Response:
        outcome = "sent" if self.subscriptions else "no_devices"
        self.push_log.append(
            {"at": now(), "kind": "test", "agentId": None, "outcome": outcome, "detail": ""}
        )
        return web.json_response({"outcome": outcome, "detail": ""})

    async def _voice(self, request: web.Request) -> web.Response:
        body = request[BODY]
        transcript = body.get("transcript") or self.hears
        return web.json_response(await phone_voice.understood(self, transcript))

    async def _transcript(self, _request: web.Request) -> web.Response:
        return web.json_response({"transcript": self.hears, "language": "en"})

    async def _confirm(self, request: web.Request) -> web.Response:
        command = self.commands[request.match_info["id"]]
        return web.json_response(await phone_voice.settled(self, command, request[BODY]))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        last = request.headers.get("Last-Event-ID")
        self.last_event_ids.append(last)
        seen = int(last) if last else self._cursor
        response = await _stream(request)
        await response.write(f'event: hello\ndata: {{"now": "{now()}"}}\n\n'.encode())
        return await self._follow(response, lambda: self._since(seen), lambda: None)

    def _since(self, seen: int) -> list[tuple[int, str, Any]]:
        return [one for one in self._feed if one[0] > seen]

    async def _agent_events(self, request: web.Request) -> web.StreamResponse:
        agent = self._find(request)
        if agent is None:
            return problem(404, "There is no such agent.")
        seen = int(request.headers.get("Last-Event-ID") or request.query.get("after") or 0)
        response = await _stream(request)
        log = self.logs[agent["id"]]

        def news() -> list[tuple[int, str, Any]]:
            return [(one["seq"], "log", one) for one in log[seen:]]

        return await self._follow(response, news, lambda: agent)

    async def _follow(
        self,
        response: web.StreamResponse,
        news: Callable[[], list[tuple[int, str, Any]]],
        agent: Callable[[], Agent | None],
    ) -> web.StreamResponse:
        self.streams_open += 1
        sent = told = 0
        try:
            while self.speaks:
                fresh = [one for one in news() if one[0] > sent]
                for batch in range(0, len(fresh), 500):
                    frames = (_frame(*one) for one in fresh[batch : batch + 500])
                    await response.write("".join(frames).encode())
                sent = fresh[-1][0] if fresh else sent
                shown = agent()
                if shown is not None and shown["version"] > told:
                    told = shown["version"]
                    await response.write(f"event: agent\ndata: {json.dumps(shown)}\n\n".encode())
                async with self._changed:
                    try:
                        await asyncio.wait_for(self._changed.wait(), 0.5)
                    except TimeoutError:
                        if self.beats:
                            await response.write(b": beat\n\n")
        except ConnectionResetError:
            pass
        finally:
            self.streams_open -= 1
        return response


_ME = {
    "id": 7,
    "login": "dana",
    "name": "Dana",
    "avatarUrl": None,
    "language": "en",
    "features": {"voice": True, "push": True},
    "sttLowTrust": False,
}
_SETTINGS: dict[str, Any] = {
    "defaultRepo": None,
    "defaultModel": None,
    "budgetUsd": None,
    "language": "auto",
    "speak": "short",
    "sendAtOnce": True,
    "notify": {"question": True, "pullRequest": True, "failed": True, "budget": True},
    "models": ["claude-haiku-5-5", "claude-sonnet-5-5"],
}
_USAGE = {"month": "2026-11", "agents": 12, "limit": 50, "plan": "pro", "costUsd": 8.4, "days": []}


def _answers(make: Callable[[], Any]) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(make())

    return answer


async def _nothing(_request: web.Request) -> web.Response:
    return web.Response(status=204)


async def _body(request: web.Request, audio: list[tuple[str, bytes]]) -> Any:
    if request.content_type == "multipart/form-data":
        form = await request.post()
        sound = form["audio"]
        assert isinstance(sound, web.FileField)
        content = sound.file.read()
        audio.append((sound.content_type, content))
        context = form.get("clientContext", "{}")
        assert isinstance(context, str)
        return {"clientContext": json.loads(context), "audio": len(content)}
    return await request.json() if request.can_read_body else None


def _with_cookies(answer: web.Response, cookies: dict[str, str]) -> web.Response:
    for name, value in cookies.items():
        answer.set_cookie(name, value, httponly=name != "cadence_csrf", samesite="Lax")
    return answer


async def _stream(request: web.Request) -> web.StreamResponse:
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    return response


def _frame(seq: int, name: str, data: Any) -> str:
    return f"id: {seq}\nevent: {name}\ndata: {json.dumps(data)}\n\n"

"""The server: a real socket on 127.0.0.1 that speaks Hetzner's cloud API."""

import math
import time
from types import TracebackType
from typing import Any, Self

import orjson
from aiohttp import web
from pydantic import ValidationError

from deploy.devkit.hetzner import catalog
from deploy.devkit.hetzner.actions import Action
from deploy.devkit.hetzner.faults import Fault, Refusal
from deploy.devkit.hetzner.labels import selects
from deploy.devkit.hetzner.machines import Boot, Machines
from deploy.devkit.hetzner.power import Power
from deploy.devkit.hetzner.world import World

Json = dict[str, Any]
_PARTS = {"firewalls": "firewall", "primary_ips": "primary_ip", "ssh_keys": "ssh_key"}


class HetznerStandIn:
    """Hetzner's API: ``async with HetznerStandIn() as hetzner`` serves at `url`.

    Servers run nothing unless *boot* says what. `world` is the project; `requests` remembers
    method and path of what came; `fail` arms a fault.
    """

    def __init__(
        self,
        *,
        token: str = "hetzner-devkit-token",  # noqa: S107 - opens nothing but this stand-in
        boot: Boot | None = None,
        port: int = 0,
        action_s: float = 0.02,
        limit: int = 10,
        hourly: int = 3600,
        currency: str = "EUR",
    ) -> None:
        self.token = token
        self.url = ""
        self.requests: list[tuple[str, str]] = []
        self.world = World(Machines(boot), action_s=action_s, limit=limit, currency=currency)
        self._power = Power(self.world)
        self._hourly = hourly
        self._left = float(hourly)
        self._counted = time.monotonic()
        self._port = port
        self._runner: web.AppRunner | None = None

    def fail(self, kind: str, **fault: Any) -> None:
        """Make something go wrong, once unless *fault* says more often."""
        self.world.faults.coming.append(Fault.model_validate({"kind": kind, **fault}))

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._guard])
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.world.actions.close()
        await self.world.machines.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def _routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/servers", self._create_server),
            web.get("/v1/servers/{id}/actions", self._server_actions),
            web.post("/v1/servers/{id}/actions/{what}", self._act),
            web.delete("/v1/servers/{id}", self._delete_server),
            web.get("/v1/actions/{id}", self._action),
            web.get("/v1/pricing", self._pricing),
            web.post("/v1/{part:firewalls|primary_ips|ssh_keys}", self._create_part),
            web.delete("/v1/{part:firewalls|primary_ips|ssh_keys}/{id}", self._delete_part),
            web.get("/v1/{rows}", self._list),
            web.get("/v1/{rows}/{id}", self._get),
            web.post("/_devkit/faults", self._add_fault),
            web.get("/_devkit/world", self._show_world),
        ]

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Check the token, count the request, and word refusals as the API does."""
        if request.path.startswith("/_devkit/"):
            ours: web.StreamResponse = await handler(request)
            return ours
        self.requests.append((request.method, request.path.removeprefix("/v1")))
        try:
            answer = await self._answered(request, handler)
        except Refusal as refusal:
            answer = web.json_response(refusal.body, status=refusal.status)
            if refusal.retry_after is not None:
                answer.headers["Retry-After"] = f"{refusal.retry_after:g}"
        except web.HTTPNotFound:
            body = Refusal(404, "not_found", "no such endpoint").body
            answer = web.json_response(body, status=404)
        reset = math.ceil(time.time() + self._hourly - self._left)
        answer.headers["RateLimit-Limit"] = str(self._hourly)
        answer.headers["RateLimit-Remaining"] = str(max(0, int(self._left)))
        answer.headers["RateLimit-Reset"] = str(reset)
        answer.headers["X-Correlation-Id"] = f"{len(self.requests):016x}"
        return answer

    async def _answered(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise Refusal(401, "unauthorized", "unable to authenticate")
        about = {"method": request.method, "path": request.path.removeprefix("/v1")}
        self._count(about)
        fault = self.world.faults.take("status", **about)
        if fault is not None:
            raise Refusal(fault.status, fault.code, fault.message, retry_after=fault.retry_after)
        answer: web.StreamResponse = await handler(request)
        if self.world.faults.take("lost_answer", **about) and request.transport is not None:
            request.transport.abort()
        garbled = self.world.faults.take("garbled", **about)
        return web.Response(text=garbled.message) if garbled else answer

    def _count(self, about: dict[str, str]) -> None:
        """Take one of the hour's requests; they grow back evenly."""
        now = time.monotonic()
        grown = (now - self._counted) * self._hourly / 3600
        self._left, self._counted = min(self._hourly, self._left + grown), now
        fault = self.world.faults.take("rate_limit", **about)
        if fault is not None or self._left < 1:
            wait = fault.retry_after if fault else None
            said = "limit of requests per hour reached"
            raise Refusal(429, "rate_limit_exceeded", said, retry_after=wait)
        self._left -= 1

    def _rows(self, name: str) -> list[Json]:
        fixed = {
            "locations": catalog.LOCATIONS,
            "server_types": catalog.SERVER_TYPES,
            "images": catalog.IMAGES,
        }
        if name in fixed:
            return fixed[name]
        if name not in ("servers", *_PARTS):
            raise Refusal(404, "not_found", "no such endpoint")
        return list(getattr(self.world, name).values())

    async def _list(self, request: web.Request) -> web.Response:
        name, query = request.match_info["rows"], request.query
        rows = self._rows(name)
        for field in ("name", "fingerprint", "status", "architecture", "ip"):
            if wanted := query.getall(field, []):
                rows = [row for row in rows if row.get(field) in wanted]
        if selector := query.get("label_selector"):
            rows = [row for row in rows if selects(selector, row["labels"])]
        return _page(name, rows, query.get("page"), query.get("per_page"))

    async def _get(self, request: web.Request) -> web.Response:
        name, number = request.match_info["rows"], request.match_info["id"]
        one = name.removesuffix("s")
        for row in self._rows(name):
            if str(row["id"]) == number:
                return web.json_response({one: row})
        raise Refusal(404, "not_found", f"{one} with ID '{number}' not found")

    async def _create_server(self, request: web.Request) -> web.Response:
        server, actions = self.world.new_server(await _json(request))
        first, *others = (one.body() for one in actions)
        return web.json_response(
            {
                "server": server,
                "action": first,
                "next_actions": others,
                # Without a key, there is a password, and it is sent by mail.
                "root_password": None,
            },
            status=201,
        )

    async def _delete_server(self, request: web.Request) -> web.Response:
        return _action(self._power.delete(_number(request)))

    async def _act(self, request: web.Request) -> web.Response:
        what = request.match_info["what"]
        asked = await _json(request)
        return _action(self._power.act(_number(request), what, asked), status=201)

    async def _server_actions(self, request: web.Request) -> web.Response:
        number = _number(request)
        self.world.get(self.world.servers, number, "server")
        rows = [one.body() for one in self.world.actions.all.values()]
        about = {"id": number, "type": "server"}
        wanted = request.query.getall("status", [])
        rows = [row for row in rows if about in row["resources"]]
        rows = [row for row in rows if not wanted or row["status"] in wanted]
        return _page("actions", rows, request.query.get("page"), request.query.get("per_page"))

    async def _action(self, request: web.Request) -> web.Response:
        action = self.world.actions.all.get(_number(request))
        if action is None:
            raise Refusal(404, "not_found", "action not found")
        return _action(action)

    async def _pricing(self, request: web.Request) -> web.Response:
        return web.json_response({"pricing": catalog.pricing(self.world.currency)})

    async def _create_part(self, request: web.Request) -> web.Response:
        part, asked = request.match_info["part"], await _json(request)
        creators = {
            "firewalls": self.world.new_firewall,
            "primary_ips": self.world.new_address,
            "ssh_keys": self.world.new_key,
        }
        body: Json = {_PARTS[part]: creators[part](asked)}
        if part == "firewalls":
            body["actions"] = []
        return web.json_response(body, status=201)

    async def _delete_part(self, request: web.Request) -> web.Response:
        part, number = request.match_info["part"], _number(request)
        if part == "firewalls":
            self.world.drop_firewall(number)
        elif part == "primary_ips":
            self.world.drop_address(number)
        else:
            self.world.get(self.world.ssh_keys, number, "ssh_key")
            del self.world.ssh_keys[number]
        return web.Response(status=204)

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            self.world.faults.coming.append(Fault.model_validate(await _json(request)))
        except ValidationError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"faults": len(self.world.faults.coming)}, status=201)

    async def _show_world(self, request: web.Request) -> web.Response:
        """Show what is there; user data stays out, it holds a token."""
        rows = {name: self._rows(name) for name in ("servers", *_PARTS)}
        return web.json_response({**rows, "requests": self.requests})


def _page(name: str, rows: list[Json], page: str | None, per_page: str | None) -> web.Response:
    number, size = int(page or 1), min(int(per_page or 25), 50)
    last = max(1, math.ceil(len(rows) / size))
    pagination = {
        "page": number,
        "per_page": size,
        "previous_page": number - 1 if number > 1 else None,
        "next_page": number + 1 if number < last else None,
        "last_page": last,
        "total_entries": len(rows),
    }
    shown = rows[(number - 1) * size : number * size]
    return web.json_response({name: shown, "meta": {"pagination": pagination}})


def _action(action: Action, status: int = 200) -> web.Response:
    return web.json_response({"action": action.body()}, status=status)


def _number(request: web.Request) -> int:
    text = request.match_info["id"]
    if not text.isdigit():
        raise Refusal(404, "not_found", "no such ID")
    return int(text)


async def _json(request: web.Request) -> Json:
    body = await request.read()
    try:
        value = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError as error:
        raise Refusal(400, "json_error", "invalid JSON") from error
    if not isinstance(value, dict):
        raise Refusal(422, "invalid_input", "the body is no object")
    return value

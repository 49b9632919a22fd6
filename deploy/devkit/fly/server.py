"""The API's doors: paths, codes and bodies as Fly's own document has them."""

import asyncio
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from deploy.devkit.fly.faults import Faults, Rates
from deploy.devkit.fly.machines import FlyMachine, Processes

_PASSED = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "SSL_CERT_FILE")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FlyStandIn:
    """An organisation with apps and machines; use it as an async context manager."""

    def __init__(
        self,
        root: Path | None = None,
        *,
        command: Sequence[str] = (sys.executable, "-m", "runner.machine"),
        port: int = 0,
        middlewares: Sequence[Any] = (),
    ) -> None:
        self._made = None if root else tempfile.TemporaryDirectory(prefix="fly-")
        place = root or Path(self._made.name if self._made else "")
        environment = {n: os.environ[n] for n in _PASSED if n in os.environ}  # noqa: TID251 - a stand-in
        environment.setdefault("PYTHONPATH", str(Path(__file__).parents[3]))
        self.processes = Processes(command, place, environment)
        self.faults = Faults()
        self.rates = Rates()
        self.token = "fly-" + secrets.token_hex(8)
        self.apps: dict[str, dict[str, Any]] = {}
        self.machines: dict[str, FlyMachine] = {}
        self.calls: list[tuple[float, str, str, int]] = []
        self.url = ""
        self._port = port
        self._middlewares = middlewares
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[*self._middlewares, self._guarded])
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        for machine in self.machines.values():
            await self.processes.kill(machine)
            if machine.watcher is not None:
                machine.watcher.cancel()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._made is not None:
            self._made.cleanup()

    def living(self) -> list[FlyMachine]:
        """Return the machines that are not destroyed."""
        return [one for one in self.machines.values() if one.state != "destroyed"]

    async def kill(self, machine_id: str) -> None:
        """End a machine as a dying host would."""
        machine = self.machines[machine_id]
        await self.processes.kill(machine)
        machine.to("destroyed")

    def _routes(self) -> list[web.AbstractRouteDef]:
        one = "/v1/apps/{app}/machines/{id}"
        return [
            web.post("/v1/apps", self._app_create),
            web.get("/v1/apps/{app}", self._app_get),
            web.delete("/v1/apps/{app}", self._app_delete),
            web.post("/v1/apps/{app}/network_policies", self._policy),
            web.post("/v1/apps/{app}/machines", self._create),
            web.get("/v1/apps/{app}/machines", self._list),
            web.get("/v1/orgs/{org}/machines", self._org_list),
            web.get(one, self._get),
            web.delete(one, self._destroy),
            web.get(f"{one}/wait", self._wait),
            web.post(f"{one}/{{verb:start|stop|suspend}}", self._act),
            web.post(f"{one}/lease", self._lease),
            web.delete(f"{one}/lease", self._release),
            web.post(f"{one}/metadata/{{key}}", self._metadata),
        ]

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return self._counted(request, _error(401, "unauthorized"))
        action, key = _action(request)
        if not self.rates.take(action, key, time.monotonic()):
            return self._counted(request, _error(429, "rate limit exceeded"))
        try:
            await self.faults.before()
            answer = await handler(request)
        except web.HTTPException as error:
            return self._counted(request, _error(error.status, error.text or error.reason))
        if request.method == "POST" and self.faults.takes("lost") and request.transport:
            request.transport.abort()
        return self._counted(request, answer)

    def _counted(self, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
        self.calls.append((time.monotonic(), request.method, request.path, answer.status))
        return answer

    def _machine(self, request: web.Request) -> FlyMachine:
        machine = self.machines.get(request.match_info["id"])
        if machine is None or machine.app != request.match_info["app"]:
            raise web.HTTPNotFound(text="machine not found")
        return machine

    async def _app_create(self, request: web.Request) -> web.Response:
        body = await request.json()
        name = body.get("app_name") or body.get("name")
        if not name or not body.get("org_slug"):
            raise web.HTTPUnprocessableEntity(text="app name and org are required")
        if name in self.apps:
            raise web.HTTPUnprocessableEntity(text="Name has already been taken")
        self.apps[name] = {"network": body.get("network") or "default", "policies": []}
        return web.json_response({"id": name, "created_at": int(time.time())}, status=201)

    async def _app_get(self, request: web.Request) -> web.Response:
        name = self._app_name(request)
        return web.json_response({"id": name, "name": name, "status": "deployed"})

    async def _app_delete(self, request: web.Request) -> web.Response:
        name = self._app_name(request)
        for machine in [one for one in self.living() if one.app == name]:
            await self.kill(machine.id)
        del self.apps[name]
        return web.json_response({}, status=202)

    async def _policy(self, request: web.Request) -> web.Response:
        self.apps[self._app_name(request)]["policies"].append(await request.json())
        return web.json_response({}, status=201)

    def _app_name(self, request: web.Request) -> str:
        name = request.match_info["app"]
        if name not in self.apps:
            raise web.HTTPNotFound(text="app not found")
        return name

    async def _create(self, request: web.Request) -> web.Response:
        app, body = self._app_name(request), await request.json()
        config = body.get("config") or {}
        if not config.get("image"):
            raise web.HTTPUnprocessableEntity(text="config.image is required")
        name = body.get("name") or secrets.token_hex(4)
        if any(one.name == name and one.app == app for one in self.living()):
            raise web.HTTPConflict(text=f"already_exists: unique machine name violation, {name}")
        region = body.get("region") or "fra"
        if not self.faults.has_room(region):
            raise web.HTTPUnprocessableEntity(
                text="insufficient resources available to fulfill request: no capacity in region"
            )
        machine = FlyMachine(
            id=secrets.token_hex(7), app=app, name=name, region=region, config=config
        )
        self.machines[machine.id] = machine
        if body.get("skip_launch"):
            machine.to("stopped")
        else:
            await self.processes.start(machine, is_stuck=self.faults.takes("stuck"))
        return web.json_response(machine.shown())

    async def _list(self, request: web.Request) -> web.Response:
        app = self._app_name(request)
        wanted = {
            key.removeprefix("metadata."): value
            for key, value in request.query.items()
            if key.startswith("metadata.")
        }
        everything = request.query.get("include_deleted") == "true"
        found = [
            one.shown()
            for one in self.machines.values()
            if one.app == app
            and (everything or one.state != "destroyed")
            and wanted.items() <= (one.config.get("metadata") or {}).items()
        ]
        return web.json_response(found)

    async def _org_list(self, request: web.Request) -> web.Response:
        shown = [one.shown() | {"app_name": one.app} for one in self.living()]
        return web.json_response({"machines": shown, "next_cursor": ""})

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(self._machine(request).shown())

    async def _destroy(self, request: web.Request) -> web.Response:
        machine = self._machine(request)
        if machine.state == "destroyed":
            raise web.HTTPNotFound(text="machine not found")
        if machine.state == "started" and request.query.get("force") != "true":
            raise web.HTTPPreconditionFailed(text="machine is running")
        await self.kill(machine.id)
        return web.json_response({"ok": True})

    async def _wait(self, request: web.Request) -> web.Response:
        machine, state = self._machine(request), request.query.get("state", "started")
        try:
            async with asyncio.timeout(float(request.query.get("timeout", "60"))):
                while machine.state != state:
                    await machine.changed.wait()
        except TimeoutError as error:
            raise web.HTTPRequestTimeout(text="deadline_exceeded") from error
        return web.json_response({"ok": True})

    async def _act(self, request: web.Request) -> web.Response:
        machine, verb = self._machine(request), request.match_info["verb"]
        if machine.is_leased and not self._holds(request, machine):
            raise web.HTTPConflict(text="machine is leased by somebody else")
        if verb == "start":
            await self._start(machine)
        elif machine.state != "started":
            raise web.HTTPPreconditionFailed(text=f"machine is {machine.state}")
        elif verb == "suspend":
            self.processes.suspend(machine)
        else:
            machine.to("stopping")
            await self.processes.kill(machine)
            machine.to("stopped")
        return web.json_response({"ok": True})

    async def _start(self, machine: FlyMachine) -> None:
        if machine.state == "suspended":
            if not self.faults.never_wake:
                await self.processes.wake(machine, is_cold=self.faults.takes("cold"))
        elif machine.state in {"stopped", "created"}:
            await self.processes.start(machine, is_stuck=self.faults.takes("stuck"))
        elif machine.state != "started":
            raise web.HTTPPreconditionFailed(text=f"machine is {machine.state}")

    async def _lease(self, request: web.Request) -> web.Response:
        machine, body = self._machine(request), await request.json()
        if machine.is_leased and not self._holds(request, machine):
            raise web.HTTPConflict(text="lease currently held by another")
        nonce = secrets.token_hex(6)
        machine.lease = (nonce, time.monotonic() + float(body.get("ttl") or 30))
        data = {"nonce": nonce, "owner": "cadence", "expires_at": int(time.time())}
        return web.json_response(data, status=201)

    async def _release(self, request: web.Request) -> web.Response:
        machine = self._machine(request)
        if not self._holds(request, machine):
            raise web.HTTPPreconditionFailed(text="lease nonce does not match")
        machine.lease = None
        return web.json_response({"ok": True})

    async def _metadata(self, request: web.Request) -> web.Response:
        machine, body = self._machine(request), await request.json()
        machine.config.setdefault("metadata", {})[request.match_info["key"]] = body["value"]
        return web.Response(status=204)

    def _holds(self, request: web.Request, machine: FlyMachine) -> bool:
        given = request.headers.get("fly-machine-lease-nonce", "")
        return machine.lease is not None and secrets.compare_digest(given, machine.lease[0])


def _action(request: web.Request) -> tuple[str, str]:
    """Return what Fly counts a call as, and for whom."""
    info = request.match_info
    key = info.get("id") or info.get("app") or info.get("org") or "org"
    last = request.path.rsplit("/", 1)[-1]
    if request.method == "GET":
        return ("list" if last == "machines" else "wait" if last == "wait" else "get"), key
    return f"{request.method} {last if last in _VERBS else 'machine'}", key


_VERBS = {"start", "stop", "suspend", "lease", "machines", "apps", "network_policies"}


def _error(status: int, text: str) -> web.Response:
    try:
        said = str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        said = text
    return web.json_response({"error": said}, status=status)

"""The server: a real socket on 127.0.0.1 that speaks Fly's Machines API."""

import asyncio
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from deploy.devkit.fly.api_apps import AppsApi
from deploy.devkit.fly.api_lists import ListsApi
from deploy.devkit.fly.api_machines import MachinesApi
from deploy.devkit.fly.bodies import Bodies
from deploy.devkit.fly.control import Control
from deploy.devkit.fly.faults import Faults, Rates, Refusal
from deploy.devkit.fly.leases import LeasesApi, MetadataApi
from deploy.devkit.fly.lives import Durations
from deploy.devkit.fly.machines import FlyMachine
from deploy.devkit.fly.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_DOOR = "/_devkit/"


class FlyStandIn:
    """An organisation with apps and machines: ``async with FlyStandIn() as fly`` serves at `url`.

    A machine runs *command*, in a folder of its own below *root* and with nothing in its
    environment but its configuration's, a PATH and what *image_env* adds as an image would.
    `calls` remembers time, method, path and status of each call; `faults`, `durations` and `rates`
    may be changed at any time. With *seed* the cold wakings of ``faults.cold_rate`` are the same.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        command: Sequence[str] = (sys.executable, "-m", "runner.machine"),
        port: int = 0,
        token: str = "",
        durations: Durations | None = None,
        image_env: Mapping[str, str] | None = None,
        seed: int = 0,
        middlewares: Sequence[Any] = (),
    ) -> None:
        self._made = None if root else tempfile.TemporaryDirectory(prefix="fly-")
        place = root or Path(self._made.name if self._made else "")
        self.faults = Faults()
        self.rates = Rates()
        self.durations = durations or Durations()
        self._bodies = Bodies(command, place, _outer() | dict(image_env or {}))
        self._world = World(self._bodies, faults=self.faults, durations=self.durations, seed=seed)
        self.token = token or "fly-" + secrets.token_hex(8)
        self.apps = self._world.apps
        self.machines = self._world.machines
        self.calls: list[tuple[float, str, str, int]] = []
        self.url = ""
        self._port = port
        self._middlewares = middlewares
        self._runner: web.AppRunner | None = None

    @property
    def control(self) -> str:
        """Where the control door is, for tests in other processes."""
        return self.url.removesuffix("/v1") + "/_devkit"

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[*self._middlewares, self._guard])
        world = self._world
        for part in (AppsApi, MachinesApi, ListsApi, LeasesApi, MetadataApi):
            app.add_routes(part(world).routes())
        app.add_routes(Control(world, self.rates, self.calls).routes())
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        await asyncio.gather(*(self._world.lives.close(one) for one in self.machines.values()))
        await self._bodies.close()
        if self._made is not None:
            self._made.cleanup()

    def living(self) -> list[FlyMachine]:
        """Return the machines that are not destroyed."""
        return [one for one in self.machines.values() if not one.is_gone]

    async def kill(self, machine_id: str) -> None:
        """End a machine's processes with a signal 9; return when Fly has drawn its conclusions."""
        await self._world.lives.kill(self.machines[machine_id])

    async def host_dies(self, machine_id: str) -> None:
        """Lose a machine with its host, whatever it was at."""
        await self._world.lives.host_dies(self.machines[machine_id])

    def logs(self, machine_id: str) -> str:
        """Return what a machine wrote."""
        return self._bodies.log(machine_id)

    def home(self, machine_id: str) -> Path:
        """Return the folder that is a machine's file system."""
        return self._bodies.home(machine_id)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check the token, keep to the limits, be at fault, and word refusals as the API does."""
        is_ours = request.path.startswith(_DOOR)
        try:
            if not is_ours:
                await self._let_in(request)
            answer = await handler(request)
        except Refusal as refusal:
            answer = web.json_response(refusal.body, status=refusal.status)
        except web.HTTPException as error:
            answer = web.json_response({"error": error.reason}, status=error.status)
        if is_ours:
            return answer
        self.calls.append((time.monotonic(), request.method, request.path, answer.status))
        is_done = request.method == "POST" and answer.status < 300
        is_meant = is_done and request.path.endswith(self.faults.lost_path)
        if is_meant and self.faults.takes("lost") and request.transport is not None:
            request.transport.abort()
        return answer

    async def _let_in(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            raise Refusal(401, "unauthorized")
        action, key = _action(request)
        if not self.rates.take(action, key, time.monotonic()):
            raise Refusal(429, "rate limit exceeded")
        await self.faults.before(request.path)


def _outer() -> dict[str, str]:
    """Return what a machine needs of our environment to find its program."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),  # noqa: TID251 - a stand-in has no settings
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }


def _action(request: web.Request) -> tuple[str, str]:
    """Return what Fly counts a call as, and for whom."""
    info = request.match_info
    key = info.get("id") or info.get("app") or info.get("org") or "org"
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else request.path
    named = {
        ("GET", "/v1/apps/{app}/machines/{id}"): "get machine",
        ("DELETE", "/v1/apps/{app}"): "delete app",
    }
    action = named.get((request.method, path), f"{request.method} {path}")
    return action, "org" if action == "delete app" else key

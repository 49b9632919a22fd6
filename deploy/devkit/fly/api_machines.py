"""Machines: made, looked at, waited for, changed."""

import asyncio
import secrets
import signal

from aiohttp import web

from deploy.devkit.fly.faults import Refusal
from deploy.devkit.fly.leases import leased
from deploy.devkit.fly.lives import STOP_TIMEOUT_S
from deploy.devkit.fly.machines import SETTLED, FlyMachine, Json
from deploy.devkit.fly.world import World, body_of, seconds, texts

_DEFAULT_REGION = "fra"
_WAIT_S = 60.0
_WAITED_FOR = frozenset({"started", "stopped", "suspended", "destroyed", "failed", "settled"})
_SIGNALS = frozenset({"HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "TERM"})
_MORE_SIGNALS = _SIGNALS | {"ABRT", "ALRM", "FPE", "ILL", "PIPE", "SEGV", "TRAP"}


class MachinesApi:
    """``/v1/apps/{app}/machines`` but for lists, leases and metadata."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return what is served."""
        one = "/v1/apps/{app}/machines/{id}"
        return [
            web.post("/v1/apps/{app}/machines", self._create),
            web.get(one, self._get),
            web.post(one, self._update),
            web.delete(one, self._destroy),
            web.get(f"{one}/wait", self._wait),
            web.get(f"{one}/events", self._events),
            web.post(f"{one}/start", self._start),
            web.post(f"{one}/stop", self._stop),
            web.post(f"{one}/suspend", self._suspend),
            web.post(f"{one}/restart", self._restart),
            web.post(f"{one}/signal", self._signal),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        app, body = self._world.app_name(request), await body_of(request)
        config = _config(body)
        name = body.get("name") or f"devkit-{secrets.token_hex(4)}"
        for one in self._world.of_app(app):
            if one.name == name and not one.is_gone:
                said = f'machine ID {one.id} already exists with name "{name}"'
                raise Refusal(409, f"already_exists: unique machine name violation, {said}")
        region = body.get("region") or _DEFAULT_REGION
        if not self._world.faults.has_room(region):
            raise Refusal(
                422,
                f"insufficient resources available to fulfill request: no capacity in {region}",
                code="insufficient_capacity",
            )
        machine = FlyMachine(
            id=secrets.token_hex(7), app=app, name=name, region=region, config=config
        )
        self._world.machines[machine.id] = machine
        await self._world.lives.create(machine, launches=not body.get("skip_launch"))
        return _changed(machine, body)

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.machine(request).shown())

    async def _update(self, request: web.Request) -> web.Response:
        machine, body = self._world.machine_to_change(request), await body_of(request)
        expected = body.get("current_version") or machine.instance_id
        if expected != machine.instance_id:
            raise Refusal(412, "failed_precondition: the machine has another version")
        config = _config(body)
        await self._world.lives.update(machine, config, launches=not body.get("skip_launch"))
        return _changed(machine, body)

    async def _destroy(self, request: web.Request) -> web.Response:
        machine = self._world.machine_to_change(request)
        if machine.is_gone:
            raise Refusal(404, "not_found: machine not found")
        is_quiet = machine.state in {"created", "stopped", "suspended", "failed", "destroying"}
        if not is_quiet and request.query.get("force") != "true":
            raise Refusal(
                412, f"failed_precondition: unable to destroy machine, it is {machine.state}"
            )
        await self._world.lives.destroy(machine)
        return web.json_response({"ok": True})

    async def _wait(self, request: web.Request) -> web.Response:
        machine, query = self._world.machine(request), request.query
        wanted = {one for given in query.getall("state", ["started"]) for one in given.split(",")}
        if not wanted <= _WAITED_FOR:
            raise Refusal(400, f"invalid_argument: cannot wait for {', '.join(sorted(wanted))}")
        version = query.get("version") or query.get("instance_id") or ""
        if "stopped" in wanted and not version:
            raise Refusal(400, "invalid_argument: instance_id is required to wait for stopped")
        if version and version not in {machine.instance_id, *machine.versions}:
            raise Refusal(404, "not_found: the machine has no such version")
        timeout_s = seconds(query.get("timeout"), _WAIT_S)
        if timeout_s > _WAIT_S:
            raise Refusal(400, f"invalid_argument: timeout is at most {_WAIT_S:g} seconds")
        try:
            async with asyncio.timeout(timeout_s):
                while not _is_there(machine, wanted, version):
                    await machine.changed.wait()
        except TimeoutError as error:
            raise Refusal(408, "deadline_exceeded: the machine is not there yet") from error
        answer = {"ok": True, "state": machine.state, "version": machine.instance_id}
        return web.json_response(answer)

    async def _events(self, request: web.Request) -> web.Response:
        limit = min(int(seconds(request.query.get("limit"), 20)), 50)
        return web.json_response(list(self._world.machine(request).events)[:limit])

    async def _start(self, request: web.Request) -> web.Response:
        machine = self._world.machine_to_change(request)
        before = await self._world.lives.start(machine)
        return web.json_response({"previous_state": before, "migrated": False, "new_host": ""})

    async def _stop(self, request: web.Request) -> web.Response:
        machine, body = self._world.machine_to_change(request), await body_of(request)
        number, timeout_s = _ending(machine, body)
        await self._world.lives.stop(machine, number=number, timeout_s=timeout_s)
        return web.json_response({"ok": True})

    async def _suspend(self, request: web.Request) -> web.Response:
        await self._world.lives.suspend(self._world.machine_to_change(request))
        return web.json_response({"ok": True})

    async def _restart(self, request: web.Request) -> web.Response:
        machine = self._world.machine_to_change(request)
        number, timeout_s = _ending(machine, dict(request.query))
        await self._world.lives.restart(machine, number=number, timeout_s=timeout_s)
        return web.json_response({"ok": True})

    async def _signal(self, request: web.Request) -> web.Response:
        machine, body = self._world.machine_to_change(request), await body_of(request)
        number = _number(body.get("signal"), _MORE_SIGNALS)
        if machine.state != "started" or machine.body is None:
            raise Refusal(412, f"failed_precondition: machine is {machine.state}")
        await machine.body.signal(number)
        return web.json_response({"ok": True})


def _config(body: Json) -> Json:
    config = body.get("config")
    if not isinstance(config, dict) or not config.get("image"):
        raise Refusal(422, "invalid_argument: config.image is required")
    marks = {name: texts(config.get(name), f"config.{name}") for name in ("env", "metadata")}
    return {**config, **{name: value for name, value in marks.items() if value}}


def _changed(machine: FlyMachine, body: Json) -> web.Response:
    """Show *machine*, with the nonce of the lease that *body* asked for."""
    if not body.get("lease_ttl"):
        return web.json_response(machine.shown())
    machine.lease = leased(seconds(body["lease_ttl"], 0), "")
    return web.json_response(machine.shown() | {"nonce": machine.lease.nonce})


def _ending(machine: FlyMachine, asked: Json) -> tuple[int, float]:
    """Return the signal and the time to end in: as asked, as configured, as usual."""
    usual = machine.config.get("stop_config") or {}
    number = _number(asked.get("signal") or usual.get("signal") or "SIGINT", _SIGNALS)
    timeout_s = seconds(asked.get("timeout"), seconds(usual.get("timeout"), STOP_TIMEOUT_S))
    return number, timeout_s


def _number(name: object, allowed: frozenset[str]) -> int:
    short = str(name).removeprefix("SIG")
    if short not in allowed:
        raise Refusal(400, f"invalid_argument: {name} is no signal for machines")
    return int(signal.Signals[f"SIG{short}"])


def _is_there(machine: FlyMachine, wanted: set[str], version: str) -> bool:
    """Whether that *version* is in one of the states; one that was replaced has stopped."""
    if version and version != machine.instance_id and "stopped" in wanted:
        return True
    return machine.state in wanted or ("settled" in wanted and machine.state in SETTLED)

"""Leases, each with a nonce, and metadata."""

import secrets
import time

from aiohttp import web

from deploy.devkit.fly.faults import Refusal
from deploy.devkit.fly.machines import FlyMachine, Lease
from deploy.devkit.fly.world import NONCE, World, body_of, seconds, texts

_TTL_S = 30.0


def leased(ttl_s: float, description: str, *, nonce: str = "") -> Lease:
    """Return a lease that runs out *ttl_s* from now."""
    return Lease(
        nonce=nonce or secrets.token_hex(6),
        until=time.monotonic() + ttl_s,
        expires_at=int(time.time() + ttl_s),
        description=description,
    )


class LeasesApi:
    """``…/machines/{id}/lease``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return what is served."""
        path = "/v1/apps/{app}/machines/{id}/lease"
        return [
            web.post(path, self._take),
            web.get(path, self._get),
            web.delete(path, self._release),
        ]

    async def _take(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        machine = self._world.machine_to_change(request)
        held = machine.held
        if held is None and request.headers.get(NONCE):
            raise Refusal(412, "failed_precondition: the lease has run out")
        ttl_s = seconds(body.get("ttl"), _TTL_S)
        nonce = held.nonce if held is not None else ""
        machine.lease = leased(ttl_s, str(body.get("description") or ""), nonce=nonce)
        return web.json_response(_shown(machine, machine.lease), status=201)

    async def _get(self, request: web.Request) -> web.Response:
        machine = self._world.machine(request)
        lease = _held(machine)
        return web.json_response(_shown(machine, lease))

    async def _release(self, request: web.Request) -> web.Response:
        machine = self._world.machine(request)
        nonce = request.headers.get(NONCE, "")
        if not nonce:
            raise Refusal(400, f"invalid_argument: the header {NONCE} is required")
        if _held(machine).nonce != nonce:
            raise Refusal(412, "failed_precondition: lease nonce does not match")
        machine.lease = None
        return web.json_response({"ok": True})


class MetadataApi:
    """``…/machines/{id}/metadata``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return what is served."""
        path = "/v1/apps/{app}/machines/{id}/metadata"
        return [
            web.get(path, self._all),
            web.put(path, self._merge),
            web.patch(path, self._merge),
            web.get(f"{path}/{{key}}", self._get),
            web.post(f"{path}/{{key}}", self._set),
            web.delete(f"{path}/{{key}}", self._remove),
        ]

    async def _all(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.machine(request).metadata)

    async def _merge(self, request: web.Request) -> web.Response:
        """Set several at once; an empty value removes a key."""
        machine, body = self._world.machine(request), await body_of(request)
        if body.get("machine_version", machine.instance_id) != machine.instance_id:
            raise Refusal(412, "failed_precondition: the machine has another version")
        given = body.get("metadata") or {}
        changes = texts({key: value or "" for key, value in given.items()}, "metadata")
        machine.metadata.update(changes)
        for key in [key for key, value in changes.items() if not value]:
            del machine.metadata[key]
        machine.noted()
        return web.Response(status=204)

    async def _get(self, request: web.Request) -> web.Response:
        marks, key = self._world.machine(request).metadata, request.match_info["key"]
        if key not in marks:
            raise Refusal(404, "not_found: metadata key not found")
        return web.json_response({"value": marks[key]})

    async def _set(self, request: web.Request) -> web.Response:
        machine, body = self._world.machine(request), await body_of(request)
        value = body.get("value")
        if not isinstance(value, str):
            raise Refusal(400, "invalid_argument: value must be a string")
        machine.metadata[request.match_info["key"]] = value
        machine.noted()
        return web.Response(status=204)

    async def _remove(self, request: web.Request) -> web.Response:
        machine = self._world.machine(request)
        machine.metadata.pop(request.match_info["key"], None)
        machine.noted()
        return web.Response(status=204)


def _held(machine: FlyMachine) -> Lease:
    if machine.held is None:
        raise Refusal(404, "not_found: lease not found")
    return machine.held


def _shown(machine: FlyMachine, lease: Lease) -> dict[str, object]:
    return lease.shown() | {"version": machine.instance_id}

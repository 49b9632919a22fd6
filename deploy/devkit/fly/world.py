"""What there is at the provider: apps, machines, and what is asked of them."""

import random
import time
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from deploy.devkit.fly.bodies import Bodies
from deploy.devkit.fly.faults import Faults, Refusal
from deploy.devkit.fly.lives import Durations, Lives
from deploy.devkit.fly.machines import FlyMachine, Json

NONCE = "fly-machine-lease-nonce"


class World:
    """One organisation's apps and machines, and who looks them up in a request."""

    def __init__(self, bodies: Bodies, *, faults: Faults, durations: Durations, seed: int) -> None:
        self.faults = faults
        self.durations = durations
        self.bodies = bodies
        self.lives = Lives(bodies, faults, durations, random.Random(seed))  # noqa: S311 - a die
        self.apps: dict[str, Json] = {}
        self.machines: dict[str, FlyMachine] = {}

    def of_app(self, app: str) -> list[FlyMachine]:
        """Return the machines of *app*, the destroyed ones too."""
        return [one for one in self.machines.values() if one.app == app]

    def app_name(self, request: web.Request) -> str:
        """Return the name of the request's app; raise `Refusal` when there is none."""
        name = request.match_info["app"]
        if name not in self.apps:
            raise Refusal(404, f'Could not find App "{name}"')
        return name

    def machine(self, request: web.Request) -> FlyMachine:
        """Return the request's machine; raise `Refusal` when there is none."""
        machine = self.machines.get(request.match_info["id"])
        if machine is None or machine.app != request.match_info["app"]:
            raise Refusal(404, "not_found: machine not found")
        return machine

    def machine_to_change(self, request: web.Request) -> FlyMachine:
        """Return the request's machine, which nobody else holds a lease of."""
        machine = self.machine(request)
        held, nonce = machine.held, request.headers.get(NONCE, "")
        if held is None or held.nonce == nonce:
            return machine
        if nonce:
            raise Refusal(412, "failed_precondition: lease nonce does not match")
        raise Refusal(409, f"conflict: machine ID {machine.id} has an active lease")

    def seen(self, machine: FlyMachine) -> Json | None:
        """Return *machine* as a list shows it, which may lag behind."""
        if not self.faults.lag_s:
            return machine.shown()
        return machine.shown_at(time.monotonic() - self.faults.lag_s)


async def body_of(request: web.Request) -> Json:
    """Return the request's JSON object, an empty one without a body; raise `Refusal`."""
    raw = await request.read()
    if not raw:
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, "invalid_argument: the body is not valid JSON") from error
    if not isinstance(body, dict):
        raise Refusal(400, "invalid_argument: the body is not an object")
    return body


def texts(value: Any, name: str) -> dict[str, str]:
    """Return *value* if it maps texts to texts; raise `Refusal`."""
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise Refusal(422, f"invalid_argument: {name} must map names to strings")
    return dict(value)


def seconds(value: Any, default_s: float) -> float:
    """Return the seconds in a number or a duration such as ``10s``; raise `Refusal`."""
    if value in (None, ""):
        return default_s
    text = str(value)
    unit = next((one for one in ("ms", "s", "m") if text.endswith(one)), "")
    try:
        number = float(text.removesuffix(unit))
    except ValueError as error:
        raise Refusal(400, f"invalid_argument: {text} is no duration") from error
    return max(number * {"ms": 0.001, "m": 60.0}.get(unit, 1.0), 0.0)

"""The door for tests in other processes: ``/_devkit``; it needs no token."""

import dataclasses
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.devkit.fly.faults import Faults, Rates, Refusal
from deploy.devkit.fly.machines import FlyMachine
from deploy.devkit.fly.world import World, body_of

Call = tuple[float, str, str, int]
Model = TypeVar("Model", bound=BaseModel)


class _Times(BaseModel):
    model_config = ConfigDict(extra="forbid")

    create_s: float | None = Field(default=None, ge=0)
    start_s: float | None = Field(default=None, ge=0)
    stop_s: float | None = Field(default=None, ge=0)
    suspend_s: float | None = Field(default=None, ge=0)
    resume_s: float | None = Field(default=None, ge=0)
    destroy_s: float | None = Field(default=None, ge=0)


class _Limits(BaseModel):
    model_config = ConfigDict(extra="forbid")

    is_on: bool


class Control:
    """What can be seen and made to go wrong from outside."""

    def __init__(self, world: World, rates: Rates, calls: list[Call]) -> None:
        self._world = world
        self._rates = rates
        self._calls = calls

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return what is served."""
        one = "/_devkit/machines/{id}"
        return [
            web.get("/_devkit/faults", self._faults),
            web.post("/_devkit/faults", self._set_faults),
            web.delete("/_devkit/faults", self._no_faults),
            web.post("/_devkit/durations", self._set_durations),
            web.post("/_devkit/rates", self._set_rates),
            web.get("/_devkit/calls", self._list_calls),
            web.get("/_devkit/machines", self._machines),
            web.get(f"{one}/logs", self._logs),
            web.post(f"{one}/kill", self._kill),
            web.post(f"{one}/host_dies", self._host_dies),
        ]

    async def _faults(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.faults.model_dump())

    async def _set_faults(self, request: web.Request) -> web.Response:
        """Set the faults that are named; the others stay."""
        given = _checked(Faults, await body_of(request))
        for name in given.model_fields_set:
            setattr(self._world.faults, name, getattr(given, name))
        return web.json_response(self._world.faults.model_dump(), status=201)

    async def _no_faults(self, request: web.Request) -> web.Response:
        for name, value in Faults().model_dump().items():
            setattr(self._world.faults, name, value)
        return web.Response(status=204)

    async def _set_durations(self, request: web.Request) -> web.Response:
        given = _checked(_Times, await body_of(request))
        for name, value in given.model_dump(exclude_none=True).items():
            setattr(self._world.durations, name, value)
        return web.json_response(dataclasses.asdict(self._world.durations), status=201)

    async def _set_rates(self, request: web.Request) -> web.Response:
        self._rates.is_on = _checked(_Limits, await body_of(request)).is_on
        return web.json_response({"is_on": self._rates.is_on}, status=201)

    async def _list_calls(self, request: web.Request) -> web.Response:
        return web.json_response({"calls": self._calls, "refused": dict(self._rates.refused)})

    async def _machines(self, request: web.Request) -> web.Response:
        """Show all machines; what is in their environment stays out."""
        rows = [
            {
                "id": one.id,
                "app": one.app,
                "name": one.name,
                "region": one.region,
                "state": one.state,
                "pid": one.body.pid if one.body is not None else None,
                "metadata": one.metadata,
            }
            for one in self._world.machines.values()
        ]
        return web.json_response(rows)

    async def _logs(self, request: web.Request) -> web.Response:
        return web.Response(text=self._world.bodies.log(self._machine(request).id))

    async def _kill(self, request: web.Request) -> web.Response:
        machine = self._machine(request)
        await self._world.lives.kill(machine)
        return web.json_response({"state": machine.state})

    async def _host_dies(self, request: web.Request) -> web.Response:
        machine = self._machine(request)
        await self._world.lives.host_dies(machine)
        return web.json_response({"state": machine.state})

    def _machine(self, request: web.Request) -> FlyMachine:
        try:
            return self._world.machines[request.match_info["id"]]
        except KeyError as error:
            raise Refusal(404, "there is no such machine") from error


def _checked(kind: type[Model], body: object) -> Model:
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise Refusal(400, str(error)) from error

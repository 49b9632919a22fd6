"""Our Fly client and its stand-in, held against Fly's own published document."""

import gzip
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from jsonschema import Draft202012Validator
from pydantic import SecretStr

from bot.errors import MachineUnavailable, Unavailable
from bot.machine import MachineId
from deploy.devkit.fly import FlyStandIn
from runner.machines.fly_api import FlyApi
from runner.machines.fly_errors import BadToken, Conflict
from tests.fakes.fly_provider import SLEEPER, machine, no_sleep, provider

DATA = Path(__file__).parent / "data/fly/machines.openapi.json.gz"
DOCUMENT: dict[str, Any] = json.loads(gzip.decompress(DATA.read_bytes()))
# The document leaves these out, though Fly's guide names them.
UNDOCUMENTED = {
    ("get", "/apps/{app_name}/network_policies"),
    ("post", "/apps/{app_name}/network_policies"),
}


def template(path: str) -> str:
    """Return the document's path that *path* is an instance of."""
    for known in DOCUMENT["paths"]:
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", known)
        if re.fullmatch(pattern, path):
            return str(known)
    return re.sub(r"^/apps/[^/]+", "/apps/{app_name}", path)


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    """Return what is wrong with *value*; unknown names are wrong, too."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    whole = {**schema, "components": DOCUMENT["components"]}
    found = [error.message for error in Draft202012Validator(whole).iter_errors(value)]
    if isinstance(value, dict) and "properties" in schema:
        found += [f"{name} is not known" for name in value if name not in schema["properties"]]
    return found


class Recorder:
    """What crossed the wire."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, Any, int, Any]] = []

    @web.middleware
    async def middleware(self, request: web.Request, handler: Any) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        answer: web.Response = await handler(request)
        shown = json.loads(answer.text) if answer.text else None
        path = request.path.removeprefix("/v1")
        self.seen.append((request.method.lower(), path, body, answer.status, shown))
        return answer


@pytest.fixture
async def fly() -> AsyncIterator[FlyStandIn]:
    async with FlyStandIn(command=SLEEPER) as made:
        made.rates.is_on = False
        yield made


@pytest.fixture
async def api(fly: FlyStandIn) -> AsyncIterator[FlyApi]:
    async with aiohttp.ClientSession() as session:
        yield FlyApi(session, url=fly.url, token=SecretStr(fly.token), sleep=no_sleep)


async def everything(api: FlyApi) -> None:
    """Call all that we ever call."""
    some = provider(api)
    rented = await some.create(machine(), SecretStr("t"), boots=True)
    here = machine(provider_id=rented.provider_id)
    await api.wait(here.app, here.provider_id, "started", timeout_s=1)
    await some.look(here)
    await some.suspend(here)
    await some.start(here)
    nonce = await api.lease(here.app, here.provider_id, ttl_s=30, why="a test")
    await api.release(here.app, here.provider_id, nonce)
    await api.set_metadata(here.app, here.provider_id, "a", "b")
    assert (await api.metadata(here.app, here.provider_id))["a"] == "b"
    await api.remove_metadata(here.app, here.provider_id, "a")
    await api.machines(here.app, {"cadence_machine": here.id}, region="fra", include_deleted=True)
    await some.all()
    await api.stop(here.app, here.provider_id, signal="SIGTERM", timeout_s=5)
    await some.destroy(here)
    assert await some.apps() == {here.app: here.installation_id}
    assert await some.remove_app(here.app, is_known=False)


async def test_every_request_is_one_that_the_document_knows() -> None:
    recorder = Recorder()
    async with FlyStandIn(command=SLEEPER, middlewares=[recorder.middleware]) as fly:
        fly.rates.is_on = False
        async with aiohttp.ClientSession() as session:
            await everything(FlyApi(session, url=fly.url, token=SecretStr(fly.token)))

    wrong = []
    for method, path, body, _, _ in recorder.seen:
        known = template(path)
        if (method, known) in UNDOCUMENTED:
            continue
        operation = DOCUMENT["paths"][known][method]
        if body and "requestBody" in operation:
            [content] = operation["requestBody"]["content"].values()
            found = problems(content["schema"], body)
            # Fly's guide calls it app_name, its document name: we send both.
            wrong += [f"{method} {known}: {one}" for one in found if "app_name" not in one]
    assert wrong == []
    assert len({(method, template(path)) for method, path, *_ in recorder.seen}) >= 12


async def test_every_answer_of_the_stand_in_is_one_of_the_document() -> None:
    recorder = Recorder()
    async with FlyStandIn(command=SLEEPER, middlewares=[recorder.middleware]) as fly:
        fly.rates.is_on = False
        async with aiohttp.ClientSession() as session:
            await everything(FlyApi(session, url=fly.url, token=SecretStr(fly.token)))

    wrong = []
    for method, path, _, status, answer in recorder.seen:
        known = template(path)
        operation = DOCUMENT["paths"].get(known, {}).get(method)
        if operation is None or status >= 300:
            continue
        told = operation["responses"].get(str(status), {}).get("content")
        if told and answer is not None:
            [content] = told.values()
            wrong += [f"{method} {known}: {one}" for one in problems(content["schema"], answer)]
    assert wrong == []


async def test_machine_is_for_one_task_and_nobody_from_outside(
    fly: FlyStandIn, api: FlyApi
) -> None:
    await provider(api).create(machine(), SecretStr("one-time"), boots=True)

    [made] = fly.machines.values()
    assert made.config["auto_destroy"] is True
    assert made.config["restart"] == {"policy": "no"}
    assert made.config["services"] == []
    assert made.config["env"] == {
        "CADENCE_URL": "https://cadence.example",
        "CADENCE_MACHINE_TOKEN": "one-time",
    }
    assert "one-time" not in json.dumps(made.config["metadata"])


async def test_lost_answer_makes_one_machine(fly: FlyStandIn, api: FlyApi) -> None:
    fly.faults.lost, fly.faults.lost_path = 1, "/machines"
    rented = await provider(api).create(machine(), SecretStr("t"), boots=True)

    assert [one.id for one in fly.living()] == [rented.provider_id]


async def test_same_order_twice_is_one_machine(fly: FlyStandIn, api: FlyApi) -> None:
    first = await provider(api).create(machine(), SecretStr("t"), boots=True)
    second = await provider(api).create(machine(), SecretStr("t"), boots=True)

    assert first.provider_id == second.provider_id


async def test_next_region_is_asked_when_one_is_full(fly: FlyStandIn, api: FlyApi) -> None:
    fly.faults.no_room = {"fra": 1}
    rented = await provider(api).create(machine(), SecretStr("t"), boots=True)
    assert rented.region == "ams"

    fly.faults.no_room = {"fra": -1, "ams": -1}
    with pytest.raises(MachineUnavailable, match="fra, ams"):
        await provider(api).create(machine(id=MachineId("n" * 32)), SecretStr("t"), boots=True)


async def test_passing_trouble_is_waited_out(fly: FlyStandIn, api: FlyApi) -> None:
    fly.faults.errors = 3
    await api.apps.create("runners-7", org="acme", network="runners-7")

    assert "runners-7" in fly.apps


async def test_lasting_trouble_is_an_error_without_the_token(fly: FlyStandIn, api: FlyApi) -> None:
    fly.faults.errors = 50
    with pytest.raises(Unavailable) as caught:
        await api.apps.get("runners-7")

    assert fly.token not in str(caught.value)


async def test_wrong_token_is_not_asked_again(fly: FlyStandIn) -> None:
    async with aiohttp.ClientSession() as session:
        api = FlyApi(session, url=fly.url, token=SecretStr("wrong"), sleep=no_sleep)
        with pytest.raises(BadToken, match="CADENCE_FLY_TOKEN"):
            await api.apps.get("x")

    assert len(fly.calls) == 1


async def test_lease_is_held_by_one(fly: FlyStandIn, api: FlyApi) -> None:
    rented = await provider(api).create(machine(), SecretStr("t"), boots=True)
    nonce = await api.lease("runners-7", rented.provider_id, ttl_s=30, why="x")
    with pytest.raises(Conflict):
        await api.lease("runners-7", rented.provider_id, ttl_s=30, why="y")
    await api.release("runners-7", rented.provider_id, nonce)

    assert await api.lease("runners-7", rented.provider_id, ttl_s=30, why="y")


async def test_gone_is_fine(api: FlyApi) -> None:
    await api.destroy("runners-7", "none")
    await api.apps.delete("runners-7")

    assert await api.machine("runners-7", "none") is None

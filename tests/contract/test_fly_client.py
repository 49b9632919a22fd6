"""The client of Fly against a server that says anything: what is asked again, and what is told."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.errors import InvalidRequest, NotFound, RateLimited, Unavailable
from bot.machine import Guest
from runner.machines.fly_api import FlyApi
from runner.machines.fly_errors import (
    BadToken,
    Conflict,
    FlyRefused,
    NameTaken,
    NoRoom,
    TimedOut,
    Unsent,
    refusal,
)
from runner.machines.fly_values import FlyConfig, FlyOrder
from tests.fakes.scripted import Scripted

TOKEN = "fly" + "-token-" + "x" * 12
ONE_TIME = "one" + "-time-" + "y" * 12
IMAGE = "registry/runner@sha256:" + "0" * 64
MACHINE = {"id": "m1", "state": "started", "region": "fra", "config": {"metadata": {"a": "1"}}}
NO: Mapping[str, str] = {}


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


def order(**changes: Any) -> FlyOrder:
    env = {"CADENCE_MACHINE_TOKEN": SecretStr(ONE_TIME)}
    return FlyOrder(name="cadence-m", config=FlyConfig(image=IMAGE, env=env, **changes))


async def asked(
    *says: tuple[int, Any, Mapping[str, str]], call: str = "machine", clock: Clock | None = None
) -> tuple[Scripted, Any]:
    """Return what the server heard, and what the call returned or raised."""
    clock = clock or Clock()
    async with Scripted(list(says)) as server, aiohttp.ClientSession() as session:
        api = FlyApi(
            session, url=server.url, token=SecretStr(TOKEN), now=clock.now, sleep=clock.sleep
        )
        calls: dict[str, Callable[[], Awaitable[Any]]] = {
            "machine": lambda: api.machine("app", "m1"),
            "machines": lambda: api.machines("app", {"a b": "c&d"}),
            "create": lambda: api.create("app", order(), region="fra"),
            "start": lambda: api.start("app", "m1"),
            "lease": lambda: api.lease("app", "m1", ttl_s=5),
            "wait": lambda: api.wait("app", "m1", "started", timeout_s=30),
            "org": lambda: api.org_machines("acme"),
            "destroy": lambda: api.destroy("app", "m1", nonce="n"),
        }
        try:
            return server, await calls[call]()
        except (Unavailable, NotFound) as error:
            return server, error


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(401, "unauthorized", BadToken, id="token"),
        pytest.param(403, {"error": "not allowed"}, FlyRefused, id="not allowed"),
        pytest.param(404, {"error": "no"}, NotFound, id="unknown"),
        pytest.param(408, {"error": "deadline_exceeded"}, TimedOut, id="in vain"),
        pytest.param(409, {"error": "lease held"}, Conflict, id="held"),
        pytest.param(412, {"error": "machine is stopping"}, Conflict, id="state"),
        pytest.param(422, {"error": "Name has already been taken"}, NameTaken, id="taken"),
        pytest.param(422, {"error": "x", "status": "insufficient_capacity"}, NoRoom, id="full"),
        pytest.param(
            412, {"error": "insufficient resources to create new machine"}, NoRoom, id="full words"
        ),
        pytest.param(503, "could not reserve resource for machine", NoRoom, id="full text"),
        pytest.param(422, {"error": "config.image is required"}, FlyRefused, id="nonsense"),
        pytest.param(429, "slow down", RateLimited, id="haste"),
        pytest.param(500, "no capacity", Unavailable, id="a 500 says nothing of room"),
        pytest.param(301, "", FlyRefused, id="elsewhere"),
        pytest.param(400, {"error": ["not", "a", "text"]}, FlyRefused, id="odd"),
    ],
)
def test_refusals_are_told_apart(status: int, body: Any, kind: type[Exception]) -> None:
    text = body if isinstance(body, str) else json.dumps(body)

    assert type(refusal(status, text)) is kind


async def test_passing_trouble_of_a_harmless_call_is_waited_out() -> None:
    clock = Clock()
    server, found = await asked((503, "", NO), (502, "<html>", NO), (200, MACHINE, NO), clock=clock)

    assert found.metadata == {"a": "1"}
    assert len(server.heard) == 3
    assert 0.5 < clock.at < 2


@pytest.mark.parametrize("call", ["create", "lease"])
async def test_call_that_may_have_been_done_is_not_repeated(call: str) -> None:
    server, error = await asked((500, "oops", NO), call=call)

    assert type(error) is Unavailable
    assert len(server.heard) == 1


async def test_call_that_was_surely_not_done_is_repeated() -> None:
    later = {"Retry-After": "7"}
    clock = Clock()
    server, made = await asked((429, "", later), (200, MACHINE, NO), call="create", clock=clock)

    assert made.id == "m1"
    assert len(server.heard) == 2
    assert 7 <= clock.at < 8


async def test_haste_does_not_go_on_for_ever() -> None:
    server, error = await asked((429, "", NO), call="create")

    assert isinstance(error, RateLimited)
    assert 2 < len(server.heard) < 10


async def test_nobody_there_means_that_nothing_was_done() -> None:
    clock = Clock()
    async with Scripted([(200, {}, NO)]) as server:
        url = server.url
    async with aiohttp.ClientSession() as session:
        api = FlyApi(session, url=url, token=SecretStr(TOKEN), now=clock.now, sleep=clock.sleep)
        with pytest.raises(Unsent):
            await api.create("app", order(), region="fra")

    assert clock.at > 1  # it tried more than once


async def test_secrets_are_not_in_what_is_said() -> None:
    said = {"error": f"bad env {ONE_TIME}, token {TOKEN}"}
    _, error = await asked((422, said, NO), call="create")

    assert isinstance(error, FlyRefused)
    assert ONE_TIME not in str(error)
    assert TOKEN not in str(error)


async def test_nobody_else_gets_the_token() -> None:
    async with Scripted([(200, MACHINE, NO)]) as other:
        _, error = await asked((307, "", {"Location": f"{other.url}/machines"}))

    assert isinstance(error, FlyRefused)
    assert other.heard == []


async def test_parts_of_paths_are_quoted_and_the_nonce_travels_in_its_header() -> None:
    server, _ = await asked((200, [], NO), call="machines")
    assert server.heard[0][1] == "/apps/app/machines?metadata.a%20b=c%26d"
    server, _ = await asked((200, {"ok": True}, NO), call="destroy")
    _, path, headers = server.heard[0]

    assert path == "/apps/app/machines/m1?force=true"
    assert headers["fly-machine-lease-nonce"] == "n"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<html>", id="no json"),
        pytest.param([], id="a list"),
        pytest.param({"state": "started"}, id="no id"),
        pytest.param("", id="nothing"),
    ],
)
async def test_answer_that_shows_no_machine_is_trouble(body: Any) -> None:
    _, error = await asked((200, body, NO))

    assert isinstance(error, Unavailable)


async def test_change_that_is_done_already_is_fine() -> None:
    server, found = await asked((412, "machine is started", NO), (200, MACHINE, NO), call="start")
    assert found is None
    assert [method for method, *_ in server.heard] == ["POST", "GET"]

    stopping = MACHINE | {"state": "stopping"}
    _, error = await asked((412, "it is stopping", NO), (200, stopping, NO), call="start")
    assert isinstance(error, Conflict)


async def test_waiting_ends_with_its_time() -> None:
    clock = Clock()

    class Slow(Clock):
        def now(self) -> float:
            self.at += 1.0
            return self.at

    server, is_there = await asked((408, "", NO), call="wait", clock=Slow())
    assert is_there is False
    assert len(server.heard) > 1
    _, is_there = await asked((408, "", NO), (200, {"ok": True}, NO), call="wait", clock=clock)
    assert is_there is True


async def test_all_machines_come_page_by_page_and_regions_that_are_away_are_named() -> None:
    first = {"machines": [MACHINE], "next_cursor": "more", "error_regions": ["sin"]}
    second = {"machines": [MACHINE | {"id": "m2"}], "next_cursor": "", "error_regions": ["sin"]}
    server, (found, away) = await asked((200, first, NO), (200, second, NO), call="org")

    assert [one.id for one in found] == ["m1", "m2"]
    assert away == ("sin",)
    assert server.heard[1][1] == "/orgs/acme/machines?cursor=more"


async def test_pages_that_go_in_a_circle_end() -> None:
    server, (found, _) = await asked(
        (200, {"machines": [MACHINE], "next_cursor": "same"}, NO), call="org"
    )

    assert len(server.heard) == len(found) == 2


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"image": "registry/runner:latest"}, id="no digest"),
        pytest.param({"image": "registry/runner@sha256:12"}, id="half a digest"),
        pytest.param({"guest": Guest(cpu_kind="huge")}, id="kind"),
        pytest.param({"guest": Guest(cpus=0)}, id="cpus"),
        pytest.param({"guest": Guest(memory_mb=1000)}, id="memory"),
    ],
)
def test_machine_that_fly_would_not_make_is_refused_here(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        FlyConfig(**({"image": IMAGE} | changes))

"""What goes wrong at Fly's stand-in on demand, by its Python door and by its HTTP one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from deploy.devkit.fly import FlyStandIn
from tests.fakes.fly_wire import IMAGE, Org, at

SLEEPER = ("/bin/sleep", "600")
NEW = {"config": {"image": IMAGE}, "skip_launch": True}


@pytest.fixture
async def org() -> AsyncIterator[Org]:
    async with FlyStandIn(command=SLEEPER) as fly, aiohttp.ClientSession() as session:
        fly.rates.is_on = False
        made = Org(session, fly)
        await made.open()
        yield made


async def created(org: Org, region: str = "fra") -> int:
    return await org.status("POST", "/apps/one/machines", NEW | {"region": region})


async def test_region_without_room_says_so_as_often_as_wanted(org: Org) -> None:
    org.fly.faults.no_room = {"fra": 2, "ams": -1}
    _, said = await org("POST", "/apps/one/machines", NEW | {"region": "fra"})
    assert said["status"] == "insufficient_capacity"

    assert [await created(org) for _ in range(2)] == [422, 200]
    assert [await created(org, "ams") for _ in range(3)] == [422] * 3


async def test_errors_come_before_anything_is_done(org: Org) -> None:
    org.fly.faults.errors, org.fly.faults.error_status = 2, 503

    assert [await created(org) for _ in range(3)] == [503, 503, 200]
    assert len(org.fly.machines) == 1


async def test_errors_may_be_for_some_calls_only(org: Org) -> None:
    machine = await org.made()
    org.fly.faults.errors, org.fly.faults.error_path = 1, "/suspend"

    assert await org.state(machine) == "started"
    assert [await org.do(machine, "suspend") for _ in range(2)] == [500, 200]


async def test_token_may_be_refused_for_a_while(org: Org) -> None:
    org.fly.faults.unauthorized = 1

    assert [await created(org) for _ in range(2)] == [401, 200]


async def test_lost_answer_is_that_of_work_that_was_done(org: Org) -> None:
    org.fly.faults.lost = 1
    with pytest.raises(aiohttp.ClientError):
        await created(org)

    assert len(org.fly.machines) == 1
    assert await created(org) == 200


async def test_slow_answer_comes_late(org: Org) -> None:
    org.fly.faults.slow_s = 30
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await created(org)


async def test_stuck_machine_never_comes_up(org: Org) -> None:
    org.fly.faults.stuck = 1
    stuck, fine = await org.made(), await org.made()

    assert (stuck["state"], fine["state"]) == ("starting", "started")
    assert await org.status("GET", f"{at(stuck)}/wait?state=started&timeout=0") == 408
    assert await org.do(stuck, "start") == 412
    assert await org.status("DELETE", f"{at(stuck)}?force=true") == 200
    assert await org.state(stuck) == "destroyed"


async def test_sleeping_machine_may_never_wake(org: Org) -> None:
    machine = await org.made()
    await org.do(machine, "suspend")
    org.fly.faults.never_wake = True
    assert await org.do(machine, "start") == 200

    assert await org.state(machine) == "suspended"


@pytest.mark.parametrize("verb", ["", "suspend", "stop"])
async def test_host_takes_its_machine_along(org: Org, verb: str) -> None:
    machine = await org.made(skip_launch=verb == "stop")
    if verb == "suspend":
        await org.do(machine, verb)
    await org.fly.host_dies(machine["id"])

    after = await org.look(machine)
    assert (after["state"], after["host_status"]) == ("destroyed", "unreachable")
    assert org.fly.living() == []
    assert await org.do(machine, "start") == 412


async def test_lists_show_the_world_as_it_was(org: Org) -> None:
    old = await org.made(metadata=None, config={"metadata": {"a": "1"}})
    new = await org.made()
    moment = org.fly.machines[new["id"]].past[0][0]
    past = org.fly.machines[old["id"]].past
    for index, (at_, look) in enumerate(past):  # the first one was there long before
        past[index] = (at_ - 3600, look)
    await org("DELETE", f"{at(old)}?force=true")
    assert moment > 0
    org.fly.faults.lag_s = 1800

    for path in ("/apps/one/machines", "/orgs/acme/machines"):
        _, shown = await org("GET", path)
        rows = shown if isinstance(shown, list) else shown["machines"]
        assert [(one["id"], one["state"]) for one in rows] == [(old["id"], "started")]
    assert await org.state(old) == "destroyed"
    org.fly.faults.lag_s = 0
    _, shown = await org("GET", "/apps/one/machines")
    assert [one["id"] for one in shown] == [new["id"]]


class Door:
    """The control door."""

    def __init__(self, fly: FlyStandIn, session: aiohttp.ClientSession) -> None:
        self._fly = fly
        self._session = session

    async def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        url = f"{self._fly.control}/{path}"
        async with self._session.request(method, url, json=body) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await answer.json() if is_json else await answer.text()


@pytest.fixture
async def door(org: Org) -> AsyncIterator[Door]:
    async with aiohttp.ClientSession() as session:
        yield Door(org.fly, session)


async def test_faults_are_set_and_taken_back_by_the_door(org: Org, door: Door) -> None:
    status, faults = await door("POST", "faults", {"no_room": {"fra": -1}, "cold": 2})
    assert (status, faults["cold"]) == (201, 2)
    await door("POST", "faults", {"errors": 1})
    assert [await created(org) for _ in range(2)] == [500, 422]
    assert (await door("GET", "faults"))[1]["errors"] == 0
    assert await door("DELETE", "faults") == (204, "")

    assert await created(org) == 200
    assert org.fly.faults.cold == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("faults", {"unheard_of": 1}, id="fault"),
        pytest.param("faults", {"error_status": 200}, id="status"),
        pytest.param("durations", {"start_s": -1}, id="duration"),
        pytest.param("rates", {}, id="rates"),
    ],
)
async def test_door_refuses_what_it_does_not_know(door: Door, path: str, body: Any) -> None:
    assert (await door("POST", path, body))[0] == 400


async def test_durations_and_rates_are_set_by_the_door(org: Org, door: Door) -> None:
    await door("POST", "durations", {"create_s": 60})
    await door("POST", "rates", {"is_on": True})
    made = 0
    while await created(org) == 200:
        made += 1

    assert 3 <= made < 100
    assert (await door("GET", "calls"))[1]["refused"] == {"POST /v1/apps/{app}/machines": 1}
    assert {one["state"] for one in (await door("GET", "machines"))[1]} == {"creating"}


async def test_machines_are_seen_killed_and_lost_by_the_door(org: Org, door: Door) -> None:
    secret = "s" * 20
    first = await org.made(name="a", config={"env": {"TOKEN": secret}, "metadata": {"k": "v"}})
    second = await org.made(name="b")
    _, rows = await door("GET", "machines")
    assert [(one["name"], one["state"], one["metadata"]) for one in rows] == [
        ("a", "started", {"k": "v"}),
        ("b", "started", {}),
    ]
    assert secret not in str(rows)

    assert await door("POST", f"machines/{first['id']}/kill") == (200, {"state": "stopped"})
    lost = await door("POST", f"machines/{second['id']}/host_dies")
    assert lost == (200, {"state": "destroyed"})
    assert (await door("GET", "machines/none/logs"))[0] == 404


async def test_door_needs_no_token_and_is_no_call(org: Org, door: Door) -> None:
    before = list(org.fly.calls)
    await door("GET", "calls")

    assert org.fly.calls == before

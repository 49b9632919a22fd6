"""Machines from the stand-in of Fly as the pool wants them: apps, policies, lost answers."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from pydantic import SecretStr

from bot.errors import MachineUnavailable, Unavailable
from bot.machine import Guest, MachineId
from deploy.devkit.fly import FlyStandIn
from runner.machines.fly_api import FlyApi
from tests.fakes.fly_provider import APP, SLEEPER, machine, no_sleep, provider

TOKEN = SecretStr("one-time")


@pytest.fixture
async def fly() -> AsyncIterator[FlyStandIn]:
    async with FlyStandIn(command=SLEEPER) as made:
        made.rates.is_on = False
        yield made


@pytest.fixture
async def api(fly: FlyStandIn) -> AsyncIterator[FlyApi]:
    async with aiohttp.ClientSession() as session:
        yield FlyApi(session, url=fly.url, token=SecretStr(fly.token), sleep=no_sleep)


def asked(fly: FlyStandIn, method: str, end: str) -> int:
    return sum(m == method and path.endswith(end) for _, m, path, _ in fly.calls)


async def test_app_has_its_network_and_policy_before_its_first_machine(
    fly: FlyStandIn, api: FlyApi
) -> None:
    await provider(api).create(machine(), TOKEN, boots=False)

    app = fly.apps[APP]
    assert (app["network"], app["org_slug"]) == (APP, "acme")
    [policy] = app["policies"]
    ports = {
        rule["direction"]: [(one["protocol"], one["port"]) for one in rule["ports"]]
        for rule in policy["rules"]
    }
    assert policy["selector"] == {"all": True}
    assert ports["egress"] == [("udp", 53), ("tcp", 443)]
    assert ports["ingress"] == [("tcp", 9)]  # where nobody listens: all else is closed
    posts = [path for _, method, path, _ in fly.calls if method == "POST"]
    assert posts.index(f"/v1/apps/{APP}/network_policies") < posts.index(f"/v1/apps/{APP}/machines")


async def test_coordinator_on_another_port_can_be_reached(fly: FlyStandIn, api: FlyApi) -> None:
    some = provider(api, coordinator_url="https://cadence.example:8443")
    await some.create(machine(), TOKEN, boots=False)

    [policy] = fly.apps[APP]["policies"]
    assert {"protocol": "tcp", "port": 8443} in policy["rules"][0]["ports"]


@pytest.mark.parametrize("rest", ["create", "policy"])
async def test_coordinator_that_died_half_way_leaves_no_app_without_a_policy(
    fly: FlyStandIn, api: FlyApi, rest: str
) -> None:
    await api.apps.create(APP, org="acme", network=APP)
    if rest == "policy":  # of an older version of ours
        fly.apps[APP]["policies"] = [
            {"id": "p1", "name": "cadence-only-out-mine", "selector": {"all": True}, "rules": []}
        ]
    await provider(api).create(machine(), TOKEN, boots=False)

    [policy] = fly.apps[APP]["policies"]
    assert {rule["direction"] for rule in policy["rules"]} == {"egress", "ingress"}


async def test_policy_that_stands_is_not_written_again(fly: FlyStandIn, api: FlyApi) -> None:
    await provider(api).create(machine(), TOKEN, boots=False)
    await provider(api).create(machine(id=MachineId("n" * 32)), TOKEN, boots=False)

    assert asked(fly, "POST", "network_policies") == 1


async def test_app_on_a_shared_network_is_not_used(fly: FlyStandIn, api: FlyApi) -> None:
    await api.apps.create(APP, org="acme", network="default")

    with pytest.raises(MachineUnavailable, match="CADENCE_FLY_APP_PREFIX"):
        await provider(api).create(machine(), TOKEN, boots=False)
    assert fly.machines == {}


async def test_many_first_machines_at_once_make_one_app(fly: FlyStandIn, api: FlyApi) -> None:
    some = provider(api)
    ids = [MachineId(f"{n:032}") for n in range(20)]
    await asyncio.gather(*(some.create(machine(id=one), TOKEN, boots=False) for one in ids))

    assert asked(fly, "POST", "/apps") == asked(fly, "POST", "network_policies") == 1
    assert len(fly.living()) == 20


async def test_machine_is_made_as_it_was_ordered(fly: FlyStandIn, api: FlyApi) -> None:
    guest = Guest(cpu_kind="performance", cpus=4, memory_mb=8192)
    await provider(api).create(machine(guest=guest), TOKEN, boots=False)

    [made] = fly.machines.values()
    assert made.config == {
        "image": machine().image,
        "guest": {"cpu_kind": "performance", "cpus": 4, "memory_mb": 8192},
        "env": {"CADENCE_URL": "https://cadence.example", "CADENCE_MACHINE_TOKEN": "one-time"},
        "metadata": {
            "cadence_machine": machine().id,
            "cadence_coordinator": "mine",
            "cadence_installation": "7",
        },
        "auto_destroy": True,
        "restart": {"policy": "no"},
        "services": [],
        "stop_config": {"signal": "SIGTERM", "timeout": "10s"},
    }


async def test_lost_answer_is_found_though_lists_lag_behind(fly: FlyStandIn, api: FlyApi) -> None:
    async def sleep(_seconds: float) -> None:
        fly.faults.lag_s = 0

    some = provider(api, sleep=sleep)
    fly.faults.lost, fly.faults.lost_path, fly.faults.lag_s = 1, "/machines", 3600
    rented = await some.create(machine(), TOKEN, boots=False)

    assert [one.id for one in fly.living()] == [rented.provider_id]


async def test_machine_that_lists_never_show_is_not_said_to_be_missing(
    fly: FlyStandIn, api: FlyApi
) -> None:
    fly.faults.lost, fly.faults.lost_path, fly.faults.lag_s = 1, "/machines", 3600
    with pytest.raises(Unavailable, match="open whether") as caught:
        await provider(api).create(machine(), TOKEN, boots=False)

    assert not isinstance(caught.value, MachineUnavailable)
    assert len(fly.living()) == 1


async def test_refusal_that_no_region_would_lift_is_told_at_once(
    fly: FlyStandIn, api: FlyApi
) -> None:
    await provider(api).create(machine(), TOKEN, boots=False)
    fly.faults.unauthorized = 1
    before = len(fly.calls)

    with pytest.raises(MachineUnavailable, match="CADENCE_FLY_TOKEN"):
        await provider(api).create(machine(), TOKEN, boots=False)
    assert len(fly.calls) == before + 1


async def test_sleep_is_waited_for_and_waking_waits_for_sleep(fly: FlyStandIn, api: FlyApi) -> None:
    some = provider(api)
    rented = await some.create(machine(), TOKEN, boots=True)
    here = machine(provider_id=rented.provider_id)
    fly.durations.suspend_s = 0.3
    asleep = asyncio.create_task(some.suspend(here))
    while fly.machines[here.provider_id].state != "suspending":  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    await some.start(here)
    await asleep

    assert fly.machines[here.provider_id].state == "started"


async def test_machine_on_a_lost_host_is_gone(fly: FlyStandIn, api: FlyApi) -> None:
    some = provider(api)
    rented = await some.create(machine(), TOKEN, boots=True)
    await fly.host_dies(rented.provider_id)

    assert await some.look(machine(provider_id=rented.provider_id)) is None
    assert await some.look(machine()) is None
    await some.destroy(machine(provider_id=rented.provider_id))
    assert await some.all() == []


async def test_creations_at_once_keep_to_the_limit() -> None:
    async with FlyStandIn(command=SLEEPER) as fly, aiohttp.ClientSession() as session:
        some = provider(FlyApi(session, url=fly.url, token=SecretStr(fly.token)))
        ids = [MachineId(f"{n:032}") for n in range(6)]
        await asyncio.gather(*(some.create(machine(id=one), TOKEN, boots=False) for one in ids))

        assert len(fly.living()) == 6
        assert sum(fly.rates.refused.values()) <= 1  # one loop is both sides: it may be held up

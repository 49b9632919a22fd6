"""The stand-in of Fly's Machines API: calls, states and codes, held against the document."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from deploy.devkit.fly import Durations, FlyStandIn
from deploy.devkit.fly.faults import Rates
from tests.fakes.fly_wire import IMAGE, FlyWire, Org, at

SLEEPER = ("/bin/sleep", "600")
SOON_S = 0.15


@pytest.fixture
async def fly() -> AsyncIterator[FlyStandIn]:
    async with FlyStandIn(command=SLEEPER) as made:
        made.rates.is_on = False
        yield made


@pytest.fixture
async def org(fly: FlyStandIn) -> AsyncIterator[Org]:
    async with aiohttp.ClientSession() as session:
        made = Org(session, fly)
        await made.open()
        yield made


async def test_wrong_token_is_refused(fly: FlyStandIn) -> None:
    async with aiohttp.ClientSession() as session:
        assert await FlyWire(session, fly.url, "wrong").status("GET", "/apps/one") == 401


async def test_app_has_a_name_and_a_network_of_its_own(org: Org) -> None:
    status, app = await org("GET", "/apps/one")
    assert (status, app["network"]) == (200, "alone")
    again = {"name": "one", "org_slug": "acme"}
    assert await org.status("POST", "/apps", again) == 422
    assert (await org("GET", "/apps?org_slug=acme"))[1]["total_apps"] == 1
    assert (await org("GET", "/apps?org_slug=other"))[1]["total_apps"] == 0


async def test_app_takes_its_machines_along(org: Org) -> None:
    await org.made()
    assert await org.status("DELETE", "/apps/one") == 202

    assert org.fly.living() == []
    assert await org.status("GET", "/apps/one") == 404
    assert await org.status("DELETE", "/apps/one") == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"config": {}}, 422, id="no image"),
        pytest.param({"config": {"image": IMAGE, "env": {"A": 1}}}, 422, id="env is no text"),
        pytest.param([], 400, id="no object"),
    ],
)
async def test_machine_that_makes_no_sense_is_refused(org: Org, body: Any, status: int) -> None:
    assert await org.status("POST", "/apps/one/machines", body) == status
    assert org.fly.machines == {}


async def test_machine_of_another_app_is_not_found(org: Org) -> None:
    machine = await org.made()
    await org("POST", "/apps", {"name": "two", "org_slug": "acme"})

    assert await org.status("GET", at(machine, "two")) == 404
    assert await org.status("DELETE", at(machine, "two")) == 404
    assert await org.status("POST", "/apps/three/machines", {}) == 404


async def test_name_is_one_living_machines(org: Org) -> None:
    body = {"name": "worker", "config": {"image": IMAGE}}
    first = await org.made(name="worker")
    assert await org.status("POST", "/apps/one/machines", body) == 409
    assert await org.status("DELETE", f"{at(first)}?force=true") == 200

    assert await org.status("POST", "/apps/one/machines", body) == 200


async def test_machine_may_be_made_without_booting(org: Org) -> None:
    machine = await org.made(skip_launch=True)
    assert machine["state"] == "stopped"
    assert org.fly.machines[machine["id"]].body is None
    assert await org.do(machine, "start") == 200

    after = await org.look(machine)
    assert after["state"] == "started"
    assert after["instance_id"] != machine["instance_id"]


async def test_each_way_of_a_machine_takes_its_time(org: Org) -> None:
    times = ("create_s", "start_s", "stop_s", "suspend_s", "resume_s", "destroy_s")
    for name in times:
        setattr(org.fly.durations, name, SOON_S)
    machine = await org.made()
    seen = [machine["state"]]

    async def then(verb: str, state: str) -> None:
        assert await org.do(machine, verb) == 200
        seen.append(await org.state(machine))
        assert await org.reached(machine, state)

    assert await org.reached(machine, "started")
    await then("suspend", "suspended")
    await then("start", "started")
    await then("restart", "started")
    await then("stop", "stopped")
    await org("DELETE", at(machine))
    seen.append(await org.state(machine))
    assert await org.reached(machine, "destroyed")

    assert seen == [
        "creating", "suspending", "starting", "restarting", "stopping", "destroying"
    ]  # fmt: skip


async def test_events_tell_the_states_the_latest_first(org: Org) -> None:
    machine = await org.made()
    await org.do(machine, "suspend")

    _, events = await org("GET", f"{at(machine)}/events?limit=3")
    assert [one["type"] for one in events] == ["suspended", "suspending", "started"]


@pytest.mark.parametrize(
    ("before", "verb", "status"),
    [
        pytest.param([], "start", 200, id="started start"),
        pytest.param(["suspend"], "suspend", 200, id="suspended suspend"),
        pytest.param(["suspend"], "stop", 200, id="suspended stop"),
        pytest.param(["suspend"], "restart", 200, id="suspended restart"),
        pytest.param(["destroy"], "start", 412, id="destroyed start"),
        pytest.param(["destroy"], "stop", 412, id="destroyed stop"),
        pytest.param(["destroy"], "suspend", 412, id="destroyed suspend"),
        pytest.param(["destroy"], "restart", 412, id="destroyed restart"),
    ],
)
async def test_what_may_be_asked_depends_on_the_state(
    org: Org, before: list[str], verb: str, status: int
) -> None:
    machine = await org.made()
    for one in before:
        if one == "destroy":
            await org("DELETE", f"{at(machine)}?force=true")
        else:
            await org.do(machine, one)

    assert await org.do(machine, verb) == status


async def test_stopped_machine_cannot_sleep(org: Org) -> None:
    machine = await org.made(skip_launch=True)
    assert await org.do(machine, "suspend") == 412


async def test_running_machine_is_destroyed_by_force_only(org: Org) -> None:
    machine = await org.made()
    assert await org.status("DELETE", at(machine)) == 412
    assert await org.status("DELETE", f"{at(machine)}?force=true") == 200
    assert await org.status("DELETE", f"{at(machine)}?force=true") == 404

    assert await org.state(machine) == "destroyed"


async def test_wait_ends_with_the_state_or_with_the_time(org: Org) -> None:
    machine = await org.made()
    asking = asyncio.create_task(org.reached(machine, "suspended"))
    await org.do(machine, "suspend")
    assert await asking

    assert await org.status("GET", f"{at(machine)}/wait?state=started&timeout=0") == 408
    assert await org.status("GET", f"{at(machine)}/wait?state=started,suspended") == 200
    assert await org.status("GET", f"{at(machine)}/wait?state=settled") == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param("state=stopped", 400, id="stopped without a version"),
        pytest.param("state=asleep", 400, id="no state"),
        pytest.param("state=started&timeout=61", 400, id="too long"),
        pytest.param("state=started&version=other", 404, id="no such version"),
    ],
)
async def test_wait_that_makes_no_sense_is_refused(org: Org, query: str, status: int) -> None:
    machine = await org.made()
    assert await org.status("GET", f"{at(machine)}/wait?{query}") == status


async def test_version_that_was_replaced_has_stopped(org: Org) -> None:
    machine = await org.made()
    await org.do(machine, "restart")
    path = f"{at(machine)}/wait?state=stopped&instance_id={machine['instance_id']}"

    assert await org.status("GET", path) == 200


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("", {"a", "b"}, id="all that live"),
        pytest.param("?metadata.kind=red", {"a"}, id="by metadata"),
        pytest.param("?metadata.kind=red&metadata.n=2", set(), id="by all metadata"),
        pytest.param("?region=ams", {"b"}, id="by region"),
        pytest.param("?state=stopped,suspended", {"b"}, id="by state"),
        pytest.param("?include_deleted=true", {"a", "b", "c"}, id="deleted too"),
        pytest.param("?summary=true", {"a", "b"}, id="short"),
    ],
)
async def test_list_shows_what_was_asked_for(org: Org, query: str, names: set[str]) -> None:
    await org.made(name="a", config={"metadata": {"kind": "red", "n": "1"}})
    await org.made(name="b", region="ams", skip_launch=True, config={"metadata": {"n": "2"}})
    gone = await org.made(name="c")
    await org("DELETE", f"{at(gone)}?force=true")

    _, shown = await org("GET", f"/apps/one/machines{query}")
    assert {one["name"] for one in shown} == names
    assert all(("config" in one) != ("summary" in query) for one in shown)


async def test_list_of_the_organisation_comes_in_pages(org: Org) -> None:
    await org("POST", "/apps", {"name": "two", "org_slug": "acme"})
    await org("POST", "/apps", {"name": "foreign", "org_slug": "other"})
    wanted = [(await org.made(app))["id"] for app in ("one", "two", "one", "two", "one")]
    await org.made("foreign")
    found, cursor, pages = [], "", 0
    while cursor or not pages:
        _, page = await org("GET", f"/orgs/acme/machines?limit=2&cursor={cursor}")
        found += page["machines"]
        cursor, pages = page["next_cursor"].replace("+", "%2B"), pages + 1

    assert (pages, [one["id"] for one in found]) == (3, wanted)
    assert {one["app_name"] for one in found} == {"one", "two"}
    assert not any("env" in one["config"] for one in found)


async def test_lease_is_held_by_one(org: Org) -> None:
    machine = await org.made()
    lease = f"{at(machine)}/lease"
    assert await org.status("GET", lease) == 404
    status, held = await org("POST", lease, {"ttl": 30, "description": "mine"})
    assert status == 201
    assert await org.status("POST", lease, {"ttl": 30}) == 409
    assert await org.status("POST", lease, {"ttl": 30}, nonce="wrong") == 412
    _, again = await org("POST", lease, {"ttl": 90}, nonce=held["nonce"])

    assert again["nonce"] == held["nonce"]
    assert again["expires_at"] > held["expires_at"]
    assert (await org("GET", lease))[1]["description"] == ""


@pytest.mark.parametrize("verb", ["start", "stop", "suspend", "restart", ""])
async def test_leased_machine_is_changed_by_its_holder_only(org: Org, verb: str) -> None:
    machine = await org.made(lease_ttl=30)
    nonce, body = machine["nonce"], {"config": {"image": IMAGE}}
    path = f"{at(machine)}/{verb}".rstrip("/")

    assert await org.status("POST", path, body) == 409
    assert await org.status("POST", path, body, nonce="wrong") == 412
    assert await org.status("POST", path, body, nonce=nonce) == 200


async def test_leased_machine_is_destroyed_by_its_holder_only(org: Org) -> None:
    machine = await org.made(lease_ttl=30)
    path = f"{at(machine)}?force=true"

    assert await org.status("DELETE", path) == 409
    assert await org.status("DELETE", path, nonce=machine["nonce"]) == 200


async def test_lease_is_given_back_or_runs_out(org: Org) -> None:
    machine = await org.made(lease_ttl=30)
    lease = f"{at(machine)}/lease"
    assert await org.status("DELETE", lease) == 400
    assert await org.status("DELETE", lease, nonce="wrong") == 412
    assert await org.status("DELETE", lease, nonce=machine["nonce"]) == 200
    assert await org.status("DELETE", lease, nonce=machine["nonce"]) == 404

    _, short = await org("POST", lease, {"ttl": 1})
    org.fly.machines[machine["id"]].lease.until -= 1  # type: ignore[union-attr]
    assert await org.do(machine, "suspend") == 200
    assert await org.status("POST", lease, {"ttl": 1}, nonce=short["nonce"]) == 412


async def test_metadata_is_set_and_removed(org: Org) -> None:
    machine = await org.made(config={"metadata": {"a": "1"}})
    marks = f"{at(machine)}/metadata"
    assert await org.status("POST", f"{marks}/b", {"value": "2"}) == 204
    assert await org.status("POST", f"{marks}/b", {"value": 2}) == 400
    assert await org.status("DELETE", f"{marks}/a") == 204
    assert await org.status("GET", f"{marks}/a") == 404
    assert await org("GET", f"{marks}/b") == (200, {"value": "2"})
    assert await org.status("PATCH", marks, {"metadata": {"b": None, "c": "3"}}) == 204
    stale = {"metadata": {}, "machine_version": "old"}
    assert await org.status("PUT", marks, stale) == 412

    assert await org("GET", marks) == (200, {"c": "3"})
    assert (await org.look(machine))["instance_id"] == machine["instance_id"]


async def test_update_replaces_the_whole_configuration(org: Org) -> None:
    machine = await org.made(skip_launch=True, config={"env": {"A": "1"}, "auto_destroy": True})
    config = {"image": IMAGE, "env": {"B": "2"}}
    stale = {"config": config, "current_version": "old"}
    assert await org.status("POST", at(machine), stale) == 412
    _, shown = await org("POST", at(machine), {"config": config, "skip_launch": True})

    assert (shown["config"], shown["state"]) == (config, "stopped")
    assert shown["instance_id"] != machine["instance_id"]
    await org("POST", at(machine), {"config": config})
    assert await org.reached(machine, "started")


async def test_network_policy_names_ports_and_directions(org: Org) -> None:
    path = "/apps/one/network_policies"
    rule = {
        "action": "allow",
        "direction": "egress",
        "ports": [{"protocol": "tcp", "port": 443}],
    }
    policy = {"name": "out", "selector": {"all": True}, "rules": [rule]}
    assert await org.status("POST", path, policy | {"rules": [rule | {"action": "deny"}]}) == 422
    assert await org.status("POST", path, policy) == 201
    _, [made] = await org("GET", path)

    assert made.items() >= policy.items()
    assert await org.status("DELETE", f"{path}/{made['id']}") == 204
    assert await org.status("DELETE", f"{path}/{made['id']}") == 404


async def test_creations_of_an_app_go_one_a_second_after_three(org: Org) -> None:
    org.fly.rates.is_on = True
    body = {"config": {"image": IMAGE}, "skip_launch": True}
    statuses = [await org.status("POST", "/apps/one/machines", body) for _ in range(30)]
    refused = statuses.count(429)

    assert statuses[:3] == [200, 200, 200]
    assert refused > 0
    assert statuses.count(200) == 30 - refused
    assert org.fly.rates.refused["POST /v1/apps/{app}/machines"] == refused


async def test_starts_of_machines_are_not_in_each_others_way(org: Org) -> None:
    machines = [await org.made(skip_launch=True) for _ in range(6)]
    org.fly.rates.is_on = True

    assert [await org.do(one, "start") for one in machines] == [200] * 6


async def test_looking_at_a_machine_goes_ten_times_at_once(org: Org) -> None:
    machine = await org.made()
    org.fly.rates.is_on = True
    statuses = await asyncio.gather(*(org.status("GET", at(machine)) for _ in range(16)))

    assert 10 <= statuses.count(200) < 16
    assert statuses.count(200) + statuses.count(429) == 16


def test_limit_gives_way_with_time_and_another_app_has_its_own() -> None:
    rates = Rates()
    assert [rates.take("create", "one", 0.0) for _ in range(4)] == [True, True, True, False]
    assert rates.take("create", "two", 0.0)
    assert [rates.take("create", "one", 1.0) for _ in range(2)] == [True, False]
    assert [rates.take("get machine", "m", 0.0) for _ in range(11)] == [True] * 10 + [False]
    assert sum(rates.take("delete app", "org", 0.0) for _ in range(150)) == 100


async def test_calls_are_remembered(org: Org) -> None:
    before = len(org.fly.calls)
    machine = await org.made()
    await org.do(machine, "suspend")
    await org.status("GET", "/apps/none")

    assert [(method, path, status) for _, method, path, status in org.fly.calls[before:]] == [
        ("POST", "/v1/apps/one/machines", 200),
        ("POST", f"/v1{at(machine)}/suspend", 200),
        ("GET", "/v1/apps/none", 404),
    ]


async def test_durations_may_be_given_at_the_start() -> None:
    async with (
        FlyStandIn(command=SLEEPER, durations=Durations(create_s=SOON_S)) as fly,
        aiohttp.ClientSession() as session,
    ):
        org = Org(session, fly)
        await org.open()
        assert (await org.made(skip_launch=True))["state"] == "creating"

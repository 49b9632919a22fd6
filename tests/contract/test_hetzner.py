"""The stand-in against Hetzner's official client: what it returns, typed, and how it fails."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import hcloud
import pytest
from hcloud.actions import ActionFailedException
from hcloud.firewalls import FirewallRule
from hcloud.images import Image
from hcloud.locations import Location
from hcloud.server_types import ServerType
from hcloud.servers import CreateServerResponse, ServerCreatePublicNetwork

from deploy.devkit.hetzner import HetznerStandIn

T = TypeVar("T")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1 someone"


@pytest.fixture
async def hetzner() -> AsyncIterator[HetznerStandIn]:
    async with HetznerStandIn() as hetzner:
        yield hetzner


@pytest.fixture
def client(hetzner: HetznerStandIn) -> hcloud.Client:
    client = hcloud.Client(hetzner.token, hetzner.url, poll_interval=0.01, timeout=10)
    client._client._retry_max_retries = 0
    return client


async def off(do: Callable[..., T], *args: Any, **options: Any) -> T:
    return await asyncio.to_thread(do, *args, **options)


async def created(client: hcloud.Client, name: str = "one", **more: Any) -> CreateServerResponse:
    return await off(
        client.servers.create,
        name=name,
        server_type=ServerType(name="cx23"),
        image=Image(name="debian-12"),
        location=Location(name="nbg1"),
        user_data="#cloud-config\n",
        **more,
    )


async def refused(do: Callable[..., Any], *args: Any, **options: Any) -> hcloud.APIException:
    with pytest.raises(hcloud.APIException) as caught:
        await off(do, *args, **options)
    return caught.value


async def test_a_server_is_made_in_two_actions_and_runs(client: hcloud.Client) -> None:
    made = await created(client, labels={"cadence-server": "s1"})
    first = made.server.status

    await off(made.action.wait_until_finished)
    for action in made.next_actions:
        await off(action.wait_until_finished)
    server = await off(client.servers.get_by_id, made.server.id)

    assert first == "initializing"
    assert [made.action.command, *(one.command for one in made.next_actions)] == [
        "create_server",
        "start_server",
    ]
    assert made.action.progress == 100
    assert server.status == "running"
    assert server.name == "one"
    assert server.labels == {"cadence-server": "s1"}
    assert server.server_type is not None
    assert server.server_type.name == "cx23"
    assert server.location is not None
    assert server.location.name == "nbg1"
    assert server.image is not None
    assert server.image.os_flavor == "debian"
    assert server.public_net is not None
    assert server.public_net.ipv4 is not None
    assert server.public_net.ipv4.ip.startswith("203.0.113.")
    assert server.created is not None
    assert abs((datetime.now(UTC) - server.created).total_seconds()) < 60


async def test_catalogue_comes_typed_with_prices_for_each_location(client: hcloud.Client) -> None:
    kind = await off(client.server_types.get_by_name, "cx33")
    places = await off(client.locations.get_all)
    image = await off(client.images.get_by_name_and_architecture, "debian-12", "arm")
    pricing = (await off(client.request, "GET", "/pricing"))["pricing"]

    assert kind is not None
    assert (kind.cores, kind.memory, kind.disk, kind.architecture) == (4, 8.0, 80, "x86")
    assert kind.prices is not None
    assert {price["location"] for price in kind.prices} == {"fsn1", "nbg1", "hel1"}
    assert float(kind.prices[0]["price_hourly"]["gross"]) > 0
    assert kind.locations is not None
    assert all(place.available for place in kind.locations)
    assert {place.name for place in places} == {"fsn1", "nbg1", "hel1", "ash"}
    assert image is not None
    assert image.architecture == "arm"
    assert pricing["currency"] == "EUR"
    assert pricing["primary_ips"][0]["type"] == "ipv4"


async def test_parts_are_made_used_and_given_back(client: hcloud.Client) -> None:
    rule = FirewallRule(direction="in", protocol="tcp", port="22", source_ips=["0.0.0.0/0"])
    wall = (await off(client.firewalls.create, name="one", rules=[rule])).firewall
    key = await off(client.ssh_keys.create, name="one", public_key=KEY)
    place = Location(name="nbg1")
    address = (
        await off(
            client.primary_ips.create, type="ipv4", name="one", location=place, auto_delete=True
        )
    ).primary_ip
    made = await created(
        client,
        ssh_keys=[key],
        firewalls=[wall],
        public_net=ServerCreatePublicNetwork(ipv4=address),
    )
    await off(made.next_actions[0].wait_until_finished)
    used = await off(client.firewalls.get_by_id, wall.id)
    in_use = await refused(client.firewalls.delete, wall)
    held = await refused(client.primary_ips.delete, address)

    await off((await off(client.servers.delete, made.server)).wait_until_finished)
    await off(client.firewalls.delete, wall)
    await off(client.ssh_keys.delete, key)

    assert used.applied_to is not None
    assert used.applied_to[0].server is not None
    assert used.applied_to[0].server.id == made.server.id
    assert used.rules is not None
    assert used.rules[0].port == "22"
    assert (in_use.code, held.code) == ("resource_in_use", "must_be_unassigned")
    assert await off(client.primary_ips.get_all) == []  # it went with its server
    assert await off(client.firewalls.get_all) == []
    assert (await refused(client.servers.get_by_id, made.server.id)).code == "not_found"


async def test_a_key_is_found_by_its_fingerprint_and_is_there_once(client: hcloud.Client) -> None:
    key = await off(client.ssh_keys.create, name="one", public_key=KEY)

    found = await off(client.ssh_keys.get_by_fingerprint, key.fingerprint or "")
    error = await refused(client.ssh_keys.create, name="two", public_key=KEY)

    assert found is not None
    assert found.id == key.id
    assert error.code == "uniqueness_error"


async def test_type_changes_only_while_the_server_is_off(client: hcloud.Client) -> None:
    made = await created(client)
    await off(made.next_actions[0].wait_until_finished)
    change = client.servers.change_type
    running = await refused(change, made.server, ServerType(name="cx33"), upgrade_disk=False)

    await off((await off(client.servers.power_off, made.server)).wait_until_finished)
    wanted = ServerType(name="cx33")
    changed = await off(change, made.server, wanted, upgrade_disk=False)
    busy = await refused(client.servers.power_on, made.server)
    await off(changed.wait_until_finished)
    server = await off(client.servers.get_by_id, made.server.id)
    await off((await off(client.servers.power_off, made.server)).wait_until_finished)
    arm = await refused(change, made.server, ServerType(name="cax11"), upgrade_disk=False)

    assert running.code == "server_not_stopped"
    assert busy.code == "locked"
    assert arm.code == "invalid_server_type"
    assert server.server_type is not None
    assert server.server_type.name == "cx33"
    assert server.primary_disk_size == 40
    assert server.status == "running"  # it starts by itself


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        pytest.param("place=a", ["s0", "s2"], id="equal"),
        pytest.param("place!=a", ["s1"], id="unequal"),
        pytest.param("place", ["s0", "s1", "s2"], id="present"),
        pytest.param("!place", [], id="absent"),
        pytest.param("number in (0, 1)", ["s0", "s1"], id="among"),
        pytest.param("place==a,number notin (0)", ["s2"], id="both"),
    ],
)
async def test_labels_select(client: hcloud.Client, selector: str, found: list[str]) -> None:
    for number, place in enumerate("aba"):
        labels = {"place": place, "number": str(number)}
        await created(client, f"s{number}", labels=labels)

    servers = await off(client.servers.get_all, label_selector=selector)

    assert [server.name for server in servers] == found


async def test_lists_come_in_pages(client: hcloud.Client) -> None:
    for number in range(7):
        await off(client.firewalls.create, name=f"wall-{number}")

    first = await off(client.firewalls.get_list, page=1, per_page=3)
    last = await off(client.firewalls.get_list, page=3, per_page=3)
    client.firewalls.max_per_page = 3
    everything = await off(client.firewalls.get_all)

    assert len(first.firewalls) == 3
    assert first.meta.pagination is not None
    assert (first.meta.pagination.next_page, first.meta.pagination.last_page) == (2, 3)
    assert first.meta.pagination.total_entries == 7
    assert last.meta.pagination is not None
    assert last.meta.pagination.next_page is None
    assert len(everything) == 7


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"name": "taken"}, "uniqueness_error", id="name"),
        pytest.param({"name": "no_host.name!"}, "invalid_input", id="no host name"),
        pytest.param({"location": Location(name="ash")}, "invalid_input", id="not sold there"),
        pytest.param({"server_type": ServerType(name="cx99")}, "invalid_input", id="type"),
        pytest.param({"image": Image(name="plan-9")}, "invalid_input", id="image"),
        pytest.param({"user_data": "#" * 32769}, "invalid_input", id="user data"),
        pytest.param({"labels": {"a": "-"}}, "invalid_input", id="label"),
    ],
)
async def test_wrong_orders_are_refused(
    client: hcloud.Client, hetzner: HetznerStandIn, change: dict[str, Any], code: str
) -> None:
    await created(client, "taken")
    order = {
        "name": "one",
        "server_type": ServerType(name="cx23"),
        "image": Image(name="debian-12"),
        "location": Location(name="fsn1"),
    }

    error = await refused(client.servers.create, **{**order, **change})

    assert error.code == code
    assert len(hetzner.world.servers) == 1


async def test_quota_token_and_capacity_are_refused_in_the_real_words(
    client: hcloud.Client, hetzner: HetznerStandIn
) -> None:
    hetzner.world.limit = 0
    full = await refused(created_now, client)
    hetzner.world.limit = 10
    hetzner.fail("sold_out", location="nbg1")
    sold_out = await refused(created_now, client)
    stranger = hcloud.Client("wrong", hetzner.url)

    assert full.code == "resource_limit_exceeded"
    assert (sold_out.code, sold_out.message) == ("resource_unavailable", "error during placement")
    assert (await refused(stranger.servers.get_all)).code == "unauthorized"


def created_now(client: hcloud.Client) -> None:
    client.servers.create(
        name="one",
        server_type=ServerType(name="cx23"),
        image=Image(name="debian-12"),
        location=Location(name="nbg1"),
    )


async def test_a_failing_action_says_why_and_the_next_one_fails_with_it(
    client: hcloud.Client, hetzner: HetznerStandIn
) -> None:
    hetzner.fail("action_fails", command="create_server", code="server_error", message="no disk")

    made = await created(client)

    with pytest.raises(ActionFailedException, match="no disk"):
        await off(made.action.wait_until_finished)
    with pytest.raises(ActionFailedException):
        await off(made.next_actions[0].wait_until_finished)


async def test_rate_limit_runs_down_grows_back_and_is_told_in_headers() -> None:
    async with HetznerStandIn(hourly=360) as hetzner:  # one in ten seconds
        client = hcloud.Client(hetzner.token, hetzner.url)
        client._client._retry_max_retries = 0
        seen: list[int] = []
        client._client._session.hooks["response"].append(
            lambda answer, **_: seen.append(int(answer.headers["RateLimit-Remaining"]))
        )
        hetzner._left = 2.0
        await off(client.locations.get_all)
        await off(client.locations.get_all)
        error = await refused(client.locations.get_all)
        hetzner._counted -= 11  # as if so many seconds had gone by
        await off(client.locations.get_all)

    assert error.code == "rate_limit_exceeded"
    assert seen[0] <= 2
    assert 0 in seen


async def test_a_lost_answer_leaves_the_server_there(
    client: hcloud.Client, hetzner: HetznerStandIn
) -> None:
    hetzner.fail("lost_answer", method="POST", path="/servers")

    with pytest.raises(OSError, match="Connection"):
        await created(client)

    assert [row["name"] for row in hetzner.world.servers.values()] == ["one"]


async def test_the_stand_in_serves_as_a_program_and_takes_faults() -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.devkit.hetzner", "--action-seconds", "0"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    try:
        said = json.loads(await asyncio.wait_for(program.stdout.readline(), 20))
        client = hcloud.Client(said["token"], said["url"])
        client._client._retry_max_retries = 0
        base = said["url"].removesuffix("/v1")
        await off(_armed, client, base, {"kind": "status", "status": 503, "code": "unavailable"})
        broken = await refused(client.locations.get_all)
        places = await off(client.locations.get_all)
    finally:
        program.terminate()
        await program.wait()

    assert broken.code == "unavailable"
    assert len(places) == 4
    assert program.returncode == 0


def _armed(client: hcloud.Client, base: str, fault: dict[str, Any]) -> None:
    answer = client._client._session.post(f"{base}/_devkit/faults", json=fault, timeout=10)
    assert answer.status_code == 201

"""Servers from order to end, with the stand-in for Hetzner, real processes and the real rows."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.errors import (
    BadSettings,
    InvalidRequest,
    MachineUnavailable,
    NotFound,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from bot.machine import ServerState
from deploy.devkit.hetzner import catalog
from tests.fakes.rented_machine import files_of
from tests.fakes.yard import ACCOUNT, KEY, Yard, open_yard


@pytest.fixture
async def yard(database: Database, tmp_path: Path, bus: Bus) -> AsyncIterator[Yard]:
    async with open_yard(database, tmp_path, bus) as yard:
        yield yard


async def test_a_server_is_ready_when_its_daemon_has_connected(yard: Yard) -> None:
    told: list[str] = []

    server = await yard.fleet(ssh_key=KEY).create(
        ACCOUNT, name="one", created_by="jo", tell=told.append
    )

    assert server.state is ServerState.READY
    assert (server.kind, server.location) == ("cx23", "fsn1")
    assert server.ready_at is not None
    daemon = await yard.daemons.get(server.daemon_id)
    assert daemon is not None
    assert daemon.seen_at is not None
    assert (daemon.installation_id, daemon.name, daemon.created_by) == (ACCOUNT, "one", "jo")
    assert daemon.version == "0.1.0"  # a real process said so, over a real socket
    (row,) = yard.hetzner.world.servers.values()
    assert str(row["id"]) == server.provider_id
    assert row["labels"]["cadence-server"] == server.id
    (wall,) = yard.hetzner.world.firewalls.values()
    assert [rule["port"] for rule in wall["rules"]] == ["22"]
    assert "waiting for the daemon to connect" in told


async def test_the_token_is_only_in_a_file_for_root_and_its_hash_in_the_row(yard: Yard) -> None:
    server = await yard.fleet().create(ACCOUNT, name="one")

    (user_data,) = yard.hetzner.world.user_data.values()
    token = files_of(user_data)["/etc/cadence/token"]
    by_token = await yard.daemons.by_token(hashlib.sha256(token.encode()).hexdigest())

    assert len(token) >= 43
    assert user_data.count(token) == 1
    assert by_token is not None
    assert by_token.id == server.daemon_id
    (row,) = yard.hetzner.world.servers.values()
    assert token not in str(row)
    assert not yard.hetzner.world.firewalls[row["public_net"]["firewalls"][0]["id"]]["rules"]


async def test_asking_again_for_a_ready_server_makes_no_second_one(yard: Yard) -> None:
    first = await yard.fleet().create(ACCOUNT, name="one")
    before = len(yard.asked)

    assert await yard.fleet().create(ACCOUNT, name="one") == first
    assert len(yard.asked) == before


async def test_sold_out_goes_to_the_next_location_with_its_address(yard: Yard) -> None:
    yard.hetzner.fail("sold_out", location="fsn1")
    yard.hetzner.fail("sold_out", location="nbg1")

    server = await yard.fleet().create(ACCOUNT, name="one")

    assert server.location == "hel1"
    addresses = list(yard.hetzner.world.primary_ips.values())
    assert {one["location"]["name"] for one in addresses} == {"hel1"}
    assert sorted(one["type"] for one in addresses) == ["ipv4", "ipv6"]
    assert len(yard.hetzner.world.firewalls) == 1


async def test_a_location_that_has_none_by_its_own_word_is_not_asked(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(catalog.SERVER_TYPES[0]["locations"][0], "available", False)

    server = await yard.fleet().create(ACCOUNT, name="one")

    assert server.location == "nbg1"
    assert yard.asked.count(("POST", "/primary_ips")) == 1


async def test_a_creation_that_finds_no_room_on_the_way_goes_on_elsewhere(yard: Yard) -> None:
    yard.hetzner.fail(
        "action_fails",
        command="create_server",
        code="resource_unavailable",
        message="error during placement",
    )

    server = await yard.fleet().create(ACCOUNT, name="one")

    assert server.location == "nbg1"
    assert len(yard.hetzner.world.servers) == 1


async def test_sold_out_everywhere_leaves_nothing_and_says_where_it_asked(yard: Yard) -> None:
    yard.hetzner.fail("sold_out", times=9)

    with pytest.raises(MachineUnavailable, match="cx23 is sold out at Hetzner in fsn1, nbg1, hel1"):
        await yard.fleet().create(ACCOUNT, name="one")

    assert await yard.is_tidy()
    server = await yard.servers.named("one")
    assert server is not None
    assert server.state is ServerState.FAILED
    assert "sold out" in server.reason


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        pytest.param(
            {"kind": "action_fails", "command": "create_server", "message": "disk broke"},
            MachineUnavailable,
            "could not create_server: disk broke",
            id="creation fails",
        ),
        pytest.param(
            {"kind": "action_fails", "command": "start_server", "message": "no power"},
            MachineUnavailable,
            "could not start_server: no power",
            id="start fails",
        ),
        pytest.param(
            {"kind": "never_boots"}, MachineUnavailable, "did not connect within", id="no daemon"
        ),
        pytest.param(
            {"kind": "action_hangs", "command": "create_server"},
            MachineUnavailable,
            "did not finish create_server",
            id="creation hangs",
        ),
        pytest.param(
            {
                "kind": "status",
                "method": "POST",
                "path": "/firewalls",
                "status": 403,
                "code": "resource_limit_exceeded",
                "message": "firewall limit exceeded",
            },
            QuotaExceeded,
            "firewall limit exceeded",
            id="quota",
        ),
        pytest.param(
            {"kind": "status", "method": "POST", "path": "/servers", "times": 9, "status": 503},
            Unavailable,
            "no server after 4 tries: Hetzner's API is in trouble",
            id="trouble that stays",
        ),
    ],
)
async def test_whatever_was_made_is_taken_back_when_a_step_fails(
    yard: Yard, fault: dict[str, object], error: type[Exception], said: str
) -> None:
    yard.hetzner.fail(**fault)  # type: ignore[arg-type]  # the parameters above

    with pytest.raises(error, match=said):
        await yard.fleet(boot_s=1.0, ssh_key=KEY).create(ACCOUNT, name="one")

    assert await yard.is_tidy()
    server = await yard.servers.named("one")
    assert server is not None
    assert server.state is ServerState.FAILED
    assert said in server.reason
    assert server.gone_at is not None


async def test_a_name_is_free_again_after_a_failure(yard: Yard) -> None:
    yard.hetzner.fail("action_fails", command="create_server")
    with pytest.raises(MachineUnavailable):
        await yard.fleet().create(ACCOUNT, name="one")

    server = await yard.fleet().create(ACCOUNT, name="one")

    assert server.state is ServerState.READY
    assert len(await yard.servers.all(over=True)) == 2
    assert len(yard.hetzner.world.servers) == 1


@pytest.mark.parametrize("path", ["/servers", "/firewalls", "/primary_ips", "/ssh_keys"])
async def test_a_lost_answer_makes_nothing_twice(yard: Yard, path: str) -> None:
    yard.hetzner.fail("lost_answer", method="POST", path=path)

    server = await yard.fleet(ssh_key=KEY).create(ACCOUNT, name="one")

    assert server.state is ServerState.READY
    assert len(yard.hetzner.world.servers) == 1
    assert len(yard.hetzner.world.firewalls) == 1
    assert len(yard.hetzner.world.primary_ips) == 2
    assert len(yard.hetzner.world.ssh_keys) == 1


async def test_passing_trouble_and_rate_limits_are_waited_out(yard: Yard) -> None:
    yard.hetzner.fail("rate_limit", path="/firewalls", retry_after=0.05)
    yard.hetzner.fail("status", path="/servers", method="GET", status=502, code="bad_gateway")
    yard.hetzner.fail("status", path="/actions", status=409, code="conflict")
    yard.hetzner.fail("rate_limit", path="/servers", method="POST", retry_after=0.05)

    server = await yard.fleet().create(ACCOUNT, name="one")

    assert server.state is ServerState.READY
    assert not yard.hetzner.world.faults.coming


async def test_a_long_rate_limit_is_not_sat_out_but_told(yard: Yard) -> None:
    yard.hetzner.fail("rate_limit", path="/server_types", retry_after=1800)

    with pytest.raises(RateLimited, match="slow down") as caught:
        await yard.fleet().create(ACCOUNT, name="one")

    assert caught.value.retry_after_s == 1800


async def test_a_wrong_token_is_a_sentence_for_the_operator(yard: Yard) -> None:
    yard.token = "".join(["not", "-", "it"])

    with pytest.raises(Unavailable, match="does not know the API token") as caught:
        await yard.fleet().create(ACCOUNT, name="one")

    assert isinstance(caught.value.__cause__, BadSettings)
    assert "cadence vps destroy one" in str(caught.value)
    server = await yard.servers.named("one")
    assert server is not None
    assert server.state is ServerState.ENDING  # nobody could look whether something is left


async def test_wrong_orders_are_refused_before_anything_is_made(yard: Yard) -> None:
    fleet = yard.fleet()
    with pytest.raises(InvalidRequest, match="letters, digits and dashes"):
        await fleet.create(ACCOUNT, name="No Host!")
    with pytest.raises(NotFound, match="no server type 'cx99'"):
        await fleet.create(ACCOUNT, name="one", kind="cx99")
    with pytest.raises(InvalidRequest, match="sells cpx11 in other locations only: ash"):
        await fleet.create(ACCOUNT, name="one", kind="cpx11")
    with pytest.raises(BadSettings, match="CADENCE_VPS_PACKAGE"):
        await yard.fleet(package="").create(ACCOUNT, name="one")

    assert await yard.is_tidy()
    assert not [path for method, path in yard.asked if method == "POST"]


async def test_a_strangers_server_of_the_same_name_is_left_alone(yard: Yard) -> None:
    stranger = await yard.fleet().create(ACCOUNT, name="one")
    (row,) = yard.hetzner.world.servers.values()
    row["labels"] = {}
    await yard.servers.move(stranger.id, ServerState.GONE, only_from=(ServerState.READY,))

    with pytest.raises(InvalidRequest, match="has another server 'one'"):
        await yard.fleet().create(ACCOUNT, name="one")

    assert [one["name"] for one in yard.hetzner.world.servers.values()] == ["one"]


async def test_another_accounts_name_cannot_be_taken_over(yard: Yard) -> None:
    await yard.fleet().create(ACCOUNT, name="one")

    with pytest.raises(InvalidRequest, match="another account has a server 'one'"):
        await yard.fleet().create(8, name="one")
    with pytest.raises(InvalidRequest, match="one is a cx23: resize it instead"):
        await yard.fleet().create(ACCOUNT, name="one", kind="cx33")

    server = await yard.servers.named("one")
    assert server is not None
    assert server.state is ServerState.READY


async def test_a_server_with_another_token_is_made_anew(yard: Yard) -> None:
    """As after a kill between the token and the server that another process created."""
    first = await yard.fleet().create(ACCOUNT, name="one")
    await yard.servers.set(first.id, state=ServerState.ORDERED)
    await yard.daemons.set_token(first.daemon_id, "0" * 64)

    again = await yard.fleet().create(ACCOUNT, name="one")

    assert again.id == first.id
    assert again.provider_id != first.provider_id
    assert len(yard.hetzner.world.servers) == 1


async def begun(yard: Yard, requests: int) -> None:
    """Begin to create a server and be gone when so many requests were made."""
    task = asyncio.create_task(yard.fleet(ssh_key=KEY).create(ACCOUNT, name="one"))
    async with asyncio.timeout(30):
        while len(yard.asked) < requests and not task.done():  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("requests", range(0, 22, 2))
async def test_a_creation_that_was_cut_off_is_gone_on_with(yard: Yard, requests: int) -> None:
    await begun(yard, requests)

    server = await yard.fleet(ssh_key=KEY).create(ACCOUNT, name="one")

    assert server.state is ServerState.READY
    assert len(yard.hetzner.world.servers) == 1
    assert len(yard.hetzner.world.firewalls) == 1
    assert len(yard.hetzner.world.primary_ips) == 2
    assert len(yard.hetzner.world.ssh_keys) == 1
    assert len(await yard.servers.all()) == 1
    await yard.fleet().destroy("one")
    assert await yard.is_tidy()

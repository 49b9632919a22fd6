"""What comes after the order: another size, the list, the costs, the end."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.errors import InvalidRequest, MachineUnavailable, NotFound, Unavailable
from bot.machine import ServerState
from bot.places.inventory import Inventory
from bot.places.own_machines import OwnMachines
from bot.places.servers import Fleet
from runner.machines.hetzner import Hetzner, Rented, ServerOrder
from tests.fakes.yard import ACCOUNT, KEY, Yard, open_yard


@pytest.fixture
async def yard(database: Database, tmp_path: Path, bus: Bus) -> AsyncIterator[Yard]:
    async with open_yard(database, tmp_path, bus) as yard:
        yield yard


async def test_resize_switches_off_changes_and_waits_for_the_daemon(yard: Yard) -> None:
    before = await yard.fleet().create(ACCOUNT, name="one")
    seen = await yard.daemons.get(before.daemon_id)

    after = await yard.fleet().resize("one", "cx33")

    assert (after.kind, after.state) == ("cx33", ServerState.READY)
    (row,) = yard.hetzner.world.servers.values()
    assert (row["server_type"]["name"], row["status"]) == ("cx33", "running")
    assert row["primary_disk_size"] == 40  # so that it may be made smaller again
    did = [path.rpartition("/")[2] for method, path in yard.asked if "/actions/" in path]
    assert [one for one in did if not one.isdigit()] == ["shutdown", "change_type"]
    daemon = await yard.daemons.get(before.daemon_id)
    assert daemon is not None
    assert seen is not None
    assert daemon.seen_at is not None
    assert seen.seen_at is not None
    assert daemon.seen_at > seen.seen_at
    assert (await yard.fleet().resize("one", "cx23")).kind == "cx23"


async def test_a_resize_without_room_leaves_the_server_running_as_it_was(yard: Yard) -> None:
    await yard.fleet().create(ACCOUNT, name="one")
    yard.hetzner.fail("sold_out")

    with pytest.raises(MachineUnavailable, match="no room"):
        await yard.fleet().resize("one", "cx33")

    server = await yard.servers.named("one")
    assert server is not None
    assert (server.kind, server.state) == ("cx23", ServerState.READY)
    assert "not resized to cx33" in server.reason
    (row,) = yard.hetzner.world.servers.values()
    assert (row["server_type"]["name"], row["status"]) == ("cx23", "running")


async def test_a_server_that_stays_off_after_the_change_is_switched_on(yard: Yard) -> None:
    await yard.fleet().create(ACCOUNT, name="one")
    yard.hetzner.fail("stays_off")

    assert (await yard.fleet().resize("one", "cx33")).kind == "cx33"

    assert yard.asked[-1][1].startswith("/servers/")
    assert any(path.endswith("/actions/poweron") for _, path in yard.asked)


async def test_a_server_that_does_not_shut_down_is_switched_off(yard: Yard) -> None:
    await yard.fleet().create(ACCOUNT, name="one")
    yard.hetzner.fail("ignores_shutdown")

    assert (await yard.fleet().resize("one", "cx33")).kind == "cx33"

    assert any(path.endswith("/actions/poweroff") for _, path in yard.asked)


@pytest.mark.parametrize("requests", range(1, 20, 3))
async def test_a_resize_that_was_cut_off_is_gone_on_with(yard: Yard, requests: int) -> None:
    await yard.fleet().create(ACCOUNT, name="one")
    before = len(yard.asked)
    task = asyncio.create_task(yard.fleet().resize("one", "cx33"))
    async with asyncio.timeout(30):
        while len(yard.asked) < before + requests and not task.done():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    server = await yard.fleet().resize("one", "cx33")

    assert (server.kind, server.state) == ("cx33", ServerState.READY)
    (row,) = yard.hetzner.world.servers.values()
    assert (row["server_type"]["name"], row["status"]) == ("cx33", "running")


async def test_wrong_sizes_are_refused_while_the_server_runs_on(yard: Yard) -> None:
    await yard.fleet().create(ACCOUNT, name="one")
    with pytest.raises(NotFound, match="no server type 'cx99'"):
        await yard.fleet().resize("one", "cx99")
    with pytest.raises(InvalidRequest, match="does not sell cpx11 in fsn1"):
        await yard.fleet().resize("one", "cpx11")
    with pytest.raises(InvalidRequest, match="does not fit"):
        await yard.fleet().resize("one", "cax11")
    with pytest.raises(NotFound, match="no server 'two'"):
        await yard.fleet().resize("two", "cx33")

    (row,) = yard.hetzner.world.servers.values()
    assert row["status"] == "running"


async def test_destroy_leaves_nothing_and_shuts_the_daemon_out(yard: Yard) -> None:
    server = await yard.fleet(ssh_key=KEY).create(ACCOUNT, name="one")

    gone = await yard.fleet().destroy("one")
    again = await yard.fleet().destroy("one")

    assert (gone.id, gone.state) == (server.id, ServerState.GONE)
    assert again.state is ServerState.GONE
    assert await yard.is_tidy()
    with pytest.raises(NotFound):
        await yard.fleet().destroy("two")


async def test_destroy_is_at_peace_with_what_somebody_else_removed(yard: Yard) -> None:
    await yard.fleet(ssh_key=KEY).create(ACCOUNT, name="one")
    yard.hetzner.world.servers.clear()
    yard.hetzner.world.ssh_keys.clear()
    for wall in yard.hetzner.world.firewalls.values():
        wall["applied_to"] = []
    for address in yard.hetzner.world.primary_ips.values():
        address["assignee_id"] = None
    listed = await yard.inventory.everything()

    await yard.fleet().destroy("one")

    assert listed[0].rented is None
    assert not yard.hetzner.world.firewalls
    # An IPv6 address that never was labelled belongs to the one who tore the server off it.
    assert [one["type"] for one in yard.hetzner.world.primary_ips.values()] == ["ipv6"]


async def test_an_end_that_sticks_says_so_and_is_asked_for_again(yard: Yard) -> None:
    await yard.fleet().create(ACCOUNT, name="one")
    yard.hetzner.fail("status", method="DELETE", path="/firewalls", times=4)

    with pytest.raises(Unavailable, match="in trouble"):
        await yard.fleet().destroy("one")
    stuck = await yard.servers.named("one")
    with pytest.raises(InvalidRequest, match="one is ending"):
        await yard.fleet().create(ACCOUNT, name="one")
    await yard.fleet().destroy("one")

    assert stuck is not None
    assert stuck.state is ServerState.ENDING
    assert "not removed yet" in stuck.reason
    assert await yard.is_tidy()


async def test_a_key_that_was_there_before_stays(yard: Yard) -> None:
    theirs = yard.hetzner.world.new_key({"name": "laptop", "public_key": KEY})

    await yard.fleet(ssh_key=KEY).create(ACCOUNT, name="one")
    await yard.fleet().destroy("one")

    assert list(yard.hetzner.world.ssh_keys.values()) == [theirs]


async def test_a_server_that_is_destroyed_while_it_is_created_does_not_stay(yard: Yard) -> None:
    yard.hetzner.fail("never_boots")
    creating = asyncio.create_task(yard.fleet().create(ACCOUNT, name="one"))
    async with asyncio.timeout(30):
        while not (server := await yard.servers.named("one")) or server.state != "booting":  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    await yard.fleet().destroy("one")

    with pytest.raises(InvalidRequest, match="shut out meanwhile"):
        await creating
    assert await yard.is_tidy()


async def test_orphans_are_shown_and_removed_and_strangers_are_not(yard: Yard) -> None:
    kept = await yard.fleet().create(ACCOUNT, name="kept")
    lost = await yard.fleet(ssh_key=KEY).create(ACCOUNT, name="lost")
    await yard.servers.set(lost.id, state=ServerState.GONE)
    theirs = replace(yard, mark="coordinator-2")
    await theirs.fleet().create(ACCOUNT, name="theirs")
    yard.hetzner.world.new_firewall({"name": "by-hand", "labels": {}})
    # The rows of another coordinator are in another database.
    other = await yard.servers.named("theirs")
    assert other is not None
    await yard.servers.set(other.id, state=ServerState.GONE)

    listed = await yard.inventory.everything()
    removed = await yard.fleet().destroy_orphans()

    assert [one.server_id for one in listed if one.is_orphan] == removed == [lost.id]
    assert [one.server_id for one in listed if not one.is_orphan] == [kept.id]
    left = sorted(row["name"] for row in yard.hetzner.world.servers.values())
    assert left == ["kept", "theirs"]
    assert "by-hand" in {row["name"] for row in yard.hetzner.world.firewalls.values()}
    assert not yard.hetzner.world.ssh_keys
    assert await yard.fleet().destroy_orphans() == []


async def test_a_firewall_alone_is_an_orphan_too(yard: Yard) -> None:
    labels = {"cadence-server": "long-gone", "cadence-coordinator": yard.mark}
    yard.hetzner.world.new_firewall({"name": "left", "labels": labels})

    listed = await yard.inventory.everything()

    assert [(one.server_id, one.is_orphan) for one in listed] == [("long-gone", True)]
    assert await yard.fleet().destroy_orphans() == ["long-gone"]
    assert yard.hetzner.world.is_empty


async def test_costs_are_the_providers_prices_for_the_hours_so_far(yard: Yard) -> None:
    server = await yard.fleet(usd_rate=1.1).create(ACCOUNT, name="one")
    assert server.created_at is not None
    created = server.created_at

    def after(**passed: float) -> Inventory:
        now = created + timedelta(**passed)
        return Inventory(yard.servers, yard.daemons, yard.provider(), now=lambda: now)

    (cost,) = await after(minutes=90).costs()

    hourly = (0.005 + 0.0008) * 1.19  # the stand-in's prices: the server and its address, taxed
    assert cost.price.currency == "EUR"
    assert cost.price.hourly == pytest.approx(hourly)
    assert cost.price.monthly == pytest.approx(hourly * 624)
    assert cost.hours == pytest.approx(1.5)
    assert cost.so_far == pytest.approx(2 * hourly)  # a begun hour is an hour
    assert server.usd_per_hour == pytest.approx(hourly * 1.1)


async def test_costs_of_a_month_end_at_its_cap(yard: Yard) -> None:
    server = await yard.fleet().create(ACCOUNT, name="one")
    march = datetime(2026, 3, 1, tzinfo=UTC)
    await yard.servers.set(server.id, created_at=march)

    def until(now: datetime) -> Inventory:
        return Inventory(yard.servers, yard.daemons, yard.provider(), now=lambda: now)

    (month,) = await until(datetime(2026, 4, 1, tzinfo=UTC)).costs()
    (more,) = await until(datetime(2026, 4, 1, 10, tzinfo=UTC)).costs()

    assert month.hours == 744
    assert month.so_far == pytest.approx(month.price.monthly)  # 744 hours, paid as 624
    assert more.so_far == pytest.approx(month.price.monthly + 10 * month.price.hourly)


async def test_costs_of_what_is_gone_are_told_when_asked(yard: Yard) -> None:
    await yard.fleet().create(ACCOUNT, name="one")
    await yard.fleet().destroy("one")

    assert await yard.inventory.costs() == []
    (cost,) = await yard.inventory.costs(over=True)

    assert cost.so_far == pytest.approx(cost.price.hourly)


async def test_prices_follow_the_account_and_are_no_list_of_ours(yard: Yard) -> None:
    yard.hetzner.world.currency = "USD"

    server = await yard.fleet().create(ACCOUNT, name="one")
    (cost,) = await yard.inventory.costs()

    assert cost.price.currency == "USD"
    assert server.usd_per_hour == pytest.approx(cost.price.hourly)


async def test_a_machine_of_ones_own_gets_a_token_once_and_loses_it(yard: Yard) -> None:
    own = OwnMachines(yard.servers, yard.daemons)
    daemon, token = await own.admit(ACCOUNT, name="cellar", created_by="jo")
    token_hash = hashlib.sha256(token.get_secret_value().encode()).hexdigest()
    let_in = await yard.daemons.by_token(token_hash)
    listed = await yard.inventory.everything()
    with pytest.raises(InvalidRequest, match="there is a daemon 'cellar' already"):
        await own.admit(ACCOUNT, name="cellar")

    assert (await own.shut_out("cellar")).id == daemon.id

    assert let_in is not None
    assert let_in.id == daemon.id
    assert [one.daemon.name for one in listed if one.daemon] == ["cellar"]
    assert await yard.daemons.by_token(token_hash) is None
    assert await yard.inventory.everything() == []


async def test_a_daemon_is_shut_out_alone_and_never_that_of_a_server(yard: Yard) -> None:
    server = await yard.fleet().create(ACCOUNT, name="one")
    own = OwnMachines(yard.servers, yard.daemons)
    first, _ = await own.admit(ACCOUNT, name="cellar")
    second, _ = await own.admit(8, name="cellar")

    with pytest.raises(InvalidRequest, match="several accounts have a daemon 'cellar'"):
        await own.shut_out("cellar")
    with pytest.raises(NotFound):
        await own.shut_out(server.daemon_id)
    await own.shut_out(second.id)

    living = {one.id for one in await yard.daemons.all() if one.revoked_at is None}
    assert living == {server.daemon_id, first.id}


async def test_the_same_command_twice_at_once_makes_one_server(yard: Yard) -> None:
    first, second = await asyncio.gather(
        yard.fleet().create(ACCOUNT, name="one"), yard.fleet().create(ACCOUNT, name="one")
    )

    assert first == second
    assert [path for method, path in yard.asked if method == "POST"].count("/servers") == 1


async def test_a_server_that_is_created_after_its_end_is_taken_back(yard: Yard) -> None:
    """A destroy overtook the creation on its way to the provider."""
    gate, is_there = asyncio.Event(), asyncio.Event()

    class Slow(Hetzner):
        async def rent(self, order: ServerOrder) -> Rented:
            is_there.set()
            await gate.wait()
            return await super().rent(order)

    slow = Slow(yard.provider()._api, mark=yard.mark)
    fleet = Fleet(yard.servers, yard.daemons, slow, yard.terms)
    creating = asyncio.create_task(fleet.create(ACCOUNT, name="one"))
    await asyncio.wait_for(is_there.wait(), 10)

    await yard.fleet().destroy("one")
    gate.set()

    with pytest.raises(InvalidRequest, match="changed by somebody else meanwhile"):
        await creating
    assert ("POST", "/servers") in yard.asked
    assert await yard.is_tidy()
    server = await yard.servers.named("one")
    assert server is not None
    assert server.state is ServerState.GONE

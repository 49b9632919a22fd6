"""Who gets a run among daemons, and what is believed of what they say."""

import asyncio
import hashlib
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from bot.bus import Bus
from bot.db.daemons import Daemons
from bot.db.engine import Database
from bot.db.machines import Machines
from bot.errors import MachineUnavailable
from bot.machine import MachineState
from runner.backends.base import MachineOrder
from runner.backends.vps import VpsBackend
from runner.machine_protocol import BeatFrame, EndedFrame, ReadyFrame, TakenFrame

KEY = SecretStr("k" * 32)


@dataclass
class Scene:
    daemons: Daemons
    machines: Machines
    vps: VpsBackend
    other: VpsBackend

    async def daemon(self, name: str = "box", *, installation: int = 1, capacity: int = 1) -> str:
        mark = hashlib.sha256(f"{name}{installation}".encode()).hexdigest()
        one = await self.daemons.add(installation, name=name, token_hash=mark)
        await self.vps.ready(one.id, ReadyFrame(capacity=capacity, version="1.0"))
        return one.id

    async def state(self, run_id: str) -> MachineState:
        machine = await self.machines.of_run(run_id)
        assert machine is not None
        return machine.state


def order(run_id: str, installation: int = 1) -> MachineOrder:
    return MachineOrder(
        run_id=run_id, url="http://x", token=SecretStr(""), installation_id=installation
    )


@pytest.fixture
async def scene(database: Database, bus: Bus) -> Scene:
    daemons, machines = Daemons(database), Machines(database)
    one, two = (VpsBackend(daemons, machines, bus, key=KEY) for _ in range(2))
    return Scene(daemons, machines, one, two)


async def test_two_coordinators_never_give_a_daemon_more_than_it_can_do(scene: Scene) -> None:
    daemon = await scene.daemon(capacity=3)

    def begin(number: int) -> "asyncio.Future[object]":
        place = scene.vps if number % 2 else scene.other
        return asyncio.ensure_future(place.start(order(f"r{number}")))

    ended = await asyncio.gather(*(begin(n) for n in range(10)), return_exceptions=True)

    assert sum(isinstance(one, dict) for one in ended) == 3
    assert sum(isinstance(one, MachineUnavailable) for one in ended) == 7
    assert len((await scene.other.orders(daemon)).takes) == 3


async def test_daemon_of_another_account_is_never_asked(scene: Scene) -> None:
    await scene.daemon(installation=2)

    with pytest.raises(MachineUnavailable, match="not connected"):
        await scene.vps.start(order("r1", installation=1))


async def test_start_twice_is_one_run(scene: Scene) -> None:
    daemon = await scene.daemon(capacity=2)
    assert await scene.vps.start(order("r1")) == await scene.other.start(order("r1"))
    assert [take.run_id for take in (await scene.vps.orders(daemon)).takes] == ["r1"]


async def test_run_is_ordered_until_taken_and_ended_until_it_is_over(scene: Scene) -> None:
    daemon = await scene.daemon()
    await scene.vps.start(order("r1"))
    await scene.vps.taken(daemon, TakenFrame(run_id="r1"))
    assert (await scene.other.orders(daemon)).takes == ()

    await scene.vps.destroy("r1")
    assert (await scene.other.orders(daemon)).ends == ("r1",)
    assert (await scene.other.orders(daemon)).ends == ("r1",)
    await scene.other.ended(daemon, EndedFrame(run_id="r1", last_words="bye"))

    assert (await scene.vps.orders(daemon)).ends == ()
    assert await scene.other.last_words("r1") == "bye"
    await scene.vps.start(order("r2"))


async def test_run_called_off_while_it_was_taken_is_ended(scene: Scene) -> None:
    daemon = await scene.daemon()
    await scene.vps.start(order("r1"))
    await scene.vps.destroy("r1")
    await scene.vps.taken(daemon, TakenFrame(run_id="r1"))

    assert (await scene.vps.orders(daemon)).ends == ("r1",)


async def test_run_that_nobody_knows_is_ended(scene: Scene) -> None:
    daemon = await scene.daemon()
    await scene.vps.beat(daemon, BeatFrame(runs=("stranger",)))
    assert (await scene.vps.orders(daemon)).ends == ("stranger",)

    await scene.vps.beat(daemon, BeatFrame())
    assert (await scene.vps.orders(daemon)).ends == ()


async def test_runs_from_before_a_reboot_are_over(scene: Scene) -> None:
    daemon = await scene.daemon()
    await scene.vps.start(order("r1"))
    await scene.vps.taken(daemon, TakenFrame(run_id="r1"))
    assert await scene.vps.is_alive("r1")

    await scene.vps.ready(daemon, ReadyFrame(capacity=1, runs=()))

    assert not await scene.vps.is_alive("r1")
    assert await scene.state("r1") is MachineState.GONE


async def test_beat_that_was_on_its_way_does_not_end_a_run(scene: Scene) -> None:
    daemon = await scene.daemon()
    await scene.vps.start(order("r1"))
    await scene.vps.taken(daemon, TakenFrame(run_id="r1"))
    await scene.vps.beat(daemon, BeatFrame(runs=()))

    assert await scene.vps.is_alive("r1")


async def test_refused_run_is_over_and_its_room_is_free(scene: Scene) -> None:
    daemon = await scene.daemon()
    await scene.vps.start(order("r1"))
    await scene.vps.taken(daemon, TakenFrame(run_id="r1", refused="no room"))

    assert not await scene.vps.is_alive("r1")
    await scene.vps.start(order("r2"))


async def test_revoked_daemon_is_sent_away_and_its_runs_go_elsewhere(scene: Scene) -> None:
    daemon = await scene.daemon()
    await scene.vps.start(order("r1"))
    await scene.vps.taken(daemon, TakenFrame(run_id="r1"))
    await scene.daemons.revoke(daemon)

    assert (await scene.vps.orders(daemon)).gone
    assert not await scene.vps.is_alive("r1")
    with pytest.raises(MachineUnavailable):
        await scene.vps.start(order("r2"))


async def test_daemon_cannot_speak_for_the_run_of_another(scene: Scene) -> None:
    daemon = await scene.daemon()
    stranger = await scene.daemon("other", installation=2)
    await scene.vps.start(order("r1"))
    await scene.vps.taken(stranger, TakenFrame(run_id="r1", refused="mine"))
    await scene.vps.ended(stranger, EndedFrame(run_id="r1"))

    assert [take.run_id for take in (await scene.vps.orders(daemon)).takes] == ["r1"]


async def test_wishes_outlast_what_the_daemon_says_of_itself(scene: Scene) -> None:
    daemon = await scene.daemon()
    await scene.daemons.wish(daemon, {"update_to": "2.0"})
    await scene.vps.beat(daemon, BeatFrame(facts={"update_to": "6.6", "drain": True}))
    orders = await scene.vps.orders(daemon)
    assert (orders.update_to, orders.drain) == ("2.0", False)

    await scene.vps.ready(daemon, ReadyFrame(capacity=1, version="2.0"))
    assert (await scene.vps.orders(daemon)).update_to == ""

"""What a coordinator that died half way, or a machine that fell silent, leaves to the next one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.bus import Bus
from bot.db.engine import Database
from bot.db.machines import Machines
from bot.errors import MachineUnavailable
from bot.machine import Machine, MachineState
from runner.backends.fly import HEARD_S, LOOK_S
from runner.machine_protocol import BeatFrame, EnrolRequest, ReadyFrame
from runner.tokens import hashed, machine_token
from tests.fakes.pool_scene import BOOT, KEY, Scene, open_run, opened, token_hash


@pytest.fixture
async def scene(database: Database, bus: Bus) -> AsyncIterator[Scene]:
    async with opened(database, bus) as made:
        yield made


async def written_down(scene: Scene, run_id: str | None = None) -> Machine:
    """A machine whose row is there and whose creation was not asked for: that is where we died."""
    machine_id = "f" * 31 + str(len(await scene.machines.all()))
    made = await scene.machines.order(
        "fly",
        1,
        app=scene.provider.app_of(1),
        guest=scene.sizes.guest,
        image=scene.sizes.image,
        run_id=run_id,
        machine_id=machine_id,
        token_hash=hashed(machine_token(KEY, machine_id)),
    )
    assert made is not None
    return made


async def test_run_whose_machine_was_written_down_and_not_asked_for_gets_it(scene: Scene) -> None:
    machine = await written_down(scene, "run-1")
    facts = await scene.backend.start(scene.order("run-1"))

    [made] = scene.fly.living()
    assert facts["machine"] == machine.id
    assert facts["provider"] == made.id
    assert await scene.state(machine) == "booting"


async def test_run_whose_sleeping_machine_was_claimed_and_not_started_gets_it(scene: Scene) -> None:
    machine = await scene.pool.order(1, boots=False)
    assert await scene.pool.claim(1, "run-1") is not None
    await scene.backend.start(scene.order("run-1"))

    assert [(one.id, one.state) for one in scene.fly.living()] == [(machine.provider_id, "started")]


async def test_machine_that_was_made_before_we_could_write_it_down_is_found(scene: Scene) -> None:
    machine = await written_down(scene)
    token = SecretStr(machine_token(KEY, machine.id))
    rented = await scene.provider.create(machine, token, boots=True)
    await scene.keeper().reap()

    found = await scene.machines.get(machine.id)
    assert found is not None
    assert (found.state, found.provider_id) == ("booting", rented.provider_id)


async def test_machine_that_was_never_made_is_written_off(scene: Scene) -> None:
    machine = await written_down(scene)
    await scene.keeper(later_s=300).reap()

    assert await scene.state(machine) == "gone"


async def test_machine_may_dial_in_before_the_answer_of_its_creation(scene: Scene) -> None:
    machine = await written_down(scene)
    token = SecretStr(machine_token(KEY, machine.id))
    await scene.provider.create(machine, token, boots=True)
    asked = EnrolRequest(boot_id=BOOT)
    assert await scene.pool.enrol(token_hash(scene, machine), asked) is not None
    await scene.pool.ready(machine.id, ReadyFrame(boot_id=BOOT))
    await scene.pool.create(machine)

    assert await scene.state(machine) == "ready"
    claimed = await scene.pool.claim(1, "run-1")
    assert claimed is not None
    assert claimed.provider_id == scene.fly.living()[0].id


async def test_run_that_went_elsewhere_is_not_taken_by_a_machine_that_comes_late(
    scene: Scene,
) -> None:
    scene.fly.faults.errors, scene.fly.faults.error_path = 50, "/machines"
    with pytest.raises(MachineUnavailable):
        await scene.backend.start(scene.order("run-1"))
    [machine] = await scene.machines.all()

    assert machine.run_id is None
    assert machine.state is MachineState.ENDING
    assert (await scene.pool.orders(machine.id)).gone
    assert await scene.backend.known_runs() == []


async def test_machine_whose_making_stayed_open_is_destroyed_if_it_was_made(scene: Scene) -> None:
    await scene.pool.order(1)  # the app is there
    scene.fly.faults.lost, scene.fly.faults.lost_path = 1, "/machines"
    scene.fly.faults.lag_s = 3600
    with pytest.raises(MachineUnavailable):
        await scene.backend.start(scene.order("run-1"))
    assert len(scene.fly.living()) == 2
    scene.fly.faults.lag_s = 0
    await scene.keeper().reap()

    assert len(scene.fly.living()) == 1
    states = sorted(one.state for one in await scene.machines.all())
    assert states == [MachineState.BOOTING, MachineState.GONE]


async def test_run_whose_machine_is_over_is_not_begun_again(scene: Scene) -> None:
    await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    await scene.backend.destroy("run-1")
    await scene.ready()

    with pytest.raises(MachineUnavailable):
        await scene.backend.start(scene.order("run-1"))


async def test_same_run_in_two_coordinators_has_one_machine(
    scene: Scene, database_url: str
) -> None:
    for _ in range(6):
        await scene.ready()
    other = Database(database_url)
    await other.open()
    try:
        sides = [scene.machines, Machines(other)] * 4
        claims = await asyncio.gather(*(one.claim("fly", 1, "run-1", heard_s=60) for one in sides))
    finally:
        await other.close()

    taken = {one.id for one in claims if one is not None}
    rows = [one for one in await scene.machines.all() if one.run_id == "run-1"]
    assert len(rows) == 1
    assert taken == {rows[0].id}


async def test_waiting_machine_that_fell_silent_is_replaced(scene: Scene) -> None:
    silent = await scene.ready()
    await scene.ready(installation=1)
    await scene.pool.claim(1, "run-0")  # so that there is demand
    left = [one for one in await scene.machines.all() if one.run_id is None]
    before = datetime.now(UTC) - timedelta(minutes=2)
    await scene.machines.set(left[0].id, seen_at=before)
    await scene.keeper(warm=1).keep()

    assert await scene.state(left[0]) == "ending"
    waiting = [
        one
        for one in await scene.machines.all(MachineState.BOOTING)
        if one.id not in {silent.id, left[0].id}
    ]
    assert len(waiting) == 1


async def test_beat_of_a_machine_that_falls_asleep_slowly_does_not_wake_it(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    scene.fly.durations.suspend_s = 1.5
    asleep = asyncio.create_task(scene.backend.suspend("run-1"))
    while not asleep.done():
        await scene.pool.beat(machine.id, BeatFrame())
        await asyncio.sleep(0.1)

    assert await asleep
    assert await scene.state(machine) == "suspended"


async def test_machine_that_sleeps_and_is_thought_awake_is_woken(scene: Scene) -> None:
    """We died between its falling asleep and writing that down."""
    machine = await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    found = await scene.machines.get(machine.id)
    assert found is not None
    await scene.provider.suspend(found)
    await scene.machines.set(machine.id, seen_at=datetime.now(UTC) - timedelta(minutes=2))
    waking = asyncio.create_task(scene.backend.wake("run-1"))
    fly = scene.fly.machines[found.provider_id]
    async with asyncio.timeout(5):
        while fly.state != "started":  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    await scene.pool.ready(machine.id, ReadyFrame(boot_id=BOOT))

    assert await waking


async def test_machine_that_will_not_begin_is_replaced_by_a_sleeping_one(scene: Scene) -> None:
    await open_run(scene, "run-1")
    first = await scene.ready()
    asleep = await scene.pool.order(1, boots=False)
    await scene.backend.start(scene.order("run-1"))
    await asyncio.sleep(0.3)
    assert await scene.backend.is_alive("run-1")

    now = await scene.machines.of_run("run-1")
    assert now is not None
    assert now.id == asleep.id
    assert scene.fly.machines[asleep.provider_id].state == "started"
    assert await scene.state(first) == "ending"


async def test_machine_that_never_comes_up_is_replaced_by_a_new_one(scene: Scene) -> None:
    await open_run(scene, "run-1")
    scene.fly.faults.stuck = 1
    impatient = scene.another_backend(take_cold_s=0.2)
    first = await impatient.start(scene.order("run-1"))
    await asyncio.sleep(0.3)
    assert await impatient.is_alive("run-1")

    now = await scene.machines.of_run("run-1")
    assert now is not None
    assert now.id != first["machine"]
    await scene.keeper().reap()
    assert [one.id for one in scene.fly.living()] == [now.provider_id]


async def test_machine_that_died_while_it_booted_is_replaced_before_its_time(scene: Scene) -> None:
    await open_run(scene, "run-1")
    facts = await scene.backend.start(scene.order("run-1"))
    ago = datetime.now(UTC) - timedelta(seconds=LOOK_S)
    await scene.machines.set(facts["machine"], claimed_at=ago)
    await scene.fly.host_dies(facts["provider"])

    assert await scene.backend.is_alive("run-1")
    machine = await scene.machines.of_run("run-1")
    assert machine is not None
    assert machine.id != facts["machine"]


@pytest.mark.parametrize("is_away", [False, True], ids=["there", "away"])
async def test_machine_that_boots_slowly_keeps_its_run(scene: Scene, is_away: bool) -> None:
    await open_run(scene, "run-1")
    facts = await scene.backend.start(scene.order("run-1"))
    ago = datetime.now(UTC) - timedelta(seconds=LOOK_S)
    await scene.machines.set(facts["machine"], claimed_at=ago)
    scene.fly.faults.errors = 50 if is_away else 0

    assert await scene.backend.is_alive("run-1")
    machine = await scene.machines.of_run("run-1")
    assert machine is not None
    assert machine.id == facts["machine"]


async def test_machine_that_died_at_its_run_is_missed_after_three_beats(scene: Scene) -> None:
    await open_run(scene, "run-1")
    facts = await scene.backend.start(scene.order("run-1"))
    ago = datetime.now(UTC) - timedelta(seconds=HEARD_S)
    moments = {"claimed_at": ago, "taken_at": ago, "seen_at": ago}
    await scene.machines.set(facts["machine"], state=MachineState.READY, **moments)
    was_there = await scene.another_backend().is_alive("run-1")
    await scene.fly.host_dies(facts["provider"])

    assert was_there
    assert not await scene.backend.is_alive("run-1")


async def test_provider_is_asked_about_a_silent_machine_only_now_and_then(scene: Scene) -> None:
    await open_run(scene, "run-1")
    facts = await scene.backend.start(scene.order("run-1"))
    ago = datetime.now(UTC) - timedelta(seconds=HEARD_S)
    moments = {"claimed_at": ago, "taken_at": ago, "seen_at": ago}
    await scene.machines.set(facts["machine"], state=MachineState.READY, **moments)
    assert await scene.backend.is_alive("run-1")
    await scene.fly.host_dies(facts["provider"])

    assert await scene.backend.is_alive("run-1")
    assert not await scene.another_backend().is_alive("run-1")

"""The pool with a real database and machines that are real processes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.errors import MachineUnavailable
from bot.machine import MachineState
from runner.machine_protocol import BeatFrame, EnrolRequest, ReadyFrame, TakenFrame
from tests.fakes.pool_scene import (
    BOOT,
    Scene,
    demand,
    dialled_in,
    forget,
    open_run,
    opened,
    token_hash,
)


@pytest.fixture
async def scene(database: Database, bus: Bus) -> AsyncIterator[Scene]:
    async with opened(database, bus) as made:
        yield made


async def test_one_machine_goes_to_one_run_however_many_want_it(scene: Scene) -> None:
    waiting = {(await scene.ready()).id for _ in range(3)}
    claims = await asyncio.gather(*(scene.pool.claim(1, f"run-{n}") for n in range(8)))

    got = [one.id for one in claims if one is not None]
    assert sorted(got) == sorted(waiting)


async def test_machine_of_another_installation_is_never_given(scene: Scene) -> None:
    await scene.ready(installation=2)

    assert await scene.pool.claim(1, "run-1") is None


async def test_run_that_asks_again_keeps_its_machine(scene: Scene) -> None:
    await scene.ready()
    await scene.ready()
    first = await scene.backend.start(scene.order("run-1"))

    assert await scene.backend.start(scene.order("run-1")) == first
    assert first["warm"] is True


async def test_silent_machine_is_not_given(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.machines.set(machine.id, seen_at=datetime.now(UTC) - timedelta(minutes=1))

    assert await scene.pool.claim(1, "run-1") is None


async def test_claim_calls_nobody(scene: Scene) -> None:
    await scene.ready()
    before = len(scene.fly.calls)
    await scene.backend.start(scene.order("run-1"))

    assert len(scene.fly.calls) == before


async def test_token_dies_at_its_first_use(scene: Scene) -> None:
    machine = await scene.pool.order(1)
    token = token_hash(scene, machine)
    first = await scene.pool.enrol(token, EnrolRequest(boot_id=BOOT))
    thief = await scene.pool.enrol(token, EnrolRequest(boot_id="c" * 32))
    again = await scene.pool.enrol(token, EnrolRequest(boot_id=BOOT))

    assert first is not None
    assert thief is None
    assert again is not None
    assert again.secret != first.secret
    await scene.pool.ready(machine.id, ReadyFrame(boot_id=BOOT))
    assert await scene.pool.enrol(token, EnrolRequest(boot_id=BOOT)) is None


async def test_machine_that_booted_twice_ends(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.pool.ready(machine.id, ReadyFrame(boot_id="d" * 32))

    assert await scene.state(machine) == "ending"
    assert (await scene.pool.orders(machine.id)).gone


async def test_machine_that_does_not_begin_is_replaced(scene: Scene) -> None:
    first, second = await scene.ready(), await scene.ready()
    await open_run(scene, "run-1")
    await scene.backend.start(scene.order("run-1"))
    await asyncio.sleep(0.3)

    assert await scene.backend.is_alive("run-1")
    assert await scene.state(first) == "ending"
    now = await scene.machines.of_run("run-1")
    assert now is not None
    assert now.id == second.id


async def test_run_is_told_until_it_is_taken_and_only_to_its_machine(scene: Scene) -> None:
    machine, other = await scene.ready(), await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    [take] = (await scene.pool.orders(machine.id)).takes
    [again] = (await scene.pool.orders(machine.id)).takes
    await scene.pool.taken(machine.id, TakenFrame(run_id="run-1"))

    assert take == again
    assert (await scene.pool.orders(machine.id)).takes == ()
    assert (await scene.pool.orders(other.id)).takes == ()


async def test_sleeping_machine_wakes_or_is_said_not_to(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    assert await scene.backend.suspend("run-1")
    assert [one.state for one in scene.fly.living()] == ["suspended"]

    waking = asyncio.create_task(scene.backend.wake("run-1"))
    await asyncio.sleep(0.2)
    await scene.pool.ready(machine.id, ReadyFrame(boot_id=BOOT))
    assert await waking

    assert await scene.backend.suspend("run-1")
    scene.fly.faults.never_wake = True
    assert not await scene.backend.wake("run-1")


async def test_short_sleep_is_over_with_the_next_beat(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    await scene.backend.suspend("run-1")
    await scene.pool.beat(machine.id, BeatFrame())
    assert await scene.state(machine) == "suspended"
    await asyncio.sleep(1.1)
    await scene.pool.beat(machine.id, BeatFrame())

    assert await scene.state(machine) == "ready"


async def test_pool_is_filled_after_demand_and_emptied_without(scene: Scene) -> None:
    await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    await scene.keeper(warm=2).keep()
    waiting = [one for one in await scene.machines.all() if one.run_id is None]
    assert len(waiting) == 2

    await scene.keeper(warm=2, later_s=25 * 3600, old_h=100).keep()
    assert {await scene.state(one) for one in waiting} == {"ending"}


async def test_machines_of_an_old_image_are_replaced(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.keeper(image="registry/runner@sha256:" + "1" * 64).keep()

    assert await scene.state(machine) == "ending"


async def test_reaper_ends_what_nobody_knows_and_nothing_of_others(scene: Scene) -> None:
    kept = await scene.ready()
    stray = await scene.pool.order(1)
    foreign = await scene.pool.order(1)
    await forget(scene, stray)
    await forget(scene, foreign)
    for one in scene.fly.machines.values():
        if one.config["metadata"]["cadence_machine"] == foreign.id:
            one.config["metadata"]["cadence_coordinator"] = "theirs"
    assert await scene.keeper().reap() == 0  # too young to judge

    assert await scene.keeper(later_s=300).reap() == 1
    left = {one.config["metadata"]["cadence_machine"] for one in scene.fly.living()}
    assert left == {kept.id, foreign.id}


async def test_reaper_notes_machines_that_are_no_more(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.fly.kill(machine.provider_id)
    await scene.keeper(later_s=300).reap()

    assert await scene.state(machine) == "gone"


async def test_end_is_asked_for_until_it_is_done(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    scene.fly.faults.errors = 50
    await scene.backend.destroy("run-1")
    assert await scene.state(machine) == "ending"
    scene.fly.faults.errors = 0
    await scene.keeper().reap()

    assert await scene.state(machine) == "gone"
    assert scene.fly.living() == []


async def test_no_room_anywhere_is_said_and_leaves_nothing(scene: Scene) -> None:
    scene.fly.faults.no_room = {"fra": -1, "ams": -1}

    with pytest.raises(MachineUnavailable, match=r"no region of fra, ams has room"):
        await scene.backend.start(scene.order("run-1"))

    assert scene.fly.living() == []


async def test_time_of_a_run_is_counted_and_priced(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    claimed = datetime.now(UTC) - timedelta(seconds=100)
    await scene.machines.set(machine.id, created_at=claimed, claimed_at=claimed)

    seconds, usd = await scene.backend.usage("run-1")
    assert seconds >= 100
    assert usd == pytest.approx(seconds * 0.001)


async def test_sleep_of_a_run_is_no_work_and_costs_less(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    now = datetime.now(UTC)
    claimed, fell_asleep = now - timedelta(hours=3), now - timedelta(hours=2)
    await scene.backend.suspend("run-1")
    facts = {"created_at": claimed, "claimed_at": claimed, "seen_at": fell_asleep}
    await scene.machines.set(machine.id, suspended_at=fell_asleep, **facts)

    asleep_s, asleep_usd = await scene.backend.usage("run-1")
    assert asleep_s == pytest.approx(3600)
    await scene.pool.ready(machine.id, ReadyFrame(boot_id=BOOT))
    woken = await scene.machines.get(machine.id)
    assert woken is not None
    awake_s, awake_usd = await scene.backend.usage("run-1")

    [(began, ended)] = woken.sleeps
    assert (began, ended >= now) == (fell_asleep, True)
    assert awake_s >= 3600
    assert asleep_usd == pytest.approx(3.6 + 2 * 0.36, rel=0.01)
    assert awake_usd >= asleep_usd


async def test_sleep_before_a_claim_is_not_the_runs(scene: Scene) -> None:
    machine = await scene.ready()
    await scene.machines.doze(machine.id)
    before = datetime.now(UTC) - timedelta(hours=5)
    await scene.machines.set(machine.id, created_at=before, suspended_at=before, seen_at=before)
    await scene.backend.start(scene.order("run-1"))
    await scene.pool.beat(machine.id, BeatFrame())
    found = await scene.machines.get(machine.id)
    assert found is not None

    assert found.state is MachineState.READY
    assert found.sleeps == ((before, found.claimed_at),)
    seconds, usd = await scene.backend.usage("run-1")
    assert usd == pytest.approx(seconds * 0.001)


async def test_pool_lays_machines_to_sleep_and_a_run_wakes_one(scene: Scene) -> None:
    machine = await scene.ready()
    await demand(scene)
    await scene.keeper(warm=0, asleep=1).keep()
    assert await scene.state(machine) == "suspended"
    assert scene.fly.machines[machine.provider_id].state == "suspended"
    await scene.keeper(warm=0, asleep=1).keep()
    facts = await scene.backend.start(scene.order("run-1"))

    assert facts["machine"] == machine.id
    assert scene.fly.machines[machine.provider_id].state == "started"


async def test_pool_orders_machines_that_are_to_sleep_and_ends_those_too_many(
    scene: Scene,
) -> None:
    await demand(scene)
    await scene.keeper(warm=1, asleep=2).keep()
    coming = await scene.machines.all(MachineState.BOOTING)
    assert len(coming) == 3
    await scene.keeper(warm=1, asleep=2).keep()
    assert len(await scene.machines.all(MachineState.BOOTING)) == 3
    for one in coming:
        await dialled_in(scene, one)
    await scene.keeper(warm=1, asleep=2).keep()
    assert sorted(one.state for one in scene.fly.living()) == ["started", "suspended", "suspended"]
    await scene.keeper(warm=1, asleep=0).keep()

    assert len(await scene.machines.all(MachineState.ENDING)) == 2


async def test_run_that_claims_a_machine_just_falling_asleep_has_it_awake(scene: Scene) -> None:
    machine = await scene.ready()
    await demand(scene)
    scene.fly.durations.suspend_s = 0.4
    keeping = asyncio.create_task(scene.keeper(warm=0, asleep=1).keep())
    while scene.fly.machines[machine.provider_id].state != "suspending":  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    await scene.backend.start(scene.order("run-1"))
    await keeping

    assert scene.fly.machines[machine.provider_id].state == "started"
    found = await scene.machines.of_run("run-1")
    assert found is not None
    assert found.id == machine.id


async def test_sleeping_machine_that_will_not_wake_is_replaced_unnoticed(scene: Scene) -> None:
    await open_run(scene, "run-1")
    asleep = await scene.ready()
    await demand(scene)
    await scene.keeper(warm=0, asleep=1).keep()
    spare = await scene.ready()
    await scene.machines.set(spare.id, seen_at=datetime.now(UTC) - timedelta(seconds=30))
    scene.fly.faults.never_wake = True
    first = await scene.backend.start(scene.order("run-1"))
    assert first["machine"] == asleep.id
    await scene.pool.beat(spare.id, BeatFrame())
    await asyncio.sleep(0.3)

    assert await scene.backend.is_alive("run-1")
    found = await scene.machines.of_run("run-1")
    assert found is not None
    assert found.id == spare.id
    assert await scene.state(asleep) == "ending"


async def test_one_that_sleeps_comes_before_one_that_never_booted(scene: Scene) -> None:
    await scene.pool.order(1, boots=False)
    asleep = await scene.ready()
    await scene.machines.doze(asleep.id)
    await scene.pool.order(1, boots=False)
    awake = await scene.ready()

    claims = [await scene.pool.claim(1, f"run-{n}") for n in range(2)]
    assert [one.id for one in claims if one] == [awake.id, asleep.id]

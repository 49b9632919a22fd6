"""Apps at Fly that nobody needs are removed, and no others."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.db.installations import Installations
from bot.db.machine_apps import MachineApps
from bot.machine import MachineState
from runner.machines.app_sweep import AppSweep
from tests.fakes.pool_scene import Scene, dialled_in, opened


@pytest.fixture
async def scene(database: Database, bus: Bus) -> AsyncIterator[Scene]:
    async with opened(database, bus) as made:
        yield made


def sweeper(scene: Scene, *, later: timedelta = timedelta()) -> AppSweep:
    apps = MachineApps(scene.database)
    installations = Installations(scene.database)
    return AppSweep(apps, installations, scene.provider, now=lambda: datetime.now(UTC) + later)


async def installed(scene: Scene, *ids: int) -> Installations:
    installations = Installations(scene.database)
    for one in ids:
        await installations.upsert(one, account_login=f"a{one}", account_type="U", suspended=False)
    return installations


async def used(scene: Scene, installation: int) -> None:
    """Have the installation's app, and a machine in it that came and went."""
    machine = await scene.pool.order(installation)
    await scene.machines.set(machine.id, state=MachineState.ENDING)
    await scene.keeper().reap()
    assert await scene.state(machine) == "gone"


async def test_app_of_a_removed_installation_goes_and_others_stay(scene: Scene) -> None:
    installations = await installed(scene, 1, 2)
    await used(scene, 1)
    await used(scene, 2)
    await installations.remove(1)

    assert await sweeper(scene).sweep() == 1
    assert set(scene.fly.apps) == {"runners-2"}
    assert await sweeper(scene).sweep() == 0


async def test_app_stays_until_its_machines_are_gone(scene: Scene) -> None:
    installations = await installed(scene, 1)
    machine = await scene.ready()
    await installations.remove(1)
    assert await sweeper(scene).sweep() == 0
    # Our row says that it is gone, and Fly still has it.
    await scene.machines.set(machine.id, state=MachineState.GONE, gone_at=datetime.now(UTC))
    assert await sweeper(scene).sweep() == 0
    assert [one.state for one in scene.fly.living()] == ["started"]
    await scene.keeper().reap()

    assert await sweeper(scene).sweep() == 1
    assert scene.fly.apps == {}


async def test_machines_that_wait_for_a_removed_installation_end_at_once(scene: Scene) -> None:
    installations = await installed(scene, 1)
    machine = await scene.ready()
    await scene.backend.start(scene.order("run-1"))
    waiting = await scene.pool.order(1)
    await dialled_in(scene, waiting)
    await installations.remove(1)
    await scene.keeper(warm=2, removed=installations.removed).keep()

    assert await scene.state(machine) == "ready"  # it is at work
    assert await scene.state(waiting) == "ending"
    assert len(await scene.machines.all()) == 2


async def test_removal_that_fails_is_tried_again(scene: Scene) -> None:
    installations = await installed(scene, 1)
    await used(scene, 1)
    await installations.remove(1)
    scene.fly.faults.error_path, scene.fly.faults.errors = "/v1/apps/runners-1", 100

    assert await sweeper(scene).sweep() == 0
    scene.fly.faults.errors = 0
    assert await sweeper(scene).sweep() == 1


async def test_list_that_is_away_is_no_trouble(scene: Scene) -> None:
    scene.fly.faults.errors = 100

    assert await sweeper(scene).sweep() == 0


async def test_app_that_nobody_knows_goes_when_it_is_marked_as_ours(scene: Scene) -> None:
    await used(scene, 1)
    for machine in await scene.machines.all():
        at = datetime.now(UTC) - timedelta(days=3)
        await scene.machines.set(machine.id, gone_at=at)
    await scene.machines.forget(before=datetime.now(UTC) - timedelta(days=1))
    api = scene.provider_api
    await api.apps.create("runners-8", org="acme", network="runners-8")  # nobody marked it
    await api.apps.create("runners-08", org="acme", network="x")
    await api.apps.create("website", org="acme", network="default")

    assert await sweeper(scene).sweep() == 1
    assert set(scene.fly.apps) == {"runners-8", "runners-08", "website"}


async def test_app_of_another_coordinator_stays(scene: Scene) -> None:
    installations = await installed(scene, 1)
    await used(scene, 1)
    await installations.remove(1)
    [policy] = scene.fly.apps["runners-1"]["policies"]
    policies = scene.fly.apps["runners-1"]["policies"]
    policies.append(policy | {"name": "cadence-only-out-another", "id": "p2"})

    assert await sweeper(scene).sweep() == 0
    assert set(scene.fly.apps) == {"runners-1"}


async def test_app_of_an_installation_we_never_heard_of_stays_while_it_is_used(
    scene: Scene,
) -> None:
    await used(scene, 1)
    assert await sweeper(scene, later=timedelta(hours=23)).sweep() == 0

    assert await sweeper(scene, later=timedelta(hours=25)).sweep() == 1


async def test_app_that_is_needed_again_is_made_again(scene: Scene) -> None:
    await used(scene, 1)
    scene.fly.apps.clear()  # another coordinator swept
    machine = await scene.pool.order(1)

    assert machine.provider_id in scene.fly.machines
    [policy] = scene.fly.apps["runners-1"]["policies"]
    assert policy["name"] == "cadence-only-out-mine"


async def test_installation_that_comes_back_is_not_removed_any_more(scene: Scene) -> None:
    installations = await installed(scene, 1)
    await installations.remove(1)
    await installations.remove(1)
    assert await installations.removed() == {1}
    await installed(scene, 1)

    assert await installations.removed() == set()
    assert await installations.known() == {1}

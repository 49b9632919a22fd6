"""A pool with a real database and a stand-in of Fly, as tests want it."""

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
from pydantic import SecretStr

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.machines import Machines
from bot.db.runs import Runs
from bot.domain import Run, RunId
from bot.machine import Guest, Machine, MachineState
from deploy.devkit.fly import FlyStandIn
from runner.backends.base import MachineOrder
from runner.backends.fly import FlyBackend
from runner.keeper import Keeper, Target
from runner.machine_protocol import EnrolRequest, ReadyFrame
from runner.machines.fly import Fly
from runner.machines.fly_api import FlyApi
from runner.pool import Pool, Sizes
from tests.fakes.tasks import TASK

IMAGE = "registry/runner@sha256:" + "0" * 64
SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
BOOT = "b" * 32
KEY = SecretStr("k" * 32)


async def _nobody() -> set[int]:
    return set()


@dataclass
class Scene:
    """A coordinator's side of the pool; `fly` is what it rents from."""

    database: Database
    machines: Machines
    fly: FlyStandIn
    pool: Pool
    backend: FlyBackend
    provider: Fly
    provider_api: FlyApi
    sizes: Sizes

    def keeper(
        self,
        *,
        image: str = IMAGE,
        later_s: float = 0,
        removed: Callable[[], Awaitable[set[int]]] = _nobody,
        **target: float,
    ) -> Keeper:
        def now() -> datetime:
            return datetime.now(UTC) + timedelta(seconds=later_s)

        chosen = Target(**target)  # type: ignore[arg-type]
        return Keeper(
            *(self.machines, self.pool, self.provider, chosen),
            image=image,
            removed=removed,
            now=now,
        )

    def another_backend(self, **seconds: float) -> FlyBackend:
        """The same place with other patience."""
        runs = Runs(self.database)
        return FlyBackend(self.machines, runs, self.pool, self.provider, Bus(), **seconds)

    async def ready(self, installation: int = 1) -> Machine:
        """A machine that has dialled in and waits."""
        machine = await self.pool.order(installation)
        await dialled_in(self, machine)
        return machine

    async def state(self, machine: Machine) -> str:
        found = await self.machines.get(machine.id)
        assert found is not None
        return found.state

    def order(self, run_id: str, installation: int = 1) -> MachineOrder:
        return MachineOrder(
            run_id=run_id, url="", token=SecretStr(""), installation_id=installation
        )


def token_hash(scene: Scene, machine: Machine) -> str:
    env = next(
        one.config["env"]
        for one in scene.fly.machines.values()
        if one.config["metadata"]["cadence_machine"] == machine.id
    )
    return hashlib.sha256(env["CADENCE_MACHINE_TOKEN"].encode()).hexdigest()


@asynccontextmanager
async def opened(database: Database, bus: Bus) -> AsyncIterator[Scene]:
    """Open the pool on *database*."""
    async with FlyStandIn(command=SLEEPER) as fly, aiohttp.ClientSession() as session:
        fly.rates.is_on = False
        api = FlyApi(session, url=fly.url, token=SecretStr(fly.token), sleep=no_sleep)
        provider = Fly(
            api,
            org="acme",
            prefix="runners",
            regions=("fra", "ams"),
            coordinator_url="http://127.0.0.1:9",
            mark="mine",
            sleep=no_sleep,
        )
        machines = Machines(database)
        sizes = Sizes(guest=Guest(), image=IMAGE, usd_per_hour=3.6, asleep_usd_per_hour=0.36)
        pool = Pool(machines, provider, bus, sizes, key=KEY)
        backend = FlyBackend(
            machines, Runs(database), pool, provider, bus, take_warm_s=0.2, wake_s=1.0
        )
        yield Scene(database, machines, fly, pool, backend, provider, api, sizes)


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))


async def open_run(scene: Scene, run_id: str) -> None:
    agent, _ = await Agents(scene.database, Bus()).create(TASK)
    run = Run(id=RunId(run_id), agent_id=agent.id, attempt=1, started_at=datetime.now(UTC))
    await Runs(scene.database).open(run, token_hash=run_id)


async def forget(scene: Scene, machine: Machine) -> None:
    await scene.machines.set(
        machine.id, state=MachineState.GONE, gone_at=datetime.now(UTC) - timedelta(days=2)
    )
    await scene.machines.forget(before=datetime.now(UTC))


async def dialled_in(scene: Scene, machine: Machine) -> None:
    """Let a machine that boots enrol and wait."""
    asked = EnrolRequest(boot_id=BOOT)
    assert await scene.pool.enrol(token_hash(scene, machine), asked) is not None
    await scene.pool.ready(machine.id, ReadyFrame(boot_id=BOOT))


async def demand(scene: Scene, installation: int = 1) -> None:
    """Have the installation begin a run a while ago, on a machine that is gone."""
    made = await scene.machines.order("fly", installation, run_id=f"before-{installation}")
    assert made is not None
    at = datetime.now(UTC) - timedelta(hours=1)
    await scene.machines.set(made.id, state=MachineState.GONE, claimed_at=at, gone_at=at)

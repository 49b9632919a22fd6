"""The places that run agents, by the settings: this server, Fly, and who goes where."""

import asyncio
import hashlib
from dataclasses import dataclass

import aiohttp

from bot.bus import Bus
from bot.cost import fly_asleep_usd_per_hour, fly_usd_per_hour
from bot.db.daemons import Daemons
from bot.db.engine import Database
from bot.db.installations import Installations
from bot.db.machine_apps import MachineApps
from bot.db.machines import Machines
from bot.db.plans import PlanRows
from bot.db.runs import Runs
from bot.domain import Agent
from bot.errors import BadSettings, InvalidRequest
from bot.loops import every
from bot.machine import Guest
from bot.places.placing import Placing, Preference
from bot.places.plans import Plans
from bot.quota import choose
from bot.settings import Settings, child_environment
from runner.backends.base import RunnerBackend
from runner.backends.fly import FlyBackend
from runner.backends.local import LocalBackend
from runner.backends.vps import VpsBackend
from runner.keeper import Keeper, Target
from runner.machines.app_sweep import AppSweep
from runner.machines.fly import Fly
from runner.machines.fly_api import FlyApi
from runner.machines.fly_values import FlyConfig
from runner.pool import Pool, Sizes

KEEP_S = 15.0
REAP_S = 30.0
SWEEP_S = 300.0
POOL = 0xCADE0003
REGIONS = ("fra", "ams", "cdg")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlySide:
    """What there is when Fly is configured."""

    pool: Pool
    keeper: Keeper
    apps: AppSweep
    backend: FlyBackend


def local_of(settings: Settings) -> LocalBackend:
    """Return this server as a place."""
    return LocalBackend(
        settings.data_dir / "machines",
        environment=child_environment(),
        program=settings.runner_program,
    )


def sizes_of(settings: Settings) -> Sizes | None:
    """Return how machines at Fly are ordered, None when no token is set; raise `BadSettings`."""
    if not settings.fly_token.get_secret_value():
        return None
    guest = Guest(
        cpu_kind=settings.fly_cpu_kind, cpus=settings.fly_cpus, memory_mb=settings.fly_memory_mb
    )
    try:
        FlyConfig(image=settings.fly_image, guest=guest)
    except InvalidRequest as error:
        raise BadSettings(f"CADENCE_FLY_TOKEN is set, but {error}") from error
    return Sizes(
        guest=guest,
        image=settings.fly_image,
        usd_per_hour=fly_price_of(settings, guest),
        asleep_usd_per_hour=fly_asleep_usd_per_hour(settings.fly_rootfs_gb),
    )


def fly_of(
    settings: Settings, database: Database, bus: Bus, session: aiohttp.ClientSession
) -> FlySide | None:
    """Return Fly as a place, None when no token is set; raise `BadSettings`."""
    sizes = sizes_of(settings)
    if sizes is None:
        return None
    machines, installations = Machines(database), Installations(database)
    provider = Fly(
        FlyApi(session, url=settings.fly_url, token=settings.fly_token),
        org=settings.fly_org,
        prefix=settings.fly_app_prefix,
        regions=settings.fly_regions or REGIONS,
        coordinator_url=settings.base_url,
        mark=mark_of(settings),
    )
    pool = Pool(machines, provider, bus, sizes, key=settings.server_key)
    target = Target(warm=settings.pool_warm, most=settings.pool_most, asleep=settings.pool_asleep)
    return FlySide(
        pool=pool,
        keeper=Keeper(
            machines,
            pool,
            provider,
            target,
            image=settings.fly_image,
            removed=installations.removed,
        ),
        apps=AppSweep(MachineApps(database), installations, provider),
        backend=FlyBackend(machines, Runs(database), pool, provider, bus),
    )


def fly_price_of(settings: Settings, guest: Guest) -> float:
    """Return what a machine costs an hour: as the operator says, else as published.

    Of the regions where machines may be had it is the dearest one's: nobody is told too little.
    """
    regions = settings.fly_regions or REGIONS
    published = (fly_usd_per_hour(guest, region) for region in regions)
    return settings.fly_usd_per_hour or max(published)


async def tend(fly: FlySide, database: Database) -> None:
    """Look after the pool for ever, one coordinator at a time."""
    async with database.only_one(POOL), asyncio.TaskGroup() as loops:
        loops.create_task(every(KEEP_S, "pool", fly.keeper.keep))
        loops.create_task(every(REAP_S, "machines", fly.keeper.reap))
        loops.create_task(every(SWEEP_S, "apps", fly.apps.sweep))


def vps_of(settings: Settings, database: Database, bus: Bus) -> VpsBackend:
    """Return the daemons as a place; accounts without one have none."""
    return VpsBackend(Daemons(database), Machines(database), bus, key=settings.server_key)


def plans_of(settings: Settings, database: Database) -> Plans:
    """Return the plans of accounts."""
    return Plans(
        PlanRows(database),
        are_on=settings.plans == "on",
        free_agents=settings.free_agents,
    )


def placing_of(
    settings: Settings, local: LocalBackend, fly: FlySide | None, vps: VpsBackend, plans: Plans
) -> Placing:
    """Return the places, and the order in which an agent asks them."""
    backends: dict[str, RunnerBackend] = {local.name: local, vps.name: vps}
    if fly is not None:
        backends[fly.backend.name] = fly.backend

    async def prefer(agent: Agent) -> Preference:
        plan = await plans.plan_of(agent.task.repository)
        choice = choose(
            plan,
            wanted=settings.place,
            has_fly=fly is not None,
            vps=await vps.state(agent.task.installation_id),
        )
        return Preference(places=choice.places, note=choice.note)

    return Placing(backends, prefer)


def mark_of(settings: Settings) -> str:
    """Return what our machines carry, so that another coordinator's are left alone."""
    secret = settings.server_key.get_secret_value()
    return hashlib.sha256(f"mark:{secret}".encode()).hexdigest()[:16]

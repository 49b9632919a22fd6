"""The places that run agents, by the settings: this server, Fly, and who goes where."""

import hashlib
from dataclasses import dataclass

import aiohttp

from bot.bus import Bus
from bot.db.engine import Database
from bot.db.machines import Machines
from bot.db.runs import Runs
from bot.domain import Agent
from bot.machine import Guest, Place
from bot.placing import Placing, Preference
from bot.settings import Settings, child_environment
from runner.backends.base import RunnerBackend
from runner.backends.fly import FlyBackend
from runner.backends.local import LocalBackend
from runner.keeper import Keeper, Target
from runner.machines.fly import Fly
from runner.machines.fly_api import FlyApi
from runner.pool import Pool, Sizes

REGIONS = ("fra", "ams", "cdg")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlySide:
    """What there is when Fly is configured."""

    pool: Pool
    keeper: Keeper
    backend: FlyBackend


def local_of(settings: Settings) -> LocalBackend:
    """Return this server as a place."""
    return LocalBackend(
        settings.data_dir / "machines",
        environment=child_environment(),
        program=settings.runner_program,
    )


def fly_of(
    settings: Settings, database: Database, bus: Bus, session: aiohttp.ClientSession
) -> FlySide | None:
    """Return Fly as a place, None when no token is set."""
    if not settings.fly_token.get_secret_value():
        return None
    machines = Machines(database)
    guest = Guest(
        cpu_kind=settings.fly_cpu_kind, cpus=settings.fly_cpus, memory_mb=settings.fly_memory_mb
    )
    sizes = Sizes(guest=guest, image=settings.fly_image, usd_per_hour=settings.fly_usd_per_hour)
    provider = Fly(
        FlyApi(session, url=settings.fly_url, token=settings.fly_token),
        org=settings.fly_org,
        prefix=settings.fly_app_prefix,
        regions=settings.fly_regions or REGIONS,
        coordinator_url=settings.base_url,
        mark=_mark(settings),
    )
    pool = Pool(machines, provider, bus, sizes, key=settings.server_key)
    target = Target(warm=settings.pool_warm, most=settings.pool_most)
    return FlySide(
        pool=pool,
        keeper=Keeper(machines, pool, provider, target, image=settings.fly_image),
        backend=FlyBackend(machines, Runs(database), pool, provider, bus),
    )


def placing_of(settings: Settings, local: LocalBackend, fly: FlySide | None) -> Placing:
    """Return the places, and the order in which an agent asks them."""
    backends: dict[str, RunnerBackend] = {local.name: local}
    if fly is not None:
        backends[fly.backend.name] = fly.backend
    wanted = settings.place

    async def prefer(_agent: Agent) -> Preference:
        if wanted != "auto":
            return Preference(places=(wanted,))
        return Preference(places=(Place.FLY,) if fly is not None else (Place.LOCAL,))

    return Placing(backends, prefer)


def _mark(settings: Settings) -> str:
    """Return what our machines carry, so that another coordinator's are left alone."""
    secret = settings.server_key.get_secret_value()
    return hashlib.sha256(f"mark:{secret}".encode()).hexdigest()[:16]

"""Rented servers with all that they need: Hetzner's stand-in, real rows, processes as machines."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr

from bot.bus import Bus
from bot.db.daemons import Daemons
from bot.db.engine import Database
from bot.db.servers import Servers
from bot.places.inventory import Inventory
from bot.places.servers import Fleet, Terms
from deploy.devkit.hetzner import HetznerStandIn
from deploy.devkit.hetzner.machines import Command
from runner.machines.hetzner import Hetzner
from runner.machines.hetzner_api import Api
from tests.fakes.daemon_door import door
from tests.fakes.rented_machine import ENVIRONMENT

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1 someone"
ACCOUNT = 7


@dataclass(kw_only=True)
class Yard:
    """Everything that a server needs, and what the tests look at."""

    hetzner: HetznerStandIn
    servers: Servers
    daemons: Daemons
    terms: Terms
    mark: str = "coordinator-1"
    token: str = ""

    def provider(self, *, tries: int = 4) -> Hetzner:
        token = SecretStr(self.token or self.hetzner.token)
        api = Api(
            token,
            self.hetzner.url,
            timeout_s=10,
            tries=tries,
            pause_s=0.01,
            poll_s=0.01,
            patience_s=3,
        )
        return Hetzner(api, mark=self.mark, off_s=0.5)

    def fleet(self, *, tries: int = 4, **terms: object) -> Fleet:
        changed = replace(self.terms, **terms)  # type: ignore[arg-type]  # the tests' own
        return Fleet(self.servers, self.daemons, self.provider(tries=tries), changed)

    @property
    def inventory(self) -> Inventory:
        return Inventory(self.servers, self.daemons, self.provider())

    @property
    def asked(self) -> list[tuple[str, str]]:
        return self.hetzner.requests

    async def is_tidy(self) -> bool:
        """Whether nothing is left and no daemon may come in."""
        shut_out = all(one.revoked_at for one in await self.daemons.all())
        return self.hetzner.world.is_empty and shut_out


@asynccontextmanager
async def open_yard(database: Database, folder: Path, bus: Bus) -> AsyncIterator[Yard]:
    """Open a yard in which every server that runs dials in as a daemon does."""

    def boot(name: str, user_data: str) -> Command:
        path = folder / f"{name}.yaml"
        path.write_text(user_data)
        return Command(
            argv=(sys.executable, "-m", "tests.fakes.rented_machine"),
            environment={**ENVIRONMENT, "HETZNER_USER_DATA": str(path)},
        )

    servers, daemons = Servers(database), Daemons(database)
    async with HetznerStandIn(boot=boot) as hetzner, door(daemons, bus) as url:
        terms = Terms(
            coordinator_url=url,
            package="cadence-bot",
            version="0.1.0",
            locations=("fsn1", "nbg1", "hel1"),
            boot_s=20,
            look_s=0.02,
        )
        yield Yard(hetzner=hetzner, servers=servers, daemons=daemons, terms=terms)

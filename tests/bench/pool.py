"""From claim to assignment: one warm machine at a time, then fifty at once on a pool of fifty."""

import asyncio
import hashlib
import hmac
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from aiohttp import web
from pydantic import SecretStr

from bot.blobs import Blobs
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.machines import Machines
from bot.db.runs import Runs
from bot.machine import Guest
from deploy.devkit.fly import FlyStandIn
from runner.agent.dial import connect
from runner.backends.base import MachineOrder
from runner.backends.fly import FlyBackend
from runner.gateway import Gateway
from runner.keeper import Keeper, Target
from runner.lines.machine_lines import MachineLines
from runner.machine import WaitingMachine
from runner.machines.fly import Fly
from runner.machines.fly_api import FlyApi
from runner.pool import Pool, Sizes
from tests.fakes.desk import FakeDesk

IMAGE = "registry/runner@sha256:" + "0" * 64
KEY = SecretStr("k" * 32)
SINGLE, AT_ONCE = 20, 50
NOTHING = ("/bin/sleep", "600")


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds from claim to assignment; seconds until all fifty were assigned."""

    single_median_ms: float
    single_worst_ms: float
    fifty_s: float
    fifty_median_ms: float
    api_calls_in_claims: int
    refused_by_rate: int


class Hall:
    """A coordinator's doors and a pool, with machines that live in this process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = Database(f"sqlite:///{root / 'x.sqlite3'}")
        self.bus = Bus()
        self.desk = FakeDesk()
        self.assigned: dict[str, float] = {}
        self.machines = Machines(self.database)
        self.waiting: list[asyncio.Task[int]] = []
        self.url = ""

    @asynccontextmanager
    async def opened(self, fly: FlyStandIn) -> AsyncIterator[FlyBackend]:
        await self.database.open()
        gateway = Gateway(self.bus, blobs=Blobs((self.root / "store").as_uri()))
        lines = MachineLines(self.bus, "/ws/machine")
        app = web.Application()
        app.add_routes([*gateway.routes(), *lines.routes()])
        server = web.AppRunner(app, shutdown_timeout=0.1)
        await server.setup()
        await web.TCPSite(server, "127.0.0.1", 0, backlog=512).start()
        self.url = f"http://127.0.0.1:{server.addresses[0][1]}"
        async with aiohttp.ClientSession() as session:
            api = FlyApi(session, url=fly.url, token=SecretStr(fly.token))
            provider = Fly(
                api,
                org="o",
                prefix="p",
                regions=("fra",),
                coordinator_url=self.url,
                mark="m",
            )
            sizes = Sizes(guest=Guest(), image=IMAGE, heard_s=600)
            pool = Pool(self.machines, provider, self.bus, sizes, key=KEY)
            gateway.open_for(self.desk)
            lines.open_for(pool, enrol=pool.enrol)
            self.keeper = Keeper(self.machines, pool, provider, Target(warm=5), image=IMAGE)
            yield FlyBackend(self.machines, Runs(self.database), pool, provider, self.bus)
        for task in self.waiting:
            task.cancel()
        await asyncio.gather(*self.waiting, return_exceptions=True)
        await lines.close()
        await gateway.close()
        await server.cleanup()
        await self.database.close()

    async def warm(self, count: int) -> None:
        """Have *count* machines that wait; their rows are written without the API."""
        before = len(await self._ready())
        for n in range(count):
            machine_id = f"{before + n:032x}"
            token = hmac.new(
                KEY.get_secret_value().encode(), f"machine:{machine_id}".encode(), hashlib.sha256
            ).hexdigest()
            await self.machines.order(
                "fly",
                1,
                app="p-1",
                machine_id=machine_id,
                image=IMAGE,
                token_hash=hashlib.sha256(token.encode()).hexdigest(),
            )
            machine = WaitingMachine(self.url, token, self.root / machine_id, self._run)
            self.waiting.append(asyncio.create_task(machine.live()))
        while len(await self._ready()) < before + count:  # noqa: ASYNC110 - rows tell nobody
            await asyncio.sleep(0.05)

    async def _ready(self) -> list[str]:
        return [one.id for one in await self.machines.all() if one.ready_at is not None]

    async def _run(self, order: dict[str, str]) -> int:
        root = Path(order["root"])
        root.mkdir(exist_ok=True)  # noqa: ASYNC240 - a bench
        async with connect(order["url"], order["token"], order["runId"], root=root) as link:
            await link.spec
            self.assigned[order["runId"]] = time.perf_counter()
            await asyncio.sleep(600)
        return 0

    async def claim(self, backend: FlyBackend, run_id: str) -> float:
        """Return the milliseconds from the claim to the assignment."""
        token = hmac.new(KEY.get_secret_value().encode(), f"run:{run_id}".encode(), hashlib.sha256)
        self.desk.known(hashlib.sha256(token.hexdigest().encode()).hexdigest(), run_id)
        began = time.perf_counter()
        await backend.start(
            MachineOrder(run_id=run_id, url="", token=SecretStr(""), installation_id=1)
        )
        while run_id not in self.assigned:  # noqa: ASYNC110 - a millisecond is the measure
            await asyncio.sleep(0.001)
        return (self.assigned[run_id] - began) * 1_000


async def measure(root: Path) -> Figures:
    """Measure on a fresh hall."""
    async with AsyncExitStack() as stack:
        fly = await stack.enter_async_context(FlyStandIn(command=NOTHING))
        hall = Hall(root)
        backend = await stack.enter_async_context(hall.opened(fly))
        await hall.warm(SINGLE)
        calls = len(fly.calls)
        single = [await hall.claim(backend, f"single-{n}") for n in range(SINGLE)]
        await hall.warm(AT_ONCE)
        began = time.perf_counter()
        many = await asyncio.gather(*(hall.claim(backend, f"many-{n}") for n in range(AT_ONCE)))
        fifty_s = time.perf_counter() - began
        in_claims = len(fly.calls) - calls
        await hall.keeper.keep()
        return Figures(
            single_median_ms=statistics.median(single),
            single_worst_ms=max(single),
            fifty_s=fifty_s,
            fifty_median_ms=statistics.median(many),
            api_calls_in_claims=in_claims,
            refused_by_rate=sum(fly.rates.refused.values()),
        )


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        print(datetime.now(UTC).date(), asyncio.run(measure(Path(folder))))


if __name__ == "__main__":
    main()

"""The doors of the coordinator with a real store behind them; the engine is a list."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.agents import Agents
from bot.bus import Bus
from bot.db.deliveries import DeliveryStore
from bot.db.engine import Database
from bot.db.installations import Installations
from bot.db.people import People
from bot.db.plans import PlanRows
from bot.domain import Agent
from bot.errors import Unavailable
from bot.github.app import GitHubApp
from bot.github.client import Client
from bot.places.plans import Plans
from handlers.doors import EVENTS, Doors, Services
from handlers.ingest import Ingest
from handlers.webhook import Webhook, add_webhook

PATH = "/webhooks/github"


@dataclass(kw_only=True)
class Front:
    """A running door; *started* holds the agents queued, *notes* what came of each delivery."""

    database: Database
    agents: Agents
    store: DeliveryStore
    doors: Doors
    installations: Installations
    indexes: "KeptIndexes"
    started: list[Agent] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    put_off: list[str] = field(default_factory=list)
    signed_out: list[int] = field(default_factory=list)
    port: int = 0
    working: set[asyncio.Task[None]] = field(default_factory=set)
    known: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where deliveries go."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    async def start(self, agent: Agent) -> None:
        """Queue the agent's work, once however often it is asked for."""
        if agent.id not in {known.id for known in self.started}:
            self.started.append(agent)

    async def sign_out(self, person_id: int) -> None:
        """Note who revoked the App."""
        self.signed_out.append(person_id)

    def stored(self, guids: Sequence[str]) -> None:
        """Handle stored deliveries, each GUID once, as the engine does."""
        for guid in guids:
            if guid not in self.known:
                self.known.add(guid)
                work = asyncio.ensure_future(self.handle(guid))
                self.working.add(work)
                work.add_done_callback(self.working.discard)

    async def handle(self, guid: str) -> None:
        """Handle one delivery; one that must wait is remembered.

        What a glance would have settled is handled all the same, and must come to nothing.
        """
        delivery = await self.store.get(guid)
        seen = self.doors.glance(delivery)
        try:
            note = self.notes[guid] = await self.doors.handle(delivery)
        except Unavailable:
            self.put_off.append(guid)
            note = "put off"
        assert seen is None or note.startswith("ignored"), f"{seen}, but {note}"

    async def try_again(self) -> None:
        """Handle what was put off."""
        waiting, self.put_off = self.put_off, []
        for guid in waiting:
            await self.handle(guid)

    async def settled(self) -> None:
        """Wait until everything stored was handled; raise what went wrong."""
        while self.working:
            await asyncio.gather(*list(self.working))
            await asyncio.sleep(0)


async def _at_once(_seconds: float) -> None:
    """Wait no time at all."""


class KeptIndexes:
    """What was asked of the indexes, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, str]] = []
        self.forgotten: list[int | tuple[int, str]] = []
        self.left: list[tuple[int, int]] = []

    async def ask(self, installation_id: int, repository_id: int, name: str, why: str) -> None:
        """Note that an index is wanted."""
        assert why
        self.asked.append((installation_id, repository_id, name))

    async def forget(self, repository_id: int) -> None:
        """Note that a repository is forgotten."""
        self.forgotten.append(repository_id)

    async def leave(self, installation_id: int, repository_id: int) -> None:
        """Note that an installation has a repository no more."""
        self.left.append((installation_id, repository_id))

    async def forget_branch(self, repository_id: int, branch: str) -> None:
        """Note that a branch is forgotten."""
        self.forgotten.append((repository_id, branch))


@asynccontextmanager
async def front(
    directory: Path,
    session: aiohttp.ClientSession,
    *,
    api_url: str,
    app_id: int,
    private_key_pem: str,
    secret: bytes,
    bot_user_id: int,
    trusted_bots: frozenset[int] = frozenset(),
    models: tuple[str, ...] = (),
    clean: str = "",
    free_agents: int | None = None,
) -> AsyncIterator[Front]:
    """Open the doors on a free port; *clean* is a secret that redaction knows."""
    database = Database(f"sqlite:///{directory / 'front.sqlite3'}")
    await database.open()
    github = GitHubApp(
        session,
        api_url=api_url,
        app_id=app_id,
        private_key_pem=private_key_pem,
        slug="cadence",
        client=Client(session, api_url=api_url, user_agent="cadence", sleep=_at_once),
    )
    agents = Agents(database, Bus())
    installations = Installations(database)
    opened: list[Front] = []
    kept = KeptIndexes()
    services = Services(
        plans=Plans(
            PlanRows(database),
            are_on=free_agents is not None,
            free_agents=free_agents or 0,
        ),
        agents=agents,
        github=github,
        people=People(database),
        installations=installations,
        start=lambda agent: opened[0].start(agent),
        indexes=kept,
        index=kept.ask,
        sign_out=lambda person_id: opened[0].sign_out(person_id),
        redact=lambda text: text.replace(clean, "[REDACTED]") if clean else text,
        slug="cadence",
        bot_user_id=bot_user_id,
        trusted_bots=trusted_bots,
        models=models,
    )
    here = Front(
        database=database,
        agents=agents,
        store=DeliveryStore(database),
        doors=Doors(services),
        installations=installations,
        indexes=kept,
    )
    opened.append(here)
    ingest = Ingest(here.store, on_stored=here.stored)
    app = web.Application()
    add_webhook(app, PATH, Webhook(ingest, secret=secret, events=EVENTS))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here.port = runner.addresses[0][1]
    storing = asyncio.create_task(ingest.run())
    try:
        yield here
    finally:
        await runner.cleanup()
        storing.cancel()
        with suppress(asyncio.CancelledError):
            await storing
        await here.settled()
        await here.store.close()
        await database.close()

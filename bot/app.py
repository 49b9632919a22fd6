"""The composition root: everything is wired here and nowhere else.

The HTTP side comes up first, so that deliveries are stored even while GitHub cannot be asked who
the App is; the dispatcher, the reporter and the periodic work follow when that is known.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial

import aiohttp
import structlog
from aiohttp import web

from bot import cost
from bot.agents import Agents
from bot.blobs import Blobs
from bot.bus import Bus, PostgresBridge
from bot.db.checkpoints import Checkpoints
from bot.db.deliveries import DeliveryStore
from bot.db.engine import Database
from bot.db.installations import Installations
from bot.db.machines import Machines
from bot.db.people import People
from bot.db.runs import Runs
from bot.dispatcher import Dispatcher
from bot.domain import Agent
from bot.engine import HEARTBEAT_S
from bot.errors import Unavailable
from bot.github.app import GitHubApp
from bot.github.values import AppInfo
from bot.indexing.indexes import Indexes
from bot.indexing.road import Indexing
from bot.life.desk import Desk
from bot.life.finisher import Finisher
from bot.life.following import Following
from bot.life.keeping import Keeping
from bot.life.run_log import RunLog
from bot.life.supervisor import Supervisor
from bot.loops import every, kept_alive
from bot.reporter import Reporter
from bot.settings import Settings
from bot.wiring.indexes import indexes_of
from bot.wiring.places import FlySide, fly_of, local_of, placing_of, plans_of, tend, vps_of
from bot.wiring.pruning import PRUNE_S, Pruning
from bot.wiring.runs import (
    author_of,
    defaults_of,
    limits_of,
    patience_of,
    publisher_of,
    work_diffs_of,
)
from bot.wiring.voice import SpokenSide
from handlers.doors import EVENTS, Doors, Services
from handlers.ingest import Ingest
from handlers.webhook import Webhook, add_webhook
from mobile_api.agents.live import LiveLog
from mobile_api.auth.access import Access
from mobile_api.codebase import Codebase
from mobile_api.health import Health
from mobile_api.machines_page import MachinesPage
from mobile_api.web_app import WebApp
from runner.gateway import Gateway
from runner.lines.machine_lines import MachineLines
from runner.redact import Redactor

REAPER_S = 10.0
SWEEP_S = 60.0
REPORTER = 0xCADE0002
log = structlog.get_logger()


class Coordinator:
    """One process of the service: its database, its doors and its loops."""

    def __init__(self, settings: Settings, redactor: Redactor) -> None:
        self.settings = settings
        self.redactor = redactor
        self.database = Database(settings.database)
        self.bus = Bus()
        self.agents = Agents(self.database, self.bus)
        self.runs = Runs(self.database)
        self.deliveries = DeliveryStore(self.database)
        self.ingest = Ingest(self.deliveries, on_stored=self._stored)
        self.run_log = RunLog(self.database, self.bus)
        blobs = Blobs.of(settings)
        self.keeping = Keeping(self.run_log, Checkpoints(self.database), blobs)
        self.gateway = Gateway(self.bus, blobs=blobs)
        self.machines = MachineLines(self.bus, "/ws/machine")
        self.plans = plans_of(settings, self.database)
        self.vps = vps_of(settings, self.database, self.bus)
        self.daemons = MachineLines(self.bus, "/ws/daemon")
        self.health = Health()
        self.codebase = Codebase()
        self.people = SpokenSide(
            settings, self.database, self.bus, self.agents, self.plans, self._start
        )
        self.dispatcher: Dispatcher | None = None
        self.port = settings.port
        self.broke = asyncio.Event()

    def application(self) -> web.Application:
        """Return the HTTP application; it owns everything that this process runs."""
        app = web.Application()
        secret = self.settings.webhook_secret.get_secret_value().encode()
        add_webhook(
            app, self.settings.webhook_path, Webhook(self.ingest, secret=secret, events=EVENTS)
        )
        page = MachinesPage(Machines(self.database), self.settings.server_key)
        log_pages = LiveLog(self.agents, self.bus)
        parts = (self.gateway, self.machines, self.daemons, page, log_pages, self.health, WebApp())
        for part in parts:
            app.add_routes(part.routes())
        self.people.mount(app, self.codebase.endpoints())
        app.on_shutdown.append(self._hang_up)
        app.cleanup_ctx.append(self._running)
        return app

    async def _hang_up(self, _app: web.Application) -> None:
        self.people.hang_up()
        lines = self.gateway, self.machines, self.daemons
        await asyncio.gather(*(line.close() for line in lines))

    async def _running(self, _app: web.Application) -> AsyncIterator[None]:
        await self.database.open()
        work = asyncio.create_task(self._work())
        work.add_done_callback(self._work_ended)
        yield
        work.cancel()
        await asyncio.wait([work])
        await self.deliveries.close()
        await self.database.close()

    def _work_ended(self, work: asyncio.Task[None]) -> None:
        """Nothing works without the loops: the process had better end and be started again."""
        if not work.cancelled() and work.exception() is not None:
            log.critical("the coordinator broke", exc_info=work.exception())
            self.broke.set()

    async def _work(self) -> None:
        timeout = aiohttp.ClientTimeout(total=60, sock_connect=10)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as loops:
            loops.create_task(kept_alive("ingest", self.ingest.run))
            loops.create_task(self.people.run())
            if not self.database.is_sqlite:
                bridge = PostgresBridge(self.bus, self.database.system_url)
                loops.create_task(kept_alive("bus", bridge.run))
            if not self.settings.app_id:
                log.warning("no App yet", remedy="run cadence setup")
                return
            github = GitHubApp(
                session,
                api_url=self.settings.github_api_url,
                app_id=self.settings.app_id,
                private_key_pem=self.settings.private_key_pem,
                slug=self.settings.app_slug,
                on_secret=self.redactor.add,
            )
            self.people.open_for(github, session, self.redactor.add)
            self.people.work.come(work_diffs_of(self.settings, github, self.redactor, self.keeping))
            await self._serve(github, await github.known(), session)

    async def _serve(self, github: GitHubApp, me: AppInfo, session: aiohttp.ClientSession) -> None:
        indexes = await asyncio.to_thread(indexes_of, self.settings, self.database, github)
        self.daemons.open_for(self.vps)
        fly = fly_of(self.settings, self.database, self.bus, session)
        if fly is not None:
            self.machines.open_for(fly.pool, enrol=fly.pool.enrol)
        dispatcher = self._dispatcher(github, me, indexes, fly)
        reporter = self._reporter(github)

        async def report() -> None:
            async with self.database.only_one(REPORTER):  # two would tell everything twice
                await reporter.run()

        await dispatcher.open()
        await dispatcher.sweep()
        self.dispatcher = dispatcher
        self.health.is_ready = True
        log.info("coordinator ready", app=me.slug, executor=dispatcher.engine.executor_id)
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(kept_alive("drain", dispatcher.drain))
                loops.create_task(kept_alive("endings", dispatcher.note_endings))
                loops.create_task(kept_alive("reporter", report))
                loops.create_task(every(HEARTBEAT_S, "heartbeat", dispatcher.engine.heartbeat))
                loops.create_task(every(REAPER_S, "reaper", dispatcher.engine.take_over))
                loops.create_task(every(SWEEP_S, "sweep", dispatcher.sweep))
                loops.create_task(every(PRUNE_S, "prune", self._pruning(dispatcher).prune))
                if fly is not None:
                    loops.create_task(kept_alive("pool", partial(tend, fly, self.database)))
        finally:
            self.health.is_ready = False
            await asyncio.shield(asyncio.gather(dispatcher.close(), indexes.close()))

    def _pruning(self, dispatcher: Dispatcher) -> Pruning:
        return Pruning(
            settings=self.settings,
            people=self.people.prune,
            deliveries=self.deliveries,
            machines=Machines(self.database),
            engine=dispatcher.engine,
        )

    def _reporter(self, github: GitHubApp) -> Reporter:
        settings = self.settings
        return Reporter(
            self.agents,
            self.bus,
            github,
            self.redactor,
            base_url=settings.base_url,
            web_url=settings.github_url,
            budget_usd=settings.max_usd,
        )

    def _dispatcher(
        self, github: GitHubApp, me: AppInfo, indexes: Indexes, fly: FlySide | None
    ) -> Dispatcher:
        settings = self.settings
        indexing = Indexing(indexes)
        places = Installations(self.database)
        rates = self.people.shared_rates
        reach = Access(github.client, places, rates, session_token=self.people.token_of)
        self.codebase.open_for(reach, indexes, indexing.ask)
        doors = Doors(self._services(github, me, indexes, indexing))
        author = author_of(me)
        publisher = publisher_of(settings, github, self.redactor, author)
        desk = Desk(
            self.agents,
            self.runs,
            self.run_log,
            github,
            self.redactor,
            defaults_of(settings, me, author),
            finder=indexes,
            keeping=self.keeping,
        )
        self.gateway.open_for(desk)
        return Dispatcher(
            database=self.database,
            bus=self.bus,
            agents=self.agents,
            runs=self.runs,
            deliveries=self.deliveries,
            supervisor=self._supervisor(desk, fly),
            finisher=Finisher(
                self.agents, publisher, self.gateway.uploads, self.keeping, settings.data_dir
            ),
            handle=doors.handle,
            glance=doors.glance,
            limits=limits_of(settings),
            indexing=indexing,
            on_our_fault=self.plans.give_back,
        )

    def _supervisor(self, desk: Desk, fly: FlySide | None) -> Supervisor:
        settings = self.settings
        return Supervisor(
            agents=self.agents,
            runs=self.runs,
            desk=desk,
            keeping=self.keeping,
            placing=placing_of(settings, local_of(settings), fly, self.vps, self.plans),
            following=Following(self.bus, self.agents, self.runs, patience_of(settings)),
            limits=limits_of(settings),
            url=lambda: f"http://127.0.0.1:{self.port}",
            server_key=settings.server_key,
        )

    def _services(
        self, github: GitHubApp, me: AppInfo, indexes: Indexes, indexing: Indexing
    ) -> Services:
        return Services(
            agents=self.agents,
            github=github,
            people=People(self.database),
            installations=Installations(self.database),
            plans=self.plans,
            start=self._start,
            redact=self.redactor.redact,
            indexes=indexes,
            index=indexing.ask,
            sign_out=self.people.sign_out,
            slug=me.slug,
            bot_user_id=me.bot_user_id,
            trusted_bots=frozenset(self.settings.trusted_bots),
            models=cost.names(),
        )

    def _stored(self, guids: Sequence[str]) -> None:
        if self.dispatcher is not None:
            self.dispatcher.stored(guids)

    async def _start(self, agent: Agent) -> None:
        if self.dispatcher is None:
            raise Unavailable("the coordinator is starting")
        await self.dispatcher.start(agent)

"""The composition root: everything is wired here and nowhere else.

The HTTP side comes up first, so that deliveries are stored even while GitHub cannot be asked who
the App is; the dispatcher, the reporter and the periodic work follow when that is known.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import aiohttp
import structlog
from aiohttp import web

from bot import cost, pull_body
from bot.agents import Agents
from bot.bus import Bus, PostgresBridge
from bot.db.deliveries import DeliveryStore
from bot.db.engine import Database
from bot.db.installations import Installations
from bot.db.people import People
from bot.db.runs import Runs
from bot.desk import Desk, RunDefaults
from bot.dispatcher import Dispatcher
from bot.domain import Agent
from bot.engine import HEARTBEAT_S
from bot.errors import CadenceError
from bot.finisher import Finisher
from bot.github.app import GitHubApp
from bot.github.values import AppInfo
from bot.index_wiring import indexes_of
from bot.indexes import Indexes
from bot.indexing import Indexing
from bot.loops import every, kept_alive
from bot.publisher import Publisher
from bot.reporter import Reporter
from bot.run_log import RunLog
from bot.settings import Settings, child_environment
from bot.supervisor import Limits, Supervisor
from handlers.doors import EVENTS, Doors, Services
from handlers.ingest import Ingest
from handlers.webhook import Webhook, add_webhook
from mobile_api.access import Access
from mobile_api.codebase import Codebase
from mobile_api.health import Health
from mobile_api.live import LiveLog
from runner.backends.local import LocalBackend
from runner.gateway import Gateway
from runner.redact import Redactor
from runner.spec import Budget, Person

REAPER_S = 10.0
SWEEP_S = 60.0
DAY_S = 24 * 3600.0
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
        self.gateway = Gateway(self.bus, bundles=settings.data_dir / "bundles")
        self.health = Health()
        self.codebase = Codebase()
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
        app.add_routes(self.gateway.routes())
        app.add_routes(LiveLog(self.agents, self.bus).routes())
        app.add_routes(self.health.routes())
        app.add_routes(self.codebase.routes())
        app.on_shutdown.append(self._hang_up)
        app.cleanup_ctx.append(self._running)
        return app

    async def _hang_up(self, _app: web.Application) -> None:
        await self.gateway.close()

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
            await self._serve(github, await _identified(github))

    async def _serve(self, github: GitHubApp, me: AppInfo) -> None:
        indexes = await asyncio.to_thread(indexes_of, self.settings, self.database, github)
        dispatcher = self._dispatcher(github, me, indexes)
        reporter = Reporter(
            self.agents,
            self.bus,
            github,
            self.redactor,
            base_url=self.settings.base_url,
            web_url=self.settings.github_url,
            budget_usd=self.settings.max_usd,
        )

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
                loops.create_task(every(DAY_S, "prune", self._prune))
        finally:
            self.health.is_ready = False
            await asyncio.shield(asyncio.gather(dispatcher.close(), indexes.close()))

    def _dispatcher(self, github: GitHubApp, me: AppInfo, indexes: Indexes) -> Dispatcher:
        author = Person(
            name=me.bot_login, email=f"{me.bot_user_id}+{me.bot_login}@users.noreply.github.com"
        )
        indexing = Indexing(indexes)
        reach = Access(github.client, Installations(self.database))
        self.codebase.open_for(reach, indexes, indexing.ask)
        doors = Doors(self._services(github, me, indexes, indexing))
        publisher = self._publisher(github, author)
        limits = Limits(
            per_installation=self.settings.agents_per_installation,
            hard_minutes=self.settings.hard_minutes,
            lease_s=self.settings.lease_s,
            max_runs=self.settings.max_runs,
            executor_silent_s=self.settings.executor_silent_s,
        )
        return Dispatcher(
            database=self.database,
            bus=self.bus,
            agents=self.agents,
            runs=self.runs,
            deliveries=self.deliveries,
            supervisor=self._supervisor(github, self._defaults(author, me), limits, indexes),
            finisher=Finisher(self.agents, publisher, self.gateway),
            handle=doors.handle,
            glance=doors.glance,
            limits=limits,
            indexing=indexing,
        )

    def _supervisor(
        self, github: GitHubApp, defaults: RunDefaults, limits: Limits, indexes: Indexes
    ) -> Supervisor:
        settings = self.settings
        run_log = RunLog(self.database, self.bus)
        desk = Desk(
            self.agents, self.runs, run_log, github, self.redactor, defaults, finder=indexes
        )
        self.gateway.open_for(desk)
        backend = LocalBackend(
            settings.data_dir / "machines",
            environment=child_environment(),
            program=settings.runner_program,
        )
        return Supervisor(
            bus=self.bus,
            agents=self.agents,
            runs=self.runs,
            desk=desk,
            backend=backend,
            limits=limits,
            url=lambda: f"http://127.0.0.1:{self.port}",
            server_key=settings.server_key,
        )

    def _publisher(self, github: GitHubApp, author: Person) -> Publisher:
        settings = self.settings
        return Publisher(
            github,
            settings.data_dir / "mirrors",
            self.redactor,
            lambda name: f"{settings.github_url}/{name}.git",
            author=author,
            places=pull_body.Places(base_url=settings.base_url, web_url=settings.github_url),
            environment=child_environment(),
        )

    def _services(
        self, github: GitHubApp, me: AppInfo, indexes: Indexes, indexing: Indexing
    ) -> Services:
        return Services(
            agents=self.agents,
            github=github,
            people=People(self.database),
            installations=Installations(self.database),
            start=self._start,
            redact=self.redactor.redact,
            indexes=indexes,
            index=indexing.ask,
            slug=me.slug,
            bot_user_id=me.bot_user_id,
            trusted_bots=frozenset(self.settings.trusted_bots),
            models=cost.names(),
        )

    def _defaults(self, author: Person, me: AppInfo) -> RunDefaults:
        settings = self.settings
        return RunDefaults(
            git_url=settings.github_url,
            model=settings.model,
            triage_model=settings.triage_model,
            anthropic_url=settings.anthropic_base_url,
            anthropic_key=settings.anthropic_api_key,
            author=author,
            bot_user_id=me.bot_user_id,
            budget=Budget(
                steps=settings.max_steps,
                usd=settings.max_usd,
                soft_minutes=settings.soft_minutes,
                hard_minutes=settings.hard_minutes,
            ),
            max_clone_mb=settings.max_clone_mb,
            has_sandbox=not settings.no_sandbox,
            lease_s=settings.lease_s,
        )

    def _stored(self, guids: Sequence[str]) -> None:
        if self.dispatcher is not None:
            self.dispatcher.stored(guids)

    async def _start(self, agent: Agent) -> None:
        if self.dispatcher is None:
            raise RuntimeError("a door was open before the dispatcher")
        await self.dispatcher.start(agent)

    async def _prune(self) -> None:
        now = datetime.now(UTC)
        if self.dispatcher is not None:
            await self.deliveries.prune(before=now - timedelta(days=self.settings.delivery_days))
            before = now - timedelta(days=self.settings.history_days)
            await self.dispatcher.engine.prune(before=before)


async def _identified(github: GitHubApp) -> AppInfo:
    """Ask GitHub who we are until it says so; deliveries are stored meanwhile."""
    wait_s = 1.0
    while True:
        try:
            return await github.me()
        except CadenceError as error:
            log.warning("the App is not known yet", reason=str(error), again_in_s=wait_s)
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, 60.0)

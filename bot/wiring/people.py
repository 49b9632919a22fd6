"""The people's API, by the settings: sign-in, sessions, agents, live streams, notifications."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import aiohttp
from aiohttp import web

from bot import cost
from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.identities import Identities
from bot.db.push import Pushes
from bot.db.rates import RateRows
from bot.db.replies import Replies
from bot.db.sealed import SealedRows
from bot.db.sessions import Sessions
from bot.domain import Agent
from bot.github.app import GitHubApp
from bot.github.auth import utc_now
from bot.github.oauth import OAuth
from bot.keys.resealing import Resealing
from bot.keys.user_tokens import UserTokens
from bot.keys.vault import Vault, derived, keys_of
from bot.life.agent_lists import AgentLists
from bot.life.creating import Creator
from bot.loops import kept_alive
from bot.places.plans import Plans
from bot.settings import Settings
from mobile_api.agents.acts import Acts
from mobile_api.agents.api import AgentsApi
from mobile_api.agents.log import AgentLog, Work
from mobile_api.auth.api import Able, AuthApi
from mobile_api.auth.cookies import Cookies
from mobile_api.auth.pairing import Pairing
from mobile_api.auth.reach import Reaches
from mobile_api.auth.sessions import Keeper, person_of
from mobile_api.auth.sign_in import SignIn
from mobile_api.auth.tokens import Signer
from mobile_api.docs_page import DocsPage
from mobile_api.endpoint import Endpoint
from mobile_api.guard import Guard, add_headers, problems
from mobile_api.idempotency import Once
from mobile_api.late import Late
from mobile_api.push.api import PushApi
from mobile_api.push.hosts import PushHosts
from mobile_api.push.keys import derived_key, read_key
from mobile_api.push.pusher import Pusher
from mobile_api.push.sender import Sender
from mobile_api.rates import Rates, SharedRates
from mobile_api.repos_api import ReposApi
from mobile_api.settings_api import Choices, SettingsApi
from mobile_api.stream.api import StreamApi
from mobile_api.stream.newsroom import Newsroom
from mobile_api.stream.states import States
from mobile_api.usage_api import UsageApi


class PeopleSide:
    """Everything of the API that people use; it asks for patience until `open_for`."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        bus: Bus,
        agents: Agents,
        plans: Plans,
        start: Callable[[Agent], Awaitable[None]],
    ) -> None:
        self.settings = settings
        self.database = database
        self.github: Late[GitHubApp] = Late()
        self.oauth: Late[OAuth] = Late()
        self.work: Late[Work] = Late()
        self.identities = Identities(database)
        self.choices = Choices(self.identities)
        self.vault = vault_of(settings)
        self.resealing = Resealing(SealedRows(database), self.vault)
        self.tokens = UserTokens(self.identities, self.vault, self.oauth)
        self.keeper = Keeper(Sessions(database), _signer_of(settings), bus)
        self.cookies = Cookies(settings.base_url.startswith("https://"))
        self.rates = Rates()
        self._rate_rows = RateRows(database)
        self.shared_rates = SharedRates(self._rate_rows.take)
        self.once = Once(Replies(database))
        limits = self.rates, self.shared_rates
        self.guard = Guard(self.keeper, *limits, self.once, proxies=settings.proxies)
        self.reaches = Reaches(self.tokens, self.github)
        self.lists = AgentLists(database)
        self.acts = Acts(agents, Creator(agents, plans, start), self.reaches, models=cost.names())
        self._agents, self._plans, self._bus = agents, plans, bus
        self._agents_api = AgentsApi(
            self.acts, self.lists, self.reaches, self.choices, web_url=settings.github_url
        )
        self._pushes = Pushes(database)
        self._hosts = PushHosts(settings.push_hosts, loopback=settings.push_loopback)
        self._sender = self._sender_of(settings)
        self._pusher = self._pusher_of()
        self.newsroom, self._streams = self._live()

    def _live(self) -> tuple[Newsroom, StreamApi]:
        states = States(web_url=self.settings.github_url)
        newsroom = Newsroom(self.lists, self._bus, self.reaches, states)
        seen = self._agents_api.seen
        return newsroom, StreamApi(newsroom, self._agents, seen, self.reaches, self.keeper)

    def _sender_of(self, settings: Settings) -> Sender | None:
        if not settings.push_address:
            return None
        pem, server_key = (
            one.get_secret_value() for one in (settings.push_key, settings.server_key)
        )
        key = read_key(pem) if pem else derived_key(derived(server_key, "push"))
        contact = settings.push_address
        return Sender(self._pushes, self.vault, key, self._hosts, contact=contact)

    def _pusher_of(self) -> Pusher | None:
        if self._sender is None:
            return None
        return Pusher(
            self.lists,
            self._pushes,
            self.identities,
            self.keeper.rows,
            self._sender,
            self._bus,
        )

    def endpoints(self) -> list[Endpoint]:
        """Return all routes."""
        agents = self._agents_api
        return [
            *self._auth(),
            *agents.endpoints(),
            *AgentLog(self._agents, agents.seen, self.github, self.work).endpoints(),
            *self._streams.endpoints(),
            *ReposApi(self.reaches).endpoints(),
            *UsageApi(self.lists, self.reaches, self.choices, self._plans).endpoints(),
            *PushApi(self._pushes, self.keeper, self._hosts, self._sender).endpoints(),
            *SettingsApi(self.choices, models=cost.names()).endpoints(),
        ]

    def _auth(self) -> list[Endpoint]:
        base_url = self.settings.base_url
        sign_in = SignIn(
            self.oauth,
            lambda: self.github().client,
            self.identities,
            self.tokens,
            self.keeper,
            self.vault,
            self.cookies,
            base_url=base_url,
        )
        hears = self.settings.hears
        auth = AuthApi(
            sign_in,
            self.keeper,
            self.identities,
            self.tokens,
            self.cookies,
            able=Able(
                voice=bool(hears), stt_low_trust=hears == ("local",), push=self._sender is not None
            ),
        )
        pairing = Pairing(
            self.keeper, self.identities, self.cookies, self.shared_rates, base_url=base_url
        )
        return [*auth.endpoints(), *pairing.endpoints()]

    def mount(self, app: web.Application, more: Sequence[Endpoint] = ()) -> None:
        """Add the routes, and what stands before and behind them."""
        app.middlewares.append(problems)
        app.on_response_prepare.append(add_headers)
        page = DocsPage(url=self.settings.base_url)
        all_of_them = [*self.endpoints(), *more, *page.endpoints()]
        page.describe(all_of_them)
        self.guard.mount(app, all_of_them)

    def open_for(
        self,
        github: GitHubApp,
        session: aiohttp.ClientSession,
        on_secret: Callable[[str], None],
    ) -> None:
        """Answer from now on."""
        settings = self.settings
        oauth = OAuth(
            session,
            web_url=settings.github_url,
            api_url=settings.github_api_url,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            on_secret=on_secret,
        )
        self.oauth.come(oauth)
        self.github.come(github)

    async def run(self) -> None:
        """Do what goes on beside the requests, for ever."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(kept_alive("resealing", self.resealing.run))
            loops.create_task(kept_alive("newsroom", self.newsroom.run))
            if self._pusher is not None:
                loops.create_task(kept_alive("pusher", self._pusher.run))
            loops.create_task(kept_alive("streams", partial(self._streams.run, self._bus)))

    def hang_up(self) -> None:
        """End all streams; clients come back to whoever is there."""
        self._streams.hang_up()

    async def prune(self) -> None:
        """Delete sessions and answers that are over."""
        now = utc_now()
        await self.keeper.rows.prune(now)
        await self.once.prune(now)
        await self._rate_rows.prune(now)
        if self._pusher is not None:
            await self._pusher.prune()

    async def sign_out(self, person_id: int) -> None:
        """End everything of a person who revoked the App at GitHub."""
        await self.keeper.end_all(person_id)
        await self.tokens.end(person_id, at_github=False)
        self.reaches.forget(person_id)

    async def token_of(self, request: web.Request) -> str:
        """Return GitHub's token of who is signed in; raise `Unauthenticated`."""
        await self.keeper.admit(request)
        return await self.tokens.token(person_of(request).id)


def _signer_of(settings: Settings) -> Signer:
    return Signer(derived(settings.server_key.get_secret_value(), "sessions"))


def vault_of(settings: Settings) -> Vault:
    """Return the vault of this server; raise `BadSettings`."""
    server_key = settings.server_key.get_secret_value()
    return Vault(keys_of(settings.credential_keys.get_secret_value(), server_key))

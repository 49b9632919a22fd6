"""The people's API of a coordinator in this process, with a browser's cookie jar before it."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from yarl import URL

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database
from bot.db.plans import PlanRows
from bot.db.rates import Ask, Taken
from bot.domain import Agent
from bot.github.app import GitHubApp
from bot.github.client import Client
from bot.places.plans import Plans
from bot.settings import Settings
from bot.wiring.people import PeopleSide
from bot.wiring.voice import SpokenSide
from deploy.devkit.github import GitHubStandIn
from deploy.devkit.ports import free_port
from tests.fakes.github import Town, town


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any

    @property
    def kind(self) -> str:
        """The type of a problem."""
        return str(self.body["type"])


class Browser:
    """A person's browser at our address: cookies, and the header that our pages send."""

    def __init__(self, url: str, github: GitHubStandIn) -> None:
        jar = aiohttp.CookieJar(unsafe=True)
        self.session = aiohttp.ClientSession(cookie_jar=jar)
        self.url = url
        self.github = github

    def cookie(self, name: str, path: str = "/api/auth/x") -> str:
        """Return a cookie's value, empty without it."""
        found = self.session.cookie_jar.filter_cookies(URL(self.url + path)).get(name)
        return "" if found is None else found.value

    def plant(self, name: str, value: str, path: str = "/") -> None:
        """Put a cookie of ours into the browser, in the place of the one that is there."""
        self.session.cookie_jar.update_cookies({name: value}, URL(self.url + path))

    async def call(
        self, method: str, path: str, body: Any = None, *, plain: bool = False, **headers: Any
    ) -> Answer:
        """Ask; unsafe methods carry the page's header unless *plain*."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if method not in {"GET", "HEAD"} and not plain:
            sent.setdefault("X-CSRF-Token", self.cookie("cadence_csrf"))
        url = path if path.startswith("http") else self.url + path
        async with self.session.request(
            method, url, json=body, headers=sent, allow_redirects=False
        ) as answer:
            text = await answer.text()
            is_json = "json" in answer.content_type
            told = await answer.json(content_type=None) if is_json and text else None
            return Answer(status=answer.status, headers=answer.headers.copy(), text=text, body=told)

    async def get(self, path: str, **headers: Any) -> Answer:
        return await self.call("GET", path, **headers)

    async def post(self, path: str, body: Any = None, **headers: Any) -> Answer:
        return await self.call("POST", path, body, **headers)

    async def to_github(self, return_to: str = "") -> dict[str, str]:
        """Begin to sign in; return what GitHub is asked."""
        begun = await self.get(f"/api/auth/github?returnTo={return_to}")
        assert begun.status == 302
        assert begun.headers["Location"].startswith(self.github.url + "/login/oauth/authorize?")
        return dict(parse_qsl(urlsplit(begun.headers["Location"]).query))

    async def agree(self, asked: dict[str, str], login: str) -> str:
        """Say yes at GitHub; return where it sends the browser."""
        self.github.user(login)
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{self.github.url}/login/oauth/authorize",
                data=asked | {"login": login},
                allow_redirects=False,
            ) as answer,
        ):
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]

    async def sign_in(self, login: str = "dana", return_to: str = "") -> Answer:
        """Go the whole way; return our answer to GitHub's redirect."""
        return await self.get(await self.agree(await self.to_github(return_to), login))

    @asynccontextmanager
    async def stream(self, path: str, **headers: str) -> AsyncIterator["Stream"]:
        """Listen to a stream."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        timeout = aiohttp.ClientTimeout(total=None, sock_read=30)
        async with self.session.get(self.url + path, headers=sent, timeout=timeout) as answer:
            yield Stream(answer)

    async def close(self) -> None:
        await self.session.close()


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of a stream."""

    name: str
    data: Any
    mark: str


class Stream:
    """What a browser's `EventSource` would do with an answer."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.mark = ""

    async def next(self) -> Heard:
        """Return the next event; raise `EOFError` at the end."""
        fields: dict[str, str] = {}
        async for raw in self.answer.content:
            line = raw.decode().rstrip("\n")
            if line.startswith(":"):
                continue
            if not line and "data" in fields:
                self.mark = fields.get("id", self.mark)
                name = fields.get("event", "message")
                return Heard(name, json.loads(fields["data"]), fields.get("id", ""))
            if not line:
                fields = {}
                continue
            key, _, value = line.partition(": ")
            fields[key] = value
        raise EOFError

    async def until(self, *names: str) -> list[Heard]:
        """Return events up to and with the first called one of *names*."""
        found: list[Heard] = []
        while not found or found[-1].name not in names:
            found.append(await self.next())
        return found


@dataclass(kw_only=True)
class Home:
    """The coordinator's side, opened up."""

    town: Town
    side: PeopleSide
    agents: Agents
    database: Database
    bus: Bus
    url: str
    app: web.Application
    started: list[Agent] = field(default_factory=list)
    browsers: list[Browser] = field(default_factory=list)

    @property
    def github(self) -> GitHubStandIn:
        return self.town.github

    def browser(self) -> Browser:
        """Return a new browser, signed in nowhere."""
        made = Browser(self.url, self.github)
        self.browsers.append(made)
        return made

    async def signed_in(self, login: str = "dana") -> Browser:
        """Return a browser in which *login* is signed in."""
        made = self.browser()
        assert (await made.sign_in(login)).status == 302
        return made

    async def start(self, agent: Agent) -> None:
        self.started.append(agent)


class _Bottomless(OrderedDict[Any, Any]):
    """Buckets that are never empty."""

    def __setitem__(self, _key: Any, _value: Any) -> None: ...

    def move_to_end(self, key: Any, last: bool = True) -> None: ...


async def _all_you_want(ask: Ask) -> Taken:
    return Taken(ask.quota, ask.now)


def without_limits(here: Home) -> None:
    """Let everybody ask as often as he likes."""
    vars(here.side.rates)["_full_at"] = _Bottomless()
    vars(here.side.shared_rates)["_take"] = _all_you_want


@asynccontextmanager
async def home(
    root: Path, database: Database, bus: Bus, *, free_agents: int | None = None, **chosen: Any
) -> AsyncIterator[Home]:
    """Serve the API on a free port, with the GitHub stand-in behind it."""
    async with town(root / "github") as scene, aiohttp.ClientSession() as session:
        app_runner, made = await _built(scene, root, database, bus, free_agents, chosen)
        github = GitHubApp(
            session,
            api_url=scene.github.api_url,
            app_id=scene.app.app_id,
            private_key_pem=scene.app.private_key_pem,
            slug="cadence",
            client=Client(session, api_url=scene.github.api_url, user_agent="cadence"),
        )
        made.side.open_for(github, session, lambda _secret: None)
        running = asyncio.create_task(made.side.run())
        try:
            yield made
        finally:
            running.cancel()
            await asyncio.wait([running])
            for browser in made.browsers:
                await browser.close()
            await app_runner.cleanup()


async def _built(
    scene: Town,
    root: Path,
    database: Database,
    bus: Bus,
    free_agents: int | None,
    chosen: dict[str, Any],
) -> tuple[web.AppRunner, Home]:
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    site_port = free_port()
    url = f"http://127.0.0.1:{site_port}"
    scene.github.set_callback_urls(f"{url}/api/auth/github/callback")
    settings = Settings(
        port=site_port,
        data_dir=root / "data",
        github_url=scene.github.url,
        github_api_url=scene.github.api_url,
        client_id=scene.app.client_id,
        client_secret=SecretStr(scene.app.client_secret),
        **chosen,
    )
    plans = Plans(PlanRows(database), are_on=free_agents is not None, free_agents=free_agents or 0)
    agents = Agents(database, bus)
    homes: list[Home] = []
    side = SpokenSide(settings, database, bus, agents, plans, lambda agent: homes[0].start(agent))
    side.mount(app)
    made = Home(town=scene, side=side, agents=agents, database=database, bus=bus, url=url, app=app)
    homes.append(made)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", site_port).start()
    return runner, made

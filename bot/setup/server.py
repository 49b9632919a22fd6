"""The small web server on this machine that GitHub's pages come back to."""

import asyncio
import contextlib
import hmac
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot import env_file
from bot.errors import CadenceError, InvalidRequest
from bot.manifest import Manifest, read
from bot.setup import page
from bot.setup.conversion import App, exchange

log = structlog.get_logger()

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,98}[A-Za-z0-9])?")
_LOCAL = ("127.0.0.1", "localhost")


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in _LOCAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the set-up begins with; the address and the owner can be changed on the page."""

    github_url: str
    api_url: str
    webhook_path: str
    env_path: Path
    public_url: str = ""
    organisation: str = ""
    port: int = 0
    manifest: Manifest = field(default_factory=read)


async def run(setup: Setup, *, announce: Callable[[str], None]) -> App:
    """Serve the pages on this machine until the App is made and its credentials are written.

    *announce* is called once with the address to open in a browser. Raise `InvalidRequest` when
    the port is taken or the file cannot be written.
    """
    # Asked first: what GitHub answers can be had once only, and must not be lost at the end.
    await asyncio.to_thread(env_file.write, setup.env_path, {})
    flow = _Flow(setup)
    async with _serving(flow, setup.port) as port:
        flow.port = port
        announce(f"http://127.0.0.1:{port}/")
        return await flow.made


class _Flow:
    """One set-up: from the start page to the written credentials."""

    def __init__(self, setup: Setup) -> None:
        self.port = 0
        self.made: asyncio.Future[App] = asyncio.get_running_loop().create_future()
        self._setup = setup
        # GitHub's own machines cannot reach this one by its loopback address: ask for a better one.
        is_useless = _is_loopback(setup.public_url) and not _is_loopback(setup.github_url)
        self._address = "" if is_useless else setup.public_url.rstrip("/")
        self._organisation = setup.organisation
        # The page may stand open in two tabs; what is in a tab must not end the other's.
        self._states: set[str] = set()
        self._turn = asyncio.Lock()

    async def begin(self, request: web.Request) -> web.Response:
        """Show what will be made, with a button that hands it to GitHub."""
        problem = self._take(request)
        state = secrets.token_urlsafe(32)
        self._states.add(state)
        setup = self._setup
        owner = f"organizations/{self._organisation}/" if self._organisation else ""
        manifest = setup.manifest.filled(
            base_url=self._address,
            webhook_path=setup.webhook_path,
            redirect_url=f"http://127.0.0.1:{self.port}/made",
        )
        return self._html(
            page.begin(
                action=f"{setup.github_url}/{owner}settings/apps/new?state={state}",
                manifest=manifest,
                permissions=sorted(setup.manifest.permissions.items()),
                address=self._address,
                organisation=self._organisation,
                problem=problem,
            )
        )

    async def come_back(self, request: web.Request) -> web.Response:
        """Take the code that GitHub sent the browser back with, and write the credentials."""
        async with self._turn:  # the same page loaded twice: the second waits and sees the first
            if self.made.done() and not self.made.cancelled():
                return self._done(self.made.result())
            given = request.query.get("state", "")
            known = [s for s in self._states if hmac.compare_digest(s.encode(), given.encode())]
            if not known:
                sentence = "this page was not reached from the one that Cadence showed, or twice"
                return self._failed(sentence, status=403)
            self._states.difference_update(known)
            try:
                app = await exchange(request.query.get("code", ""), api_url=self._setup.api_url)
                await asyncio.to_thread(self._write, app)
            except CadenceError as error:
                return self._failed(str(error), status=502)
            self.made.set_result(app)
            return self._done(app)

    def _take(self, request: web.Request) -> str:
        """Take address and owner from the form; return what is wrong with them."""
        if "address" not in request.query:
            return ""
        address = request.query["address"].strip().rstrip("/")
        organisation = request.query.get("organisation", "").strip()
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            return "The address must look like https://cadence.example.com."
        if organisation and not _LOGIN.fullmatch(organisation):
            return "The organisation is its name as in github.com/NAME."
        self._address, self._organisation = address, organisation
        return ""

    def _write(self, app: App) -> None:
        values = {
            "GITHUB_APP_ID": str(app.id),
            "GITHUB_APP_SLUG": app.slug,
            "GITHUB_PRIVATE_KEY": app.private_key,
            "GITHUB_WEBHOOK_SECRET": app.webhook_secret,
            "GITHUB_CLIENT_ID": app.client_id,
            "GITHUB_CLIENT_SECRET": app.client_secret,
        }
        if not _is_loopback(self._address):
            values["CADENCE_PUBLIC_URL"] = self._address
        env_file.write(self._setup.env_path, values)

    def _done(self, app: App) -> web.Response:
        path = str(self._setup.env_path)
        return self._html(page.done(slug=app.slug, install_url=app.install_url, env_path=path))

    def _failed(self, sentence: str, *, status: int) -> web.Response:
        log.warning("set-up step failed", reason=sentence)
        return self._html(page.failed(sentence[:1].upper() + sentence[1:]), status=status)

    def _html(self, text: str, *, status: int = 200) -> web.Response:
        headers = page.security_headers(form_target=self._setup.github_url)
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)


@web.middleware
async def _only_from_here(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    # A page elsewhere may point a name of its own at this machine: then the Host is that name.
    if request.host.partition(":")[0] not in _LOCAL:
        raise web.HTTPForbidden(text="Open this page as http://127.0.0.1.")
    return await handler(request)


@contextlib.asynccontextmanager
async def _serving(flow: _Flow, port: int) -> AsyncIterator[int]:
    app = web.Application(middlewares=[_only_from_here])
    app.router.add_get("/", flow.begin)
    app.router.add_get("/made", flow.come_back)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as error:
            raise InvalidRequest(f"port {port} is taken; choose another one") from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()

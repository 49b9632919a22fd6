"""Signing in with GitHub: there with a challenge, back with a code, and once only.

What must be known again on the way back is sealed into a cookie of the browser that began: a
state that comes back in another one is refused, and a state works once.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import unquote

import orjson
import structlog
from aiohttp import web

from bot.db.identities import Grant, Identities
from bot.errors import CadenceError
from bot.github.client import Client
from bot.github.oauth import UserToken
from bot.github.person import AsPerson
from bot.keys.vault import Unreadable, Vault
from mobile_api.auth import cookies
from mobile_api.auth.cookies import Cookies
from mobile_api.auth.people import Person
from mobile_api.auth.sessions import Keeper
from mobile_api.auth.tokens import fresh, hash_of

HOME = "/app/"
CALLBACK = "/api/auth/github/callback"
_PURPOSE = "sign-in"
_LIFE = timedelta(seconds=cookies.SIGN_IN_S)
_PATH = re.compile(r"/app(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")
log = structlog.get_logger()


class NotSignedIn(CadenceError):
    """The sign-in came to nothing, for a reason that the person may read."""


class GitHubSide(Protocol):
    """GitHub's part of a sign-in."""

    def address(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Return where the browser is sent."""
        ...

    async def exchange(self, code: str, *, verifier: str, redirect_uri: str) -> UserToken:
        """Return the tokens for a code."""
        ...


class Seals(Protocol):
    """Seals a person's tokens."""

    def sealed(self, person_id: int, token: UserToken) -> Grant:
        """Return the token as it is kept."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A sign-in on its way."""

    state: str
    verifier: str
    back: str
    until: float


class SignIn:
    """Both ends of the way through GitHub."""

    def __init__(
        self,
        github: Callable[[], GitHubSide],
        client: Callable[[], Client],
        identities: Identities,
        seals: Seals,
        keeper: Keeper,
        vault: Vault,
        shelf: Cookies,
        *,
        base_url: str,
    ) -> None:
        self._github = github
        self._client = client
        self._identities = identities
        self._seals = seals
        self._keeper = keeper
        self._vault = vault
        self._cookies = shelf
        self._redirect_uri = base_url + CALLBACK

    async def begin(self, request: web.Request) -> web.Response:
        """Send the browser to GitHub."""
        verifier = fresh()
        begun = _Begun(
            state=fresh(),
            verifier=verifier,
            back=safe_path(request.query.get("returnTo", "")),
            until=(self._keeper.now() + _LIFE).timestamp(),
        )
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        target = self._github().address(
            state=begun.state, challenge=challenge, redirect_uri=self._redirect_uri
        )
        sealed = self._vault.seal(orjson.dumps(asdict(begun)), context=_PURPOSE)
        response = web.Response(status=302, headers={"Location": target})
        self._cookies.note_sign_in(response, base64.urlsafe_b64encode(sealed).decode())
        return response

    async def finish(self, request: web.Request) -> web.Response:
        """Begin a session for whom GitHub names, or say on a page why there is none."""
        try:
            begun = await self._checked(request)
            person = await self._named(request, begun)
        except CadenceError as error:
            log.info("sign-in refused", reason=str(error))
            response = _page(str(error))
        else:
            device = request.headers.get("User-Agent", "")
            issued = await self._keeper.begin(person, device=browser_name(device), kind="web")
            response = web.Response(status=302, headers={"Location": begun.back})
            self._cookies.give(response, issued)
        self._cookies.forget_sign_in(response)
        return response

    async def _checked(self, request: web.Request) -> _Begun:
        begun = self._opened(cookies.value(request.cookies, cookies.SIGN_IN))
        state = request.query.get("state", "")
        if not hmac.compare_digest(state.encode(), begun.state.encode()):
            raise NotSignedIn("this sign-in was begun in another browser; begin again")
        until = datetime.fromtimestamp(begun.until, UTC)
        if self._keeper.now() >= until:
            raise NotSignedIn("the sign-in took too long; begin again")
        if not await self._keeper.rows.spend(hash_of(begun.state), until):
            raise NotSignedIn("this sign-in was used already; begin again")
        return begun

    def _opened(self, cookie: str) -> _Begun:
        try:
            sealed = base64.urlsafe_b64decode(cookie)
            return _Begun(**orjson.loads(self._vault.open(sealed, context=_PURPOSE)))
        except (Unreadable, ValueError, TypeError) as error:
            raise NotSignedIn("this sign-in was not begun in this browser; begin again") from error

    async def _named(self, request: web.Request, begun: _Begun) -> Person:
        if "error" in request.query:
            raise NotSignedIn("you said no at GitHub, so nothing happened")
        code = request.query.get("code", "")
        if not _CODE.fullmatch(code):
            raise NotSignedIn("GitHub sent no code back; begin again")
        token = await self._github().exchange(
            code, verifier=begun.verifier, redirect_uri=self._redirect_uri
        )
        profile = await AsPerson(self._client(), token.access).profile()
        await self._identities.signed_in(
            profile.id,
            login=profile.login,
            name=profile.name,
            avatar_url=profile.avatar_url,
            grant=self._seals.sealed(profile.id, token),
            now=self._keeper.now(),
        )
        return Person(id=profile.id, login=profile.login)


def safe_path(asked: str) -> str:
    """Return *asked* when it is a path of the web app, its start page otherwise."""
    decoded = unquote(unquote(asked))
    is_plain = _PATH.fullmatch(asked) is not None and "\\" not in decoded and "//" not in decoded
    leads_out = any(part == ".." for part in decoded.partition("?")[0].split("/"))
    return asked if is_plain and not leads_out and decoded.isprintable() else HOME


def browser_name(agent: str) -> str:
    """Return which browser on which system a ``User-Agent`` tells of."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


_BROWSERS = (
    ("Firefox/", "Firefox"),
    ("Edg", "Edge"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def _page(reason: str) -> web.Response:
    words = f"{reason[0].upper()}{reason[1:]}."
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        words = words.replace(sign, name)
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Not signed in</title></head><body><h1>Not signed in</h1>"
        f'<p>{words}</p><p><a href="{HOME}">Back to Cadence</a></p></body></html>'
    )
    return web.Response(status=400, text=text, content_type="text/html")

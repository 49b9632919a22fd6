"""Who may ask about a repository: whoever GitHub lets read it, asked with the caller's own token.

A caller is signed in, or sends a GitHub token of a person, which is used for one question to
GitHub and never kept: what is remembered, briefly, is the answer, under a hash.
"""

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from bot.errors import GitHubRefused, NotFound, Unavailable
from bot.github.client import Call, Client
from mobile_api.auth.tokens import is_access
from mobile_api.problems import Unauthenticated
from mobile_api.rates import Rate, Rates, SharedRates, Standing

YES_S = 60.0
NO_S = 5.0
PER_MINUTE = 60
_RATE = Rate("codebase", PER_MINUTE)
_KEPT = 10_000
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{20,1024}")
_FULL_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}")
_NOBODY = "sign in, or send a GitHub token of yours: Authorization: Bearer ..."
_STANDING = web.RequestKey("codebase standing", Standing)
SessionToken = Callable[[web.Request], Awaitable[str]]
_NOT_SEEN = "there is no such repository, the App is not installed on it, or you may not read it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A repository that the caller may read, and that the App reaches."""

    installation_id: int
    repository_id: int
    full_name: str


class Repositories(Protocol):
    """The repositories that the App is installed on."""

    async def find_repository(self, full_name: str) -> tuple[int, int, str] | None:
        """Return installation, number and name; case does not matter."""
        ...


class Access:
    """Asks GitHub, at most once a minute for the same question."""

    def __init__(
        self,
        client: Client,
        repositories: Repositories,
        shared: SharedRates,
        *,
        session_token: SessionToken | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._repositories = repositories
        self._session_token = session_token
        self._now = now
        self._known: OrderedDict[bytes, tuple[float, bool]] = OrderedDict()
        # Anybody can make up tokens: only whom GitHub knows is counted in the database.
        self._rates, self._shared = Rates(now=now), shared

    async def readable(self, request: web.Request, full_name: str) -> Place:
        """Return the repository *full_name* if the caller of *request* may read it.

        Raise `Unauthenticated`, `RateLimited`, `NotFound` for all that the caller may not know,
        or `Unavailable` when GitHub does not say.
        """
        token = await self._token(request)
        caller = hashlib.sha256(token.encode()).digest()
        self._rates.count(_RATE, caller.hex())
        if _FULL_NAME.fullmatch(full_name) is None:
            raise NotFound(_NOT_SEEN)
        key = hashlib.sha256(caller + full_name.lower().encode()).digest()
        kept = self._known.get(key)
        if kept is None or kept[0] < self._now():
            may = await self._may_read(token, full_name)
            kept = (self._now() + (YES_S if may else NO_S), may)
            self._known[key] = kept
            self._known.move_to_end(key)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        if kept[1]:
            request[_STANDING] = await self._shared.count(_RATE, caller.hex())
        found = await self._repositories.find_repository(full_name) if kept[1] else None
        if found is None:
            raise NotFound(_NOT_SEEN)
        return Place(installation_id=found[0], repository_id=found[1], full_name=found[2])

    async def _token(self, request: web.Request) -> str:
        """Return GitHub's token of the caller: his own, or the one of his session with us."""
        token = _given(request)
        if not token and self._session_token is not None:
            token = await self._session_token(request)
        if _TOKEN.fullmatch(token) is None:
            raise Unauthenticated(_NOBODY)
        return token

    async def _may_read(self, token: str, full_name: str) -> bool:
        call = Call(
            method="GET",
            path=f"repos/{full_name}",
            doing="see whether you may read the repository",
            authorization=token,
        )
        try:
            answer = await self._client.exchange(call)
        except GitHubRefused as error:
            raise NotFound(_NOT_SEEN) from error
        if answer.status == 401:
            raise Unauthenticated("GitHub does not know this token")
        if answer.status in {403, 404, 410, 451}:
            return False
        if not answer.is_good or not isinstance(answer.data, dict):
            raise Unavailable("GitHub does not say whether you may read the repository")
        named = answer.data.get("full_name")
        permissions = answer.data.get("permissions")
        is_asked = isinstance(named, str) and named.lower() == full_name.lower()
        # A public repository may be read by everybody; GitHub says so with each token.
        return is_asked and isinstance(permissions, dict) and permissions.get("pull") is True

    def standing(self, request: web.Request) -> dict[str, str]:
        """Return the headers that say how many questions the caller of *request* has left."""
        return request[_STANDING].headers


def _given(request: web.Request) -> str:
    """Return the GitHub token in the header, empty when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and not is_access(token) else ""

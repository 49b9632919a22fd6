"""One HTTP exchange with GitHub, done well: timeouts, patience, redirects, no secrets in words."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
import structlog
from gidgethub import sansio
from yarl import URL

from bot.errors import GitHubRefused, Unavailable
from bot.github.refusals import Answer, error_for, is_rate_limit, patience_s

log = structlog.get_logger()

_TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
_MAX_BYTES = 10 * 1024 * 1024
_RETRIES = 3
_LONGEST_WAIT_S = 5.0
_FIRST_WAIT_S = 0.25
_REDIRECTS = 3
_ACCEPT = sansio.accept_format()
_VERSION = "2022-11-28"

# Of these a second one does no harm; a POST may have been done although the answer was lost, so
# its caller must look first.
_REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What to ask: *doing* says it for people; *authorization* never prints itself."""

    method: str
    path: str
    doing: str
    authorization: str = field(default="", repr=False)
    params: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    is_repeatable: bool = False

    @property
    def may_repeat(self) -> bool:
        """Whether doing it twice does no harm."""
        return self.is_repeatable or self.method in _REPEATABLE


class Client:
    """Calls to one GitHub; waits only briefly itself, the engine has more patience."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        api_url: str,
        user_agent: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        timeout: aiohttp.ClientTimeout = _TIMEOUT,
    ) -> None:
        self._session = session
        self._api = URL(api_url.rstrip("/") + "/")
        self._agent = user_agent
        self._sleep = sleep
        self._timeout = timeout

    @property
    def graphql_url(self) -> str:
        """Where GraphQL is: beside REST on github.com, beside ``/v3`` on an Enterprise Server."""
        # https://docs.github.com/en/enterprise-server/graphql/guides/forming-calls-with-graphql
        base = str(self._api).rstrip("/")
        return f"{base.removesuffix('/v3')}/graphql"

    async def ask(self, call: Call) -> Answer:
        """Return a good answer; raise what `error_for` makes of any other."""
        answer = await self.exchange(call)
        if not answer.is_good:
            raise error_for(answer, doing=call.doing)
        return answer

    async def exchange(self, call: Call) -> Answer:
        """Return GitHub's last answer, good or not; raise `Unavailable` when there was none."""
        attempt = 0
        while True:
            is_last = attempt == _RETRIES
            try:
                answer = await self._redirected(call)
            except (aiohttp.ClientError, TimeoutError) as error:
                was_sent = not isinstance(error, aiohttp.ClientConnectorError)
                if is_last or (was_sent and not call.may_repeat):
                    raise _unreachable(call, error) from None
                wait_s = _FIRST_WAIT_S * 2**attempt
            else:
                asked = None if is_last else _wait_s(call, answer, attempt)
                if asked is None:
                    return answer
                wait_s = asked
            attempt += 1
            log.info("github asked again", method=call.method, attempt=attempt, wait_s=wait_s)
            await self._sleep(wait_s)

    async def _redirected(self, call: Call) -> Answer:
        url = self._address(call.path).update_query(call.params)
        for _ in range(_REDIRECTS + 1):
            answer = await self._once(call, url)
            if answer.status not in {301, 302, 307, 308}:
                return answer
            # A renamed or transferred repository; the token must not follow to another host.
            target = url.join(URL(answer.headers.get("location", "")))
            if target.origin() != self._api.origin():
                break
            url = target
        raise GitHubRefused(f"GitHub sent us elsewhere to {call.doing}", status=301)

    def _address(self, path: str) -> URL:
        if not path.startswith(("http://", "https://")):
            return URL(f"{self._api}{path.removeprefix('/')}", encoded=True)
        url = URL(path)
        if url.origin() != self._api.origin():
            raise GitHubRefused("GitHub named a page on another host", status=0)
        return url

    async def _once(self, call: Call, url: URL) -> Answer:
        headers = sansio.create_headers(self._agent, accept=_ACCEPT)
        headers["x-github-api-version"] = _VERSION
        if call.authorization:
            headers["authorization"] = f"Bearer {call.authorization}"
        data = None
        if call.body is not None:
            headers["content-type"] = "application/json; charset=utf-8"
            data = orjson.dumps(call.body)
        async with self._session.request(
            call.method,
            url,
            headers=headers,
            data=data,
            allow_redirects=False,
            timeout=self._timeout,
        ) as response:
            raw = await _read(response)
            link = response.links.get("next")
            return Answer(
                status=response.status,
                headers={name.lower(): value for name, value in response.headers.items()},
                data=_decoded(raw),
                next_url="" if link is None else str(link["url"]),
            )


def _wait_s(call: Call, answer: Answer, attempt: int) -> float | None:
    """Return how long to wait before asking again, None when the answer is final for us."""
    asked = patience_s(answer.headers)
    if is_rate_limit(answer):
        # Without a number GitHub wants a minute at least: that is the engine's patience.
        return asked if asked is not None and asked <= _LONGEST_WAIT_S else None
    if answer.status < 500 or not call.may_repeat:
        return None
    wait_s = _FIRST_WAIT_S * 2**attempt if asked is None else asked
    return wait_s if wait_s <= _LONGEST_WAIT_S else None


def _unreachable(call: Call, error: Exception) -> Unavailable:
    # The library's own words may hold the URL; the kind says enough.
    slow = isinstance(error, TimeoutError)
    what = "did not answer in time" if slow else f"could not be reached ({type(error).__name__})"
    return Unavailable(f"GitHub {what} to {call.doing}")


async def _read(response: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_chunked(65536):
        size += len(chunk)
        if size > _MAX_BYTES:
            raise aiohttp.ClientPayloadError("larger than we read")
        parts.append(chunk)
    return b"".join(parts)


def _decoded(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None

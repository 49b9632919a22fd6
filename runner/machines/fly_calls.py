"""One call of Fly's API: its turn, its time, and what of it may be asked again."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import structlog
from pydantic import SecretStr
from yarl import URL

from bot.errors import MachineUnavailable, NotFound, RateLimited, Unavailable
from runner.machines.fly_errors import TimedOut, Unsent, refusal
from runner.machines.fly_limits import FlyLimits, retry_after_s

NONCE = "fly-machine-lease-nonce"
TRIES = 6
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.3, 5.0
_SLOW_S = 5.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked; *path* is quoted already, *action* and *key* are what Fly counts it by.

    A call that is not *harmless* to do twice is asked again only when it surely was not done. One
    that *waits* may end with `TimedOut`. *nonce* is the lease's where somebody holds one. What is
    to *hide* appears in no error.
    """

    method: str
    path: str
    action: str
    key: str
    _: KW_ONLY
    body: Mapping[str, Any] | None = None
    nonce: str = ""
    harmless: bool = True
    waits: bool = False
    hide: tuple[str, ...] = ()
    answer_s: float = 30.0


def path(*parts: str, query: Mapping[str, str] | None = None) -> str:
    """Return the path of *parts*, each quoted, with what of *query* is not empty."""
    asked = {name: value for name, value in (query or {}).items() if value}
    tail = f"?{urlencode(asked, quote_via=quote, safe='')}" if asked else ""
    return "".join(f"/{quote(part, safe='')}" for part in parts) + tail


class FlyCalls:
    """Make calls, each within *deadline_s* with all that is waited for and asked again."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        url: str,
        token: SecretStr,
        deadline_s: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self._url = url.rstrip("/")
        self._token = token
        self._deadline_s = deadline_s
        self._sleep = sleep
        self._limits = FlyLimits(now=now, sleep=sleep)
        self.now = now

    async def ask(self, call: Call) -> Any:
        """Return the answer's JSON, None when it has none.

        Raise `NotFound`, or an `Unavailable` as `runner.machines.fly_errors` tells them apart.
        """
        until = self.now() + self._deadline_s
        attempt = 0
        while True:
            waited_s = await self._limits.turn(call.action, call.key, until=until)
            if waited_s > _SLOW_S:
                log.info("waited for Fly's limit", action=call.action, seconds=round(waited_s, 1))
            try:
                return await self._asked(call, until)
            except RateLimited as error:
                if attempt + 1 == TRIES:
                    raise
                self._limits.emptied(call.action, call.key, for_s=error.retry_after_s)
            except MachineUnavailable:
                raise
            except Unavailable as error:
                if call.waits and isinstance(error, TimedOut):
                    raise
                await self._pause(call, attempt, error, until)
            attempt += 1

    async def _pause(self, call: Call, attempt: int, error: Unavailable, until: float) -> None:
        """Wait before the call is asked again; raise *error* when it is not."""
        usual_s = min(_FIRST_PAUSE_S * 2**attempt, _LONGEST_PAUSE_S)
        pause_s = max(usual_s, error.retry_after_s or 0) * random.uniform(0.7, 1.3)  # noqa: S311
        may_repeat = call.harmless or isinstance(error, Unsent)
        if not may_repeat or attempt + 1 == TRIES or self.now() + pause_s > until:
            raise error
        log.debug("Fly is asked again", action=call.action, reason=str(error))
        await self._sleep(pause_s)

    async def _asked(self, call: Call, until: float) -> Any:
        left_s = min(call.answer_s, until - self.now())
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        headers |= {NONCE: call.nonce} if call.nonce else {}
        try:
            async with self._session.request(
                call.method,
                URL(self._url + call.path, encoded=True),
                json=call.body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=max(left_s, 0.001)),
                allow_redirects=False,  # nobody else gets the token
            ) as answer:
                text = (await answer.read()).decode(errors="replace")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unsent(f"Fly is out of reach ({type(error).__name__})") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"Fly did not answer ({type(error).__name__})") from error
        if answer.status < 300:
            return _parsed(text)
        wait_s = retry_after_s(answer.headers.get("Retry-After", ""))
        hide = (self._token.get_secret_value(), *call.hide)
        raise refusal(answer.status, text, wait_s=wait_s, hide=hide)

    async def end(self, call: Call) -> None:
        """Make a call that ends something; when that is gone already, it is fine."""
        try:
            await self.ask(call)
        except NotFound:
            return


def _parsed(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise Unavailable("Fly's answer is no JSON") from error

"""Fly's Machines REST API, as far as we need it; there is no kept client for Python.

Facts: https://fly.io/docs/machines/api/ and the published OpenAPI document (2026-05-07). It keeps
to the rate limits by itself, asks again where asking again does no harm, and never shows the token.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog
from pydantic import SecretStr

from bot.errors import MachineUnavailable, NotFound, RateLimited, Unavailable
from runner.machines.limits import Limits, Rate

SLOW = Rate(1.0, 3)
LOOK = Rate(5.0, 10)
_TRIES = 6
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_NO_ROOM = ("insufficient", "capacity", "no hosts", "could not reserve", "not enough resources")
Json = dict[str, Any]
log = structlog.get_logger()


class FlyApi:
    """Calls by name; identifiers are quoted, answers are the API's own JSON."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        url: str,
        token: SecretStr,
        timeout_s: float = 75.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self._url = url.rstrip("/")
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._sleep = sleep
        self._limits = Limits(sleep=sleep)

    async def create_app(self, app: str, *, org: str, network: str) -> None:
        """Create *app* on a private network of its own; one that exists is fine."""
        body = {"app_name": app, "name": app, "org_slug": org, "network": network}
        try:
            await self._call("POST", "/apps", action="app create", key=org, body=body)
        except Conflict:
            return
        except FlyRefused as error:
            if "already" not in str(error).lower() and "taken" not in str(error).lower():
                raise

    async def app(self, app: str) -> Json | None:
        """Return the app, None when there is none of this name."""
        try:
            return await self._look(f"/apps/{quote(app, safe='')}", key=app)
        except NotFound:
            return None

    async def delete_app(self, app: str) -> None:
        """Delete *app* and all of its machines; one that is gone is fine."""
        path = f"/apps/{quote(app, safe='')}"
        await self._gone_is_fine(self._call("DELETE", path, action="app delete", key=app))

    async def create_machine(self, app: str, body: Json) -> Json:
        """Create a machine; it is not asked again when the answer is lost: look first.

        Raise `MachineUnavailable` when the region has no room.
        """
        path = f"/apps/{quote(app, safe='')}/machines"
        made: Json = await self._call("POST", path, action="create", key=app, body=body, tries=1)
        return made

    async def machines(self, app: str, metadata: Mapping[str, str]) -> list[Json]:
        """Return the machines of *app* that carry *metadata*."""
        query = "&".join(f"metadata.{quote(k)}={quote(v, safe='')}" for k, v in metadata.items())
        path = f"/apps/{quote(app, safe='')}/machines?{query}"
        found: list[Json] = await self._call("GET", path, action="list", key=app, rate=LOOK)
        return found

    async def org_machines(self, org: str) -> list[Json]:
        """Return all machines of the organisation, page by page."""
        found: list[Json] = []
        cursor = ""
        while True:
            more = f"?cursor={quote(cursor, safe='')}" if cursor else ""
            path = f"/orgs/{quote(org, safe='')}/machines{more}"
            page: Json = await self._call("GET", path, action="org list", key=org, rate=LOOK)
            found += page.get("machines") or []
            cursor = page.get("next_cursor") or ""
            if not cursor:
                return found

    async def machine(self, app: str, machine: str) -> Json | None:
        """Return a machine, None when there is none."""
        try:
            return await self._look(_path(app, machine), key=machine)
        except NotFound:
            return None

    async def wait(self, app: str, machine: str, state: str, *, timeout_s: int = 60) -> bool:
        """Wait until the machine is in *state*; False when it is not in time."""
        path = f"{_path(app, machine)}/wait?state={state}&timeout={min(timeout_s, 60)}"
        try:
            await self._call("GET", path, action="wait", key=machine, rate=LOOK, tries=1)
        except Unavailable:
            return False
        return True

    async def start(self, app: str, machine: str) -> None:
        """Start a stopped machine, or wake a suspended one."""
        await self._act(app, machine, "start")

    async def stop(self, app: str, machine: str) -> None:
        """Stop a machine."""
        await self._act(app, machine, "stop")

    async def suspend(self, app: str, machine: str) -> None:
        """Put a machine to sleep with its memory."""
        await self._act(app, machine, "suspend")

    async def destroy(self, app: str, machine: str) -> None:
        """Destroy a machine, whatever it does; one that is gone is fine."""
        path = f"{_path(app, machine)}?force=true"
        await self._gone_is_fine(self._call("DELETE", path, action="destroy", key=machine))

    async def lease(self, app: str, machine: str, *, ttl_s: int, why: str) -> str:
        """Take the machine's lease and return its nonce; raise `Conflict` when it is held."""
        body = {"ttl": ttl_s, "description": why}
        path = f"{_path(app, machine)}/lease"
        answer = await self._call("POST", path, action="lease", key=machine, body=body, tries=1)
        return str((answer.get("data") or answer)["nonce"])

    async def release(self, app: str, machine: str, nonce: str) -> None:
        """Give the lease back; one that ran out is fine."""
        path = f"{_path(app, machine)}/lease"
        headers = {"fly-machine-lease-nonce": nonce}
        call = self._call("DELETE", path, action="release", key=machine, headers=headers)
        await self._gone_is_fine(call)

    async def set_metadata(self, app: str, machine: str, key: str, value: str) -> None:
        """Set one mark of a machine."""
        path = f"{_path(app, machine)}/metadata/{quote(key, safe='')}"
        await self._call("POST", path, action="metadata", key=machine, body={"value": value})

    async def put_policy(self, app: str, policy: Json) -> None:
        """Set a network policy of *app*."""
        path = f"/apps/{quote(app, safe='')}/network_policies"
        await self._call("POST", path, action="policy", key=app, body=policy)

    async def _act(self, app: str, machine: str, verb: str) -> None:
        path = f"{_path(app, machine)}/{verb}"
        await self._call("POST", path, action=verb, key=machine, body={})

    async def _look(self, path: str, *, key: str) -> Json:
        found: Json = await self._call("GET", path, action="get", key=key, rate=LOOK)
        return found

    async def _gone_is_fine(self, call: Awaitable[Any]) -> None:
        try:
            await call
        except NotFound:
            return

    async def _call(
        self,
        method: str,
        path: str,
        *,
        action: str,
        key: str,
        rate: Rate = SLOW,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
        tries: int = _TRIES,
    ) -> Any:
        for attempt in range(tries):
            await self._limits.turn(action, key, rate)
            try:
                return await self._asked(method, path, body, headers)
            except RateLimited as error:
                self._limits.emptied(action, key, rate, for_s=error.retry_after_s or 1.0)
                if attempt + 1 == max(tries, 3):
                    raise
            except MachineUnavailable:
                raise
            except Unavailable:
                if attempt + 1 == tries:
                    raise
                await self._sleep(min(0.3 * 2**attempt, 5.0) * random.uniform(0.5, 1.5))  # noqa: S311
        raise Unavailable(f"Fly did not take {action}: too many calls")

    async def _asked(
        self, method: str, path: str, body: Json | None, headers: Mapping[str, str] | None
    ) -> Any:
        told = {"Authorization": f"Bearer {self._token.get_secret_value()}", **(headers or {})}
        try:
            async with self._session.request(
                method, self._url + path, json=body, headers=told, timeout=self._timeout
            ) as answer:
                text = await answer.text()
                if answer.status < 300:
                    return await answer.json(content_type=None) if text.strip() else {}
                raise _refusal(answer.status, text, answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"Fly did not answer ({type(error).__name__})") from error


class FlyRefused(MachineUnavailable):
    """Fly said no, and will say no again."""


class Conflict(FlyRefused):
    """The thing is in another state, or somebody else holds it."""


def _refusal(status: int, text: str, retry_after: str) -> Exception:
    said = _message(text)
    if status == 404:
        return NotFound(f"Fly knows no such thing: {said}")
    if status == 429:
        wait_s = float(retry_after) if retry_after.replace(".", "", 1).isdigit() else None
        return RateLimited("Fly wants fewer calls", retry_after_s=wait_s)
    if any(sign in said.lower() for sign in _NO_ROOM):
        return MachineUnavailable(f"Fly has no room: {said}")
    if status in _PASSING:
        return Unavailable(f"Fly answered {status}: {said}")
    if status in {401, 403}:
        return FlyRefused("Fly does not accept the token; set CADENCE_FLY_TOKEN anew")
    if status in {409, 412}:
        return Conflict(f"Fly answered {status}: {said}")
    return FlyRefused(f"Fly answered {status}: {said}")


def _message(text: str) -> str:
    return text.strip()[:300]


def _path(app: str, machine: str) -> str:
    return f"/apps/{quote(app, safe='')}/machines/{quote(machine, safe='')}"

"""Fly's Machines REST API, as far as we need it; there is no kept client for Python.

Facts: https://fly.io/docs/machines/api/ and the published OpenAPI document (2026-05-07). It keeps
to the rate limits by itself, asks again where asking again does no harm, and never shows the token.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.errors import NotFound, Unavailable
from runner.machines.fly_apps import FlyApps
from runner.machines.fly_calls import Call, FlyCalls, path
from runner.machines.fly_errors import Conflict, TimedOut
from runner.machines.fly_limits import GET
from runner.machines.fly_values import FlyMachine, FlyOrder, Json, nonce_of

DEADLINE_S = 120.0
_WAIT_S = 60  # the most that one call waits
_MARGIN_S = 10.0


class FlyApi:
    """Calls for machines, `apps` for apps; each raises as `runner.machines.fly_errors` says.

    A call ends within *deadline_s*, its turn by the rate limits included. *nonce* is the lease's
    where somebody holds one.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        url: str,
        token: SecretStr,
        deadline_s: float = DEADLINE_S,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        calls = FlyCalls(session, url=url, token=token, deadline_s=deadline_s, now=now, sleep=sleep)
        self._ask = calls.ask
        self._end = calls.end
        self._now = now
        self.apps = FlyApps(calls)

    async def create(self, app: str, order: FlyOrder, *, region: str) -> FlyMachine:
        """Create a machine; it is not asked again when the answer is lost: look first."""
        made = await self._ask(
            Call(
                *("POST", path("apps", app, "machines"), "create machine", app),
                body=order.to_json(region),
                harmless=False,
                hide=order.config.secrets,
            )
        )
        return FlyMachine.parsed(made, app=app)

    async def machine(self, app: str, machine: str) -> FlyMachine | None:
        """Return a machine, None when there is none."""
        try:
            found = await self._ask(Call("GET", _at(app, machine), GET, machine))
        except NotFound:
            return None
        return FlyMachine.parsed(found, app=app)

    async def machines(
        self,
        app: str,
        metadata: Mapping[str, str] | None = None,
        *,
        region: str = "",
        include_deleted: bool = False,
    ) -> list[FlyMachine]:
        """Return the machines of *app* that carry all of *metadata*."""
        query = {f"metadata.{key}": value for key, value in (metadata or {}).items()}
        query |= {"region": region, "include_deleted": "true" if include_deleted else ""}
        where = path("apps", app, "machines", query=query)
        try:
            found = await self._ask(Call("GET", where, "list machines", app))
        except NotFound:  # there is no such app yet
            return []
        return [FlyMachine.parsed(one, app=app) for one in _list(found)]

    async def org_machines(self, org: str) -> tuple[list[FlyMachine], tuple[str, ...]]:
        """Return all machines of *org*, page by page, and the regions that did not answer.

        What happened just now may not show yet.
        """
        found: list[FlyMachine] = []
        away: dict[str, None] = {}
        cursor, seen = "", set[str]()
        while cursor not in seen:
            seen.add(cursor)
            where = path("orgs", org, "machines", query={"cursor": cursor})
            page = await self._ask(Call("GET", where, "list all machines", org))
            shown: Json = page if isinstance(page, dict) else {}
            found += [FlyMachine.parsed(one) for one in _list(shown.get("machines"))]
            away |= dict.fromkeys(str(one) for one in _list(shown.get("error_regions")))
            cursor = str(shown.get("next_cursor") or "")
            if not cursor:
                break
        return found, tuple(away)

    async def wait(
        self, app: str, machine: str, state: str, *, timeout_s: float = 60, version: str = ""
    ) -> bool:
        """Wait until the machine is in *state*; False when it is not in time.

        *version* is needed for ``stopped``; without it, it is looked up. A machine that is gone
        is ``destroyed``.
        """
        until = self._now() + timeout_s
        try:
            if state == "stopped" and not version:
                found = await self.machine(app, machine)
                version = found.version if found else ""
            while (left_s := until - self._now()) > 0:
                if await self._wait_once(app, machine, state, version, left_s):
                    return True
        except NotFound:
            if state == "destroyed":
                return True
            raise
        return False

    async def _wait_once(
        self, app: str, machine: str, state: str, version: str, left_s: float
    ) -> bool:
        timeout_s = max(min(int(left_s), _WAIT_S), 1)
        query = {"state": state, "timeout": str(timeout_s), "version": version}
        where = path("apps", app, "machines", machine, "wait", query=query)
        answer_s = timeout_s + _MARGIN_S
        try:
            await self._ask(Call("GET", where, "wait", machine, answer_s=answer_s, waits=True))
        except TimedOut:
            return False
        return True

    async def start(self, app: str, machine: str, *, nonce: str = "") -> None:
        """Start a stopped machine, or wake a suspended one; one that runs is fine."""
        await self._act(app, machine, "start", {"started", "starting"}, nonce=nonce)

    async def stop(
        self, app: str, machine: str, *, signal: str = "", timeout_s: int = 0, nonce: str = ""
    ) -> None:
        """Stop a machine by *signal*, *timeout_s* before it is ended; one that stopped is fine."""
        body = ({"signal": signal} if signal else {}) | (
            {"timeout": f"{timeout_s}s"} if timeout_s else {}
        )
        done = {"stopped", "stopping", "destroying", "destroyed"}
        await self._act(app, machine, "stop", done, nonce=nonce, body=body)

    async def suspend(self, app: str, machine: str, *, nonce: str = "") -> None:
        """Put a machine to sleep with its memory; one that sleeps is fine."""
        await self._act(app, machine, "suspend", {"suspended", "suspending"}, nonce=nonce)

    async def destroy(self, app: str, machine: str, *, nonce: str = "") -> None:
        """Destroy a machine, whatever it does; one that is gone is fine."""
        where = path("apps", app, "machines", machine, query={"force": "true"})
        await self._end(Call("DELETE", where, "destroy machine", machine, nonce=nonce))

    async def lease(
        self, app: str, machine: str, *, ttl_s: int, why: str = "", nonce: str = ""
    ) -> str:
        """Take the machine's lease, or renew that of *nonce*; return its nonce.

        Raise `Conflict` when somebody else holds it; a lease whose answer is lost ends by itself.
        """
        taken = await self._ask(
            Call(
                *("POST", _at(app, machine, "lease"), "take lease", machine),
                body={"ttl": ttl_s, "description": why},
                nonce=nonce,
                harmless=bool(nonce),
            )
        )
        return nonce_of(taken)

    async def release(self, app: str, machine: str, nonce: str) -> None:
        """Give the lease back; one that ran out is fine."""
        where = _at(app, machine, "lease")
        await self._end(Call("DELETE", where, "release lease", machine, nonce=nonce))

    async def metadata(self, app: str, machine: str) -> dict[str, str]:
        """Return the marks of a machine."""
        found = await self._ask(Call("GET", _at(app, machine, "metadata"), "get metadata", machine))
        return {str(key): str(value) for key, value in (found or {}).items()}

    async def set_metadata(self, app: str, machine: str, key: str, value: str) -> None:
        """Set one mark of a machine."""
        where, body = _at(app, machine, "metadata", key), {"value": value}
        await self._ask(Call("POST", where, "set metadata", machine, body=body))

    async def remove_metadata(self, app: str, machine: str, key: str) -> None:
        """Take one mark off a machine; one that it does not carry is fine."""
        where = _at(app, machine, "metadata", key)
        await self._end(Call("DELETE", where, "remove metadata", machine))

    async def _act(
        self,
        app: str,
        machine: str,
        verb: str,
        done: set[str],
        *,
        nonce: str,
        body: Json | None = None,
    ) -> None:
        """Ask for a change; a refusal is fine when the machine is where it was to come."""
        try:
            await self._ask(
                Call("POST", _at(app, machine, verb), verb, machine, body=body or {}, nonce=nonce)
            )
        except Conflict:
            found = await self.machine(app, machine)
            if found is None or found.state not in done:
                raise


def _at(app: str, machine: str, *more: str) -> str:
    return path("apps", app, "machines", machine, *more)


def _list(value: Any) -> list[Any]:
    """Return a list, an empty one where Fly says nothing; raise `Unavailable`."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unavailable("Fly's answer shows no list")
    return value

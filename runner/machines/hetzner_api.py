"""Hetzner's official client off the event loop: patience, actions, and refusals as sentences."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import hcloud
import structlog
from hcloud.actions import BoundAction
from pydantic import SecretStr

from bot.errors import (
    BadSettings,
    CadenceError,
    InvalidRequest,
    MachineUnavailable,
    NotFound,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)

URL = "https://api.hetzner.cloud/v1"
_LONGEST_WAIT_S = 60.0
log = structlog.get_logger()
T = TypeVar("T")


class SoldOut(MachineUnavailable):
    """There is no room for this here; there may be elsewhere."""


class Taken(InvalidRequest):
    """Something of that name is there already."""


class InUse(Unavailable):
    """Something else still holds on to it."""


class Unsure(Unavailable):
    """The call was answered badly or not at all: it may have been done or not."""


class Api:
    """The client's calls in threads, one try after the other.

    The client's own retries sleep in the thread, for half a minute, and hide the headers that say
    how long to wait: they are off, ours are on.
    """

    def __init__(
        self,
        token: SecretStr,
        url: str = URL,
        *,
        timeout_s: float = 30.0,
        tries: int = 6,
        pause_s: float = 1.0,
        poll_s: float = 1.0,
        patience_s: float = 300.0,
    ) -> None:
        self.client = hcloud.Client(
            token.get_secret_value(), url, application_name="cadence", timeout=timeout_s
        )
        self.poll_s = poll_s
        self.patience_s = patience_s
        self._tries = tries
        self._pause_s = pause_s
        self._answered = threading.local()
        base = self.client._client
        base._retry_max_retries = 0
        base._session.hooks["response"].append(self._note)

    async def call(self, do: Callable[..., T], *args: Any, again: bool = True, **options: Any) -> T:
        """Do it, and again while it may help; once only when doing it twice is not the same.

        Raise the error that fits what Hetzner said; `Unsure` when nobody knows.
        """
        for number in range(self._tries):
            try:
                return await asyncio.to_thread(self._do, do, args, options)
            except (RateLimited, InUse, Unsure) as error:
                wait = error.retry_after_s or min(self._pause_s * 2**number, _LONGEST_WAIT_S)
                hopeless = wait > _LONGEST_WAIT_S or number + 1 == self._tries
                if hopeless or (isinstance(error, Unsure) and not again):
                    raise
                log.info("hetzner asked to wait", reason=type(error).__name__, wait_s=wait)
                await asyncio.sleep(wait)
        raise AssertionError("a last try returns or raises")

    async def done(self, *actions: BoundAction | None) -> None:
        """Wait until the *actions* are done; raise when one failed or takes too long."""
        for action in actions:
            if action is not None:
                await self._done(action)

    async def _done(self, action: BoundAction) -> None:
        try:
            async with asyncio.timeout(self.patience_s):
                while action.status == action.STATUS_RUNNING:
                    await asyncio.sleep(self.poll_s)
                    action = await self.call(self.client.actions.get_by_id, action.id)
        except TimeoutError as error:
            message = f"Hetzner did not finish {action.command} within {self.patience_s:g} s"
            raise MachineUnavailable(message) from error
        if action.status == action.STATUS_ERROR:
            said = action.error or {"code": "", "message": "no reason given", "details": {}}
            if said["code"] in _SOLD_OUT:
                raise SoldOut(f"Hetzner has no room: {said['message']}")
            message = f"Hetzner could not {action.command}: {said['message']}"
            raise MachineUnavailable(message)

    def _do(self, do: Callable[..., T], args: tuple[Any, ...], options: dict[str, Any]) -> T:
        try:
            return do(*args, **options)
        except hcloud.APIException as error:
            wait_s = getattr(self._answered, "wait_s", None)
            raise _meant(error, wait_s=wait_s) from error
        except OSError as error:  # what requests raises descends from it
            raise Unsure(f"Hetzner's API did not answer ({type(error).__name__})") from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # The client takes an answer apart without looking whether it is one.
            raise Unsure(_STRANGE) from error

    def _note(self, response: Any, **_: Any) -> None:
        """Remember what the answer says about waiting; the client's errors do not tell."""
        said = response.headers.get("Retry-After", "")
        self._answered.wait_s = float(said) if said.replace(".", "", 1).isdigit() else None


_SOLD_OUT = ("resource_unavailable", "placement_error")
_AGAIN = ("conflict", "locked")
_UNSURE = ("server_error", "service_error", "unavailable", "timeout", "bad_gateway", "maintenance")
_IN_USE = ("resource_in_use", "must_be_unassigned", "primary_ip_assigned", "server_not_stopped")
_STRANGE = "somebody else answered for Hetzner's API, or it is in trouble"
_TOKEN = {
    "unauthorized": "Hetzner does not know the API token: set one of the right project",
    "token_readonly": "the Hetzner API token may only read: make one that may write, too",
    "forbidden": "the Hetzner API token is not allowed to do this",
}


def _meant(error: hcloud.APIException, *, wait_s: float | None) -> CadenceError:
    """Return what an error of the API means to us, as a sentence."""
    code, said = str(error.code), str(error.message).rstrip(".")
    if code in _TOKEN:
        return BadSettings(_TOKEN[code])
    if code == "rate_limit_exceeded":
        return RateLimited("Hetzner's API asks us to slow down", retry_after_s=wait_s)
    if code == "resource_limit_exceeded":
        text = f"the Hetzner project is at its limit ({said}): have it raised, or remove something"
        return QuotaExceeded(text)
    if code in _SOLD_OUT or "unsupported location for server type" in said:
        return SoldOut(f"Hetzner has no room: {said}")
    return _plainly(code, said, wait_s=wait_s)


def _plainly(code: str, said: str, *, wait_s: float | None) -> CadenceError:
    if code == "uniqueness_error":
        return Taken(f"Hetzner has one like this already: {said}")
    if code == "not_found" or code == "404":
        return NotFound(f"Hetzner does not know it: {said}")
    if code in (*_IN_USE, *_AGAIN):
        return InUse(f"Hetzner is still at it: {said}", retry_after_s=wait_s)
    if code.isdigit() and int(code) < 400:  # it was fine, said a page that is not the API's
        return Unsure(_STRANGE)
    if code in _UNSURE or (code.isdigit() and int(code) >= 500):
        return Unsure(f"Hetzner's API is in trouble: {said} ({code})", retry_after_s=wait_s)
    if code == "protected":
        return InvalidRequest("it is protected in Hetzner's console: take the protection off first")
    return InvalidRequest(f"Hetzner refused: {said} ({code})")

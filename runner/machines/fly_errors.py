"""What Fly says no with, told apart.

The tree, below `bot.errors.Unavailable`::

    Unavailable
    ├── Unsent                the call did not reach Fly: nothing was done
    ├── TimedOut              what was waited for did not happen in time
    ├── RateLimited           Fly said when to come back
    └── MachineUnavailable
        ├── NoRoom            this region has no room now; another may have
        └── FlyRefused        Fly said no, and will say no again
            ├── BadToken      the token is wrong
            ├── NameTaken     the name is somebody's already
            └── Conflict      the thing is in another state, or somebody else holds it

Any other `Unavailable` leaves open whether the call was done. What Fly does not know is `NotFound`.
"""

import json
import re
from collections.abc import Iterable

from bot.errors import CadenceError, MachineUnavailable, NotFound, RateLimited, Unavailable

_PASSING = {425, 500, 502, 503, 504}
_MOST = 300
# The codes of the published document, and of superfly/fly-go, which reads these first.
_FULL_CODES = {"insufficient_capacity", "volume_placement_capacity"}
_TAKEN_CODES = {"name_taken"}
# Where there is no code, the words do, with these codes only: a 500 says nothing of room.
_FULL_STATUSES = {400, 403, 409, 412, 422, 503}
_FULL = re.compile(
    r"insufficient (resources|memory|cpus?|ips|capacity)|could not reserve resource|no capacity"
    r"|candidate host|over the allowed quota",
    re.IGNORECASE,
)
_TAKEN = re.compile(r"already been taken|already exists|name is taken", re.IGNORECASE)


class Unsent(Unavailable):
    """The call did not reach Fly: nothing was done."""


class TimedOut(Unavailable):
    """What was waited for did not happen in time."""


class NoRoom(MachineUnavailable):
    """The region has no room for the machine now."""


class FlyRefused(MachineUnavailable):
    """Fly said no, and will say no again."""


class BadToken(FlyRefused):
    """Fly does not accept the token."""


class NameTaken(FlyRefused):
    """The name is somebody's already; names of apps are everybody's."""


class Conflict(FlyRefused):
    """The thing is in another state, or somebody else holds it."""


def refusal(
    status: int, text: str, *, wait_s: float | None = None, hide: Iterable[str] = ()
) -> CadenceError:
    """Return the error for an answer with *status* and the body *text*, without what is to *hide*.

    *wait_s* is how long Fly asks to wait.
    """
    said, code = _said(text)
    for secret in hide:
        said = said.replace(secret, "•••") if secret else said
    said = said[:_MOST]
    if status == 404:
        return NotFound(f"Fly knows no such thing: {said}")
    if status == 408:
        return TimedOut(f"Fly answered 408: {said}")
    if status == 429:
        return RateLimited("Fly wants fewer calls", retry_after_s=wait_s)
    if _is_full(status, said, code):
        return NoRoom(f"Fly has no room: {said}")
    if status in _PASSING:
        return Unavailable(f"Fly answered {status}: {said}", retry_after_s=wait_s)
    return _lasting(status, said, code)


def _lasting(status: int, said: str, code: str) -> FlyRefused:
    if status == 401:
        return BadToken("Fly does not accept the token; set CADENCE_FLY_TOKEN anew")
    if status == 403:
        return FlyRefused(f"Fly does not let our token (CADENCE_FLY_TOKEN) do this: {said}")
    if status in {409, 412}:
        return Conflict(f"Fly answered {status}: {said}")
    if code in _TAKEN_CODES or (status == 422 and _TAKEN.search(said)):
        return NameTaken(f"Fly answered {status}: {said}")
    return FlyRefused(f"Fly answered {status}: {said}")


def _is_full(status: int, said: str, code: str) -> bool:
    if code in _FULL_CODES:
        return True
    has_code = bool(code) and code != "unknown"
    return not has_code and status in _FULL_STATUSES and _FULL.search(said) is not None


def _said(text: str) -> tuple[str, str]:
    """Return the sentence and the code of an error's body, which is JSON or not."""
    try:
        body = json.loads(text)
    except ValueError:
        return " ".join(text.split()), ""
    if not isinstance(body, dict):
        return " ".join(text.split()), ""
    said = body.get("error") or body.get("message") or ""
    code = body.get("status") or ""
    return " ".join(str(said).split()), code if isinstance(code, str) else ""

"""One recorded delivery, sent again as GitHub would send it."""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import orjson

from bot.errors import InvalidRequest, Unavailable

_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A delivery's *body* exactly as recorded, and the event that it tells of."""

    event: str
    body: bytes


def recording(path: Path, *, event: str = "") -> Recording:
    """Read the delivery recorded at *path*.

    Its event is *event*, or what the file name begins with: ``issue_comment.created.json``. Raise
    `InvalidRequest` when the file cannot be read or is no JSON object.
    """
    try:
        body = path.read_bytes()
        is_object = isinstance(orjson.loads(body), dict)
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"{path} is not JSON: {error}") from error
    if not is_object:
        raise InvalidRequest(f"{path} holds no JSON object, so it is no delivery")
    name, dot, _ = path.name.partition(".")
    if not event and not (dot and name.replace("_", "").isalpha()):
        raise InvalidRequest(f"{path.name} does not begin with an event: say --event issue_comment")
    return Recording(event=event or name, body=body)


def headers(recorded: Recording, *, guid: str, secret: str) -> dict[str, str]:
    """Return the headers that GitHub sends with *recorded*."""
    digest = hmac.new(secret.encode(), recorded.body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/cadence",
        "X-GitHub-Event": recorded.event,
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": f"sha256={digest}",
    }


async def replay(path: Path, *, event: str, url: str, secret: str, guid: str) -> tuple[int, str]:
    """Sign the delivery at *path*, post it to *url*; return the answer's status and text.

    Raise `Unavailable` when nobody answers there.
    """
    recorded = await asyncio.to_thread(recording, path, event=event)
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    signed = headers(recorded, guid=guid, secret=secret)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=recorded.body, headers=signed) as response,
        ):
            return response.status, (await response.text()).strip()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unavailable(f"nobody answers at {url}: start the coordinator first") from error

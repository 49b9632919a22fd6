"""``Idempotency-Key``: the same request twice is done once and answered alike.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
from datetime import datetime, timedelta

from aiohttp import web

from bot.db.replies import Replies, Reply
from bot.errors import InvalidRequest
from bot.github.auth import utc_now
from mobile_api.problems import Conflict, Handler, KeyReused
from mobile_api.wire import raw_of

HEADER = "Idempotency-Key"
MOST_CHARS = 255
STALE = timedelta(seconds=90)
KEPT = timedelta(hours=24)
_HEADERS = ("Content-Type", "Location")


class Once:
    """Does a request with a key once."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies

    async def __call__(
        self, request: web.Request, person_id: int, handler: Handler, *, most: int
    ) -> web.StreamResponse:
        """Answer *request* by *handler*, or as its first one was answered."""
        key = _key(request)
        if not key:
            return await handler(request)
        raw = await raw_of(request, most=most)
        said = f"{request.method} {request.path_qs}\n".encode() + raw
        fingerprint = hashlib.sha256(said).hexdigest()
        now = utc_now()
        kept = await self._replies.begin(person_id, key, fingerprint, now=now, stale=now - STALE)
        if kept is not None:
            return _again(kept, fingerprint)
        is_kept = False
        try:
            response = await handler(request)
            is_kept = await self._keep(person_id, key, response)
        finally:
            if not is_kept:  # it may be asked again: nothing came of it
                await self._replies.drop(person_id, key)
        return response

    async def _keep(self, person_id: int, key: str, response: web.StreamResponse) -> bool:
        is_final = response.status < 400 or response.status in {404, 409, 422}
        if not is_final or not isinstance(response, web.Response):
            return False
        body = response.body if isinstance(response.body, bytes) else b""
        headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
        await self._replies.keep(person_id, key, status=response.status, headers=headers, body=body)
        return True

    async def prune(self, now: datetime) -> None:
        """Forget answers after a day."""
        await self._replies.prune(now - KEPT)


def _key(request: web.Request) -> str:
    """Return the hash of the key, empty when there is none."""
    given = request.headers.get(HEADER)
    if given is None:
        return ""
    if not 0 < len(given) <= MOST_CHARS or not all(" " <= c <= "~" for c in given):
        raise InvalidRequest(f"{HEADER} has 1 to {MOST_CHARS} printable characters")
    return hashlib.sha256(given.encode()).hexdigest()


def _again(kept: Reply, fingerprint: str) -> web.Response:
    if kept.fingerprint != fingerprint:
        raise KeyReused(f"this {HEADER} came with another request before")
    if kept.status is None:
        words = "the first request with this key is still being answered"
        raise Conflict(words, kind="in-progress", retry_after_s=1)
    headers = kept.headers | {"Idempotent-Replayed": "true"}
    return web.Response(status=kept.status, body=kept.body, headers=headers)

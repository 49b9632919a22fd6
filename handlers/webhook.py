"""The one door for deliveries: judge the headers, read, verify, store durably, answer 202.

Whatever is wrong is answered with a bare status: the reason goes into our log, never to the sender.
"""

import asyncio
import hmac
import re
import secrets
from collections.abc import Container
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from aiohttp import web

from bot.db.deliveries import Delivery
from bot.errors import Unavailable
from handlers.ingest import Ingest

log = structlog.get_logger()

# GitHub sends no more: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
MAX_BODY = 25 * 1024 * 1024
READ_TIMEOUT_S = 10.0

# Bodies are held before their signature can be known: large ones share this much memory.
_LARGE = 256 * 1024
_ROOM_FOR_LARGE = 4 * MAX_BODY

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_GUID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{7,63}")
_EVENT = re.compile(r"[A-Za-z0-9_]{1,64}")
_ACTION = re.compile(r"[a-z0-9_]{1,64}")
_MAX_ID = 2**63 - 1


class _Refused(Exception):
    """A delivery that we do not take; *reason* is for our log only."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Webhook:
    """Take deliveries that GitHub signed with *secret* and that are about one of *events*."""

    def __init__(self, ingest: Ingest, *, secret: bytes, events: Container[str]) -> None:
        if not secret:
            # An empty key signs, too: with no secret set nobody can know ours.
            log.warning("webhook secret missing", setting="GITHUB_WEBHOOK_SECRET")
            secret = secrets.token_bytes(32)
        self._ingest = ingest
        self._secret = secret
        self._events = events
        self._room = _ROOM_FOR_LARGE

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        try:
            status = await self._take(request)
        except _Refused as refused:
            guid = _header(request, "X-GitHub-Delivery")
            known = guid if _GUID.fullmatch(guid) else ""
            log.warning("delivery refused", delivery=known, reason=refused.reason)
            status = refused.status
        except Unavailable:  # GitHub shows it as failed and can send it again
            status = 503
        return web.Response(status=status)

    async def _take(self, request: web.Request) -> int:
        event, guid, signature = _judged(request)
        body = await self._read(request)
        good = hmac.digest(self._secret, body, "sha256").hex()
        if not hmac.compare_digest(signature.encode(), good.encode()):
            raise _Refused(401, "signature does not fit")
        data = _parsed(body)
        if event not in self._events:
            return 202
        await self._ingest.add(
            Delivery(
                guid=guid,
                event=event,
                action=_action(data),
                installation_id=_installation_id(data),
                body=body,
                received_at=datetime.now(UTC),
            )
        )
        return 202

    async def _read(self, request: web.Request) -> bytes:
        """Return the raw body, never more than `MAX_BODY` of it."""
        if (request.content_length or 0) > MAX_BODY:
            raise _Refused(413, "body too large")
        content = request.content
        if content.is_eof():  # most deliveries came whole with their headers
            return content.read_nowait()
        size, parts, taken = 0, [], 0
        try:
            async with asyncio.timeout(READ_TIMEOUT_S):
                while chunk := await content.readany():
                    size += len(chunk)
                    if size > MAX_BODY:
                        raise _Refused(413, "body too large")
                    if size - taken > _LARGE:
                        taken += self._reserved(size - taken)
                    parts.append(chunk)
        except TimeoutError:
            raise _Refused(408, "body too slow") from None
        finally:
            self._room += taken
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _reserved(self, size: int) -> int:
        if size > self._room:
            raise _Refused(503, "too many large bodies at once")
        self._room -= size
        return size


def add_webhook(app: web.Application, path: str, webhook: Webhook) -> None:
    """Put the door at *path*; other methods are answered 405."""
    app.router.add_post(path, webhook.receive)


def _judged(request: web.Request) -> tuple[str, str, str]:
    """Return event, GUID and signature, each given exactly once and well formed."""
    media_type, _, _ = _header(request, "Content-Type").partition(";")
    if media_type.strip().lower() != "application/json":
        raise _Refused(415, "content type")
    if _header(request, "Content-Encoding").lower() not in {"", "identity"}:
        raise _Refused(415, "content encoding")
    event = _header(request, "X-GitHub-Event")
    if not _EVENT.fullmatch(event):
        raise _Refused(400, "event header")
    guid = _header(request, "X-GitHub-Delivery")
    if not _GUID.fullmatch(guid):
        raise _Refused(400, "delivery header")
    signature = _SIGNATURE.fullmatch(_header(request, "X-Hub-Signature-256"))
    if signature is None:  # a SHA-1 signature alone is none
        raise _Refused(401, "signature header")
    return event, guid, signature[1]


def _header(request: web.Request, name: str) -> str:
    """Return the header's value; empty when it is missing or given more than once."""
    values = request.headers.getall(name, ())
    return values[0] if len(values) == 1 else ""


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        # Knows no NaN, ends at 1,024 levels and, being the only reader of deliveries here,
        # cannot disagree with another one about keys that come twice.
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _Refused(400, "not JSON") from None
    if not isinstance(data, dict):
        raise _Refused(400, "not an object")
    return data


def _action(data: dict[str, Any]) -> str:
    action = data.get("action")
    return action if isinstance(action, str) and _ACTION.fullmatch(action) else ""


def _installation_id(data: dict[str, Any]) -> int | None:
    installation = data.get("installation")
    found = installation.get("id") if isinstance(installation, dict) else None
    # A bool is an int, and a number beyond 64 bits fits no column.
    return found if type(found) is int and 0 < found <= _MAX_ID else None

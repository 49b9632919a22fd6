"""Webhook deliveries: signed, in order, logged, repeatable."""

import asyncio
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable
from dataclasses import replace

import aiohttp
import orjson

from deploy.devkit.github.records import App, Delivery, Json, now

TIMEOUT_S = 10  # GitHub's own limit for the receiver


class Hooks:
    """Delivers events to the Apps' hook URLs, one after another, and remembers each POST."""

    def __init__(self, next_id: Callable[[], int]) -> None:
        self.deliveries: list[Delivery] = []
        self.duplicates = 0
        self._next_id = next_id
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()

    def emit(
        self,
        app: App,
        event: str,
        payload: Json,
        *,
        installation_id: int | None = None,
        repository_id: int | None = None,
    ) -> Delivery | None:
        """Queue *payload* as *event* for *app*; without a hook URL nothing is sent."""
        if app.hook_url is None:
            return None
        body = orjson.dumps(payload)
        guid = str(uuid.uuid4())
        delivery = Delivery(
            id=self._next_id(),
            guid=guid,
            app=app,
            event=event,
            action=payload.get("action"),
            body=body,
            headers=_headers(app, event, guid, body),
            installation_id=installation_id,
            repository_id=repository_id,
        )
        self._enqueue(delivery)
        if self.duplicates:
            self.duplicates -= 1
            self._enqueue(replace(delivery, id=self._next_id(), headers=dict(delivery.headers)))
        return delivery

    def redeliver(self, delivery: Delivery) -> Delivery:
        """Send *delivery* again: the same GUID and body, signed with the secret of today."""
        again = replace(
            delivery,
            id=self._next_id(),
            headers=_headers(delivery.app, delivery.event, delivery.guid, delivery.body),
            is_redelivery=True,
            status="pending",
            status_code=None,
            delivered_at=None,
            response_body="",
        )
        self._enqueue(again)
        return again

    async def settled(self) -> None:
        """Wait until every queued delivery was tried."""
        await self._queue.join()

    async def run(self) -> None:
        """Deliver for ever."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        # Each delivery has its own connection: one kept alive would not survive that the receiver
        # starts anew, and the delivery would be lost with it.
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            while True:
                delivery = await self._queue.get()
                try:
                    await self._post(session, delivery)
                finally:
                    self._queue.task_done()

    def _enqueue(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        self._queue.put_nowait(delivery)

    async def _post(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        delivery.url = delivery.app.hook_url or ""
        delivery.delivered_at = now()
        start = time.perf_counter()
        try:
            async with session.post(
                delivery.url, data=delivery.body, headers=delivery.headers, allow_redirects=False
            ) as answer:
                delivery.status_code = answer.status
                delivery.response_body = (await answer.text(errors="replace"))[:4000]
                delivery.status = "OK" if answer.status < 400 else answer.reason or "Error"
        except TimeoutError:
            delivery.status_code, delivery.status = 0, "timed out"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            delivery.status_code, delivery.status = 0, f"failed to connect: {error}"
        delivery.duration_s = round(time.perf_counter() - start, 3)


def _headers(app: App, event: str, guid: str, body: bytes) -> dict[str, str]:
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": f"GitHub-Hookshot/{guid[:7]}",
        "X-GitHub-Delivery": guid,
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": str(app.hook_id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
    }
    if app.webhook_secret:
        key = app.webhook_secret.encode()
        headers["X-Hub-Signature"] = f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}"
        headers["X-Hub-Signature-256"] = f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
    return headers

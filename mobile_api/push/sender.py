"""Sends one notification to all devices of a person."""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson
import structlog
from cryptography.exceptions import InvalidKey

from bot.db.push import Pushes, Subscription
from bot.errors import InvalidRequest
from bot.keys.vault import Unreadable, Vault
from mobile_api.push.hosts import PushHosts
from mobile_api.push.keys import PushKey
from mobile_api.push.views import Outcome, Payload

if TYPE_CHECKING:
    from pywebpush import WebPushException

LIFE_S = 24 * 3600
_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_GONE = {404, 410}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a notification."""

    outcome: Outcome
    detail: str


class _Direct:
    """A client that goes nowhere else than it was told: push services do not redirect."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def post(self, url: str, *, data: bytes, headers: Any, timeout: object) -> Any:
        """Post without following redirects."""
        del timeout
        return await self._session.post(
            url, data=data, headers=headers, timeout=_TIMEOUT, allow_redirects=False
        )


class Sender:
    """Encrypts and signs; *contact* is where push services can reach the operator."""

    def __init__(
        self, pushes: Pushes, vault: Vault, key: PushKey, hosts: PushHosts, *, contact: str
    ) -> None:
        self._pushes = pushes
        self._vault = vault
        self._hosts = hosts
        self._contact = contact
        self.key = key

    def sealed(self, subscription: dict[str, Any], person_id: int) -> bytes:
        """Return a browser's address and keys as they are kept."""
        return self._vault.seal(orjson.dumps(subscription), context=f"push:{person_id}")

    async def send(self, person_id: int, payload: Payload, *, urgency: str) -> Sent:
        """Send to every device of the person; addresses that are gone are forgotten."""
        devices = await self._pushes.devices(person_id)
        if not devices:
            return Sent("no_devices", "no device has notifications switched on")
        async with aiohttp.ClientSession() as session:
            results = await asyncio.gather(
                *(self._one(session, device, payload, urgency) for device in devices)
            )
        told = [one.device for one, why in zip(devices, results, strict=True) if not why]
        if told:
            return Sent("sent", f"to {', '.join(name or 'a device' for name in told)}")
        return Sent("failed", "; ".join(sorted(set(results))))

    async def _one(
        self,
        session: aiohttp.ClientSession,
        device: Subscription,
        payload: Payload,
        urgency: str,
    ) -> str:
        """Send to one device; return why not, empty when it was taken."""
        # Not at the top: it loads a second HTTP client, which no start should wait for.
        from pywebpush import WebPushException, webpush_async

        if device.key_print != self.key.print:
            await self._pushes.unsubscribe(device.id)
            return "the device had subscribed to an older key"
        try:
            where = self._opened(device)
            await webpush_async(
                where,
                payload.model_dump_json(by_alias=True),
                vapid_private_key=self.key.vapid,
                vapid_claims={"sub": self._contact},
                ttl=LIFE_S,
                headers={"Urgency": urgency, "Topic": payload.tag.replace("-", "")[:32]},
                aiohttp_session=_Direct(session),
            )
        except WebPushException as error:
            return await self._refused(device, error)
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"the push service does not answer ({type(error).__name__})"
        except (Unreadable, InvalidRequest, InvalidKey, binascii.Error, ValueError) as error:
            log.warning("device forgotten", subscription=device.id, reason=type(error).__name__)
            await self._pushes.unsubscribe(device.id)
            return "the device's keys are not good"
        return ""

    def _opened(self, device: Subscription) -> dict[str, Any]:
        opened = self._vault.open(device.sealed, context=f"push:{device.person_id}")
        where: dict[str, Any] = orjson.loads(opened)
        self._hosts.check(str(where["endpoint"]))  # the list may be shorter than it was
        return where

    async def _refused(self, device: Subscription, error: "WebPushException") -> str:
        status = getattr(error.response, "status", 0)
        if status in _GONE:
            await self._pushes.unsubscribe(device.id)
            return "the device is gone"
        log.warning("push refused", subscription=device.id, status=status)
        return f"the push service said no ({status})"


def check_keys(p256dh: str, auth: str) -> None:
    """Raise `InvalidRequest` unless these are a point and a secret of the right size."""
    try:
        point, secret = (base64.urlsafe_b64decode(each + "==") for each in (p256dh, auth))
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("keys: they are base64url") from error
    if len(point) != 65 or point[0] != 4 or len(secret) != 16:
        raise InvalidRequest("keys: p256dh is a point of P-256, auth has 16 bytes")

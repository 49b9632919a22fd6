"""The service: addresses of browsers, and what comes for them.

https://www.rfc-editor.org/rfc/rfc8030 (the service), 8188 and 8291 (the content), 8292 (the key)
"""

import base64
import json
import os
import secrets
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import http_ece
import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

_LONGEST_LIFE_S = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One that came: opened, with what stood round it."""

    payload: dict[str, Any]
    headers: dict[str, str]
    contact: str
    signer: str


@dataclass(kw_only=True)
class Browser:
    """One browser's subscription; a *status* other than 201 is answered instead of taking."""

    endpoint: str
    keys: dict[str, str]
    private: ec.EllipticCurvePrivateKey = field(repr=False)
    secret: bytes = field(repr=False)
    status: int = 201
    redirect: str = ""
    heard: list[Notification] = field(default_factory=list)

    @property
    def subscription(self) -> dict[str, Any]:
        """What the browser hands to the web app."""
        return {"endpoint": self.endpoint, "keys": dict(self.keys)}


class PushStandIn:
    """A push service on 127.0.0.1; ``async with PushStandIn() as push: ...``."""

    def __init__(self) -> None:
        self.url = ""
        self.refused: list[str] = []
        self._browsers: dict[str, Browser] = {}
        self._runner: web.AppRunner | None = None

    def browser(self) -> Browser:
        """Subscribe a new browser."""
        private, secret, name = (
            ec.generate_private_key(ec.SECP256R1()),
            os.urandom(16),
            secrets.token_urlsafe(16),
        )
        point = private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        made = Browser(
            endpoint=f"{self.url}/push/{name}",
            keys={"p256dh": _text(point), "auth": _text(secret)},
            private=private,
            secret=secret,
        )
        self._browsers[name] = made
        return made

    async def _take(self, request: web.Request) -> web.Response:
        browser = self._browsers.get(request.match_info["name"])
        if browser is None:
            return web.Response(status=404)
        if browser.redirect:
            return web.Response(status=307, headers={"Location": browser.redirect})
        if browser.status != 201:
            return web.Response(status=browser.status)
        why = ""
        contact = signer = ""
        try:
            contact, signer = self._signed(request.headers.get("Authorization", ""))
        except (ValueError, KeyError, jwt.PyJWTError) as error:
            why = f"{type(error).__name__}: {error}"
        if not why and "TTL" not in request.headers:
            why = "no TTL"
        if not why and request.headers.get("Content-Encoding") != "aes128gcm":
            why = "not aes128gcm"
        if why:
            self.refused.append(why)
            return web.Response(status=403, text=why)
        opened = http_ece.decrypt(
            await request.read(),
            private_key=browser.private,
            auth_secret=browser.secret,
            version="aes128gcm",
        )
        browser.heard.append(
            Notification(
                payload=json.loads(opened),
                headers={name.lower(): value for name, value in request.headers.items()},
                contact=contact,
                signer=signer,
            )
        )
        return web.Response(status=201, headers={"Location": f"{self.url}/message"})

    def _signed(self, header: str) -> tuple[str, str]:
        """Return contact and key of who signed; raise for what a real service would refuse."""
        scheme, _, rest = header.partition(" ")
        if scheme.lower() != "vapid":
            raise ValueError("not signed")
        fields = dict(part.strip().split("=", 1) for part in rest.split(","))
        point = base64.urlsafe_b64decode(fields["k"] + "==")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        claims = jwt.decode(
            fields["t"],
            key,
            algorithms=["ES256"],
            audience=self.url,
            options={"require": ["exp", "aud", "sub"]},
        )
        if claims["exp"] > time.time() + _LONGEST_LIFE_S:
            raise ValueError("signed for longer than a day")
        contact = str(claims["sub"])
        if not contact.startswith(("mailto:", "https://")) or "localhost" in contact:
            raise ValueError("BadJwtToken: no real contact")
        return contact, fields["k"]

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/push/{name}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

"""The tokens of our own sessions: signed short ones, and random ones of which we keep a hash."""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from mobile_api.problems import Unauthenticated

ACCESS_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(days=30)
_KEPT = 5_000
_AUDIENCE = "cadence-api"
_NEEDED = ["sub", "sid", "login", "exp", "iat", "aud"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an access token says."""

    person_id: int
    login: str
    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What a device gets; the values never print themselves."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    csrf: str = field(repr=False)


class Signer:
    """Signs and reads access tokens; one algorithm, one key, one audience."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: OrderedDict[str, tuple[float, Claims]] = OrderedDict()

    def access(self, claims: Claims, *, now: datetime) -> str:
        """Return a token that is good for a quarter of an hour."""
        body: dict[str, Any] = {
            "sub": str(claims.person_id),
            "login": claims.login,
            "sid": claims.session_id,
            "aud": _AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFE).timestamp()),
        }
        return jwt.encode(body, self._key, algorithm="HS256")

    def read(self, token: str) -> Claims:
        """Return what *token* says; raise `Unauthenticated`. A proof is remembered till its end."""
        kept = self._known.get(token)
        if kept is not None and time.time() < kept[0]:
            return kept[1]
        until, claims = self._proved(token)
        self._known[token] = until, claims
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return claims

    def _proved(self, token: str) -> tuple[float, Claims]:
        try:
            body = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                audience=_AUDIENCE,
                options={"require": _NEEDED},
            )
            claims = Claims(
                person_id=int(body["sub"]), login=str(body["login"]), session_id=str(body["sid"])
            )
            return float(body["exp"]), claims
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("the access token is too old: refresh it") from error
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Unauthenticated("this is no access token of ours") from error

    def csrf(self, session_id: str) -> str:
        """Return what the pages of a session must repeat in a header."""
        return hmac.new(self._key, f"csrf:{session_id}".encode(), hashlib.sha256).hexdigest()

    def hashed(self, value: str) -> str:
        """Return the hash under which a short secret is kept; it needs our key to be guessed."""
        return hmac.new(self._key, f"kept:{value}".encode(), hashlib.sha256).hexdigest()


def fresh() -> str:
    """Return 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return the hash of a long random token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_access(token: str) -> bool:
    """Whether *token* looks like one of ours rather than GitHub's."""
    return token.count(".") == 2 and token.startswith("eyJ")

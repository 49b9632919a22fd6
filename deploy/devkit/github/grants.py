"""People who let an App act for them: codes, tokens with an end, refresh tokens that work once."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deploy.devkit.github.records import Account, App, Token, now
from deploy.devkit.github.world import World

CODE_LIFE = timedelta(minutes=10)
TOKEN_LIFE = timedelta(hours=8)
REFRESH_LIFE = timedelta(seconds=15_897_600)


class Denied(Exception):
    """The token endpoint says no; GitHub says it with status 200."""

    def __init__(self, error: str, words: str) -> None:
        super().__init__(words)
        self.error = error


@dataclass(kw_only=True)
class Code:
    """What the browser brings back; it works once."""

    app: App
    user: Account
    redirect_uri: str
    challenge: str
    expires_at: datetime


@dataclass(kw_only=True, eq=False)
class Grant:
    """One sign-in of one person with one App, with the tokens that came of it."""

    app: App
    user: Account
    refresh: str = field(repr=False)
    refresh_expires_at: datetime
    token: Token


class Grants:
    """Gives out and takes back what people granted."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._codes: dict[str, Code] = {}
        self._grants: dict[str, Grant] = {}
        self.token_life = TOKEN_LIFE

    def code(self, app: App, user: Account, *, redirect_uri: str, challenge: str) -> str:
        """Give out a code for the browser."""
        value = secrets.token_hex(10)
        self._codes[value] = Code(
            app=app,
            user=user,
            redirect_uri=redirect_uri,
            challenge=challenge,
            expires_at=now() + CODE_LIFE,
        )
        return value

    def exchange(self, app: App, code: str, *, redirect_uri: str, verifier: str) -> Grant:
        """Return the tokens for *code*; raise `Denied`."""
        known = self._codes.pop(code, None)
        if known is None or known.app is not app or known.expires_at <= now():
            raise Denied("bad_verification_code", "The code passed is incorrect or expired.")
        if redirect_uri and redirect_uri != known.redirect_uri:
            raise Denied(
                "redirect_uri_mismatch",
                "The redirect_uri MUST match the registered callback URL for this application.",
            )
        if known.challenge and not hmac.compare_digest(_challenge(verifier), known.challenge):
            raise Denied("bad_verification_code", "The code passed is incorrect or expired.")
        return self._made(app, known.user)

    def refreshed(self, app: App, refresh: str) -> Grant:
        """Return new tokens for a refresh token, which is worthless then, as is the old token."""
        old = self._grants.pop(refresh, None)
        if old is None or old.app is not app or old.refresh_expires_at <= now():
            raise Denied("bad_refresh_token", "The refresh token passed is incorrect or expired.")
        old.token.is_revoked = True
        return self._made(app, old.user)

    def revoke_token(self, app: App, value: str) -> bool:
        """Make one token and its refresh token worthless; tell whether there was one."""
        for refresh, grant in list(self._grants.items()):
            if grant.app is app and grant.token.value == value:
                grant.token.is_revoked = True
                del self._grants[refresh]
                return True
        return False

    def revoke_all(self, app: App, user: Account) -> None:
        """Make everything worthless that *user* granted *app*."""
        for refresh, grant in list(self._grants.items()):
            if grant.app is app and grant.user is user:
                grant.token.is_revoked = True
                del self._grants[refresh]

    def owner_of(self, app: App, value: str) -> Account | None:
        """Return who granted the living token *value* to *app*."""
        token = self._world.tokens.get(value)
        is_good = token is not None and token.app is app and not token.is_revoked
        return token.user if token is not None and is_good else None

    def _made(self, app: App, user: Account) -> Grant:
        token = Token(
            value=f"ghu_{secrets.token_hex(18)}",
            user=user,
            app=app,
            expires_at=now() + self.token_life,
        )
        self._world.tokens[token.value] = token
        grant = Grant(
            app=app,
            user=user,
            refresh=f"ghr_{secrets.token_hex(38)}",
            refresh_expires_at=now() + REFRESH_LIFE,
            token=token,
        )
        self._grants[grant.refresh] = grant
        return grant


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")

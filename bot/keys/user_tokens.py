"""Tokens with which we ask GitHub in a person's name: sealed, fresh, renewed one at a time."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.db.identities import Grant, Identities, Identity
from bot.errors import CadenceError, Unavailable
from bot.github.auth import utc_now
from bot.github.oauth import SignInRefused, UserToken
from bot.keys.vault import Unreadable, Vault

RENEWED_BEFORE = timedelta(minutes=5)
RIGHT = timedelta(seconds=30)  # longer than one call to GitHub may take
LOOK_S = 0.1
log = structlog.get_logger()


class SignInOver(CadenceError):
    """GitHub lets us act for this person no more: he must sign in again."""


class Renewal(Protocol):
    """GitHub's side of it."""

    async def refreshed(self, refresh: str) -> UserToken:
        """Return new tokens; raise `SignInRefused` or `Unavailable`."""
        ...

    async def revoke(self, access: str) -> None:
        """Make a token worthless."""
        ...


class UserTokens:
    """A fresh token for each person who signed in.

    GitHub's refresh tokens work once, so that one coordinator at a time may use one: it takes the
    right to do so in the person's row, and the others wait for what comes of it.
    """

    def __init__(
        self,
        identities: Identities,
        vault: Vault,
        renewal: Callable[[], Renewal],
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._identities = identities
        self._vault = vault
        self._renewal = renewal
        self._now = now

    async def token(self, person_id: int) -> str:
        """Return a token that is good for minutes; raise `SignInOver` or `Unavailable`."""
        deadline = self._now() + RIGHT
        while True:
            grant = _grant_of(await self._identities.get(person_id))
            now = self._now()
            if grant.token_until is None or now + RENEWED_BEFORE < grant.token_until:
                return self._open(grant.token, person_id)
            if grant.refresh is None or (grant.refresh_until and grant.refresh_until <= now):
                raise SignInOver("your sign-in with GitHub is over: sign in again")
            if await self._identities.may_refresh(person_id, grant, now=now, until=now + RIGHT):
                return await self._renewed(person_id, grant)
            if now > deadline:
                raise Unavailable("your sign-in is being renewed", retry_after_s=2)
            await asyncio.sleep(LOOK_S)

    async def _renewed(self, person_id: int, old: Grant) -> str:
        try:
            fresh = await self._renewal().refreshed(self._open(old.refresh or b"", person_id))
        except SignInRefused as error:
            log.info("sign-in is over at GitHub", person_id=person_id, reason=str(error))
            await self._identities.forget_grant(person_id)
            raise SignInOver("your sign-in with GitHub is over: sign in again") from error
        except Unavailable:
            await self._identities.let_go(person_id, old)
            raise
        if not await self._identities.refreshed(person_id, old, self.sealed(person_id, fresh)):
            log.info("sign-in was renewed in vain", person_id=person_id)
            await self._renewal().revoke(fresh.access)
            return await self.token(person_id)
        return fresh.access

    def sealed(self, person_id: int, token: UserToken) -> Grant:
        """Return *token* as it is kept."""
        context = _context(person_id)
        refresh = token.refresh.encode()
        return Grant(
            token=self._vault.seal(token.access.encode(), context=context),
            token_until=token.access_until,
            refresh=self._vault.seal(refresh, context=context) if refresh else None,
            refresh_until=token.refresh_until,
        )

    async def end(self, person_id: int, *, at_github: bool) -> None:
        """Forget the person's tokens, and make them worthless *at_github*, too."""
        identity = await self._identities.get(person_id)
        await self._identities.forget_grant(person_id)
        if at_github and identity is not None and identity.grant is not None:
            try:
                await self._renewal().revoke(self._open(identity.grant.token, person_id))
            except CadenceError as error:  # it ends by itself in hours
                log.warning("token not revoked", person_id=person_id, reason=str(error))

    def _open(self, sealed: bytes, person_id: int) -> str:
        try:
            return self._vault.open(sealed, context=_context(person_id)).decode()
        except Unreadable as error:
            log.warning("a stored sign-in cannot be read", person_id=person_id, reason=str(error))
            raise SignInOver("your sign-in was lost: sign in again") from error


def _context(person_id: int) -> str:
    return f"person:{person_id}"


def _grant_of(identity: Identity | None) -> Grant:
    if identity is None or identity.grant is None:
        raise SignInOver("you are not signed in with GitHub any more: sign in again")
    return identity.grant

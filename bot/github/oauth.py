"""People who let the App act for them: the way to GitHub and back, tokens, and their end.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson

from bot.errors import GitHubRefused, Unavailable
from bot.github.auth import utc_now

_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_MOST = 64 * 1024


class SignInRefused(GitHubRefused):
    """GitHub gives no token for this: used already, too old, taken back, or not ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserToken:
    """What GitHub gives out for a person; an end of None never comes."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_until: datetime | None
    refresh_until: datetime | None


def _keep_nothing(_secret: str) -> None:
    """Register a secret nowhere."""


class OAuth:
    """The App's OAuth client; *on_secret* hears of each token before it is used."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        web_url: str,
        api_url: str,
        client_id: str,
        client_secret: str,
        on_secret: Callable[[str], None] = _keep_nothing,
    ) -> None:
        self._session = session
        self._web = web_url
        self._api = api_url
        self._id = client_id
        self._secret = client_secret
        self._on_secret = on_secret

    def address(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Return where the browser is sent to sign in."""
        query = {
            "client_id": self._id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._web}/login/oauth/authorize?{urlencode(query)}"

    async def exchange(self, code: str, *, verifier: str, redirect_uri: str) -> UserToken:
        """Return the tokens for *code*; raise `SignInRefused` or `Unavailable`."""
        fields = {"code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
        return await self._token(fields, doing="finish the sign-in")

    async def refreshed(self, refresh: str) -> UserToken:
        """Return new tokens; the old ones are worthless then. Raise as `exchange` does."""
        fields = {"grant_type": "refresh_token", "refresh_token": refresh}
        return await self._token(fields, doing="renew the sign-in")

    async def revoke(self, access: str) -> None:
        """Make a token worthless; one that is already is fine."""
        # https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
        url = f"{self._api}/applications/{self._id}/token"
        login = aiohttp.encode_basic_auth(self._id, self._secret)
        headers = {"Accept": "application/vnd.github+json", "Authorization": login}
        try:
            async with self._session.delete(
                url,
                json={"access_token": access},
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable("GitHub could not be reached to end the sign-in") from error
        if status >= 500 or status == 429:
            raise Unavailable("GitHub did not end the sign-in")
        if status not in {204, 404, 422}:
            raise GitHubRefused("GitHub refused to end the sign-in", status=status)

    async def _token(self, fields: Mapping[str, str], *, doing: str) -> UserToken:
        sent = {"client_id": self._id, "client_secret": self._secret, **fields}
        try:
            async with self._session.post(
                f"{self._web}/login/oauth/access_token",
                data=sent,
                headers={"Accept": "application/json"},
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as answer:
                status, raw = answer.status, await answer.content.read(_MOST)
        except (aiohttp.ClientError, TimeoutError) as error:
            what = type(error).__name__
            raise Unavailable(f"GitHub could not be reached to {doing} ({what})") from error
        if status >= 500 or status == 429:
            raise Unavailable(f"GitHub is not well and did not {doing}")
        return self._read(_decoded(raw), doing=doing)

    def _read(self, told: Mapping[str, Any], *, doing: str) -> UserToken:
        """Return the tokens that GitHub told; its refusals come with status 200."""
        access = told.get("access_token")
        if not isinstance(access, str) or not access:
            why = str(told.get("error") or "it gave no token")[:100]
            raise SignInRefused(f"GitHub did not {doing}: {why.replace('_', ' ')}")
        refresh = told.get("refresh_token")
        refresh = refresh if isinstance(refresh, str) else ""
        for secret in filter(None, (access, refresh)):
            self._on_secret(secret)
        return UserToken(
            access=access,
            refresh=refresh,
            access_until=_end(told.get("expires_in")),
            refresh_until=_end(told.get("refresh_token_expires_in")),
        )


def _decoded(raw: bytes) -> Mapping[str, Any]:
    try:
        told = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _end(seconds: object) -> datetime | None:
    try:
        life_s = int(str(seconds))
    except ValueError:
        return None
    return utc_now() + timedelta(seconds=life_s)

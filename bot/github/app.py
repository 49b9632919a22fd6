"""The GitHub App: who it is, its tokens, and a client for each repository."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog

from bot.errors import CadenceError, GitHubRefused
from bot.github.auth import AppKey, Permissions, Token, utc_now
from bot.github.client import Call, Client
from bot.github.refusals import Answer, error_for, mint_error, parse_time
from bot.github.repository import Repository
from bot.github.values import AppInfo

log = structlog.get_logger()
_Key = tuple[int, str, tuple[tuple[str, str], ...]]


def _keep_nothing(_secret: str) -> None:
    """Register a secret nowhere."""


class GitHubApp:
    """Our App on one GitHub; *on_secret* hears of each token before it is used."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        api_url: str,
        app_id: int,
        private_key_pem: str,
        slug: str,
        on_secret: Callable[[str], None] = _keep_nothing,
        client: Client | None = None,
    ) -> None:
        self.client = client or Client(session, api_url=api_url, user_agent=f"{slug} (Cadence)")
        self.slug = slug
        self._key = AppKey(app_id, private_key_pem)
        self._on_secret = on_secret
        self._tokens: dict[_Key, Token] = {}
        self._turns: dict[_Key, asyncio.Lock] = {}

    async def known(self) -> AppInfo:
        """Ask GitHub who we are until it says so; deliveries are stored meanwhile."""
        wait_s = 1.0
        while True:
            try:
                return await self.me()
            except CadenceError as error:
                log.warning("the App is not known yet", reason=str(error), again_in_s=wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, 60.0)

    async def me(self) -> AppInfo:
        """Return the App as GitHub knows it."""
        answer = await self.as_app("GET", "app", doing="name the App")
        if not answer.is_good:
            raise error_for(answer, doing="name the App")
        data = answer.data
        return AppInfo(
            id=data["id"],
            slug=data["slug"],
            name=data["name"],
            bot_user_id=await self._user_id(f"{data['slug']}[bot]"),
            permissions=data.get("permissions") or {},
            events=tuple(data.get("events") or ()),
        )

    async def as_app(self, method: str, path: str, *, doing: str, body: Any = None) -> Answer:
        """Ask as the App itself; a clock that GitHub finds wrong is set right once."""
        call = Call(
            method=method,
            path=path,
            doing=doing,
            authorization=self._key.word(),
            body=body,
            is_repeatable=True,
        )
        answer = await self.client.exchange(call)
        served_at = _date(answer.headers) if answer.status == 401 else None
        if served_at is None or not self._key.learn_time(served_at):
            return answer
        return await self.client.exchange(replace(call, authorization=self._key.word()))

    async def mint(
        self,
        installation_id: int,
        *,
        repository_ids: Sequence[int] | None = None,
        repositories: Sequence[str] | None = None,
        permissions: Permissions,
    ) -> Token:
        """Return a new token for exactly this; raise `InstallationGone` when there is none.

        *repositories* are names without the owner. Not cached: one purpose, one token.
        """
        body: dict[str, Any] = {"permissions": dict(permissions)}
        if repository_ids is not None:
            body["repository_ids"] = list(repository_ids)
        elif repositories is not None:
            body["repositories"] = list(repositories)
        path = f"app/installations/{int(installation_id)}/access_tokens"
        answer = await self.as_app("POST", path, doing="give out a token", body=body)
        if not answer.is_good:
            raise mint_error(answer, permissions=permissions)
        expires_at = parse_time(answer.data.get("expires_at"))
        if expires_at is None:
            raise GitHubRefused("GitHub gave out a token without an end")
        self._on_secret(answer.data["token"])
        return Token(value=answer.data["token"], expires_at=expires_at)

    async def revoke(self, token: Token) -> None:
        """Make *token* worthless; one that is worthless already is fine."""
        call = Call(
            method="DELETE",
            path="installation/token",
            doing="revoke a token",
            authorization=token.value,
        )
        answer = await self.client.exchange(call)
        if not answer.is_good and answer.status not in {401, 404}:
            raise error_for(answer, doing=call.doing)

    async def token(
        self,
        installation_id: int,
        *,
        repository: str,
        repository_id: int | None,
        permissions: Permissions,
        stale: Token | None = None,
    ) -> Token:
        """Return a kept token for one repository, a new one when it is *stale* or nearly over."""
        key = (installation_id, repository, tuple(sorted(permissions.items())))
        async with self._turns.setdefault(key, asyncio.Lock()):
            kept = self._tokens.get(key)
            if kept is not None and kept is not stale and kept.is_fresh(utc_now()):
                return kept
            fresh = await self.mint(
                installation_id,
                repository_ids=None if repository_id is None else [repository_id],
                repositories=[repository.partition("/")[2]],
                permissions=permissions,
            )
            self._forget_old(utc_now())
            self._tokens[key] = fresh
            return fresh

    def repository(
        self, installation_id: int, full_name: str, *, repository_id: int | None = None
    ) -> Repository:
        """Return a client for one repository, whose token reaches nothing else.

        With *repository_id* the token survives that the repository is renamed.
        """

        async def token(permissions: Permissions, stale: Token | None) -> Token:
            return await self.token(
                installation_id,
                repository=full_name,
                repository_id=repository_id,
                permissions=permissions,
                stale=stale,
            )

        return Repository(self.client, full_name, token=token, bot_login=f"{self.slug}[bot]")

    def _forget_old(self, now: datetime) -> None:
        for key in [key for key, token in self._tokens.items() if token.expires_at <= now]:
            del self._tokens[key]
            if not self._turns[key].locked():
                del self._turns[key]

    async def _user_id(self, login: str) -> int:
        call = Call(method="GET", path=f"users/{quote(login, safe='')}", doing="name the bot")
        answer = await self.client.exchange(call)
        if not answer.is_good:  # an Enterprise Server in private mode tells strangers nothing
            answer = await self._as_installation(call, answer)
        user_id = answer.data["id"]
        return int(user_id)

    async def _as_installation(self, call: Call, refused: Answer) -> Answer:
        listed = await self.as_app("GET", "app/installations?per_page=1", doing=call.doing)
        if not listed.is_good or not listed.data:
            raise error_for(refused, doing=call.doing)
        token = await self.mint(listed.data[0]["id"], permissions={"metadata": "read"})
        call = Call(method=call.method, path=call.path, doing=call.doing, authorization=token.value)
        return await self.client.ask(call)


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None

"""What a signed-in person can reach through the App, asked with his own token."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.errors import GitHubRefused, NotFound, Unavailable
from bot.github.client import Call, Client
from bot.github.refusals import Answer, error_for

_PAGES = 20
_FULL_PAGES = {"per_page": "100"}
_NAME = re.compile(r"(?!\.{1,2}/)[A-Za-z0-9._-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_NOT_SEEN = "there is no such repository, or you may not write to it, or the App is not installed"


class TokenRefused(GitHubRefused):
    """GitHub knows the person's token no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Who signed in."""

    id: int
    login: str
    name: str
    avatar_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A repository that the person may write to, and that the App reaches."""

    id: int
    installation_id: int
    full_name: str
    is_private: bool
    is_archived: bool
    default_branch: str
    pushed_at: str | None = None
    language: str | None = None


class AsPerson:
    """GitHub through the eyes of one person; raises `TokenRefused` for a dead token."""

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._token = token

    async def profile(self) -> Profile:
        """Return who it is."""
        data = (await self._ask("user", doing="tell who you are")).data
        return Profile(
            id=int(data["id"]),
            login=str(data["login"]),
            name=str(data.get("name") or data["login"]),
            avatar_url=str(data.get("avatar_url") or ""),
        )

    async def reaches(self) -> list[Reach]:
        """Return every repository that the person may write to and the App reaches."""
        found: list[Reach] = []
        async for place in self._pages("user/installations", "installations"):
            if place.get("suspended_at") is not None:
                continue
            number = int(place["id"])
            path = f"user/installations/{number}/repositories"
            async for data in self._pages(path, "repositories"):
                if _may_write(data):
                    found.append(reach_of(data, number))
        return found

    async def writable(self, full_name: str) -> Mapping[str, Any]:
        """Return what GitHub tells of a repository that the person may write to.

        Raise `NotFound` for every other one.
        """
        if not _NAME.fullmatch(full_name):
            raise NotFound(_NOT_SEEN)
        data = await self._writable(f"repos/{full_name}")
        if str(data.get("full_name", "")).lower() != full_name.lower():  # it has another name now
            raise NotFound(_NOT_SEEN)
        return data

    async def writable_number(self, repository_id: int) -> Mapping[str, Any]:
        """Return the same of a repository by its number, which stays when it is renamed."""
        return await self._writable(f"repositories/{int(repository_id)}")

    async def _writable(self, path: str) -> Mapping[str, Any]:
        answer = await self._exchange(path, doing="read the repository")
        if answer.status in {403, 404, 410, 451}:
            raise NotFound(_NOT_SEEN)
        if not answer.is_good or not isinstance(answer.data, dict):
            raise Unavailable("GitHub does not say whether you may write to the repository")
        if not _may_write(answer.data):
            raise NotFound(_NOT_SEEN)
        data: Mapping[str, Any] = answer.data
        return data

    async def branches(self, full_name: str) -> list[str]:
        """Return the names of the repository's branches."""
        owner, _, name = full_name.partition("/")
        path = f"repos/{quote(owner)}/{quote(name)}/branches"
        return [str(one["name"]) async for one in self._pages(path, None)]

    async def _pages(self, path: str, key: str | None) -> AsyncIterator[Mapping[str, Any]]:
        answer = await self._ask(path, doing="list what you can reach", params=_FULL_PAGES)
        for _ in range(_PAGES):
            listed = answer.data if key is None else answer.data.get(key)
            for data in listed or ():
                yield data
            if not answer.next_url:
                return
            answer = await self._ask(answer.next_url, doing="list what you can reach")

    async def _ask(
        self, path: str, *, doing: str, params: Mapping[str, str] | None = None
    ) -> Answer:
        answer = await self._exchange(path, doing=doing, params=params)
        if not answer.is_good:
            raise error_for(answer, doing=doing)
        return answer

    async def _exchange(
        self, path: str, *, doing: str, params: Mapping[str, str] | None = None
    ) -> Answer:
        call = Call(
            method="GET",
            path=path,
            doing=doing,
            authorization=self._token,
            params=params or {},
        )
        answer = await self._client.exchange(call)
        if answer.status == 401:
            raise TokenRefused("GitHub knows your sign-in no more", status=401)
        return answer


def reach_of(data: Mapping[str, Any], installation_id: int) -> Reach:
    """Return a repository as GitHub tells it."""
    return Reach(
        id=int(data["id"]),
        installation_id=installation_id,
        full_name=str(data["full_name"]),
        is_private=bool(data.get("private")),
        is_archived=bool(data.get("archived")) or bool(data.get("disabled")),
        default_branch=str(data.get("default_branch") or ""),
        pushed_at=data.get("pushed_at"),
        language=data.get("language"),
    )


def _may_write(data: Mapping[str, Any]) -> bool:
    permissions = data.get("permissions")
    return isinstance(permissions, dict) and permissions.get("push") is True

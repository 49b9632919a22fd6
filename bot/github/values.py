"""What GitHub tells, as frozen values: only what we use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.github.refusals import parse_time


@dataclass(frozen=True, slots=True, kw_only=True)
class AppInfo:
    """The App as GitHub knows it; *bot_user_id* is the account that it writes as."""

    id: int
    slug: str
    name: str
    bot_user_id: int
    permissions: Mapping[str, str] = field(default_factory=dict)
    events: tuple[str, ...] = ()

    @property
    def bot_login(self) -> str:
        """The login that the App writes as."""
        return f"{self.slug}[bot]"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryInfo:
    """A repository; *size_kb* is GitHub's own estimate, 0 for an empty one."""

    id: int
    full_name: str
    default_branch: str
    is_private: bool
    is_archived: bool
    size_kb: int

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "RepositoryInfo":
        """Read GitHub's words."""
        return cls(
            id=data["id"],
            full_name=data["full_name"],
            default_branch=data.get("default_branch") or "",
            is_private=bool(data.get("private")),
            is_archived=bool(data.get("archived")) or bool(data.get("disabled")),
            size_kb=data.get("size") or 0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue, or a pull request seen as one; *repository* is where it is now."""

    number: int
    repository: str
    title: str
    body: str
    state: str
    author: str
    author_id: int
    is_pull: bool
    is_locked: bool
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Issue":
        """Read GitHub's words; a deleted author is ``ghost``."""
        author = data.get("user") or {}
        return cls(
            number=data["number"],
            repository="/".join(str(data.get("repository_url") or "").split("/")[-2:]),
            title=data.get("title") or "",
            body=data.get("body") or "",
            state=data.get("state") or "",
            author=author.get("login", "ghost"),
            author_id=author.get("id", 0),
            is_pull="pull_request" in data,
            is_locked=bool(data.get("locked")),
            created_at=parse_time(data.get("created_at")),
            updated_at=parse_time(data.get("updated_at")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment under an issue or a pull request."""

    id: int
    author: str
    author_id: int
    author_is_bot: bool
    body: str
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Comment":
        """Read GitHub's words; a deleted author is ``ghost``."""
        author = data.get("user") or {}
        return cls(
            id=data["id"],
            author=author.get("login", "ghost"),
            author_id=author.get("id", 0),
            author_is_bot=author.get("type") == "Bot",
            body=data.get("body") or "",
            created_at=parse_time(data.get("created_at")),
            updated_at=parse_time(data.get("updated_at")),
        )

    def stood_at(self, moment: datetime) -> bool:
        """Whether these words stood here, just so, at *moment*."""
        written, changed = self.created_at, self.updated_at or self.created_at
        return written is not None and changed is not None and max(written, changed) <= moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull request; *node_id* is its name in GraphQL."""

    number: int
    url: str
    state: str
    draft: bool
    merged: bool
    head_sha: str
    head: str
    base: str
    title: str
    body: str
    node_id: str

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Pull":
        """Read GitHub's words."""
        return cls(
            number=data["number"],
            url=data["html_url"],
            state=data["state"],
            draft=bool(data.get("draft")),
            merged=bool(data.get("merged")) or data.get("merged_at") is not None,
            head_sha=data["head"]["sha"],
            head=data["head"]["ref"],
            base=data["base"]["ref"],
            title=data.get("title") or "",
            body=data.get("body") or "",
            node_id=data.get("node_id") or "",
        )

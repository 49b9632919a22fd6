"""What deliveries say, read with care: signed is not the same as well formed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import InvalidRequest
from bot.github.refusals import parse_time
from handlers.visible import visible

Data = Mapping[str, Any]

_MAX_ID = 2**63 - 1
_FULL_NAME = re.compile(r"(?!\.{1,2}/)[A-Za-z0-9._-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_LOGIN = re.compile(r"[A-Za-z0-9_-]{1,100}(?:\[bot\])?")
_TITLE = 300
_BODY = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who wrote or did something; *is_bot* as GitHub's account type says."""

    id: int
    login: str
    is_bot: bool

    @classmethod
    def of(cls, data: Any, name: str) -> "Person":
        """Read an account; a deleted one is nobody that can ask for anything."""
        account = _object(data, name)
        login = account.get("login")
        if not isinstance(login, str) or not _LOGIN.fullmatch(login):
            raise InvalidRequest(f"the delivery has no {name}")
        is_bot = account.get("type") != "User" or login.endswith("[bot]")
        return cls(id=number(account, "id"), login=login, is_bot=is_bot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The repository that a delivery is about, and the installation that reaches it."""

    installation_id: int
    repository_id: int
    repository: str
    is_archived: bool

    @classmethod
    def of(cls, data: Data) -> "Place":
        """Read where it happened."""
        repository = _object(data.get("repository"), "repository")
        return cls(
            installation_id=number(_object(data.get("installation"), "installation"), "id"),
            repository_id=number(repository, "id"),
            repository=full_name(repository),
            is_archived=repository.get("archived") is True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """An issue, or a pull request seen as one, as it stood when the delivery was made."""

    number: int
    title: str
    body: str
    is_closed: bool
    is_pull: bool

    @classmethod
    def of(cls, data: Data) -> "Thread":
        """Read the issue."""
        issue = _object(data.get("issue"), "issue")
        return cls(
            number=number(issue, "number"),
            title=" ".join(visible(text(issue, "title")[:_TITLE]).split()),
            body=visible(text(issue, "body")[:_BODY]),
            is_closed=issue.get("state") == "closed",
            is_pull=isinstance(issue.get("pull_request"), dict),
        )


def number(data: Data, key: str) -> int:
    """Return a positive integer that a database holds; true is none."""
    value = data.get(key)
    if type(value) is not int or not 0 < value <= _MAX_ID:
        raise InvalidRequest(f"the delivery has no {key}")
    return value


def text(data: Data, key: str) -> str:
    """Return a text, empty for null."""
    value = data.get(key)
    return value if isinstance(value, str) else ""


def full_name(repository: Data) -> str:
    """Return ``owner/name``, safe to be put into a path."""
    name = text(repository, "full_name")
    if not _FULL_NAME.fullmatch(name):
        raise InvalidRequest("the delivery has no repository name")
    return name


def via_app(data: Data) -> bool:
    """Whether an App wrote it, be it in a person's name."""
    return data.get("performed_via_github_app") is not None


def created_at(data: Data) -> datetime | None:
    """Return when it was written."""
    return parse_time(data.get("created_at"))


def child(data: Data, key: str) -> Data:
    """Return the object under *key*."""
    return _object(data.get(key), key)


def children(data: Data, key: str) -> list[Data]:
    """Return the objects under *key*, none when there is no such list."""
    value = data.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _object(value: Any, name: str) -> Data:
    if not isinstance(value, dict):
        raise InvalidRequest(f"the delivery has no {name}")
    return value

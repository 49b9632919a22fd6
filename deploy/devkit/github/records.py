"""What the stand-in remembers: accounts, Apps, repositories, issues, deliveries, exchanges."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

Json = dict[str, Any]
Level = Literal["none", "read", "triage", "write", "maintain", "admin"]

LEVELS: tuple[Level, ...] = ("none", "read", "triage", "write", "maintain", "admin")
REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


def now() -> datetime:
    """Return the time in UTC, to the second as GitHub writes it."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(kw_only=True, eq=False)
class Account:
    """A person, an organization or the bot of an App."""

    id: int
    login: str
    type: Literal["User", "Organization", "Bot"] = "User"
    name: str = ""
    created_at: datetime = field(default_factory=now)

    def email(self, host: str) -> str:
        """Return the no-reply address that commits of this account carry."""
        return f"{self.id}+{self.login}@users.noreply.{host}"


@dataclass(frozen=True, kw_only=True)
class AppCredentials:
    """What an App's owner gets to know."""

    app_id: int
    slug: str
    private_key_pem: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    bot_user_id: int

    @property
    def bot_login(self) -> str:
        """The login under which the App writes."""
        return f"{self.slug}[bot]"


@dataclass(kw_only=True, eq=False)
class App:
    """A registered GitHub App."""

    credentials: AppCredentials
    name: str
    owner: Account
    bot: Account
    public_key_pem: str
    hook_id: int
    hook_url: str | None
    permissions: dict[str, str]
    events: list[str]
    description: str = ""
    external_url: str = ""
    setup_url: str | None = None
    callback_urls: list[str] = field(default_factory=list)
    webhook_secret: str = field(repr=False)
    created_at: datetime = field(default_factory=now)

    @property
    def id(self) -> int:
        """The App's number."""
        return self.credentials.app_id

    @property
    def slug(self) -> str:
        """The App's name in URLs."""
        return self.credentials.slug


@dataclass(kw_only=True, eq=False)
class Installation:
    """An App on one account."""

    id: int
    app: App
    account: Account
    permissions: dict[str, str]
    events: list[str]
    selected: set[int] | None = None
    suspended_at: datetime | None = None
    suspended_by: Account | None = None
    created_at: datetime = field(default_factory=now)
    is_deleted: bool = False


@dataclass(kw_only=True, eq=False)
class Token:
    """A token that was given out, to an installation or to a person."""

    value: str = field(repr=False)
    user: Account
    expires_at: datetime
    installation: Installation | None = None
    permissions: dict[str, str] = field(default_factory=dict)
    repository_ids: frozenset[int] | None = None
    is_revoked: bool = False
    app: App | None = None  # of a token that a person granted an App


@dataclass(kw_only=True, eq=False)
class Label:
    """A label of one repository."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(kw_only=True, eq=False)
class Reaction:
    """One emoji of one account on an issue or a comment."""

    id: int
    user: Account
    content: str
    created_at: datetime = field(default_factory=now)


@dataclass(kw_only=True, eq=False)
class Comment:
    """A comment under an issue or a pull request."""

    id: int
    author: Account
    body: str
    via: App | None = None
    reactions: list[Reaction] = field(default_factory=list)
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)


@dataclass(kw_only=True, eq=False)
class Issue:
    """An issue; its number is shared with pull requests."""

    id: int
    number: int
    author: Account
    title: str
    body: str | None
    via: App | None = None
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    labels: list[Label] = field(default_factory=list)
    assignees: list[Account] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    is_locked: bool = False
    is_deleted: bool = False
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How large a change is."""

    commits: int = 0
    additions: int = 0
    deletions: int = 0
    changed_files: int = 0


@dataclass(kw_only=True, eq=False)
class PullRequest(Issue):
    """A pull request between two branches of one repository."""

    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_commit_sha: str | None = None
    maintainer_can_modify: bool = False
    is_mergeable: bool | None = None
    extent: Extent = field(default_factory=Extent)


@dataclass(kw_only=True, eq=False)
class Repository:
    """A repository: its record here, its objects in a bare repository on disk."""

    id: int
    name: str
    owner: Account
    path: Path
    default_branch: str = "main"
    is_private: bool = True
    description: str | None = None
    is_archived: bool = False
    has_issues: bool = True
    size_kb: int = 0
    roles: dict[str, Level] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    next_number: int = 1
    created_at: datetime = field(default_factory=now)
    pushed_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def full_name(self) -> str:
        """Owner and name, as in URLs."""
        return f"{self.owner.login}/{self.name}"

    def role(self, login: str) -> Level:
        """Return what *login* may do here."""
        if login.lower() == self.owner.login.lower():
            return "admin"
        floor: Level = "none" if self.is_private else "read"
        return self.roles.get(login.lower(), floor)


@dataclass(kw_only=True, eq=False)
class Delivery:
    """One webhook POST, with what came of it."""

    id: int
    guid: str
    app: App
    event: str
    action: str | None
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    installation_id: int | None
    repository_id: int | None
    is_redelivery: bool = False
    url: str = ""
    delivered_at: datetime | None = None
    duration_s: float = 0.0
    status_code: int | None = None
    status: str = "pending"
    response_body: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One REST call with its answer; paths are without the ``/api/v3`` prefix.

    *route* is the pattern that answered, empty for a path that is not known.
    """

    method: str
    route: str
    path: str
    query: str
    actor: str
    request_body: Any
    status: int
    response_body: Any
    media_type: str
    headers: dict[str, str]
    duration_s: float

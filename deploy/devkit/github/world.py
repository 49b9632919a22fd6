"""The state of the stand-in: who and what exists, and who may do what."""

import base64
import itertools
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from deploy.devkit.github.records import (
    Account,
    App,
    AppCredentials,
    Installation,
    Issue,
    Label,
    PullRequest,
    Repository,
    Token,
    now,
)

TOKEN_LIFE = timedelta(hours=1)
DEFAULT_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
)


class World:
    """Everything that exists on this GitHub."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.url = ""
        self.accounts: dict[str, Account] = {}
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.tokens: dict[str, Token] = {}
        self.repositories: dict[int, Repository] = {}
        self.moved: dict[str, int] = {}
        self._ids: Iterator[int] = itertools.count(1001)

    @property
    def api_url(self) -> str:
        """Base of the REST API."""
        return f"{self.url}/api/v3"

    def next_id(self) -> int:
        """Return a number never used before."""
        return next(self._ids)

    def account(
        self, login: str, *, type: Literal["User", "Organization", "Bot"] = "User", name: str = ""
    ) -> Account:
        """Return the account called *login*; make it if there is none."""
        found = self.accounts.get(login.lower())
        if found is None:
            found = Account(id=self.next_id(), login=login, type=type, name=name or login)
            self.accounts[login.lower()] = found
        return found

    def register_app(
        self,
        *,
        slug: str,
        name: str,
        owner: Account,
        hook_url: str | None,
        secret: str | None,
        permissions: Mapping[str, str],
        events: Sequence[str],
    ) -> tuple[App, AppCredentials]:
        """Register an App with a new key pair and give it its bot."""
        private, public = _key_pair()
        bot = self.account(f"{slug}[bot]", type="Bot")
        webhook_secret = secret if secret is not None else secrets.token_hex(20)
        credentials = AppCredentials(
            app_id=self.next_id(),
            slug=slug,
            private_key_pem=private,
            webhook_secret=webhook_secret,
            client_id=f"Iv23{secrets.token_hex(8)}",
            client_secret=secrets.token_hex(20),
            bot_user_id=bot.id,
        )
        app = App(
            credentials=credentials,
            name=name,
            owner=owner,
            bot=bot,
            public_key_pem=public,
            hook_id=self.next_id(),
            hook_url=hook_url,
            permissions={"metadata": "read", **permissions},
            events=list(events),
            webhook_secret=webhook_secret,
        )
        self.apps[app.id] = app
        return app, credentials

    def app_named(self, slug: str | None = None) -> App:
        """Return the App called *slug*, or the only one."""
        apps = [app for app in self.apps.values() if slug in (None, app.slug)]
        if len(apps) != 1:
            raise LookupError(f"{len(apps)} Apps match {slug!r}")
        return apps[0]

    def app_by_issuer(self, issuer: str) -> App | None:
        """Return the App that signs as *issuer*: its id or its client id."""
        for app in self.apps.values():
            if issuer in (str(app.id), app.credentials.client_id):
                return app
        return None

    def repository(self, full_name: str) -> Repository:
        """Return the repository with that name; raise `LookupError` if there is none."""
        found = self.find_repository(full_name)
        if found is None:
            raise LookupError(f"no repository {full_name}")
        return found

    def find_repository(self, full_name: str) -> Repository | None:
        """Return the repository with that name, unless there is none."""
        wanted = full_name.lower()
        for repository in self.repositories.values():
            if repository.full_name.lower() == wanted:
                return repository
        return None

    def issue(self, full_name: str, number: int) -> Issue:
        """Return an issue or pull request; raise `LookupError` if there is none."""
        return self.repository(full_name).issues[number]

    def default_labels(self) -> dict[str, Label]:
        """Return the labels that a new repository starts with."""
        return {
            name: Label(id=self.next_id(), name=name, color=color, description=text)
            for name, color, text in DEFAULT_LABELS
        }

    def label(self, repository: Repository, name: str) -> Label:
        """Return the label *name* of *repository*; make it if there is none."""
        key = name.lower()
        if key not in repository.labels:
            repository.labels[key] = Label(id=self.next_id(), name=name)
        return repository.labels[key]

    def installation_for(self, repository: Repository, app: App) -> Installation | None:
        """Return the installation of *app* that reaches *repository*."""
        for installation in self.installations.values():
            if installation.app is app and self.reaches(installation, repository):
                return installation
        return None

    def reaches(self, installation: Installation, repository: Repository) -> bool:
        """Tell whether *repository* was given to *installation*."""
        return (
            not installation.is_deleted
            and installation.account is repository.owner
            and (installation.selected is None or repository.id in installation.selected)
        )

    def installed_repositories(self, installation: Installation) -> list[Repository]:
        """Return the repositories that *installation* may see."""
        return [repo for repo in self.repositories.values() if self.reaches(installation, repo)]

    def installation_token(
        self,
        installation: Installation,
        *,
        permissions: Mapping[str, str],
        repository_ids: frozenset[int] | None,
    ) -> Token:
        """Give out a token of one hour, in the long format of 2026."""
        junk = base64.urlsafe_b64encode(secrets.token_bytes(330)).decode().rstrip("=")
        value = f"ghs_{installation.app.id}_{junk[:36]}.{junk[36:400]}.{junk[400:]}"
        token = Token(
            value=value,
            user=installation.app.bot,
            installation=installation,
            permissions=dict(permissions),
            repository_ids=repository_ids,
            expires_at=now() + TOKEN_LIFE,
        )
        self.tokens[value] = token
        return token

    def user_token(self, login: str) -> Token:
        """Give out a personal token of *login*."""
        value = f"ghp_{secrets.token_hex(18)}"
        token = Token(value=value, user=self.account(login), expires_at=now() + timedelta(days=30))
        self.tokens[value] = token
        return token

    def open_pulls(self, repository: Repository) -> list[PullRequest]:
        """Return the open pull requests of *repository*."""
        return [
            issue
            for issue in repository.issues.values()
            if isinstance(issue, PullRequest) and issue.state == "open" and not issue.is_deleted
        ]


def _key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()

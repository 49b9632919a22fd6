"""Webhook payloads, and to which Apps each of them goes."""

from datetime import datetime
from typing import Any

from deploy.devkit.github import bodies, issue_bodies
from deploy.devkit.github.hooks import Hooks
from deploy.devkit.github.records import (
    Account,
    App,
    Comment,
    Installation,
    Issue,
    Json,
    PullRequest,
    Repository,
)
from deploy.devkit.github.world import World

# An App gets an event when it subscribed to it and may read what it is about.
NEEDED_PERMISSION = {
    "issues": "issues",
    "issue_comment": "issues",
    "pull_request": "pull_requests",
    "push": "contents",
    "create": "contents",
    "delete": "contents",
    "repository": "metadata",
}
ZEN = "Approachable is better than simple."


class Events:
    """Turns what happened into deliveries for every App that listens."""

    def __init__(self, world: World, hooks: Hooks) -> None:
        self._world = world
        self._hooks = hooks

    def ping(self, app: App) -> None:
        """Tell *app* that its hook was set up."""
        url = f"{self._world.api_url}/app/hook"
        stamp = bodies.iso(app.created_at)
        hook = {
            "type": "App",
            "id": app.hook_id,
            "name": "web",
            "active": True,
            "events": list(app.events),
            "config": hook_config(app),
            "updated_at": stamp,
            "created_at": stamp,
            "url": url,
            "app_id": app.id,
            "ping_url": f"{url}/pings",
            "deliveries_url": f"{url}/deliveries",
        }
        self._hooks.emit(app, "ping", {"zen": ZEN, "hook_id": app.hook_id, "hook": hook})

    def installation(self, action: str, item: Installation, sender: Account) -> None:
        """Say that an installation was created, deleted, suspended or unsuspended."""
        payload: Json = {"installation": bodies.installation(self._world, item)}
        owned = [r for r in self._world.repositories.values() if r.owner is item.account]
        chosen = [r for r in owned if item.selected is None or r.id in item.selected]
        payload["repositories"] = [bodies.short_repository(each) for each in chosen]
        if action == "created":
            payload["requester"] = None
        self._tell(item, "installation", {"action": action, **payload}, sender)

    def authorization_revoked(self, app: App, sender: Account) -> None:
        """Tell *app* that a person took back what he had granted it."""
        person = bodies.user(self._world, sender)
        payload = {"action": "revoked", "sender": person}
        self._hooks.emit(app, "github_app_authorization", payload)

    def installation_repositories(
        self,
        item: Installation,
        sender: Account,
        *,
        added: list[Repository],
        removed: list[Repository],
    ) -> None:
        """Say that repositories were given to an installation or taken from it."""
        body = bodies.installation(self._world, item)
        payload: Json = {
            "action": "added" if added else "removed",
            "installation": body,
            "repository_selection": body["repository_selection"],
            "repositories_added": [bodies.short_repository(each) for each in added],
            "repositories_removed": [bodies.short_repository(each) for each in removed],
            "requester": None,
        }
        self._tell(item, "installation_repositories", payload, sender)

    def repository(self, action: str, repo: Repository, sender: Account, **extra: Any) -> None:
        """Say that a repository was renamed, deleted or transferred."""
        self.publish("repository", repo, sender, {"action": action, **extra})

    def account_reference(self, account: Account) -> Json:
        """Return *account* as a transfer names its old owner."""
        if account.type == "Organization":
            return _organization(self._world, account)
        return bodies.user(self._world, account)

    def issues(
        self, action: str, repo: Repository, item: Issue, sender: Account, **extra: Any
    ) -> None:
        """Say what happened to an issue; pull requests have their own event."""
        if isinstance(item, PullRequest):
            self.pull_request(action, repo, item, sender, **extra)
            return
        body = issue_bodies.issue(self._world, repo, item)
        self.publish("issues", repo, sender, {"action": action, "issue": body, **extra})

    def issue_comment(
        self,
        action: str,
        repo: Repository,
        under: Issue,
        item: Comment,
        sender: Account,
        **extra: Any,
    ) -> None:
        """Say what happened to a comment under an issue or a pull request."""
        payload: Json = {
            "action": action,
            "issue": issue_bodies.issue(self._world, repo, under),
            "comment": issue_bodies.comment(self._world, repo, under, item),
            **extra,
        }
        self.publish("issue_comment", repo, sender, payload)

    def pull_request(
        self, action: str, repo: Repository, item: PullRequest, sender: Account, **extra: Any
    ) -> None:
        """Say what happened to a pull request."""
        body = issue_bodies.full_pull(self._world, repo, item)
        payload = {"action": action, "number": item.number, "pull_request": body, **extra}
        self.publish("pull_request", repo, sender, payload)

    def push(self, repo: Repository, sender: Account, payload: Json) -> None:
        """Say that a ref moved; *payload* holds ref, before, after and commits."""
        host = self._world.url.partition("://")[2].partition(":")[0]
        pusher = {"name": sender.login, "email": sender.email(host)}
        body = bodies.repository(self._world, repo)
        body |= {
            "created_at": _epoch(repo.created_at),
            "pushed_at": _epoch(repo.pushed_at or repo.created_at),
            "stargazers": 0,
            "master_branch": repo.default_branch,
        }
        self.publish("push", repo, sender, {**payload, "pusher": pusher}, repository=body)

    def publish(
        self,
        event: str,
        repo: Repository,
        sender: Account,
        payload: Json,
        *,
        repository: Json | None = None,
    ) -> None:
        """Send *payload* to every App that is installed on *repo* and subscribed to *event*."""
        body = {**payload, "repository": repository or bodies.repository(self._world, repo)}
        if repo.owner.type == "Organization":
            body["organization"] = _organization(self._world, repo.owner)
        body["sender"] = bodies.user(self._world, sender)
        needed = NEEDED_PERMISSION[event]
        for item in list(self._world.installations.values()):
            listens = event in item.events and needed in item.permissions
            if listens and item.suspended_at is None and self._world.reaches(item, repo):
                node = bodies.node_id("I", item.id)
                self._hooks.emit(
                    item.app,
                    event,
                    {**body, "installation": {"id": item.id, "node_id": node}},
                    installation_id=item.id,
                    repository_id=repo.id,
                )

    def _tell(self, item: Installation, event: str, payload: Json, sender: Account) -> None:
        payload["sender"] = bodies.user(self._world, sender)
        self._hooks.emit(item.app, event, payload, installation_id=item.id)


def hook_config(app: App) -> Json:
    """Return the webhook settings of *app*, its secret masked."""
    config = {"url": app.hook_url or "", "content_type": "json", "insecure_ssl": "0"}
    return {**config, "secret": "********"} if app.webhook_secret else config


def _organization(world: World, account: Account) -> Json:
    api = f"{world.api_url}/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": bodies.node_id("O", account.id),
        "url": api,
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events",
        "hooks_url": f"{api}/hooks",
        "issues_url": f"{api}/issues",
        "members_url": f"{api}/members{{/member}}",
        "public_members_url": f"{api}/public_members{{/member}}",
        "avatar_url": f"{world.url}/avatars/{account.id}",
        "description": None,
    }


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())

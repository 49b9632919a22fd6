"""What changes above the repositories: installations come and go, repositories move."""

from collections.abc import Iterable, Mapping

from deploy.devkit.github.records import Installation, now
from deploy.devkit.github.scene import Scene


class Lifecycle(Scene):
    """Installs and uninstalls Apps, moves and deletes repositories, ages tokens."""

    def install(
        self, account: str, *, slug: str | None = None, repositories: Iterable[str] | None = None
    ) -> int:
        """Install an App on *account*, on all or on the named repositories; return its number."""
        app, owner = self.world.app_named(slug), self.world.account(account)
        item = Installation(
            id=self.world.next_id(),
            app=app,
            account=owner,
            permissions=dict(app.permissions),
            events=list(app.events),
            selected=None if repositories is None else set(self._ids(repositories)),
        )
        self.world.installations[item.id] = item
        self.site.events.installation("created", item, owner)
        return item.id

    def set_callback_urls(self, *urls: str, slug: str | None = None) -> None:
        """Let browsers come back to *urls* when people sign in with the App."""
        self.world.app_named(slug).callback_urls = list(urls)

    def authorize(self, login: str, *, slug: str | None = None) -> str:
        """Return a token as *login* would grant it to an App in the browser."""
        app, person = self.world.app_named(slug), self.world.account(login)
        grants = self.site.grants
        code = grants.code(app, person, redirect_uri="", challenge="")
        return grants.exchange(app, code, redirect_uri="", verifier="").token.value

    def revoke_authorization(self, login: str, *, slug: str | None = None) -> None:
        """Take back, as *login*, what was granted to an App."""
        app, person = self.world.app_named(slug), self.world.account(login)
        self.site.grants.revoke_all(app, person)
        self.site.events.authorization_revoked(app, person)

    def uninstall(self, installation_id: int) -> None:
        """Take the App off the account; its tokens are dead at once."""
        item = self.world.installations[installation_id]
        item.is_deleted = True
        self.site.events.installation("deleted", item, item.account)

    def suspend(self, installation_id: int) -> None:
        """Suspend an installation."""
        item = self.world.installations[installation_id]
        item.suspended_at, item.suspended_by = now(), item.account
        self.site.events.installation("suspend", item, item.account)

    def unsuspend(self, installation_id: int) -> None:
        """Let a suspended installation work again."""
        item = self.world.installations[installation_id]
        item.suspended_at = item.suspended_by = None
        self.site.events.installation("unsuspend", item, item.account)

    def add_repositories(self, installation_id: int, *full_names: str) -> None:
        """Give more repositories to an installation."""
        item = self.world.installations[installation_id]
        added = [self.world.repository(name) for name in full_names]
        item.selected = (item.selected or set()) | {each.id for each in added}
        self.site.events.installation_repositories(item, item.account, added=added, removed=[])

    def remove_repositories(self, installation_id: int, *full_names: str) -> None:
        """Take repositories from an installation."""
        item = self.world.installations[installation_id]
        removed = [self.world.repository(name) for name in full_names]
        reach = {each.id for each in self.world.installed_repositories(item)}
        item.selected = reach - {each.id for each in removed}
        self.site.events.installation_repositories(item, item.account, added=[], removed=removed)

    def set_permissions(self, installation_id: int, permissions: Mapping[str, str]) -> None:
        """Grant exactly *permissions* from now on; old tokens keep what they had."""
        granted = {"metadata": "read", **permissions}
        self.world.installations[installation_id].permissions = granted

    def rename_repository(self, full_name: str, name: str) -> None:
        """Rename a repository; the old name redirects."""
        repo = self.world.repository(full_name)
        before, repo.name = repo.name, name
        self.world.moved[full_name.lower()] = repo.id
        changes = {"repository": {"name": {"from": before}}}
        self.site.events.repository("renamed", repo, repo.owner, changes=changes)

    def transfer_repository(self, full_name: str, account: str) -> None:
        """Give a repository to another account; the old name redirects."""
        repo = self.world.repository(full_name)
        before, repo.owner = repo.owner, self.world.account(account)
        self.world.moved[full_name.lower()] = repo.id
        kind = "organization" if before.type == "Organization" else "user"
        told = self.site.events.account_reference(before)
        changes = {"owner": {"from": {kind: told}}}
        self.site.events.repository("transferred", repo, before, changes=changes)

    def delete_repository(self, full_name: str) -> None:
        """Delete a repository."""
        repo = self.world.repository(full_name)
        self.site.events.repository("deleted", repo, repo.owner)
        del self.world.repositories[repo.id]

    def expire_tokens(self) -> None:
        """Let every installation token that was given out expire now."""
        for token in self.world.tokens.values():
            if token.installation is not None:
                token.expires_at = now()

    def token(
        self,
        installation_id: int,
        *,
        permissions: Mapping[str, str] | None = None,
        repositories: Iterable[str] | None = None,
    ) -> str:
        """Give out an installation token without a call, for a test's own clones and pushes."""
        item = self.world.installations[installation_id]
        ids = None if repositories is None else frozenset(self._ids(repositories))
        granted = item.permissions if permissions is None else permissions
        return self.world.installation_token(item, permissions=granted, repository_ids=ids).value

    def _ids(self, full_names: Iterable[str]) -> list[int]:
        return [self.world.repository(name).id for name in full_names]

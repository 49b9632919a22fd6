"""What people do on this GitHub, said from Python: the half of the stand-in that sets the scene."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from deploy.devkit.github import git, git_write
from deploy.devkit.github.records import (
    LEVELS,
    Account,
    AppCredentials,
    Comment,
    Issue,
    Level,
    PullRequest,
    Reaction,
    Repository,
    now,
)
from deploy.devkit.github.site import Site

PERMISSIONS = {"contents": "write", "issues": "write", "pull_requests": "write"}
EVENTS = ("issues", "issue_comment", "pull_request", "push", "repository", "create", "delete")


class Scene:
    """Sets the scene and looks at it; what runs git must be awaited, the rest is plain calls."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.world = site.world

    def app(
        self,
        slug: str = "cadence",
        *,
        hook_url: str | None = None,
        secret: str | None = None,
        permissions: Mapping[str, str] | None = None,
        events: Sequence[str] = EVENTS,
        owner: str = "app-owner",
    ) -> AppCredentials:
        """Register an App; its hook gets a ping if it has an address."""
        app, credentials = self.world.register_app(
            slug=slug,
            name=slug.replace("-", " ").title(),
            owner=self.world.account(owner),
            hook_url=hook_url,
            secret=secret,
            permissions=PERMISSIONS if permissions is None else permissions,
            events=events,
        )
        self.site.events.ping(app)
        return credentials

    def set_hook_url(self, url: str | None, *, slug: str | None = None) -> None:
        """Send the App's webhooks to *url* from now on."""
        self.world.app_named(slug).hook_url = url

    def user(self, login: str, *, name: str = "") -> Account:
        """Return the person called *login*, new or known."""
        return self.world.account(login, name=name)

    def bot(self, slug: str) -> Account:
        """Return another App's bot, to write as it."""
        return self.world.account(f"{slug}[bot]", type="Bot")

    def user_token(self, login: str) -> str:
        """Give *login* a personal token, for pushes and calls by hand."""
        return self.world.user_token(login).value

    async def repository(
        self,
        full_name: str,
        *,
        files: Mapping[str, str | bytes] | None = None,
        from_directory: Path | None = None,
        default_branch: str = "main",
        private: bool = True,
        owner_type: Literal["User", "Organization"] = "Organization",
        description: str | None = None,
    ) -> Repository:
        """Make a repository with one commit; without files and directory it stays empty."""
        login, _, name = full_name.partition("/")
        owner = self.world.account(login, type=owner_type)
        number = self.world.next_id()
        repo = Repository(
            id=number,
            name=name,
            owner=owner,
            path=self.world.root / f"{number}-{secrets.token_hex(4)}.git",
            default_branch=default_branch,
            is_private=private,
            description=description,
            labels=self.world.default_labels(),
        )
        await git_write.create(repo.path, default_branch)
        self.world.repositories[repo.id] = repo
        if files or from_directory:
            await self._fill(repo, files or {}, from_directory)
        return repo

    async def _fill(
        self, repo: Repository, files: Mapping[str, str | bytes], directory: Path | None
    ) -> None:
        await git_write.commit(
            repo.path,
            branch=repo.default_branch,
            message="Initial commit",
            author=(repo.owner.login, repo.owner.email("example.com")),
            files=files,
            directory=_absolute(directory),
        )
        repo.pushed_at = now()
        repo.size_kb = await git.size_kb(repo.path)

    async def push(
        self,
        full_name: str,
        branch: str,
        files: Mapping[str, str | bytes | None],
        *,
        author: str,
        message: str = "Update",
    ) -> str:
        """Put a commit of *author* on *branch* (made from the default one), as a push would."""
        repo, person = self.world.repository(full_name), self.world.account(author)
        async with repo.lock:
            before = await git.refs(repo.path)
            ref, start = f"refs/heads/{branch}", await git.rev(repo.path, repo.default_branch)
            if ref not in before and start:
                await git.update_ref(repo.path, ref, start)
            sha = await git_write.commit(
                repo.path,
                branch=branch,
                message=message,
                author=(person.name, person.email("example.com")),
                files=files,
            )
            await self.site.pushes.moved(repo, before, await git.refs(repo.path), person)
        return sha

    async def refs(self, full_name: str) -> dict[str, str]:
        """Return every ref with its commit."""
        return await git.refs(self.world.repository(full_name).path)

    def grant(self, full_name: str, login: str, level: Level) -> None:
        """Give *login* a role in a repository; ``none`` takes it away."""
        if level not in LEVELS:
            raise ValueError(f"{level!r} is none of {', '.join(LEVELS)}")
        self.world.account(login)
        self.world.repository(full_name).roles[login.lower()] = level

    def protect(self, full_name: str, branch: str) -> None:
        """Refuse every push to *branch*."""
        repo = self.world.repository(full_name)
        repo.protected.add(branch)
        lines = "".join(f"refs/heads/{name}\n" for name in sorted(repo.protected))
        (repo.path / "protected").write_text(lines)

    def claim_size(self, full_name: str, size_kb: int) -> None:
        """Say that a repository takes *size_kb*, whatever it really takes."""
        self.world.repository(full_name).size_kb = size_kb

    def archive(self, full_name: str) -> None:
        """Make a repository read-only."""
        self.world.repository(full_name).is_archived = True

    def open_issue(
        self,
        full_name: str,
        author: str,
        title: str,
        body: str | None = None,
        *,
        labels: Iterable[str] = (),
    ) -> Issue:
        """File an issue."""
        repo, person = self.world.repository(full_name), self.world.account(author)
        return self.site.verbs.open_issue(repo, person, title=title, body=body, labels=labels)

    def comment(self, full_name: str, number: int, author: str, body: str) -> Comment:
        """Write a comment."""
        repo, item, person = self._at(full_name, number, author)
        return self.site.verbs.comment(repo, item, person, body)

    def edit_comment(self, full_name: str, number: int, comment: Comment, body: str) -> None:
        """Change a comment as its author."""
        repo, item, _ = self._at(full_name, number, comment.author.login)
        self.site.verbs.edit_comment(repo, item, comment, comment.author, body)

    def delete_comment(self, full_name: str, number: int, comment: Comment) -> None:
        """Delete a comment as its author."""
        repo, item, _ = self._at(full_name, number, comment.author.login)
        self.site.verbs.delete_comment(repo, item, comment, comment.author)

    def edit_issue(
        self,
        full_name: str,
        number: int,
        author: str,
        *,
        title: str | None = None,
        body: str | None = None,
    ) -> None:
        """Change the title or the body of an issue."""
        repo, item, person = self._at(full_name, number, author)
        self.site.verbs.edit_issue(repo, item, person, title=title, body=body)

    def close_issue(self, full_name: str, number: int, author: str) -> None:
        """Close an issue or a pull request."""
        repo, item, person = self._at(full_name, number, author)
        self.site.verbs.set_state(repo, item, person, state="closed", reason=None)

    def reopen_issue(self, full_name: str, number: int, author: str) -> None:
        """Open an issue or a pull request again."""
        repo, item, person = self._at(full_name, number, author)
        self.site.verbs.set_state(repo, item, person, state="open", reason=None)

    def delete_issue(self, full_name: str, number: int, author: str) -> None:
        """Delete an issue."""
        repo, item, person = self._at(full_name, number, author)
        self.site.verbs.delete_issue(repo, item, person)

    def lock_issue(self, full_name: str, number: int) -> None:
        """Let nobody comment any more."""
        self.world.issue(full_name, number).is_locked = True

    def label(self, full_name: str, number: int, author: str, *names: str) -> None:
        """Put labels on an issue."""
        repo, item, person = self._at(full_name, number, author)
        self.site.verbs.add_labels(repo, item, person, names)

    def assign(self, full_name: str, number: int, author: str, *logins: str) -> None:
        """Assign people, or an App's bot, as *author*."""
        repo, item, person = self._at(full_name, number, author)
        self.site.verbs.assign(repo, item, person, logins)

    async def open_pull(
        self,
        full_name: str,
        author: str,
        title: str,
        *,
        head: str,
        base: str | None = None,
        body: str | None = None,
        draft: bool = False,
    ) -> PullRequest:
        """Open a pull request as a person."""
        repo, person = self.world.repository(full_name), self.world.account(author)
        base = base or repo.default_branch
        return await self.site.pulls.open(
            repo, person, title=title, body=body, head=head, base=base, draft=draft
        )

    async def merge(self, full_name: str, number: int, author: str) -> str:
        """Merge a pull request; return the merge commit."""
        repo, person = self.world.repository(full_name), self.world.account(author)
        item = next(each for each in self.pulls(full_name) if each.number == number)
        async with repo.lock:
            before = await git.refs(repo.path)
            sha = await self.site.pulls.merge(repo, item, person)
            await self.site.pushes.moved(repo, before, await git.refs(repo.path), person)
        return sha

    def issue(self, full_name: str, number: int) -> Issue:
        """Return an issue or pull request."""
        return self.world.issue(full_name, number)

    def pulls(self, full_name: str) -> list[PullRequest]:
        """Return every pull request, oldest first."""
        items = self.world.repository(full_name).issues.values()
        return [item for item in items if isinstance(item, PullRequest)]

    def comments(self, full_name: str, number: int) -> list[Comment]:
        """Return the comments of an issue, oldest first."""
        return list(self.world.issue(full_name, number).comments)

    def reactions(
        self, full_name: str, number: int, *, comment_id: int | None = None
    ) -> list[Reaction]:
        """Return the reactions to an issue, or to one comment under it."""
        item = self.world.issue(full_name, number)
        if comment_id is None:
            return list(item.reactions)
        return [r for c in item.comments if c.id == comment_id for r in c.reactions]

    def _at(self, full_name: str, number: int, login: str) -> tuple[Repository, Issue, Account]:
        repo = self.world.repository(full_name)
        return repo, repo.issues[number], self.world.account(login)


def _absolute(path: Path | None) -> Path | None:
    return path.absolute() if path else None  # git works in another folder than we do

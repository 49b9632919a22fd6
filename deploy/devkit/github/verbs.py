"""What people and Apps do with issues, comments and reactions; each tells the webhooks."""

from collections.abc import Iterable

from deploy.devkit.github import bodies, issue_bodies
from deploy.devkit.github.events import Events
from deploy.devkit.github.records import (
    Account,
    App,
    Comment,
    Issue,
    Json,
    Reaction,
    Repository,
    now,
)
from deploy.devkit.github.world import World


class Verbs:
    """Changes issues and comments as somebody, *via* an App or by hand."""

    def __init__(self, world: World, events: Events) -> None:
        self._world = world
        self._events = events

    def open_issue(
        self,
        repo: Repository,
        author: Account,
        *,
        title: str,
        body: str | None,
        labels: Iterable[str] = (),
        assignees: Iterable[str] = (),
        via: App | None = None,
    ) -> Issue:
        """File an issue; its labels and assignees are told as events of their own, too."""
        item = Issue(
            id=self._world.next_id(),
            number=take_number(repo),
            author=author,
            title=title,
            body=body,
            via=via,
            labels=[self._world.label(repo, name) for name in labels],
            assignees=[self._world.account(login) for login in assignees],
        )
        repo.issues[item.number] = item
        self._events.issues("opened", repo, item, author)
        for label in item.labels:
            told = issue_bodies.label(self._world, repo, label)
            self._events.issues("labeled", repo, item, author, label=told)
        for person in item.assignees:
            told = bodies.user(self._world, person)
            self._events.issues("assigned", repo, item, author, assignee=told)
        return item

    def edit_issue(
        self,
        repo: Repository,
        item: Issue,
        sender: Account,
        *,
        title: str | None = None,
        body: str | None = None,
    ) -> None:
        """Change the title or the body; what stays the same is not told."""
        changes: Json = {}
        if title is not None and title != item.title:
            changes["title"] = {"from": item.title}
            item.title = title
        if body is not None and body != item.body:
            changes["body"] = {"from": item.body or ""}
            item.body = body
        if changes:
            item.updated_at = now()
            self._events.issues("edited", repo, item, sender, changes=changes)

    def set_state(
        self, repo: Repository, item: Issue, sender: Account, *, state: str, reason: str | None
    ) -> None:
        """Close or reopen."""
        if state == item.state:
            return
        item.updated_at = now()
        if state == "closed":
            item.state, item.closed_at = "closed", now()
            item.state_reason = reason or "completed"
            self._events.issues("closed", repo, item, sender)
        else:
            item.state, item.closed_at, item.state_reason = "open", None, "reopened"
            self._events.issues("reopened", repo, item, sender)

    def delete_issue(self, repo: Repository, item: Issue, sender: Account) -> None:
        """Delete an issue; asking for it is then answered 410."""
        item.is_deleted = True
        self._events.issues("deleted", repo, item, sender)

    def add_labels(
        self, repo: Repository, item: Issue, sender: Account, names: Iterable[str]
    ) -> None:
        """Put labels on an issue, those that it has not yet."""
        for name in names:
            label = self._world.label(repo, name)
            if label not in item.labels:
                item.labels.append(label)
                told = issue_bodies.label(self._world, repo, label)
                self._events.issues("labeled", repo, item, sender, label=told)

    def remove_label(self, repo: Repository, item: Issue, sender: Account, name: str) -> bool:
        """Take a label off; tell whether it was there."""
        for label in item.labels:
            if label.name.lower() == name.lower():
                item.labels.remove(label)
                told = issue_bodies.label(self._world, repo, label)
                self._events.issues("unlabeled", repo, item, sender, label=told)
                return True
        return False

    def assign(self, repo: Repository, item: Issue, sender: Account, logins: Iterable[str]) -> None:
        """Assign people, those who are not yet."""
        for login in logins:
            person = self._world.account(login)
            if person not in item.assignees:
                item.assignees.append(person)
                told = bodies.user(self._world, person)
                self._events.issues("assigned", repo, item, sender, assignee=told)

    def unassign(
        self, repo: Repository, item: Issue, sender: Account, logins: Iterable[str]
    ) -> None:
        """Take people off an issue."""
        for login in logins:
            person = self._world.account(login)
            if person in item.assignees:
                item.assignees.remove(person)
                told = bodies.user(self._world, person)
                self._events.issues("unassigned", repo, item, sender, assignee=told)

    def comment(
        self, repo: Repository, item: Issue, author: Account, body: str, *, via: App | None = None
    ) -> Comment:
        """Write a comment."""
        comment = Comment(id=self._world.next_id(), author=author, body=body, via=via)
        item.comments.append(comment)
        item.updated_at = now()
        self._events.issue_comment("created", repo, item, comment, author)
        return comment

    def edit_comment(
        self, repo: Repository, item: Issue, comment: Comment, sender: Account, body: str
    ) -> None:
        """Change a comment."""
        before, comment.body = comment.body, body
        comment.updated_at = now()
        changes = {"body": {"from": before}}
        self._events.issue_comment("edited", repo, item, comment, sender, changes=changes)

    def delete_comment(
        self, repo: Repository, item: Issue, comment: Comment, sender: Account
    ) -> None:
        """Delete a comment."""
        item.comments.remove(comment)
        self._events.issue_comment("deleted", repo, item, comment, sender)

    def react(
        self, reactions: list[Reaction], user: Account, content: str
    ) -> tuple[Reaction, bool]:
        """Return the reaction, and whether it is new; nobody reacts the same way twice."""
        for reaction in reactions:
            if reaction.user is user and reaction.content == content:
                return reaction, False
        made = Reaction(id=self._world.next_id(), user=user, content=content)
        reactions.append(made)
        return made, True


def take_number(repo: Repository) -> int:
    """Return the next number, which issues and pull requests share."""
    number = repo.next_number
    repo.next_number += 1
    return number

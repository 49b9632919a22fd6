"""The verbs that we use on one repository."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot.errors import GitHubRefused, InvalidRequest, NotFound
from bot.github.auth import Permissions, Token
from bot.github.client import Call, Client
from bot.github.refusals import Answer, error_for
from bot.github.values import Comment, Issue, Pull, RepositoryInfo

TokenSource = Callable[[Permissions, Token | None], Awaitable[Token]]

_NAME = re.compile(r"(?!\.{1,2}(/|$))[A-Za-z0-9._-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_PAGES = 50

# What talking takes: reactions, comments, pull requests, and looking at branches.
TALK: Permissions = {
    "contents": "read",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
}
_TIDY: Permissions = {"contents": "write", "metadata": "read"}

_READY = """mutation($id: ID!) {
  markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } }
}"""


class Repository:
    """One repository through the App's eyes.

    Every verb raises `Unavailable` (try again), `InstallationGone`, `RepositoryUnusable`,
    `NotFound` or `GitHubRefused`. Creating verbs do not look first: their callers do.
    """

    def __init__(
        self, client: Client, full_name: str, *, token: TokenSource, bot_login: str
    ) -> None:
        if not _NAME.fullmatch(full_name):
            raise InvalidRequest("that is not the name of a repository")
        self._client = client
        self._token = token
        self._bot_login = bot_login.lower()
        self.full_name = full_name

    async def get(self) -> RepositoryInfo:
        """Return the repository's facts."""
        answer = await self._call("GET", "", doing="read the repository")
        return RepositoryInfo.of(answer.data)

    async def permission(self, login: str) -> str:
        """Return ``admin``, ``write``, ``read`` or ``none``; maintain counts as write.

        Raise `Unavailable` when GitHub does not say; nothing is guessed.
        """
        path = f"/collaborators/{quote(login, safe='')}/permission"
        try:
            answer = await self._call("GET", path, doing="tell a permission")
        except NotFound:  # GitHub's word for: not a user, or not one that it would name
            return "none"
        level = answer.data.get("permission") if isinstance(answer.data, dict) else None
        if not isinstance(level, str):
            raise GitHubRefused("GitHub did not tell the permission")
        return level

    async def issue(self, number: int) -> Issue:
        """Return an issue or pull request; raise `NotFound` when it was deleted."""
        answer = await self._call("GET", f"/issues/{number}", doing="read the issue")
        return Issue.of(answer.data)

    async def comments(self, number: int, *, until: datetime | None = None) -> list[Comment]:
        """Return the comments, oldest first; with *until* those that stood so at that time."""
        found = [
            Comment.of(data)
            async for data in self._pages(f"/issues/{number}/comments", doing="read the comments")
        ]
        return [c for c in found if until is None or c.stood_at(until)]

    async def react(
        self, *, issue: int | None = None, comment: int | None = None, content: str
    ) -> None:
        """React to an issue or a comment; a second time changes nothing."""
        path = _reactions(issue, comment)
        await self._call(
            "POST", path, doing="add a reaction", body={"content": content}, repeatable=True
        )

    async def unreact(
        self, *, issue: int | None = None, comment: int | None = None, content: str
    ) -> None:
        """Take our own reaction away, if there is one."""
        path = _reactions(issue, comment)
        async for data in self._pages(path, doing="read the reactions", content=content):
            if self._is_ours(data):
                await self._call("DELETE", f"{path}/{data['id']}", doing="take a reaction away")

    async def create_comment(self, number: int, body: str) -> int:
        """Write a comment; return its id."""
        path = f"/issues/{number}/comments"
        answer = await self._call("POST", path, doing="write a comment", body={"body": body})
        return int(answer.data["id"])

    async def edit_comment(self, comment_id: int, body: str) -> None:
        """Change one of our comments; raise `NotFound` when somebody deleted it."""
        path = f"/issues/comments/{comment_id}"
        await self._call("PATCH", path, doing="edit a comment", body={"body": body})

    async def find_comment(self, number: int, marker: str) -> int | None:
        """Return the id of our own comment that holds *marker*; other people's do not count."""
        path = f"/issues/{number}/comments"
        async for data in self._pages(path, doing="read the comments"):
            if self._is_ours(data) and marker in (data.get("body") or ""):
                return int(data["id"])
        return None

    async def branch_sha(self, name: str) -> str | None:
        """Return the commit at the tip of the branch, None when there is no such branch."""
        path = f"/git/ref/heads/{quote(name)}"
        try:
            answer = await self._call("GET", path, doing="read a branch")
        except NotFound:
            return None
        return str(answer.data["object"]["sha"])

    async def delete_branch(self, name: str) -> None:
        """Delete the branch, if there is one."""
        path = f"/git/refs/heads/{quote(name)}"
        try:
            await self._call("DELETE", path, doing="delete a branch", permissions=_TIDY)
        except NotFound:
            return
        except GitHubRefused as error:
            if error.status != 422:  # GitHub's word for a reference that does not exist
                raise

    async def find_pull(self, head_branch: str) -> Pull | None:
        """Return the pull request of the branch: the open one, else the newest."""
        owner = self.full_name.partition("/")[0]
        params = {"head": f"{owner}:{head_branch}", "state": "all", "per_page": "100"}
        answer = await self._call("GET", "/pulls", doing="look for a pull request", params=params)
        # A server that does not know the filter would name everything.
        found = [Pull.of(data) for data in answer.data if data["head"]["ref"] == head_branch]
        found.sort(key=lambda pull: (pull.state == "open", pull.number))
        return found[-1] if found else None

    async def open_pull(self, *, title: str, body: str, head: str, base: str, draft: bool) -> Pull:
        """Open a pull request."""
        words = {"title": title, "body": body, "head": head, "base": base, "draft": draft}
        answer = await self._call("POST", "/pulls", doing="open a pull request", body=words)
        return Pull.of(answer.data)

    async def update_pull(
        self, number: int, *, title: str | None = None, body: str | None = None
    ) -> Pull:
        """Change title or body."""
        words = {k: v for k, v in {"title": title, "body": body}.items() if v is not None}
        path = f"/pulls/{number}"
        answer = await self._call("PATCH", path, doing="update a pull request", body=words)
        return Pull.of(answer.data)

    async def pull_files(self, number: int) -> list[Mapping[str, Any]]:
        """Return the changed files of a pull request, as GitHub tells them."""
        path = f"/pulls/{number}/files"
        return [data async for data in self._pages(path, doing="read the changed files")]

    async def compared(self, base: str, head: str) -> list[Mapping[str, Any]]:
        """Return the files that *head* changed since it left *base*, 300 at most."""
        path = f"/compare/{quote(base, safe='')}...{quote(head, safe='')}"
        answer = await self._call("GET", path, doing="compare two branches")
        return list(answer.data.get("files") or ())

    async def mark_ready(self, number: int) -> None:
        """Make a draft ready for review; one that is ready already stays so."""
        answer = await self._call("GET", f"/pulls/{number}", doing="read a pull request")
        pull = Pull.of(answer.data)
        if not pull.draft:
            return
        words = {"query": _READY, "variables": {"id": pull.node_id}}
        answer = await self._call("POST", None, doing="mark it ready", body=words, repeatable=True)
        if answer.data.get("errors"):
            refused = replace(answer, status=422, data={**answer.data, "message": None})
            raise error_for(refused, doing="mark the pull request ready")

    def _is_ours(self, data: Mapping[str, Any]) -> bool:
        return ((data.get("user") or {}).get("login") or "").lower() == self._bot_login

    async def _pages(
        self, path: str, *, doing: str, **params: str
    ) -> AsyncIterator[Mapping[str, Any]]:
        answer = await self._call("GET", path, doing=doing, params={"per_page": "100", **params})
        for _ in range(_PAGES):
            for data in answer.data:
                yield data
            if not answer.next_url:
                return
            answer = await self._call("GET", answer.next_url, doing=doing)

    async def _call(
        self,
        method: str,
        path: str | None,
        *,
        doing: str,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        permissions: Permissions = TALK,
        repeatable: bool = False,
    ) -> Answer:
        """Ask about *path* of this repository (None: GraphQL) with one fresh token after a 401."""
        token = await self._token(permissions, None)
        call = Call(
            method=method,
            path=self._address(path),
            doing=doing,
            authorization=token.value,
            params=params or {},
            body=body,
            is_repeatable=repeatable,
        )
        answer = await self._client.exchange(call)
        if answer.status == 401:  # revoked, or the clock of the cache was wrong
            token = await self._token(permissions, token)
            answer = await self._client.exchange(replace(call, authorization=token.value))
        if not answer.is_good:
            raise error_for(answer, doing=doing)
        return answer

    def _address(self, path: str | None) -> str:
        if path is None:
            return self._client.graphql_url
        if path.startswith(("http://", "https://")):
            return path
        return f"repos/{self.full_name}{path}"


def _reactions(issue: int | None, comment: int | None) -> str:
    if comment is not None:
        return f"/issues/comments/{comment}/reactions"
    return f"/issues/{issue}/reactions"

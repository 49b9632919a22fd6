"""Pull requests: opened, following their branch, made ready, merged."""

import re

from deploy.devkit.github import git, git_write
from deploy.devkit.github.errors import custom, invalid
from deploy.devkit.github.events import Events
from deploy.devkit.github.records import (
    Account,
    App,
    Extent,
    PullRequest,
    Repository,
    now,
)
from deploy.devkit.github.verbs import Verbs, take_number
from deploy.devkit.github.world import World

_CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)", re.IGNORECASE)


class Pulls:
    """Changes pull requests and keeps them in step with their branches."""

    def __init__(self, world: World, events: Events, verbs: Verbs) -> None:
        self._world = world
        self._events = events
        self._verbs = verbs

    async def open(
        self,
        repo: Repository,
        author: Account,
        *,
        title: str,
        body: str | None,
        head: str,
        base: str,
        draft: bool = False,
        via: App | None = None,
    ) -> PullRequest:
        """Open a pull request; raise `Refused` where GitHub answers 422."""
        async with repo.lock:  # two that come at once must not both find none
            branch = head.removeprefix(f"{repo.owner.login}:")
            base_sha, head_sha = await self._sides(repo, branch, base)
            item = PullRequest(
                id=self._world.next_id(),
                number=take_number(repo),
                author=author,
                title=title,
                body=body,
                via=via,
                head_ref=branch,
                head_sha=head_sha,
                base_ref=base,
                base_sha=base_sha,
                draft=draft,
            )
            repo.issues[item.number] = item
            await self._measure(repo, item)
            self._events.pull_request("opened", repo, item, author)
            return item

    async def _sides(self, repo: Repository, branch: str, base: str) -> tuple[str, str]:
        """Return both commits; raise `Refused` unless the one has something for the other."""
        base_sha = await git.rev(repo.path, f"refs/heads/{base}")
        if base_sha is None:
            raise invalid("PullRequest", "base")
        head_sha = await git.rev(repo.path, f"refs/heads/{branch}")
        if head_sha is None:
            raise invalid("PullRequest", "head")
        if not await git.count(repo.path, f"{base_sha}..{head_sha}"):
            raise custom("PullRequest", f"No commits between {base} and {branch}")
        if any(p.head_ref == branch and p.base_ref == base for p in self._world.open_pulls(repo)):
            label = f"{repo.owner.login}:{branch}"
            raise custom("PullRequest", f"A pull request already exists for {label}.")
        return base_sha, head_sha

    async def follow(self, repo: Repository, branch: str, new: str, sender: Account) -> None:
        """Bring the pull requests of *branch* to where it is now."""
        for item in self._world.open_pulls(repo):
            if item.base_ref == branch and new != git.ZERO:
                item.base_sha = new
                await self._measure(repo, item)
            if item.head_ref != branch:
                continue
            if new == git.ZERO:
                self._verbs.set_state(repo, item, sender, state="closed", reason=None)
                continue
            before, item.head_sha = item.head_sha, new
            item.updated_at = now()
            await self._measure(repo, item)
            self._events.pull_request("synchronize", repo, item, sender, before=before, after=new)

    async def rebase_onto(
        self, repo: Repository, item: PullRequest, base: str, sender: Account
    ) -> None:
        """Change the base branch."""
        sha = await git.rev(repo.path, f"refs/heads/{base}")
        if sha is None:
            raise invalid("PullRequest", "base")
        if base == item.base_ref:
            return
        changes = {"base": {"ref": {"from": item.base_ref}, "sha": {"from": item.base_sha}}}
        item.base_ref, item.base_sha = base, sha
        await self._measure(repo, item)
        self._events.pull_request("edited", repo, item, sender, changes=changes)

    def set_draft(
        self, repo: Repository, item: PullRequest, sender: Account, *, draft: bool
    ) -> None:
        """Make a draft ready for review, or the other way round."""
        if item.draft is draft:
            return
        item.draft = draft
        item.updated_at = now()
        action = "converted_to_draft" if draft else "ready_for_review"
        self._events.pull_request(action, repo, item, sender)

    async def merge(self, repo: Repository, item: PullRequest, sender: Account) -> str:
        """Merge into the base branch; return the merge commit and close what the body names."""
        host = self._world.url.partition("://")[2].partition(":")[0]
        sha = await git_write.merge(
            repo.path,
            item.base_sha,
            item.head_sha,
            message=f"Merge pull request #{item.number} from {item.head_ref}\n\n{item.title}\n",
            author=(sender.name, sender.email(host)),
        )
        await git.update_ref(repo.path, f"refs/heads/{item.base_ref}", sha)
        item.merged_at, item.merged_by, item.merge_commit_sha = now(), sender, sha
        self._verbs.set_state(repo, item, sender, state="closed", reason=None)
        for number in _CLOSES.findall(item.body or ""):
            issue = repo.issues.get(int(number))
            if issue is not None:
                self._verbs.set_state(repo, issue, sender, state="closed", reason="completed")
        return sha

    async def _measure(self, repo: Repository, item: PullRequest) -> None:
        await git.update_ref(repo.path, f"refs/pull/{item.number}/head", item.head_sha)
        start = await git.merge_base(repo.path, item.base_sha, item.head_sha) or git.EMPTY_TREE
        changed = await git.changes(repo.path, start, item.head_sha)
        item.extent = Extent(
            commits=await git.count(repo.path, f"{item.base_sha}..{item.head_sha}"),
            additions=sum(each.additions for each in changed),
            deletions=sum(each.deletions for each in changed),
            changed_files=len(changed),
        )
        item.is_mergeable = await git.merges(repo.path, item.base_sha, item.head_sha)

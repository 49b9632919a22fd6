"""What a moved ref means: push, create and delete events, pull requests that follow."""

from collections.abc import Mapping

from deploy.devkit.github import git
from deploy.devkit.github.events import Events
from deploy.devkit.github.pulls import Pulls
from deploy.devkit.github.records import Account, Json, Repository, now
from deploy.devkit.github.world import World


class Pushes:
    """Compares the refs before and after, and tells what moved."""

    def __init__(self, world: World, events: Events, pulls: Pulls) -> None:
        self._world = world
        self._events = events
        self._pulls = pulls

    async def moved(
        self,
        repo: Repository,
        before: Mapping[str, str],
        after: Mapping[str, str],
        sender: Account,
    ) -> None:
        """Tell of every ref that differs between *before* and *after*."""
        names = sorted(name for name in {*before, *after} if not name.startswith("refs/pull/"))
        for name in names:
            old, new = before.get(name, git.ZERO), after.get(name, git.ZERO)
            if old != new:
                await self._tell(repo, name, old, new, sender)

    async def _tell(self, repo: Repository, ref: str, old: str, new: str, sender: Account) -> None:
        repo.pushed_at = now()
        await self._settle_default_branch(repo)
        kind, _, name = ref.removeprefix("refs/").partition("/")
        if git.ZERO in (old, new):
            self._tell_ref(repo, "tag" if kind == "tags" else "branch", name, new, sender)
        payload = await self._payload(repo, ref, old, new)
        self._events.push(repo, sender, payload)
        if kind == "heads":
            await self._pulls.follow(repo, name, new, sender)

    def _tell_ref(self, repo: Repository, kind: str, name: str, new: str, sender: Account) -> None:
        payload: Json = {"ref": name, "ref_type": kind, "pusher_type": "user"}
        if new == git.ZERO:
            self._events.publish("delete", repo, sender, payload)
        else:
            payload |= {"master_branch": repo.default_branch, "description": repo.description}
            self._events.publish("create", repo, sender, payload)

    async def _settle_default_branch(self, repo: Repository) -> None:
        """Make the first branch of an empty repository its default one, as GitHub does."""
        heads = [name for name in await git.refs(repo.path) if name.startswith("refs/heads/")]
        if len(heads) == 1:
            repo.default_branch = heads[0].removeprefix("refs/heads/")
            await git.run(repo.path, "symbolic-ref", "HEAD", heads[0])

    async def _payload(self, repo: Repository, ref: str, old: str, new: str) -> Json:
        html = f"{self._world.url}/{repo.full_name}"
        created, deleted = old == git.ZERO, new == git.ZERO
        forced, commits = False, []
        if not deleted:
            span = [new] if created else [f"{old}..{new}"]
            if created:  # only what no other branch had
                span += [f"^refs/heads/{repo.default_branch}"] * (
                    ref != f"refs/heads/{repo.default_branch}"
                )
            commits = [await self._commit(repo, each) for each in await self._span(repo, span)]
            commits.reverse()
            forced = not created and await git.merge_base(repo.path, old, new) != old
        head = None
        if not deleted:
            head = await self._commit(repo, (await git.log(repo.path, new, limit=1))[0])
        return {
            "ref": ref,
            "before": old,
            "after": new,
            "created": created,
            "deleted": deleted,
            "forced": forced,
            "base_ref": None,
            "compare": f"{html}/compare/{old[:12]}...{new[:12]}",
            "commits": commits,
            "head_commit": head,
        }

    async def _span(self, repo: Repository, revisions: list[str]) -> list[git.CommitInfo]:
        try:
            return await git.log(repo.path, *revisions)
        except git.GitFailed:  # the default branch does not exist yet
            return await git.log(repo.path, revisions[0])

    async def _commit(self, repo: Repository, info: git.CommitInfo) -> Json:
        parent = info.parents[0] if info.parents else git.EMPTY_TREE
        changed = await git.changes(repo.path, parent, info.sha)
        return {
            "id": info.sha,
            "tree_id": info.tree,
            "distinct": True,
            "message": info.message,
            "timestamp": info.committer_date,
            "url": f"{self._world.url}/{repo.full_name}/commit/{info.sha}",
            "author": {"name": info.author_name, "email": info.author_email},
            "committer": {"name": info.committer_name, "email": info.committer_email},
            "added": [each.path for each in changed if each.status == "A"],
            "removed": [each.path for each in changed if each.status == "D"],
            "modified": [each.path for each in changed if each.status not in "AD"],
        }

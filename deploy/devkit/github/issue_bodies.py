"""The JSON of issues, comments, reactions, labels and pull requests."""

from collections import Counter
from collections.abc import Sequence

from deploy.devkit.github.bodies import app, iso, node_id, repository, user
from deploy.devkit.github.records import (
    REACTIONS,
    Account,
    Comment,
    Issue,
    Json,
    Label,
    PullRequest,
    Reaction,
    Repository,
)
from deploy.devkit.github.world import World


def association(repo: Repository, account: Account) -> str:
    """Return how *account* belongs to *repo*."""
    if account is repo.owner:
        return "OWNER"
    if repo.roles.get(account.login.lower(), "none") == "none":
        return "NONE"
    return "MEMBER" if repo.owner.type == "Organization" else "COLLABORATOR"


def label(world: World, repo: Repository, item: Label) -> Json:
    """Return a label."""
    return {
        "id": item.id,
        "node_id": node_id("LA", item.id),
        "url": f"{world.api_url}/repos/{repo.full_name}/labels/{item.name.replace(' ', '%20')}",
        "name": item.name,
        "color": item.color,
        "default": item.description is not None,
        "description": item.description,
    }


def reaction(world: World, item: Reaction) -> Json:
    """Return one reaction."""
    return {
        "id": item.id,
        "node_id": node_id("REA", item.id),
        "user": user(world, item.user),
        "content": item.content,
        "created_at": iso(item.created_at),
    }


def rollup(url: str, reactions: Sequence[Reaction]) -> Json:
    """Return how many of each reaction there are."""
    counts = Counter(item.content for item in reactions)
    body: Json = {"url": f"{url}/reactions", "total_count": len(reactions)}
    return body | {content: counts[content] for content in REACTIONS}


def issue(world: World, repo: Repository, item: Issue) -> Json:
    """Return an issue, or a pull request seen as one."""
    api = f"{world.api_url}/repos/{repo.full_name}"
    url = f"{api}/issues/{item.number}"
    body: Json = {
        "url": url,
        "repository_url": api,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": page(world, repo, item),
        "id": item.id,
        "node_id": node_id("I", item.id),
        **_common(world, repo, item),
        "state_reason": item.state_reason,
        "comments": len(item.comments),
        "performed_via_github_app": app(world, item.via) if item.via else None,
        "reactions": rollup(url, item.reactions),
        "timeline_url": f"{url}/timeline",
    }
    if isinstance(item, PullRequest):
        body["draft"] = item.draft
        body["pull_request"] = {
            "url": f"{api}/pulls/{item.number}",
            "html_url": page(world, repo, item),
            "diff_url": f"{page(world, repo, item)}.diff",
            "patch_url": f"{page(world, repo, item)}.patch",
            "merged_at": iso(item.merged_at),
        }
    return body


def _common(world: World, repo: Repository, item: Issue) -> Json:
    return {
        "number": item.number,
        "title": item.title,
        "body": item.body,
        "user": user(world, item.author),
        "labels": [label(world, repo, each) for each in item.labels],
        "state": item.state,
        "locked": item.is_locked,
        "active_lock_reason": None,
        "assignee": user(world, item.assignees[0]) if item.assignees else None,
        "assignees": [user(world, each) for each in item.assignees],
        "milestone": None,
        "created_at": iso(item.created_at),
        "updated_at": iso(item.updated_at),
        "closed_at": iso(item.closed_at),
        "author_association": association(repo, item.author),
    }


def page(world: World, repo: Repository, item: Issue) -> str:
    """Return the address of the page that shows *item*."""
    kind = "pull" if isinstance(item, PullRequest) else "issues"
    return f"{world.url}/{repo.full_name}/{kind}/{item.number}"


def comment(world: World, repo: Repository, under: Issue, item: Comment) -> Json:
    """Return a comment under an issue or a pull request."""
    api = f"{world.api_url}/repos/{repo.full_name}"
    url = f"{api}/issues/comments/{item.id}"
    return {
        "url": url,
        "html_url": f"{page(world, repo, under)}#issuecomment-{item.id}",
        "issue_url": f"{api}/issues/{under.number}",
        "id": item.id,
        "node_id": node_id("IC", item.id),
        "user": user(world, item.author),
        "created_at": iso(item.created_at),
        "updated_at": iso(item.updated_at),
        "author_association": association(repo, item.author),
        "body": item.body,
        "reactions": rollup(url, item.reactions),
        "performed_via_github_app": app(world, item.via) if item.via else None,
    }


def pull(world: World, repo: Repository, item: PullRequest) -> Json:
    """Return a pull request as it stands in lists."""
    api = f"{world.api_url}/repos/{repo.full_name}"
    url = f"{api}/pulls/{item.number}"
    links = _pull_links(api, url, item)
    html = page(world, repo, item)
    return {
        "url": url,
        "id": item.id,
        "node_id": node_id("PR", item.id),
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": links["issue"],
        **_common(world, repo, item),
        "merged_at": iso(item.merged_at),
        "merge_commit_sha": item.merge_commit_sha,
        "requested_reviewers": [],
        "requested_teams": [],
        "draft": item.draft,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "head": _side(world, repo, item.head_ref, item.head_sha),
        "base": _side(world, repo, item.base_ref, item.base_sha),
        "_links": {name: {"href": href} for name, href in (links | {"html": html}).items()},
        "auto_merge": None,
    }


def full_pull(world: World, repo: Repository, item: PullRequest) -> Json:
    """Return a pull request as a call for it alone answers."""
    return {
        **pull(world, repo, item),
        "merged": item.merged_at is not None,
        "mergeable": item.is_mergeable,
        "rebaseable": item.is_mergeable,
        "mergeable_state": _mergeable_state(item),
        "merged_by": user(world, item.merged_by) if item.merged_by else None,
        "comments": len(item.comments),
        "review_comments": 0,
        "maintainer_can_modify": item.maintainer_can_modify,
        "commits": item.extent.commits,
        "additions": item.extent.additions,
        "deletions": item.extent.deletions,
        "changed_files": item.extent.changed_files,
    }


def _mergeable_state(item: PullRequest) -> str:
    if item.draft:
        return "draft"
    return {True: "clean", False: "dirty", None: "unknown"}[item.is_mergeable]


def _pull_links(api: str, url: str, item: PullRequest) -> dict[str, str]:
    return {
        "self": url,
        "issue": f"{api}/issues/{item.number}",
        "comments": f"{api}/issues/{item.number}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{api}/statuses/{item.head_sha}",
    }


def _side(world: World, repo: Repository, ref: str, sha: str) -> Json:
    return {
        "label": f"{repo.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(world, repo.owner),
        "repo": repository(world, repo),
    }

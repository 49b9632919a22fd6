"""The JSON of accounts, Apps, installations and repositories, as GitHub shapes it."""

import base64
from datetime import datetime

from deploy.devkit.github.records import Account, App, Installation, Json, Repository
from deploy.devkit.github.world import World

_REPOSITORY_URLS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}
_USER_URLS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
# What never differs here.
_PLAIN: Json = {
    **dict.fromkeys(("stargazers_count", "watchers_count", "forks_count", "forks", "watchers"), 0),
    **dict.fromkeys(("homepage", "language", "mirror_url", "license")),
    **dict.fromkeys(("has_projects", "has_downloads", "has_wiki", "allow_forking"), True),
    **dict.fromkeys(("fork", "has_pages", "has_discussions", "disabled", "is_template"), False),
    "web_commit_signoff_required": False,
}


def iso(moment: datetime | None) -> str | None:
    """Write *moment* as GitHub does."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(kind: str, number: int) -> str:
    """Return the opaque global id of a thing."""
    return f"{kind}_{base64.urlsafe_b64encode(number.to_bytes(8)).decode().rstrip('=')}"


def user(world: World, account: Account) -> Json:
    """Return the short form of an account."""
    base = f"{world.api_url}/users/{account.login.replace('[', '%5B').replace(']', '%5D')}"
    page = account.login.removesuffix("[bot]")
    path = f"apps/{page}" if account.type == "Bot" else page
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("U", account.id),
        "avatar_url": f"{world.url}/avatars/{account.id}",
        "gravatar_id": "",
        "url": base,
        "html_url": f"{world.url}/{path}",
        "type": account.type,
        "site_admin": False,
        **{key: base + tail for key, tail in _USER_URLS.items()},
    }


def public_user(world: World, account: Account) -> Json:
    """Return the long form of an account."""
    repositories = [r for r in world.repositories.values() if r.owner is account]
    public = sum(not repository.is_private for repository in repositories)
    nothing = dict.fromkeys(
        ("company", "location", "email", "hireable", "bio", "twitter_username"), None
    )
    return {
        **user(world, account),
        **nothing,
        "user_view_type": "public",
        "name": account.name or None,
        "blog": "",
        "public_repos": public,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": iso(account.created_at),
        "updated_at": iso(account.created_at),
    }


def app(world: World, item: App) -> Json:
    """Return an App as it stands in ``performed_via_github_app``."""
    return {
        "id": item.id,
        "slug": item.slug,
        "node_id": node_id("A", item.id),
        "owner": user(world, item.owner),
        "name": item.name,
        "description": item.description,
        "external_url": item.external_url or world.url,
        "html_url": f"{world.url}/apps/{item.slug}",
        "created_at": iso(item.created_at),
        "updated_at": iso(item.created_at),
        "permissions": dict(item.permissions),
        "events": list(item.events),
    }


def full_app(world: World, item: App) -> Json:
    """Return an App as it sees itself."""
    count = sum(i.app is item and not i.is_deleted for i in world.installations.values())
    client_id = item.credentials.client_id
    return {**app(world, item), "client_id": client_id, "installations_count": count}


def installation(world: World, item: Installation) -> Json:
    """Return an installation."""
    base = world.api_url
    owner = item.account
    where = f"organizations/{owner.login}/" if owner.type == "Organization" else ""
    return {
        "id": item.id,
        "account": user(world, owner),
        "repository_selection": "all" if item.selected is None else "selected",
        "access_tokens_url": f"{base}/app/installations/{item.id}/access_tokens",
        "repositories_url": f"{base}/installation/repositories",
        "html_url": f"{world.url}/{where}settings/installations/{item.id}",
        "app_id": item.app.id,
        "app_slug": item.app.slug,
        "target_id": owner.id,
        "target_type": "Organization" if owner.type == "Organization" else "User",
        "permissions": dict(item.permissions),
        "events": list(item.events),
        "created_at": iso(item.created_at),
        "updated_at": iso(item.suspended_at or item.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": user(world, item.suspended_by) if item.suspended_by else None,
        "suspended_at": iso(item.suspended_at),
    }


def repository(world: World, item: Repository) -> Json:
    """Return a repository as it stands in lists, pull requests and webhooks."""
    api = f"{world.api_url}/repos/{item.full_name}"
    html = f"{world.url}/{item.full_name}"
    opened = sum(i.state == "open" and not i.is_deleted for i in item.issues.values())
    return {
        "id": item.id,
        "node_id": node_id("R", item.id),
        "name": item.name,
        "full_name": item.full_name,
        "private": item.is_private,
        "owner": user(world, item.owner),
        "html_url": html,
        "description": item.description,
        "url": api,
        **{key: api + tail for key, tail in _REPOSITORY_URLS.items()},
        **_PLAIN,
        "created_at": iso(item.created_at),
        "updated_at": iso(item.pushed_at or item.created_at),
        "pushed_at": iso(item.pushed_at or item.created_at),
        **_clone_urls(world, item),
        "size": item.size_kb,
        "has_issues": item.has_issues,
        "archived": item.is_archived,
        "open_issues_count": opened,
        "open_issues": opened,
        "topics": [],
        "visibility": "private" if item.is_private else "public",
        "default_branch": item.default_branch,
        "custom_properties": {},
    }


def _clone_urls(world: World, item: Repository) -> Json:
    host = world.url.partition("://")[2]
    return {
        "git_url": f"git://{host}/{item.full_name}.git",
        "ssh_url": f"git@{host.partition(':')[0]}:{item.full_name}.git",
        "clone_url": f"{world.url}/{item.full_name}.git",
        "svn_url": f"{world.url}/{item.full_name}",
    }


def full_repository(world: World, item: Repository, *, role: str) -> Json:
    """Return a repository as a call for it alone answers."""
    rank = ("none", "read", "triage", "write", "maintain", "admin").index(role)
    names = ("pull", "triage", "push", "maintain", "admin")
    body = repository(world, item)
    if item.owner.type == "Organization":
        body["organization"] = user(world, item.owner)
    return {
        **body,
        "subscribers_count": 0,
        "network_count": 0,
        "temp_clone_token": None,
        "permissions": {name: rank > place for place, name in enumerate(names)},
    }


def short_repository(item: Repository) -> Json:
    """Return a repository as installation events name it."""
    return {
        "id": item.id,
        "node_id": node_id("R", item.id),
        "name": item.name,
        "full_name": item.full_name,
        "private": item.is_private,
    }

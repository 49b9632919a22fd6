"""REST and GraphQL: pull requests."""

import re

from deploy.devkit.github import bodies, commit_bodies, git, issue_bodies
from deploy.devkit.github.errors import invalid, not_found
from deploy.devkit.github.records import Json, PullRequest, Repository
from deploy.devkit.github.rest import Call, Reply, Routes

routes = Routes()
_PULLS = "/repos/{owner}/{repo}/pulls"
_PULL = _PULLS + r"/{number:\d+}"
_MUTATIONS = {"markPullRequestReadyForReview": False, "convertPullRequestToDraft": True}


def _find(call: Call) -> PullRequest:
    item = call.repo.issues.get(int(call.param("number")))
    if not isinstance(item, PullRequest):
        raise not_found()
    return item


def _reply(call: Call, item: PullRequest, status: int = 200) -> Reply:
    return Reply(status=status, body=issue_bodies.full_pull(call.site.world, call.repo, item))


@routes.add("GET", _PULLS, "pull_requests:read")
async def list_pulls(call: Call) -> Reply:
    """Return pull requests, newest first; *head* is ``owner:branch``."""
    state, head, base = call.query("state", "open"), call.query("head"), call.query("base")
    owner, repo = call.repo.owner.login, call.repo
    found = [
        item
        for item in sorted(repo.issues.values(), key=lambda each: -each.number)
        if isinstance(item, PullRequest)
        and state in ("all", item.state)
        and (":" not in head or head == f"{owner}:{item.head_ref}")
        and base in ("", item.base_ref)
    ]
    return call.page(found, lambda item: issue_bodies.pull(call.site.world, repo, item))


@routes.add("POST", _PULLS, "pull_requests:write")
async def create_pull(call: Call) -> Reply:
    """Open a pull request."""
    sent = call.body
    for name in ("title", "head", "base"):
        if not isinstance(sent.get(name), str) or not sent[name]:
            raise invalid("PullRequest", name, "missing_field")
    item = await call.site.pulls.open(
        call.repo,
        call.actor,
        title=sent["title"],
        body=sent.get("body"),
        head=sent["head"],
        base=sent["base"],
        draft=bool(sent.get("draft")),
        via=call.identity.via,
    )
    return _reply(call, item, 201)


@routes.add("GET", _PULL, "pull_requests:read")
async def get_pull(call: Call) -> Reply:
    """Return one pull request, or its diff when that media type is asked for."""
    item = _find(call)
    accept = call.request.headers.get("Accept", "")
    if ".diff" in accept or ".patch" in accept:
        old = await _fork_point(call.repo, item)
        text = await git.diff(call.repo.path, old, item.head_sha)
        return Reply(body=text, media_type="application/vnd.github.diff")
    return _reply(call, item)


@routes.add("PATCH", _PULL, "pull_requests:write")
async def update_pull(call: Call) -> Reply:
    """Change title, body, state or base."""
    item, repo, sent = _find(call), call.repo, call.body
    verbs, actor = call.site.verbs, call.actor
    verbs.edit_issue(repo, item, actor, title=sent.get("title"), body=sent.get("body"))
    if sent.get("base"):
        await call.site.pulls.rebase_onto(repo, item, sent["base"], actor)
    if sent.get("state"):
        if sent["state"] not in ("open", "closed"):
            raise invalid("PullRequest", "state")
        verbs.set_state(repo, item, actor, state=sent["state"], reason=None)
    return _reply(call, item)


async def _fork_point(repo: Repository, item: PullRequest) -> str:
    found = await git.merge_base(repo.path, item.base_sha, item.head_sha)
    return found or git.EMPTY_TREE


@routes.add("GET", _PULL + "/files", "pull_requests:read")
async def list_files(call: Call) -> Reply:
    """Return the files that a pull request changes."""
    item, repo = _find(call), call.repo
    old = await _fork_point(repo, item)
    files = await commit_bodies.files(call.site.world, repo, old, item.head_sha)
    return call.page(files, lambda each: each)


@routes.add("GET", _PULL + "/commits", "pull_requests:read")
async def list_commits(call: Call) -> Reply:
    """Return the commits of a pull request, oldest first."""
    item, repo = _find(call), call.repo
    found = await git.log(repo.path, f"{item.base_sha}..{item.head_sha}")
    world = call.site.world
    return call.page(found[::-1], lambda each: commit_bodies.commit(world, repo, each))


@routes.add("POST", "/graphql")
async def graphql(call: Call) -> Reply:
    """Answer the two mutations that REST cannot do: to draft and ready for review."""
    query = str(call.body.get("query", ""))
    name = next((each for each in _MUTATIONS if each in query), None)
    wanted = _pull_request_id(query, call.body.get("variables") or {})
    if name is None or wanted is None:
        return Reply(body={"errors": [{"message": "Only two mutations are known here."}]})
    for repo in call.site.world.repositories.values():
        for item in call.site.world.open_pulls(repo):
            if bodies.node_id("PR", item.id) == wanted:
                return _mutate(call, repo, item, name)
    text = f"Could not resolve to a node with the global id of '{wanted}'."
    return Reply(body={"data": {name: None}, "errors": [{"type": "NOT_FOUND", "message": text}]})


def _pull_request_id(query: str, variables: Json) -> str | None:
    found = re.search(r'pullRequestId:\s*"([^"]+)"', query)
    if found:
        return found[1]
    values = [*variables.values(), *(variables.get("input") or {}).values()]
    return next((v for v in values if isinstance(v, str) and v.startswith("PR_")), None)


def _mutate(call: Call, repo: Repository, item: PullRequest, name: str) -> Reply:
    token = call.identity.token
    rights = token.permissions.get("pull_requests") if token and token.installation else "write"
    if rights != "write":
        error = {"type": "FORBIDDEN", "message": "Resource not accessible by integration"}
        return Reply(body={"data": {name: None}, "errors": [error]})
    call.site.pulls.set_draft(repo, item, call.actor, draft=_MUTATIONS[name])
    told = {
        "id": bodies.node_id("PR", item.id),
        "number": item.number,
        "isDraft": item.draft,
        "url": issue_bodies.page(call.site.world, repo, item),
    }
    return Reply(body={"data": {name: {"pullRequest": told, "clientMutationId": None}}})

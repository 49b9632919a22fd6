"""REST: refs, branches, commits, comparisons and contents."""

import base64

from deploy.devkit.github import commit_bodies, git
from deploy.devkit.github.errors import Refused, not_found
from deploy.devkit.github.records import Json
from deploy.devkit.github.rest import Call, Reply, Routes

routes = Routes()
_REPO = "/repos/{owner}/{repo}"
_READ, _WRITE = "contents:read", "contents:write"


async def _commit(call: Call, name: str) -> str:
    sha = await git.rev(call.repo.path, name)
    if sha is None:
        if not await git.refs(call.repo.path):
            raise Refused(409, "Git Repository is empty.")
        raise Refused(422, f"No commit found for SHA: {name}")
    return sha


@routes.add("GET", _REPO + "/git/ref/{ref:.+}", _READ)
async def get_ref(call: Call) -> Reply:
    """Return one ref."""
    name, known = f"refs/{call.param('ref')}", await git.refs(call.repo.path)
    if not known:
        raise Refused(409, "Git Repository is empty.")
    if name not in known:
        raise not_found()
    return Reply(body=commit_bodies.reference(call.site.world, call.repo, name, known[name]))


@routes.add("GET", _REPO + "/git/matching-refs/{ref:.+}", _READ)
async def matching_refs(call: Call) -> Reply:
    """Return the refs that begin with a name."""
    start, known = f"refs/{call.param('ref')}", await git.refs(call.repo.path)
    found = [(name, sha) for name, sha in known.items() if name.startswith(start)]
    world, repo = call.site.world, call.repo
    return call.page(found, lambda each: commit_bodies.reference(world, repo, *each))


async def _move(call: Call, name: str, sha: str | None) -> None:
    repo = call.repo
    if name.removeprefix("refs/heads/") in repo.protected:
        raise Refused(422, "Cannot change this locked branch")
    async with repo.lock:
        before = await git.refs(repo.path)
        await git.update_ref(repo.path, name, sha)
        await call.site.pushes.moved(repo, before, await git.refs(repo.path), call.actor)


@routes.add("POST", _REPO + "/git/refs", _WRITE)
async def create_ref(call: Call) -> Reply:
    """Make a branch or tag."""
    name, sha = str(call.body.get("ref", "")), str(call.body.get("sha", ""))
    if not name.startswith("refs/") or name.count("/") < 2:
        raise Refused(422, "Reference name must start with refs/ and contain two slashes")
    if name in await git.refs(call.repo.path):
        raise Refused(422, "Reference already exists")
    if await git.rev(call.repo.path, sha) is None:
        raise Refused(422, "Object does not exist")
    await _move(call, name, sha)
    body = commit_bodies.reference(call.site.world, call.repo, name, sha)
    return Reply(status=201, body=body)


@routes.add("PATCH", _REPO + "/git/refs/{ref:.+}", _WRITE)
async def update_ref(call: Call) -> Reply:
    """Move a branch; without *force* only forward."""
    name, sha = f"refs/{call.param('ref')}", str(call.body.get("sha", ""))
    old = (await git.refs(call.repo.path)).get(name)
    if old is None:
        raise Refused(422, "Reference does not exist")
    if await git.rev(call.repo.path, sha) is None:
        raise Refused(422, "Object does not exist")
    is_forward = await git.merge_base(call.repo.path, old, sha) == old
    if not is_forward and not call.body.get("force"):
        raise Refused(422, "Update is not a fast forward")
    await _move(call, name, sha)
    return Reply(body=commit_bodies.reference(call.site.world, call.repo, name, sha))


@routes.add("DELETE", _REPO + "/git/refs/{ref:.+}", _WRITE)
async def delete_ref(call: Call) -> Reply:
    """Delete a branch or tag."""
    name = f"refs/{call.param('ref')}"
    if name not in await git.refs(call.repo.path):
        raise Refused(422, "Reference does not exist")
    await _move(call, name, None)
    return Reply(status=204)


@routes.add("GET", _REPO + "/branches", _READ)
async def list_branches(call: Call) -> Reply:
    """Return the branches."""
    heads = [
        (name.removeprefix("refs/heads/"), sha)
        for name, sha in (await git.refs(call.repo.path)).items()
        if name.startswith("refs/heads/")
    ]
    api = f"{call.site.world.api_url}/repos/{call.repo.full_name}"

    def render(head: tuple[str, str]) -> Json:
        name, sha = head
        target = {"sha": sha, "url": f"{api}/commits/{sha}"}
        return {"name": name, "commit": target, "protected": name in call.repo.protected}

    return call.page(heads, render)


@routes.add("GET", _REPO + "/branches/{branch:.+}", _READ)
async def get_branch(call: Call) -> Reply:
    """Return one branch with its newest commit."""
    world, repo, name = call.site.world, call.repo, call.param("branch")
    sha = await git.rev(repo.path, f"refs/heads/{name}")
    if sha is None:
        raise Refused(404, "Branch not found")
    info = (await git.log(repo.path, sha, limit=1))[0]
    api = f"{world.api_url}/repos/{repo.full_name}/branches/{name}"
    is_protected = name in repo.protected
    checks: Json = {"enforcement_level": "off", "contexts": [], "checks": []}
    body: Json = {
        "name": name,
        "commit": commit_bodies.commit(world, repo, info),
        "_links": {"self": api, "html": f"{world.url}/{repo.full_name}/tree/{name}"},
        "protected": is_protected,
        "protection": {"enabled": is_protected, "required_status_checks": checks},
        "protection_url": f"{api}/protection",
    }
    return Reply(body=body)


@routes.add("GET", _REPO + "/commits", _READ)
async def list_commits(call: Call) -> Reply:
    """Return commits, newest first; *sha* is where to begin."""
    world, repo = call.site.world, call.repo
    start = await _commit(call, call.query("sha") or repo.default_branch)
    found = await git.log(repo.path, start)
    return call.page(found, lambda each: commit_bodies.commit(world, repo, each))


@routes.add("GET", _REPO + "/commits/{ref:.+}", _READ)
async def get_commit(call: Call) -> Reply:
    """Return one commit with its files."""
    world, repo = call.site.world, call.repo
    info = (await git.log(repo.path, await _commit(call, call.param("ref")), limit=1))[0]
    old = info.parents[0] if info.parents else git.EMPTY_TREE
    files = await commit_bodies.files(world, repo, old, info.sha)
    plus, minus = (sum(each[key] for each in files) for key in ("additions", "deletions"))
    stats = {"additions": plus, "deletions": minus, "total": plus + minus}
    return Reply(body={**commit_bodies.commit(world, repo, info), "stats": stats, "files": files})


@routes.add("GET", _REPO + "/compare/{span:.+}", _READ)
async def compare(call: Call) -> Reply:
    """Return what lies between two commits, from their common ancestor."""
    world, repo = call.site.world, call.repo
    first, dots, second = call.param("span").partition("...")
    if not dots:
        raise not_found()
    base, head = await _commit(call, first), await _commit(call, second)
    fork = await git.merge_base(repo.path, base, head)
    if fork is None:
        raise Refused(404, f"No common ancestor between {first} and {second}.")
    if ".diff" in call.request.headers.get("Accept", ""):
        text = await git.diff(repo.path, fork, head)
        return Reply(body=text, media_type="application/vnd.github.diff")
    ahead = await git.log(repo.path, f"{base}..{head}")
    behind = await git.count(repo.path, f"{head}..{base}")
    word = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    base_info, fork_info = [
        commit_bodies.commit(world, repo, (await git.log(repo.path, sha, limit=1))[0])
        for sha in (base, fork)
    ]
    html = f"{world.url}/{repo.full_name}/compare/{first}...{second}"
    body: Json = {
        "url": call.url(),
        "html_url": html,
        "permalink_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "base_commit": base_info,
        "merge_base_commit": fork_info,
        "status": word.get((bool(ahead), bool(behind)), "diverged"),
        "ahead_by": len(ahead),
        "behind_by": behind,
        "total_commits": len(ahead),
        "commits": [commit_bodies.commit(world, repo, each) for each in ahead[::-1]],
        "files": await commit_bodies.files(world, repo, fork, head),
    }
    return Reply(body=body)


@routes.add("GET", _REPO + "/contents", _READ)
@routes.add("GET", _REPO + "/contents/{path:.*}", _READ)
async def get_contents(call: Call) -> Reply:
    """Return a file, base64 encoded, or what a directory holds."""
    world, repo = call.site.world, call.repo
    path = call.request.match_info.get("path", "").strip("/")
    ref = call.query("ref") or repo.default_branch
    sha = await git.rev(repo.path, ref)
    if sha is None:
        empty = not await git.refs(repo.path)
        words = "This repository is empty." if empty else f"No commit found for the ref {ref}"
        raise Refused(404, words)
    found = await git.entry(repo.path, sha, path)
    if path and not found:
        raise not_found()
    bodies = [commit_bodies.content(world, repo, ref, each) for each in found]
    if path and len(found) == 1 and found[0][4] == path and found[0][1] == "blob":
        data = await git.blob(repo.path, found[0][2])
        if ".raw" in call.request.headers.get("Accept", ""):
            return Reply(body=data, media_type="application/vnd.github.raw")
        encoded = base64.encodebytes(data).decode()
        return Reply(body={**bodies[0], "encoding": "base64", "content": encoded})
    return Reply(body=bodies)

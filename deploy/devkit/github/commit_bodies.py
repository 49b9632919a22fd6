"""The JSON of commits, changed files, refs and contents."""

from urllib.parse import quote

from deploy.devkit.github import bodies, git
from deploy.devkit.github.records import Account, Json, Repository
from deploy.devkit.github.world import World

_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied"}
_KINDS = {"blob": "file", "tree": "dir", "commit": "submodule"}


def commit(world: World, repo: Repository, info: git.CommitInfo) -> Json:
    """Return a commit without its files."""
    api = f"{world.api_url}/repos/{repo.full_name}"
    html = f"{world.url}/{repo.full_name}/commit"
    unsigned = {"verified": False, "reason": "unsigned", "signature": None, "payload": None}
    author = {"name": info.author_name, "email": info.author_email, "date": info.author_date}
    committer = {
        "name": info.committer_name,
        "email": info.committer_email,
        "date": info.committer_date,
    }
    return {
        "sha": info.sha,
        "node_id": f"C_{info.sha}",
        "url": f"{api}/commits/{info.sha}",
        "html_url": f"{html}/{info.sha}",
        "comments_url": f"{api}/commits/{info.sha}/comments",
        "commit": {
            "url": f"{api}/git/commits/{info.sha}",
            "author": author,
            "committer": committer,
            "message": info.message,
            "comment_count": 0,
            "tree": {"sha": info.tree, "url": f"{api}/git/trees/{info.tree}"},
            "verification": {**unsigned, "verified_at": None},
        },
        "author": _person(world, info.author_email),
        "committer": _person(world, info.committer_email),
        "parents": [
            {"sha": sha, "url": f"{api}/commits/{sha}", "html_url": f"{html}/{sha}"}
            for sha in info.parents
        ],
    }


def _person(world: World, email: str) -> Json | None:
    account = _by_email(world, email)
    return None if account is None else bodies.user(world, account)


def _by_email(world: World, email: str) -> Account | None:
    local = email.partition("@")[0]
    login = local.partition("+")[2] or local
    return world.accounts.get(login.lower())


async def files(world: World, repo: Repository, old: str, new: str) -> list[Json]:
    """Return the files that differ between two commits, each with its patch."""
    api, html = f"{world.api_url}/repos/{repo.full_name}", f"{world.url}/{repo.full_name}"
    found = []
    for each in await git.changes(repo.path, old, new):
        name = quote(each.path)
        entry = await git.entry(repo.path, old if each.status == "D" else new, each.path)
        body: Json = {
            "sha": entry[0][2] if entry else None,
            "filename": each.path,
            "status": _STATUS.get(each.status, "changed"),
            "additions": each.additions,
            "deletions": each.deletions,
            "changes": each.additions + each.deletions,
            "blob_url": f"{html}/blob/{new}/{name}",
            "raw_url": f"{html}/raw/{new}/{name}",
            "contents_url": f"{api}/contents/{name}?ref={new}",
        }
        if each.previous:
            body["previous_filename"] = each.previous
        if not each.is_binary:
            names = [each.previous, each.path] if each.previous else [each.path]
            text = await git.diff(repo.path, old, new, *names)
            start = text.find("\n@@")
            body["patch"] = text[start + 1 :].rstrip("\n") if start >= 0 else ""
        found.append(body)
    return found


def reference(world: World, repo: Repository, ref: str, sha: str) -> Json:
    """Return a ref."""
    api = f"{world.api_url}/repos/{repo.full_name}/git"
    target = {"type": "commit", "sha": sha, "url": f"{api}/commits/{sha}"}
    return {
        "ref": ref,
        "node_id": f"REF_{bodies.node_id('R', repo.id)}_{quote(ref, safe='')}",
        "url": f"{api}/{quote(ref)}",
        "object": target,
    }


def content(
    world: World, repo: Repository, ref: str, entry: tuple[str, str, str, int, str]
) -> Json:
    """Return a file or directory without what is in it."""
    mode, kind, sha, size, path = entry
    api, html = f"{world.api_url}/repos/{repo.full_name}", f"{world.url}/{repo.full_name}"
    place = f"{'tree' if kind == 'tree' else 'blob'}/{ref}/{quote(path)}"
    own = f"{api}/contents/{quote(path)}?ref={ref}"
    stored = f"{api}/git/{'trees' if kind == 'tree' else 'blobs'}/{sha}"
    download = f"{html}/raw/{ref}/{quote(path)}" if kind == "blob" else None
    return {
        "type": "symlink" if mode == "120000" else _KINDS[kind],
        "size": size,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "url": own,
        "git_url": stored,
        "html_url": f"{html}/{place}",
        "download_url": download,
        "_links": {"git": stored, "self": own, "html": f"{html}/{place}"},
    }

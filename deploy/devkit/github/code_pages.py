"""What a browser sees of code: diffs, commits, files."""

from aiohttp import web

from deploy.devkit.github import diff_view, git, html, markdown
from deploy.devkit.github.markdown import escape
from deploy.devkit.github.records import Issue, PullRequest, Repository
from deploy.devkit.github.site import Site

REPO = r"/{owner:[\w.-]+}/{repo:[\w.-]+}"


def repository_of(site: Site, request: web.Request) -> Repository:
    """Return the repository in the path, or show that there is none."""
    name = f"{request.match_info['owner']}/{request.match_info['repo']}"
    found = site.world.find_repository(name)
    if found is None:
        raise web.HTTPNotFound(text="There is no such repository here.")
    return found


def item_of(site: Site, request: web.Request) -> tuple[Repository, Issue]:
    """Return the issue or pull request in the path, or show that there is none."""
    repo = repository_of(site, request)
    item = repo.issues.get(int(request.match_info["number"]))
    if item is None or item.is_deleted:
        raise web.HTTPNotFound(text="There is no such issue here.")
    return repo, item


async def pull_diff(repo: Repository, item: PullRequest) -> str:
    """Return the diff of a pull request."""
    start = await git.merge_base(repo.path, item.base_sha, item.head_sha)
    return await git.diff(repo.path, start or git.EMPTY_TREE, item.head_sha)


class CodePages:
    """Pages made of what git says."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def mount(self, app: web.Application) -> None:
        """Add the pages."""
        add = app.router.add_get
        add(REPO + r"/pull/{number:\d+}{kind:\.diff|\.patch}", self.raw_diff)
        add(REPO + "/commit/{sha:[0-9a-f]{7,40}}", self.commit)
        add(REPO + "/compare/{span:.+}", self.compare)
        add(REPO + "/{view:blob|tree}/{rest:.+}", self.file)

    async def raw_diff(self, request: web.Request) -> web.Response:
        """Return the diff of a pull request as text."""
        repo, item = item_of(self._site, request)
        if not isinstance(item, PullRequest):
            raise web.HTTPNotFound
        return web.Response(text=await pull_diff(repo, item))

    async def commit(self, request: web.Request) -> web.Response:
        """Show one commit."""
        repo = repository_of(self._site, request)
        sha = await git.rev(repo.path, request.match_info["sha"])
        if sha is None:
            raise web.HTTPNotFound(text="There is no such commit here.")
        info = (await git.log(repo.path, sha, limit=1))[0]
        old = info.parents[0] if info.parents else git.EMPTY_TREE
        return html.page(
            info.sha[:10],
            f'{html.crumbs(repo)}<p class="meta mono">{info.sha}</p>'
            f'<div class="sheet"><pre class="raw">{escape(info.message)}\n\n'
            f"{escape(info.author_name)}, {escape(info.author_date)}</pre></div>"
            f"{diff_view.render(await git.diff(repo.path, old, info.sha))}",
        )

    async def compare(self, request: web.Request) -> web.Response:
        """Show what lies between two commits."""
        repo = repository_of(self._site, request)
        names = request.match_info["span"].split("...")
        shas = [await git.rev(repo.path, name) for name in names]
        if len(shas) != 2 or shas[0] is None or shas[1] is None:
            raise web.HTTPNotFound(text="There is nothing to compare.")
        start = await git.merge_base(repo.path, shas[0], shas[1]) or shas[0]
        return html.page(
            "Compare",
            f"{html.crumbs(repo)}<h1>{escape(' … '.join(names))}</h1>"
            f"{diff_view.render(await git.diff(repo.path, start, shas[1]))}",
        )

    async def file(self, request: web.Request) -> web.Response:
        """Show one file, or what a directory holds; a branch name may contain slashes."""
        repo, parts = repository_of(self._site, request), request.match_info["rest"].split("/")
        for cut in range(1, len(parts) + 1):
            sha = await git.rev(repo.path, "/".join(parts[:cut]))
            path = "/".join(parts[cut:])
            shown = None if sha is None else await _shown(repo, sha, path)
            if shown is not None:
                title = escape(path or repo.name)
                sheet = f'<div class="sheet">{shown}</div>'
                return html.page(title, f"{html.crumbs(repo)}<h1>{title}</h1>{sheet}")
        raise web.HTTPNotFound(text="There is no such file here.")


async def _shown(repo: Repository, sha: str, path: str) -> str | None:
    found = await git.entry(repo.path, sha, path)
    if len(found) == 1 and found[0][1] == "blob" and found[0][4] == path:
        text = (await git.blob(repo.path, found[0][2])).decode(errors="replace")
        if path.endswith(".md"):
            return f'<div class="prose">{markdown.render(text)}</div>'
        return _raw(text)
    return _raw("\n".join(entry[4] for entry in found)) if found or not path else None


def _raw(text: str) -> str:
    return f'<pre class="raw">{escape(text)}</pre>'

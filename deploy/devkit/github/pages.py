"""What a browser sees: repositories, issues, pull requests with their diffs, deliveries."""

from aiohttp import web

from deploy.devkit.github import code_pages, diff_view, git, html, markdown
from deploy.devkit.github.markdown import escape
from deploy.devkit.github.records import Issue, PullRequest, Repository
from deploy.devkit.github.site import Site

_REPO = code_pages.REPO


class Pages:
    """The inspection pages of one site; everybody may look."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def mount(self, app: web.Application) -> None:
        """Add the pages; they come last, behind the API."""
        add = app.router.add_get
        add("/", self.home)
        add(r"/avatars/{number:\d+}", self.avatar)
        add(_REPO, self.repository)
        add(_REPO + r"/issues/{number:\d+}", self.issue)
        add(_REPO + r"/pull/{number:\d+}", self.pull)
        add(_REPO + r"/pull/{number:\d+}/{tab:files|commits}", self.pull)
        add(r"/{owner:[\w.-]+}", self.account)

    async def home(self, _request: web.Request) -> web.Response:
        """Show what there is and what was delivered."""
        world = self._site.world
        repos = "".join(self._repo_row(each) for each in world.repositories.values())
        installs = "".join(
            f'<div><span class="grow"><a href="/apps/{each.app.slug}">{escape(each.app.name)}</a> '
            f'on <a href="/{each.account.login}">{escape(each.account.login)}</a></span>'
            f'<span class="soft">{_standing(each.is_deleted, each.suspended_at is not None)} · '
            f"{'all' if each.selected is None else len(each.selected)} repositories</span></div>"
            for each in world.installations.values()
        )
        log = "".join(html.delivery_row(each) for each in reversed(self._site.hooks.deliveries))
        return html.page(
            "GitHub stand-in",
            f"<h1>Repositories</h1>{_rows(repos, 'No repository yet.')}"
            f"<h2>Installations</h2>{_rows(installs, 'No App is installed.')}"
            f"<h2>Webhook deliveries</h2>{_log(log)}",
        )

    def _repo_row(self, repo: Repository) -> str:
        items = [each for each in repo.issues.values() if not each.is_deleted]
        pulls = sum(isinstance(each, PullRequest) for each in items)
        return (
            f'<div><span class="grow"><a href="/{repo.full_name}"><strong>'
            f"{escape(repo.full_name)}</strong></a> "
            f'<span class="tag">{"private" if repo.is_private else "public"}</span></span>'
            f'<span class="soft">{html.many(len(items) - pulls, "issue")}, '
            f"{html.many(pulls, 'pull request')}</span></div>"
        )

    async def account(self, request: web.Request) -> web.Response:
        """Show the repositories of an account."""
        account = self._site.world.accounts.get(request.match_info["owner"].lower())
        if account is None:
            raise web.HTTPNotFound(text="There is no such account here.")
        owned = [r for r in self._site.world.repositories.values() if r.owner is account]
        rows = "".join(self._repo_row(each) for each in owned)
        return html.page(
            account.login, f"<h1>{escape(account.login)}</h1>{_rows(rows, 'No repository yet.')}"
        )

    async def avatar(self, request: web.Request) -> web.Response:
        """Show an account's picture."""
        number = int(request.match_info["number"])
        for account in self._site.world.accounts.values():
            if account.id == number:
                return web.Response(text=html.avatar(account), content_type="image/svg+xml")
        raise web.HTTPNotFound

    async def repository(self, request: web.Request) -> web.Response:
        """Show the issues, pull requests and branches of a repository."""
        repo = code_pages.repository_of(self._site, request)
        items = [i for i in reversed(repo.issues.values()) if not i.is_deleted]
        pulls = "".join(html.issue_row(repo, i) for i in items if isinstance(i, PullRequest))
        issues = "".join(html.issue_row(repo, i) for i in items if not isinstance(i, PullRequest))
        heads = [
            (name.removeprefix("refs/heads/"), sha)
            for name, sha in (await git.refs(repo.path)).items()
            if name.startswith("refs/heads/")
        ]
        branches = "".join(
            f'<div><span class="grow"><span class="branch mono">{escape(name)}</span>'
            f"{' <span class=tag>protected</span>' if name in repo.protected else ''}</span>"
            f'<a class="mono" href="/{repo.full_name}/commit/{sha}">{sha[:10]}</a></div>'
            for name, sha in heads
        )
        return html.page(
            repo.full_name,
            f"{html.crumbs(repo)}<h1>{escape(repo.name)}</h1>"
            f"<h2>Pull requests</h2>{_rows(pulls, 'No pull request yet.')}"
            f"<h2>Issues</h2>{_rows(issues, 'No issue yet.')}"
            f"<h2>Branches</h2>{_rows(branches, 'The repository is empty.')}"
            f"{await self._files(repo)}",
        )

    async def _files(self, repo: Repository) -> str:
        sha = await git.rev(repo.path, repo.default_branch)
        if sha is None:
            return ""
        rows = "".join(
            f'<div><a class="grow mono" '
            f'href="/{repo.full_name}/{kind}/{repo.default_branch}/{escape(path)}">{escape(path)}</a>'
            f'<span class="soft">{f"{size} bytes" if kind == "blob" else ""}</span></div>'
            for _, kind, _, size, path in await git.entry(repo.path, sha, "")
        )
        return f"<h2>Files</h2>{_rows(rows, 'No file yet.')}"

    async def issue(self, request: web.Request) -> web.Response:
        """Show an issue with everything that was said."""
        repo, item = code_pages.item_of(self._site, request)
        if isinstance(item, PullRequest):
            raise web.HTTPFound(f"/{repo.full_name}/pull/{item.number}")
        people = ", ".join(escape(each.login) for each in item.assignees)
        assigned = f"<span>assigned to <strong>{people}</strong></span>" if people else ""
        return html.page(
            f"{item.title} · #{item.number}",
            f"{html.crumbs(repo)}{_title(item)}"
            f'<p class="meta">{html.state(item)}<span>{html.name(item.author)} '
            f"opened this {html.when(item.created_at)}</span>{html.labels(item)}{assigned}</p>"
            f"{_conversation(repo, item)}",
        )

    async def pull(self, request: web.Request) -> web.Response:
        """Show a pull request: what was said, its commits, its diff."""
        repo, item = code_pages.item_of(self._site, request)
        if not isinstance(item, PullRequest):
            raise web.HTTPFound(f"/{repo.full_name}/issues/{item.number}")
        commits = await git.log(repo.path, f"{item.base_sha}..{item.head_sha}")
        rows = "".join(
            f'<div><span class="grow">{escape(each.message.partition(chr(10))[0])}<br>'
            f'<span class="soft">{escape(each.author_name)}</span></span>'
            f'<a class="mono" href="/{repo.full_name}/commit/{each.sha}">{each.sha[:10]}</a></div>'
            for each in commits[::-1]
        )
        size = item.extent
        return html.page(
            f"{item.title} · #{item.number}",
            f"{html.crumbs(repo)}{_title(item)}"
            f'<p class="meta">{html.state(item)}<span>{html.name(item.author)} '
            f"wants to merge {html.many(size.commits, 'commit')} into "
            f'<span class="branch mono">{escape(item.base_ref)}</span> from '
            f'<span class="branch mono">{escape(item.head_ref)}</span></span>'
            f"{html.labels(item)}</p>"
            f"{_conversation(repo, item)}"
            f"<h2>Commits</h2>{_rows(rows, 'Everything is merged.')}"
            f"<h2>{html.many(size.changed_files, 'file')} changed "
            f'<span class="adds">+{size.additions}</span> '
            f'<span class="dels">&minus;{size.deletions}</span></h2>'
            f"{diff_view.render(await code_pages.pull_diff(repo, item))}",
        )


def _title(item: Issue) -> str:
    return f'<h1>{markdown.title(item.title)} <span class="number">#{item.number}</span></h1>'


def _conversation(repo: Repository, item: Issue) -> str:
    return html.talk(repo, item) + "".join(html.talk(repo, each) for each in item.comments)


def _rows(rows: str, nothing: str) -> str:
    return f'<div class="sheet rows">{rows or f"<div class=empty>{nothing}</div>"}</div>'


def _log(rows: str) -> str:
    if not rows:
        return '<div class="sheet empty">Nothing was delivered yet.</div>'
    head = '<tr><th>Event</th><th>Delivery</th><th>Sent</th><th class="num">Took</th>'
    head += '<th class="num">Answer</th></tr>'
    return f'<div class="sheet scroll"><table class="log">{head}{rows}</table></div>'


def _standing(is_deleted: bool, is_suspended: bool) -> str:
    return "uninstalled" if is_deleted else "suspended" if is_suspended else "active"

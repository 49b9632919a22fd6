"""An App's own page, the page that installs it, and one delivery looked at closely."""

import json

from aiohttp import web

from deploy.devkit.github import html
from deploy.devkit.github.lifecycle import Lifecycle
from deploy.devkit.github.markdown import escape
from deploy.devkit.github.records import App, Delivery


class AppPages:
    """Pages about Apps and deliveries, with the buttons that act on them."""

    def __init__(self, scene: Lifecycle) -> None:
        self._scene = scene

    def mount(self, app: web.Application) -> None:
        """Add the pages."""
        app.router.add_get("/apps/{slug}", self.app)
        app.router.add_get("/apps/{slug}/installations/new", self.choose)
        app.router.add_post("/apps/{slug}/installations/new", self.install)
        app.router.add_get(r"/_devkit/deliveries/{number:\d+}", self.delivery)
        app.router.add_post(r"/_devkit/deliveries/{number:\d+}/redeliver", self.redeliver)

    def _app(self, request: web.Request) -> App:
        try:
            return self._scene.world.app_named(request.match_info["slug"])
        except LookupError:
            raise web.HTTPNotFound(text="There is no such App here.") from None

    async def app(self, request: web.Request) -> web.Response:
        """Show an App."""
        app = self._app(request)
        rights = "".join(
            f'<div><span class="grow">{escape(name)}</span><span>{escape(level)}</span></div>'
            for name, level in sorted(app.permissions.items())
        )
        return html.page(
            app.name,
            f"<h1>{escape(app.name)}</h1><p>{escape(app.description)}</p>"
            f'<p><a href="/apps/{app.slug}/installations/new">Install it</a></p>'
            f'<h2>Permissions</h2><div class="sheet rows">{rights}</div>',
        )

    async def choose(self, request: web.Request) -> web.Response:
        """Show the accounts that the App can be installed on."""
        app, world = self._app(request), self._scene.world
        owners = {each.owner.login for each in world.repositories.values()}
        taken = {
            each.account.login
            for each in world.installations.values()
            if each.app is app and not each.is_deleted
        }
        rows = "".join(
            f'<div><span class="grow">{escape(login)}</span>'
            + (
                '<span class="soft">installed</span>'
                if login in taken
                else '<form method="post"><button class="quiet" name="account" '
                f'value="{escape(login)}">Install</button></form>'
            )
            + "</div>"
            for login in sorted(owners)
        )
        rows = rows or '<div class="empty">No account has a repository yet.</div>'
        title = f"Install {app.name}"
        return html.page(title, f'<h1>{escape(title)}</h1><div class="sheet rows">{rows}</div>')

    async def install(self, request: web.Request) -> web.Response:
        """Install the App and go where it asked to be gone to afterwards."""
        app = self._app(request)
        account = str((await request.post()).get("account", ""))
        if account.lower() not in self._scene.world.accounts:
            raise web.HTTPNotFound(text="There is no such account here.")
        number = self._scene.install(account, slug=app.slug)
        back = f"{app.setup_url}?installation_id={number}&setup_action=install"
        raise web.HTTPFound(back if app.setup_url else f"/apps/{app.slug}/installations/new")

    def _delivery(self, request: web.Request) -> Delivery:
        wanted = int(request.match_info["number"])
        for item in self._scene.site.hooks.deliveries:
            if item.id == wanted:
                return item
        raise web.HTTPNotFound(text="There is no such delivery here.")

    async def delivery(self, request: web.Request) -> web.Response:
        """Show what was sent and what came back."""
        item = self._delivery(request)
        sent = "\n".join(f"{name}: {value}" for name, value in item.headers.items())
        payload = json.dumps(json.loads(item.body), indent=2, ensure_ascii=False)
        name = f"{item.event}.{item.action}" if item.action else item.event
        return html.page(
            name,
            f'<p class="crumbs"><a href="/">deliveries</a></p><h1>{escape(name)}</h1>'
            f'<form method="post" action="/_devkit/deliveries/{item.id}/redeliver">'
            '<p class="meta">'
            f"<span>{escape(item.status)} · {escape(item.status_code or 'no answer')} · "
            f"{item.duration_s * 1000:.0f} ms · to {escape(item.url or 'nowhere yet')}</span>"
            '<button class="quiet">Redeliver</button></p></form>'
            f"<h2>Answer</h2>{_raw(item.response_body or '(empty)')}"
            f"<h2>Headers</h2>{_raw(sent)}<h2>Payload</h2>{_raw(payload)}",
        )

    async def redeliver(self, request: web.Request) -> web.Response:
        """Send it again."""
        self._scene.site.hooks.redeliver(self._delivery(request))
        raise web.HTTPFound("/")


def _raw(text: str) -> str:
    return f'<div class="sheet"><pre class="raw">{escape(text)}</pre></div>'

"""A GitHub App made from its manifest: the page, the click, the code, the credentials."""

import json
import re
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from deploy.devkit.github import bodies, html
from deploy.devkit.github.errors import not_found
from deploy.devkit.github.events import NEEDED_PERMISSION
from deploy.devkit.github.markdown import escape
from deploy.devkit.github.records import Json
from deploy.devkit.github.rest import Call, Reply, Routes
from deploy.devkit.github.site import Site

routes = Routes()
_LONGEST_NAME = 34
_NEEDED = NEEDED_PERMISSION | {
    "check_run": "checks",
    "check_suite": "checks",
    "pull_request_review": "pull_requests",
    "pull_request_review_comment": "pull_requests",
}


def slug_of(name: str) -> str:
    """Return the name of an App as it stands in URLs."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def problems(manifest: Any) -> list[str]:
    """Return what GitHub would not take in *manifest*."""
    if not isinstance(manifest, dict):
        return ["The manifest is not a JSON object."]
    found = []
    for field in ("url", "redirect_url"):
        if urlsplit(str(manifest.get(field, ""))).scheme not in ("http", "https"):
            found.append(f"{field} must be a URL.")
    granted = manifest.get("default_permissions") or {}
    lacking = [
        event
        for event in manifest.get("default_events") or ()
        if event not in _NEEDED or _NEEDED[event] not in {"metadata", *granted}
    ]
    if lacking:
        found.append(f"Default events unsupported: {', '.join(lacking)}.")
    return found


class ManifestPages:
    """The two pages of the flow."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def mount(self, app: web.Application) -> None:
        """Add the pages, for a person's Apps and for an organization's."""
        for owner in ("", "/organizations/{org}"):
            app.router.add_route("GET", f"{owner}/settings/apps/new", self.show)
            app.router.add_route("POST", f"{owner}/settings/apps/new", self.show)
            app.router.add_route("POST", f"{owner}/settings/apps/manifest", self.create)

    async def show(self, request: web.Request) -> web.Response:
        """Show what will be made, with the one button that makes it."""
        sent = {**request.query, **(await request.post())}
        raw = str(sent.get("manifest", ""))
        manifest, wrong = _read(raw)
        if wrong:
            return _refused(wrong)
        owner = request.match_info.get("org", "app-owner")
        rights = "".join(
            f'<div><span class="grow">{escape(name)}</span><span>{escape(level)}</span></div>'
            for name, level in sorted((manifest.get("default_permissions") or {}).items())
        )
        name = escape(str(manifest.get("name", ""))[:_LONGEST_NAME])
        action = request.path.removesuffix("new") + "manifest"
        return html.page(
            "Create GitHub App",
            f"<h1>Create GitHub App for {escape(owner)}</h1>"
            f'<form class="sheet" method="post" action="{escape(action)}">'
            '<label for="name">GitHub App name</label>'
            f'<input type="text" id="name" name="name" value="{name}" maxlength="34" required>'
            f'<input type="hidden" name="manifest" value="{escape(raw)}">'
            f'<input type="hidden" name="state" value="{escape(sent.get("state", ""))}">'
            f'<h2>Permissions</h2><div class="sheet rows">{rights}</div>'
            f'<p class="soft">Webhooks go to {escape(_hook_url(manifest) or "nowhere")}.</p>'
            f"<button>Create GitHub App for {escape(owner)}</button></form>",
        )

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Keep the manifest under a code and send the browser back with it."""
        sent = await request.post()
        manifest, wrong = _read(str(sent.get("manifest", "")))
        name = str(sent.get("name") or manifest.get("name", ""))
        if not slug_of(name) or len(name) > _LONGEST_NAME:
            wrong.append(f"Name must have 1 to {_LONGEST_NAME} characters.")
        if slug_of(name) in {each.slug for each in self._site.world.apps.values()}:
            wrong.append("Name is already taken.")
        if wrong:
            return _refused(wrong)
        code = secrets.token_hex(20)
        owner = request.match_info.get("org", "app-owner")
        self._site.manifests[code] = {**manifest, "name": name, "owner": owner}
        back = manifest["redirect_url"]
        query = urlencode({"code": code, "state": str(sent.get("state", ""))})
        raise web.HTTPFound(f"{back}{'&' if '?' in back else '?'}{query}")


@routes.add("POST", r"/app-manifests/{code}/conversions")
async def convert(call: Call) -> Reply:
    """Exchange a code for the App's credentials; it works once."""
    manifest = call.site.manifests.pop(call.param("code"), None)
    if manifest is None:
        raise not_found()
    world = call.site.world
    hook = manifest.get("hook_attributes") or {}
    app, credentials = world.register_app(
        slug=slug_of(manifest["name"]),
        name=manifest["name"],
        owner=world.account(manifest["owner"]),
        hook_url=_hook_url(manifest) if hook.get("active", True) else None,
        secret=hook.get("secret"),
        permissions=manifest.get("default_permissions") or {},
        events=manifest.get("default_events") or (),
    )
    app.description = manifest.get("description") or ""
    app.external_url = manifest["url"]
    app.setup_url = manifest.get("setup_url")
    app.callback_urls = [str(url) for url in manifest.get("callback_urls") or ()]
    call.site.events.ping(app)
    body = {
        **bodies.full_app(world, app),
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "webhook_secret": credentials.webhook_secret,
        "pem": credentials.private_key_pem,
    }
    return Reply(status=201, body=body)


def _read(raw: str) -> tuple[Json, list[str]]:
    try:
        manifest = json.loads(raw)
    except ValueError:
        return {}, ["There is no manifest: this page is reached from `cadence setup`."]
    wrong = problems(manifest)
    return (manifest if isinstance(manifest, dict) else {}), wrong


def _hook_url(manifest: Json) -> str | None:
    url = (manifest.get("hook_attributes") or {}).get("url")
    return str(url) if url else None


def _refused(wrong: list[str]) -> web.Response:
    lines = "".join(f"<div>{escape(each)}</div>" for each in wrong)
    body = f'<h1>Invalid GitHub App configuration</h1><div class="sheet rows bad">{lines}</div>'
    return html.page("Invalid configuration", body, status=422)

"""Signing in with GitHub: the page that asks the person, and the endpoint that gives tokens.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
"""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from aiohttp import web

from deploy.devkit.github import html
from deploy.devkit.github.grants import Denied, Grant
from deploy.devkit.github.lifecycle import Lifecycle
from deploy.devkit.github.markdown import escape
from deploy.devkit.github.records import App, now

_KEPT = ("client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method")


class OAuthPages:
    """``/login/oauth/authorize`` and ``/login/oauth/access_token``."""

    def __init__(self, scene: Lifecycle) -> None:
        self._scene = scene

    def mount(self, app: web.Application) -> None:
        """Add the pages."""
        app.router.add_get("/login/oauth/authorize", self.show)
        app.router.add_post("/login/oauth/authorize", self.decide)
        app.router.add_post("/login/oauth/access_token", self.token)

    def _asked(self, fields: Mapping[str, Any]) -> tuple[App, dict[str, str]]:
        asked = {name: str(fields.get(name, "")) for name in _KEPT}
        app = self._scene.world.app_by_issuer(asked["client_id"])
        if app is None or asked["client_id"] != app.credentials.client_id:
            raise web.HTTPNotFound(text="There is no such App here.")
        asked["redirect_uri"] = asked["redirect_uri"] or next(iter(app.callback_urls), "")
        if asked["redirect_uri"] not in app.callback_urls:
            text = "The redirect_uri is not associated with this application."
            raise web.HTTPBadRequest(text=text)
        if asked["code_challenge"] and asked["code_challenge_method"] != "S256":
            raise web.HTTPBadRequest(text="Only S256 challenges are taken.")
        return app, asked

    async def show(self, request: web.Request) -> web.Response:
        """Ask who is signing in."""
        app, asked = self._asked(request.query)
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">'
            for name, value in asked.items()
        )
        people = "".join(
            f'<button name="login" value="{escape(each.login)}">{escape(each.login)}</button> '
            for each in self._scene.world.accounts.values()
            if each.type == "User" and each.login != app.owner.login
        )
        title = f"Authorize {app.name}"
        return html.page(
            title,
            f"<h1>{escape(title)}</h1><p>Who are you here?</p>"
            f'<form class="sheet" method="post">{hidden}{people}'
            '<button class="quiet" name="deny" value="1">Cancel</button></form>',
        )

    async def decide(self, request: web.Request) -> web.Response:
        """Send the browser back with a code, or with the news that the person said no."""
        sent = await request.post()
        app, asked = self._asked(sent)
        back = {"state": asked["state"]} if asked["state"] else {}
        if sent.get("deny"):
            words = "The user has denied your application access."
            back |= {"error": "access_denied", "error_description": words}
        else:
            login = str(sent.get("login", ""))
            person = self._scene.world.accounts.get(login.lower())
            if person is None or person.type != "User":
                raise web.HTTPNotFound(text="There is no such person here.")
            back["code"] = self._scene.site.grants.code(
                app, person, redirect_uri=asked["redirect_uri"], challenge=asked["code_challenge"]
            )
        target = asked["redirect_uri"]
        raise web.HTTPFound(f"{target}{'&' if '?' in target else '?'}{urlencode(back)}")

    async def token(self, request: web.Request) -> web.Response:
        """Give tokens for a code or a refresh token; refusals come with status 200, too."""
        path = "/login/oauth/access_token"
        fault = await self._scene.site.faults.take("POST", path)
        if fault is not None and fault.status is not None and not fault.is_after:
            return web.json_response({"message": fault.message}, status=fault.status)
        fields = _fields(request, await request.read())
        self._scene.site.sign_ins.append({k: v for k, v in fields.items() if "secret" not in k})
        try:
            told = _told(self._granted(fields))
        except Denied as denied:
            told = {"error": denied.error, "error_description": str(denied)}
        if fault is not None and fault.status is not None:
            return web.json_response({"message": fault.message}, status=fault.status)
        if "json" in request.headers.get("Accept", ""):
            return web.json_response(told)
        return web.Response(text=urlencode(told), content_type="application/x-www-form-urlencoded")

    def _granted(self, fields: Mapping[str, str]) -> Grant:
        app = self._scene.world.app_by_issuer(fields.get("client_id", ""))
        secret = fields.get("client_secret", "").encode()
        if app is None or not hmac.compare_digest(app.credentials.client_secret.encode(), secret):
            words = "The client_id and/or client_secret passed are incorrect."
            raise Denied("incorrect_client_credentials", words)
        grants = self._scene.site.grants
        if fields.get("grant_type") == "refresh_token":
            return grants.refreshed(app, fields.get("refresh_token", ""))
        return grants.exchange(
            app,
            fields.get("code", ""),
            redirect_uri=fields.get("redirect_uri", ""),
            verifier=fields.get("code_verifier", ""),
        )


def _fields(request: web.Request, raw: bytes) -> dict[str, str]:
    if request.content_type == "application/json":
        sent = orjson.loads(raw or b"{}")
    else:
        sent = dict(parse_qsl(raw.decode()))
    return {**request.query, **{str(name): str(value) for name, value in sent.items()}}


def _told(grant: Grant) -> dict[str, str | int]:
    moment = now()
    lives = {
        "expires_in": grant.token.expires_at - moment,
        "refresh_token_expires_in": grant.refresh_expires_at - moment,
    }
    return {
        "access_token": grant.token.value,
        "refresh_token": grant.refresh,
        "token_type": "bearer",
        "scope": "",
        **{name: int(life.total_seconds()) for name, life in lives.items()},
    }

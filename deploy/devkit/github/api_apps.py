"""REST: the App, its installations, their tokens and its webhook."""

from collections.abc import Mapping

import orjson

from deploy.devkit.github import auth, bodies, events
from deploy.devkit.github.errors import Refused, not_found
from deploy.devkit.github.records import Delivery, Installation, Json, Token
from deploy.devkit.github.rest import Call, Reply, Routes

routes = Routes()
_LEVELS = {"read": 1, "write": 2, "admin": 3}


@routes.add("GET", "/app")
async def get_app(call: Call) -> Reply:
    """Return the App that calls."""
    return Reply(body=bodies.full_app(call.site.world, auth.require_app(call.identity)))


@routes.add("GET", "/app/installations")
async def list_installations(call: Call) -> Reply:
    """Return where the App is installed."""
    app, world = auth.require_app(call.identity), call.site.world
    mine = [i for i in world.installations.values() if i.app is app and not i.is_deleted]
    return call.page(mine, lambda item: bodies.installation(world, item))


def _installation(call: Call) -> Installation:
    app = auth.require_app(call.identity)
    found = call.site.world.installations.get(int(call.param("installation_id")))
    if found is None or found.app is not app or found.is_deleted:
        raise not_found()
    return found


@routes.add("GET", r"/app/installations/{installation_id:\d+}")
async def get_installation(call: Call) -> Reply:
    """Return one installation."""
    return Reply(body=bodies.installation(call.site.world, _installation(call)))


@routes.add("DELETE", r"/app/installations/{installation_id:\d+}")
async def delete_installation(call: Call) -> Reply:
    """Uninstall the App from an account."""
    item = _installation(call)
    item.is_deleted = True
    call.site.events.installation("deleted", item, item.account)
    return Reply(status=204)


@routes.add("GET", "/repos/{owner}/{repo}/installation", "app")
async def repository_installation(call: Call) -> Reply:
    """Return the App's installation that reaches a repository."""
    app, world = auth.require_app(call.identity), call.site.world
    found = world.installation_for(call.repo, app)
    if found is None:
        raise not_found()
    return Reply(body=bodies.installation(world, found))


@routes.add("GET", "/users/{login}/installation")
@routes.add("GET", "/orgs/{login}/installation")
async def account_installation(call: Call) -> Reply:
    """Return the App's installation on an account."""
    app, world = auth.require_app(call.identity), call.site.world
    for item in world.installations.values():
        same = item.account.login.lower() == call.param("login").lower()
        if item.app is app and same and not item.is_deleted:
            return Reply(body=bodies.installation(world, item))
    raise not_found()


@routes.add("POST", r"/app/installations/{installation_id:\d+}/access_tokens")
async def create_token(call: Call) -> Reply:
    """Give out an installation token, narrowed to what the body names."""
    world, item = call.site.world, _installation(call)
    if item.suspended_at is not None:
        raise Refused(403, "This installation has been suspended")
    permissions = _narrowed(item.permissions, call.body.get("permissions"))
    token = world.installation_token(
        item, permissions=permissions, repository_ids=_chosen(call, item)
    )
    body: Json = {
        "token": token.value,
        "expires_at": bodies.iso(token.expires_at),
        "permissions": permissions,
        "repository_selection": "all" if item.selected is None else "selected",
    }
    if token.repository_ids is not None:
        body["repository_selection"] = "selected"
        chosen = [world.repositories[number] for number in sorted(token.repository_ids)]
        body["repositories"] = [bodies.repository(world, each) for each in chosen]
    return Reply(status=201, body=body)


def _narrowed(granted: Mapping[str, str], wanted: Json | None) -> dict[str, str]:
    if not wanted:
        return dict(granted)
    for name, level in wanted.items():
        if _LEVELS.get(level, 9) > _LEVELS.get(granted.get(name, ""), 0):
            raise Refused(422, "The permissions requested are not granted to this installation.")
    return {"metadata": "read", **wanted}


def _chosen(call: Call, item: Installation) -> frozenset[int] | None:
    names, ids = call.body.get("repositories"), call.body.get("repository_ids")
    if names is None and ids is None:
        return None
    reach = call.site.world.installed_repositories(item)
    by_name = {each.name.lower(): each.id for each in reach}
    wanted = [by_name.get(name.lower()) for name in names or ()]
    wanted += [number if number in by_name.values() else None for number in ids or ()]
    if None in wanted or not wanted:
        raise Refused(
            422,
            "There is at least one repository that does not exist or is not accessible to the "
            "parent installation.",
        )
    return frozenset(number for number in wanted if number is not None)


def _installation_token(call: Call) -> tuple[Token, Installation]:
    token = call.identity.token
    if token is None:
        raise Refused(401, "Requires authentication")
    if token.installation is None:
        raise Refused(403, "You must authenticate with an installation access token.")
    return token, token.installation


@routes.add("DELETE", "/installation/token")
async def revoke_token(call: Call) -> Reply:
    """Revoke the token that calls."""
    token, _ = _installation_token(call)
    token.is_revoked = True
    return Reply(status=204)


@routes.add("GET", "/installation/repositories")
async def installation_repositories(call: Call) -> Reply:
    """Return the repositories that the token reaches."""
    world = call.site.world
    token, item = _installation_token(call)
    reach = world.installed_repositories(item)
    if token.repository_ids is not None:
        reach = [each for each in reach if each.id in token.repository_ids]
    reply = call.page(reach, lambda repo: bodies.repository(world, repo))
    reply.body = {
        "total_count": len(reach),
        "repository_selection": "all" if item.selected is None else "selected",
        "repositories": reply.body,
    }
    return reply


@routes.add("GET", "/app/hook/config")
async def get_hook_config(call: Call) -> Reply:
    """Return the App's webhook settings."""
    return Reply(body=events.hook_config(auth.require_app(call.identity)))


@routes.add("PATCH", "/app/hook/config")
async def set_hook_config(call: Call) -> Reply:
    """Change the App's webhook address or secret."""
    app = auth.require_app(call.identity)
    app.hook_url = call.body.get("url", app.hook_url)
    app.webhook_secret = call.body.get("secret", app.webhook_secret)
    return Reply(body=events.hook_config(app))


def _deliveries(call: Call) -> list[Delivery]:
    app = auth.require_app(call.identity)
    mine = [each for each in call.site.hooks.deliveries if each.app is app and each.delivered_at]
    return sorted(mine, key=lambda each: each.id, reverse=True)


@routes.add("GET", "/app/hook/deliveries")
async def list_deliveries(call: Call) -> Reply:
    """Return what was delivered to the App, newest first; *cursor* is the id to go on from."""
    size = min(int(call.query("per_page", "30")), 100)
    found = _deliveries(call)
    cursor = call.query("cursor")
    if cursor:
        found = [each for each in found if each.id < int(cursor)]
    page, headers = found[:size], {}
    if len(found) > size:
        url = f"{call.url()}?per_page={size}&cursor={page[-1].id}"
        headers["Link"] = f'<{url}>; rel="next"'
    return Reply(body=[delivery_item(each) for each in page], headers=headers)


def delivery_item(item: Delivery) -> Json:
    """Return one line of the delivery log."""
    return {
        "id": item.id,
        "guid": item.guid,
        "delivered_at": bodies.iso(item.delivered_at),
        "redelivery": item.is_redelivery,
        "duration": item.duration_s,
        "status": item.status,
        "status_code": item.status_code or 0,
        "event": item.event,
        "action": item.action,
        "installation_id": item.installation_id,
        "repository_id": item.repository_id,
        "throttled_at": None,
    }


def _delivery(call: Call) -> Delivery:
    for item in _deliveries(call):
        if item.id == int(call.param("delivery_id")):
            return item
    raise not_found()


@routes.add("GET", r"/app/hook/deliveries/{delivery_id:\d+}")
async def get_delivery(call: Call) -> Reply:
    """Return one delivery with what was sent and what came back."""
    item = _delivery(call)
    sent = {"headers": dict(item.headers), "payload": orjson.loads(item.body)}
    came = {"headers": {}, "payload": item.response_body}
    return Reply(body={**delivery_item(item), "url": item.url, "request": sent, "response": came})


@routes.add("POST", r"/app/hook/deliveries/{delivery_id:\d+}/attempts")
async def redeliver(call: Call) -> Reply:
    """Deliver again."""
    call.site.hooks.redeliver(_delivery(call))
    return Reply(status=202, body={})

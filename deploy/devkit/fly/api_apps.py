"""Apps, each on a network, and their network policies."""

import secrets
import time

from aiohttp import web

from deploy.devkit.fly.faults import Refusal
from deploy.devkit.fly.machines import Json
from deploy.devkit.fly.world import World, body_of


class AppsApi:
    """``/v1/apps`` but for machines."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return what is served."""
        policies = "/v1/apps/{app}/network_policies"
        return [
            web.post("/v1/apps", self._create),
            web.get("/v1/apps", self._list),
            web.get("/v1/apps/{app}", self._get),
            web.delete("/v1/apps/{app}", self._delete),
            web.post(policies, self._add_policy),
            web.get(policies, self._policies),
            web.delete(f"{policies}/{{policy}}", self._remove_policy),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        # The guide says app_name, the OpenAPI document name.
        name = body.get("app_name") or body.get("name")
        if not name or not body.get("org_slug"):
            raise Refusal(422, "unprocessable: app_name and org_slug are required")
        if name in self._world.apps:
            raise Refusal(422, "Validation failed: Name has already been taken")
        self._world.apps[name] = {
            "org_slug": body["org_slug"],
            "network": body.get("network") or "default",
            "policies": [],
        }
        return web.json_response({"id": name, "created_at": int(time.time() * 1000)}, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        org = request.query.get("org_slug")
        if not org:
            raise Refusal(400, "invalid_argument: org_slug is required")
        found = [
            self._shown(name)
            for name, app in self._world.apps.items()
            if app.get("org_slug", org) == org
        ]
        return web.json_response({"apps": found, "total_apps": len(found)})

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(self._shown(self._world.app_name(request)))

    async def _delete(self, request: web.Request) -> web.Response:
        name = self._world.app_name(request)
        for machine in self._world.of_app(name):
            await self._world.lives.destroy(machine)
        del self._world.apps[name]
        return web.Response(status=202)

    async def _add_policy(self, request: web.Request) -> web.Response:
        policies = self._world.apps[self._world.app_name(request)]["policies"]
        body = await body_of(request)
        if not body.get("name") or not body.get("selector") or not _are_rules(body.get("rules")):
            raise Refusal(422, "invalid_argument: a policy has a name, a selector and rules")
        policy = {"id": secrets.token_hex(8), **body}
        policies[:] = [one for one in policies if one["name"] != body["name"]] + [policy]
        return web.json_response(policy, status=201)

    async def _policies(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.apps[self._world.app_name(request)]["policies"])

    async def _remove_policy(self, request: web.Request) -> web.Response:
        policies = self._world.apps[self._world.app_name(request)]["policies"]
        left = [one for one in policies if one["id"] != request.match_info["policy"]]
        if len(left) == len(policies):
            raise Refusal(404, "not_found: network policy not found")
        policies[:] = left
        return web.Response(status=204)

    def _shown(self, name: str) -> Json:
        app = self._world.apps[name]
        living = [one for one in self._world.of_app(name) if not one.is_gone]
        slug = app.get("org_slug", "")
        return {
            "id": name,
            "name": name,
            "status": "deployed" if living else "pending",
            "machine_count": len(living),
            "network": app["network"],
            "organization": {"name": slug, "slug": slug},
        }


def _are_rules(rules: object) -> bool:
    """Whether *rules* are ports to and from which is allowed; there are no names of hosts."""
    return isinstance(rules, list) and all(
        isinstance(rule, dict)
        and rule.get("action") == "allow"
        and rule.get("direction") in {"egress", "ingress"}
        and isinstance(rule.get("ports"), list)
        for rule in rules
    )

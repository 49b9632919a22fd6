"""Lists of machines: of an app, and of the organisation page by page."""

from aiohttp import web
from multidict import MultiMapping

from deploy.devkit.fly.machines import Json
from deploy.devkit.fly.world import World, seconds

_PAGE = 1000
_OVERVIEW = ("id", "name", "state", "region", "instance_id", "private_ip")
_TIMES = ("created_at", "updated_at")
_IN_SUMMARY = (*_OVERVIEW, *_TIMES)


class ListsApi:
    """The lists; both may lag behind."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return what is served."""
        return [
            web.get("/v1/apps/{app}/machines", self._of_app),
            web.get("/v1/orgs/{org}/machines", self._of_org),
        ]

    async def _of_app(self, request: web.Request) -> web.Response:
        app, query = self._world.app_name(request), request.query
        found = [self._world.seen(one) for one in self._world.of_app(app)]
        shown = [one for one in found if one is not None and _fits(one, query)]
        if query.get("summary") == "true":
            shown = [{name: one[name] for name in _IN_SUMMARY} for one in shown]
        return web.json_response(shown)

    async def _of_org(self, request: web.Request) -> web.Response:
        """Show the machines, the oldest change first; a cursor is the id of the last one shown."""
        query = request.query
        rows = []
        for machine in self._world.machines.values():
            org = self._world.apps.get(machine.app, {}).get("org_slug", request.match_info["org"])
            one = self._world.seen(machine)
            if one is not None and org == request.match_info["org"] and _fits(one, query):
                rows.append(_overview(one, machine.app, is_short=query.get("summary") == "true"))
        rows = [one for one in rows if one["updated_at"] > query.get("updated_after", "")]
        rows.sort(key=lambda one: (one["updated_at"], one["id"]))
        limit = min(int(seconds(query.get("limit"), _PAGE)) or _PAGE, _PAGE)
        rows = [one for one in rows if _place(one) > query.get("cursor", "")]
        page = rows[:limit]
        answer: Json = {"machines": page, "next_cursor": ""}
        if page:
            answer |= {
                "last_machine_id": page[-1]["id"],
                "last_updated_at": page[-1]["updated_at"],
                "next_cursor": _place(page[-1]) if len(rows) > limit else "",
            }
        return web.json_response(answer)


def _fits(one: Json, query: MultiMapping[str]) -> bool:
    if one["state"] == "destroyed" and query.get("include_deleted") != "true":
        return False
    if query.get("region", one["region"]) != one["region"]:
        return False
    if one["state"] not in query.get("state", one["state"]).split(","):
        return False
    marks = one["config"].get("metadata") or {}
    prefix = "metadata."
    return all(
        marks.get(key.removeprefix(prefix)) == value
        for key, value in query.items()
        if key.startswith(prefix)
    )


def _overview(one: Json, app: str, *, is_short: bool) -> Json:
    row = {name: one[name] for name in _IN_SUMMARY}
    row |= {"app_name": app, "version": one["instance_id"]}
    if not is_short:
        config = one["config"]
        row["config"] = {
            name: config[name] for name in ("guest", "image", "metadata") if name in config
        }
    return row


def _place(row: Json) -> str:
    return f"{row['updated_at']}~{row['id']}"

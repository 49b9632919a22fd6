"""How a REST call is taken: fault, identity, permission, handler, headers, log."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Iterable
from typing import Any

import orjson
from aiohttp import web

from deploy.devkit.github import auth
from deploy.devkit.github.errors import Refused, not_found
from deploy.devkit.github.faults import Fault
from deploy.devkit.github.records import Exchange, PullRequest, Repository
from deploy.devkit.github.rest import PREFIX, Call, Reply, Route
from deploy.devkit.github.site import Site

_REPO = "/repos/{owner}/{repo}"
_BY_ID = "/repositories/{repository_id:\\d+}"
_ROOTS = "applications|app|app-manifests|installation|repos|repositories|users|user|orgs"
_FREE = {"/rate_limit"}


def mount(app: web.Application, site: Site, routes: Iterable[Route]) -> None:
    """Add *routes* with and without the prefix of an Enterprise Server, then a 404 for the rest."""
    for route in routes:
        paths = [route.path]
        if route.path.startswith(_REPO):
            paths.append(_BY_ID + route.path.removeprefix(_REPO))
        for path in paths:
            # An Enterprise Server has GraphQL beside, not below, the prefix of REST.
            for prefix in ("/api", "") if path == "/graphql" else (PREFIX, ""):
                app.router.add_route(route.method, prefix + path, Endpoint(site, route).serve)
    unknown = Route(method="*", path="", handler=_unknown, needs=())
    for path in (PREFIX + "/{tail:.*}", f"/{{root:{_ROOTS}}}", f"/{{root:{_ROOTS}}}/{{tail:.*}}"):
        app.router.add_route("*", path, Endpoint(site, unknown).serve)


async def _unknown(_call: Call) -> Reply:
    raise not_found()


class Endpoint:
    """One route of one site."""

    def __init__(self, site: Site, route: Route) -> None:
        self._site = site
        self._route = route

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a call and write it down."""
        start = time.perf_counter()
        path = request.path.removeprefix(PREFIX)
        sent = await _json_or_none(request)
        fault = await self._site.faults.take(request.method, path)
        identity = auth.Identity()
        is_harmless = fault is not None and fault.status is None and not fault.is_cut
        if fault is None or fault.is_after or is_harmless:
            identity, reply = await self._answer(request, path, sent)
        else:
            reply = _broken(fault)
        self._record(request, path, identity, sent, reply, time.perf_counter() - start)
        if fault is not None and fault.is_cut:
            return _cut(request)
        is_lost = fault is not None and fault.is_after and fault.status is not None
        return _response(request, _broken(fault) if fault and is_lost else reply)

    async def _answer(
        self, request: web.Request, path: str, sent: Any
    ) -> tuple[auth.Identity, Reply]:
        identity = auth.Identity()
        limits: dict[str, str] = {}
        try:
            identity = self._identify(request)
            limits = self._limit(identity, path)
            reply = await self._handle(request, path, identity, sent)
        except Refused as refusal:
            reply = Reply(status=refusal.status, body=refusal.body(), headers=refusal.headers)
        reply.headers = {**limits, **reply.headers}
        return identity, reply

    def _identify(self, request: web.Request) -> auth.Identity:
        if "User-Agent" not in request.headers:
            raise Refused(403, "Request forbidden by administrative rules.")
        return auth.identify(self._site.world, request.headers.get("Authorization"))

    async def _handle(
        self, request: web.Request, path: str, identity: auth.Identity, sent: Any
    ) -> Reply:
        if sent is _UNREADABLE:
            raise Refused(400, "Problems parsing JSON")
        if sent is not None and not isinstance(sent, dict):
            raise Refused(400, "Body should be a JSON object")
        call = Call(site=self._site, request=request, path=path, identity=identity, body=sent or {})
        if "repo" in request.match_info or "repository_id" in request.match_info:
            call.target = self._repository(request, path)
            self._allow(call, call.target)
        return await self._route.handler(call)

    def _repository(self, request: web.Request, path: str) -> Repository:
        world, match = self._site.world, request.match_info
        if "repository_id" in match:
            found = world.repositories.get(int(match["repository_id"]))
            if found is None:
                raise not_found()
            return found
        name = f"{match['owner']}/{match['repo']}"
        found = world.find_repository(name)
        if found is not None:
            return found
        moved = world.moved.get(name.lower())
        if moved is None or moved not in world.repositories:
            raise not_found()
        tail = path.split("/", 4)[4:]
        url = "/".join([f"{world.api_url}/repositories/{moved}", *tail])
        status, words = (
            (301, "Moved Permanently") if request.method == "GET" else (307, "Temporary Redirect")
        )
        raise Refused(status, words, headers={"Location": url})

    def _allow(self, call: Call, repo: Repository) -> None:
        needs = self._route.needs
        number = call.request.match_info.get("number")
        if number and len(needs) > 1:
            item = repo.issues.get(int(number))
            if not isinstance(item, PullRequest):  # pull request rights count only there
                needs = tuple(need for need in needs if not need.startswith("pull_requests"))
        if needs == ("app",):
            return
        auth.check(self._site.world, call.identity, repo, *needs)
        if repo.is_archived and call.request.method not in ("GET", "HEAD"):
            raise Refused(403, "Repository was archived so is read-only.")

    def _limit(self, identity: auth.Identity, path: str) -> dict[str, str]:
        stand = self._site.spend(identity.name, 0 if path in _FREE else 1)
        headers = {
            f"X-RateLimit-{name.capitalize()}": str(stand[name])
            for name in ("limit", "remaining", "reset", "used")
        }
        headers["X-RateLimit-Resource"] = "core"
        if stand["is_over"]:
            words = f"API rate limit exceeded for {identity.name}."
            raise Refused(403, words, headers=headers)
        return headers

    def _record(
        self,
        request: web.Request,
        path: str,
        identity: auth.Identity,
        sent: Any,
        reply: Reply,
        duration_s: float,
    ) -> None:
        body = reply.body
        if reply.media_type == "application/json" and body is not None:
            body = orjson.loads(orjson.dumps(body))  # a copy: the world goes on
        self._site.exchanges.append(
            Exchange(
                method=request.method,
                route=self._route.path,
                path=path,
                query=request.query_string,
                actor=identity.name,
                request_body=None if sent is _UNREADABLE else sent,
                status=reply.status,
                response_body=body,
                media_type=reply.media_type,
                headers=dict(reply.headers),
                duration_s=duration_s,
            )
        )


_UNREADABLE = object()


async def _json_or_none(request: web.Request) -> Any:
    raw = await request.read()
    if not raw:
        return None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _UNREADABLE


def _broken(fault: Fault) -> Reply:
    status = fault.status or 502
    refusal = Refused(status, fault.message or "Server Error", headers=fault.headers)
    return Reply(status=status, body=refusal.body(), headers=refusal.headers)


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError


def _response(request: web.Request, reply: Reply) -> web.Response:
    headers = {
        "X-GitHub-Request-Id": ":".join(secrets.token_hex(2).upper() for _ in range(5)),
        "Server": "github.com",
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Api-Version-Selected": request.headers.get("X-GitHub-Api-Version", "2022-11-28"),
        **reply.headers,
    }
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    payload = _encoded(reply)
    if reply.status == 200 and request.method == "GET":
        headers["ETag"] = f'W/"{hashlib.sha256(payload).hexdigest()}"'
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
    kind = reply.media_type
    charset = "utf-8" if kind.startswith(("text/", "application/json")) else None
    return web.Response(
        status=reply.status, body=payload, content_type=kind, charset=charset, headers=headers
    )


def _encoded(reply: Reply) -> bytes:
    if reply.media_type == "application/json":
        return orjson.dumps(reply.body)
    return reply.body if isinstance(reply.body, bytes) else str(reply.body).encode()

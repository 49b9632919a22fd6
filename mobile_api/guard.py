"""What stands before every route of the API: who asks, how often, how much, from which page."""

import uuid
from collections.abc import Sequence
from http import HTTPStatus

import structlog
from aiohttp import web

from bot.errors import CadenceError, InvalidRequest
from mobile_api.auth.sessions import Keeper, person_of
from mobile_api.endpoint import JSON, Endpoint
from mobile_api.idempotency import Once
from mobile_api.problems import Handler, known, of_http, problem, told
from mobile_api.rates import Rates, SharedRates, Standing
from mobile_api.wire import has_nul

PREFIX = "/api/"
log = structlog.get_logger()
_STANDING = web.RequestKey("standing", Standing)
_BODIES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Wraps endpoints; *proxies* is how many reverse proxies of ours stand before us.

    *rates* limit addresses at this coordinator, *shared* ones people at all of them.
    """

    def __init__(
        self, keeper: Keeper, rates: Rates, shared: SharedRates, once: Once, *, proxies: int = 0
    ) -> None:
        self._keeper = keeper
        self._rates = rates
        self._shared = shared
        self._once = once
        self._proxies = proxies

    def mount(self, app: web.Application, endpoints: Sequence[Endpoint]) -> None:
        """Add the routes."""
        for endpoint in endpoints:
            app.router.add_route(endpoint.method, endpoint.path, self.around(endpoint))

    def around(self, endpoint: Endpoint) -> Handler:
        """Return the endpoint's handler with the guard before it."""

        async def call(request: web.Request) -> web.StreamResponse:
            await self._admit(request, endpoint)
            if has_nul([*request.match_info.values(), *request.query.values()]):
                raise InvalidRequest("an address has no NUL characters")
            _check_media(request, endpoint)
            if endpoint.is_keyed and not endpoint.is_open:
                person = person_of(request)
                inner = told(endpoint.handler)
                most = endpoint.most_bytes
                return await self._once(request, person.id, inner, most=most)
            return await endpoint.handler(request)

        return told(call)

    async def _admit(self, request: web.Request, endpoint: Endpoint) -> None:
        if endpoint.is_open:
            request[_STANDING] = self._rates.count(endpoint.rate, self.remote(request))
            return
        await self._keeper.admit(request)
        person = person_of(request)
        request[_STANDING] = await self._shared.count(endpoint.rate, str(person.id))

    def remote(self, request: web.Request) -> str:
        """Return the address that a request comes from, as our own proxies saw it."""
        said = request.headers.get("X-Forwarded-For", "").split(",")
        if self._proxies and len(said) >= self._proxies:
            return said[-self._proxies].strip()[:64]
        return request.remote or "?"


def _check_media(request: web.Request, endpoint: Endpoint) -> None:
    """Refuse a body of a type that is not read: a form of a foreign page has another one."""
    if request.method not in _BODIES or not request.body_exists:
        return
    if (request.content_length or 0) > endpoint.most_bytes:
        raise web.HTTPRequestEntityTooLarge(endpoint.most_bytes, request.content_length or 0)
    if request.content_length == 0:
        return
    if request.content_type not in (endpoint.media if endpoint.body or endpoint.shape else (JSON,)):
        raise web.HTTPUnsupportedMediaType


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell everything that goes wrong under ``/api/`` as a problem."""
    if not request.path.startswith(PREFIX):
        return await handler(request)
    try:
        return await handler(request)
    except CadenceError as error:
        return known(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return of_http(error)
    except Exception:  # a mistake of ours; the log has it, the caller gets a sentence
        log.exception("a request broke", method=request.method, route=_route(request))
        words = "Cadence made a mistake; its operator's log has it"
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, words)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "" if resource is None else resource.canonical


async def add_headers(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Give every answer under ``/api/`` the headers that keep browsers from harm."""
    if not request.path.startswith(PREFIX):
        return
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("X-Request-Id", uuid.uuid4().hex)
    standing = request.get(_STANDING)
    if isinstance(standing, Standing):
        for name, value in standing.headers.items():
            response.headers.setdefault(name, value)

"""What goes wrong, told to programs as RFC 9457 ``application/problem+json``."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from bot.errors import (
    CadenceError,
    GitHubRefused,
    IllegalTransition,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from bot.github.person import TokenRefused
from bot.keys.user_tokens import SignInOver

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PLAIN = "about:blank"


class Unauthenticated(CadenceError):
    """Nobody is named, or somebody whom GitHub does not know."""


class NotIndexed(NotFound):
    """There is such a repository, but no index of it yet."""


class Conflict(CadenceError):
    """It cannot be done as things stand; *kind* names why for programs."""

    def __init__(self, message: str, *, kind: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after_s = retry_after_s


class KeyReused(CadenceError):
    """An Idempotency-Key came with another request than its first."""


class NothingHeard(CadenceError):
    """A recording has no words in it."""


# The first that fits counts.
_TABLE: tuple[tuple[type[CadenceError], HTTPStatus, str], ...] = (
    (Unauthenticated, HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    (SignInOver, HTTPStatus.UNAUTHORIZED, "sign-in-over"),
    (TokenRefused, HTTPStatus.UNAUTHORIZED, "sign-in-over"),
    (RateLimited, HTTPStatus.TOO_MANY_REQUESTS, PLAIN),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE, PLAIN),
    (IllegalTransition, HTTPStatus.CONFLICT, "illegal-transition"),
    (Conflict, HTTPStatus.CONFLICT, "conflict"),
    (KeyReused, HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused"),
    (NothingHeard, HTTPStatus.UNPROCESSABLE_ENTITY, "nothing-heard"),
    (InvalidRequest, HTTPStatus.BAD_REQUEST, PLAIN),
    (NotIndexed, HTTPStatus.NOT_FOUND, "not-indexed"),
    (NotFound, HTTPStatus.NOT_FOUND, PLAIN),
    (PermissionDenied, HTTPStatus.FORBIDDEN, PLAIN),
    (QuotaExceeded, HTTPStatus.TOO_MANY_REQUESTS, "quota-exceeded"),
    (GitHubRefused, HTTPStatus.BAD_GATEWAY, PLAIN),
)


def problem(status: HTTPStatus, detail: str, *, kind: str = PLAIN, **more: Any) -> web.Response:
    """Return a problem: *detail* is a sentence for people, *kind* a name for programs."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if "retry_after_s" in more:
        headers["Retry-After"] = str(max(1, round(more.pop("retry_after_s"))))
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    body = {"type": kind, "title": status.phrase, "status": status.value, "detail": detail, **more}
    return web.json_response(
        body, status=status.value, headers=headers, content_type="application/problem+json"
    )


def told(handler: Handler) -> Handler:
    """Return *handler* with everything that goes wrong in it told as a problem."""

    async def call(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ValidationError as error:
            return _invalid(error)
        except CadenceError as error:
            return known(error)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return of_http(error)

    return call


def known(error: CadenceError) -> web.Response:
    """Return the problem that *error* is."""
    found = (row for row in _TABLE if isinstance(error, row[0]))
    _, status, kind = next(found, (None, HTTPStatus.INTERNAL_SERVER_ERROR, PLAIN))
    more: dict[str, Any] = {}
    later = getattr(error, "retry_after_s", None)
    if later is None and isinstance(error, Unavailable | NotIndexed):
        later = 5
    if later is not None:
        more["retry_after_s"] = later
    return problem(status, str(error), kind=getattr(error, "kind", kind), **more)


def of_http(error: web.HTTPException) -> web.Response:
    """Return the problem for what the server itself refuses."""
    status = HTTPStatus(error.status)
    said = _SAID.get(status, status.description or status.phrase.lower())
    answer = problem(status, said)
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


_SAID = {
    HTTPStatus.NOT_FOUND: "there is no such thing here",
    HTTPStatus.METHOD_NOT_ALLOWED: "this cannot be done with it; Allow says what can",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the request is too large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "the body has a type that is not read here",
    HTTPStatus.BAD_REQUEST: "the request cannot be read",
}


def _invalid(error: ValidationError) -> web.Response:
    fields = [
        {"field": ".".join(map(str, one["loc"])) or "body", "detail": one["msg"]}
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    said = "; ".join(f"{one['field']}: {one['detail']}" for one in fields[:3])
    return problem(HTTPStatus.BAD_REQUEST, said, kind="invalid-request", errors=fields[:20])

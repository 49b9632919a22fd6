"""What goes wrong, told to programs as RFC 9457 ``application/problem+json``."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from pydantic import ValidationError

from bot.errors import (
    CadenceError,
    GitHubRefused,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_STATUS: tuple[tuple[type[CadenceError], HTTPStatus], ...] = (
    (RateLimited, HTTPStatus.TOO_MANY_REQUESTS),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (InvalidRequest, HTTPStatus.BAD_REQUEST),
    (NotFound, HTTPStatus.NOT_FOUND),
    (PermissionDenied, HTTPStatus.FORBIDDEN),
    (QuotaExceeded, HTTPStatus.TOO_MANY_REQUESTS),
    (GitHubRefused, HTTPStatus.BAD_GATEWAY),
)
log = structlog.get_logger()


class Unauthenticated(CadenceError):
    """Nobody is named, or somebody whom GitHub does not know."""


class NotIndexed(NotFound):
    """There is such a repository, but no index of it yet."""


def problem(
    status: HTTPStatus, detail: str, *, kind: str = "about:blank", **more: Any
) -> web.Response:
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
        except NotIndexed as error:
            return problem(HTTPStatus.NOT_FOUND, str(error), kind="not-indexed", retry_after_s=5)
        except Unauthenticated as error:
            return problem(HTTPStatus.UNAUTHORIZED, str(error), kind="unauthenticated")
        except CadenceError as error:
            return _known(error)
        except web.HTTPRequestEntityTooLarge:
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the request is too large")

    return call


def _known(error: CadenceError) -> web.Response:
    status = next(
        (status for kind, status in _STATUS if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    later = getattr(error, "retry_after_s", None)
    if isinstance(error, Unavailable):
        return problem(status, str(error), retry_after_s=later or 5)
    return problem(status, str(error))


def _invalid(error: ValidationError) -> web.Response:
    fields = [
        {"field": ".".join(map(str, one["loc"])) or "body", "detail": one["msg"]}
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    said = "; ".join(f"{one['field']}: {one['detail']}" for one in fields[:3])
    return problem(HTTPStatus.BAD_REQUEST, said, kind="invalid-request", errors=fields[:20])

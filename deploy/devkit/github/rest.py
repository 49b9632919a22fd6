"""The words of the REST side: a call, its reply, the routes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from aiohttp import web

from deploy.devkit.github import auth
from deploy.devkit.github.errors import Refused, not_found
from deploy.devkit.github.records import Account, Json, Repository
from deploy.devkit.github.site import Site

PREFIX = "/api/v3"
_T = TypeVar("_T")


@dataclass(kw_only=True)
class Reply:
    """An answer: JSON, or text of another media type."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


@dataclass(kw_only=True)
class Call:
    """One REST call, its caller known and allowed."""

    site: Site
    request: web.Request
    path: str
    identity: auth.Identity
    body: Json
    target: Repository | None = None

    @property
    def repo(self) -> Repository:
        """The repository in the path."""
        if self.target is None:
            raise not_found()
        return self.target

    @property
    def actor(self) -> Account:
        """The account that acts."""
        if self.identity.account is None:
            raise Refused(401, "Requires authentication")
        return self.identity.account

    def param(self, name: str) -> str:
        """Return a part of the path."""
        return self.request.match_info[name]

    def query(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return self.request.query.get(name, default)

    def url(self) -> str:
        """Return the absolute address of this call, without its query."""
        return self.site.world.api_url + quote(self.path)

    def page(self, items: Sequence[_T], render: Callable[[_T], Any]) -> Reply:
        """Return one page of *items* with the ``Link`` header that leads to the others."""
        size = min(max(_number(self.query("per_page"), 30), 1), 100)
        number = max(_number(self.query("page"), 1), 1)
        last = max(1, -(-len(items) // size))
        start = (number - 1) * size
        links = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        if number >= last:
            del links["next"], links["last"]
        if number == 1:
            del links["prev"], links["first"]
        rels = [f'<{self._page_url(to)}>; rel="{rel}"' for rel, to in links.items()]
        headers = {"Link": ", ".join(rels)} if rels else {}
        return Reply(body=[render(item) for item in items[start : start + size]], headers=headers)

    def _page_url(self, number: int) -> str:
        return f"{self.url()}?{urlencode({**self.request.query, 'page': str(number)})}"


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() else default


Handler = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, kw_only=True)
class Route:
    """A REST call that the stand-in knows; *needs* are alternatives."""

    method: str
    path: str
    handler: Handler
    needs: tuple[str, ...]


class Routes:
    """The REST calls of one module."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def add(self, method: str, path: str, *needs: str) -> Callable[[Handler], Handler]:
        """Register the decorated handler; *needs* guards repository paths."""

        def register(handler: Handler) -> Handler:
            self.all.append(Route(method=method, path=path, handler=handler, needs=needs))
            return handler

        return register

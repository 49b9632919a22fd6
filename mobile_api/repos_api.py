"""Where the person may have agents."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from bot.errors import InvalidRequest
from bot.github.person import Reach
from mobile_api.auth.reach import Reaches
from mobile_api.auth.sessions import person_of
from mobile_api.endpoint import Endpoint
from mobile_api.wire import Page, Wire, answer, queried


class ReposQuery(Page):
    """Which repositories: *q* is part of their name."""

    q: Annotated[str, Field(max_length=200)] = ""


class RepoView(Wire):
    """A repository that the person may write to and the App is installed on."""

    id: int
    full_name: str
    private: bool
    default_branch: str
    pushed_at: str | None
    language: str | None


class RepoPage(Wire):
    """A part of the list, by name."""

    items: list[RepoView]
    next_cursor: str | None


class BranchList(Wire):
    """The branches of a repository."""

    items: list[str]


class ReposApi:
    """``/api/repos``."""

    def __init__(self, reaches: Reaches) -> None:
        self._reaches = reaches

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [
            Endpoint(
                method="GET",
                path="/api/repos",
                handler=self._list,
                summary="Repositories where you may have agents, a minute old at most",
                tag="repositories",
                query=ReposQuery,
                answers={200: RepoPage},
            ),
            Endpoint(
                method="GET",
                path="/api/repos/{owner}/{repo}/branches",
                handler=self._branches,
                summary="The branches of one of them",
                tag="repositories",
                answers={200: BranchList},
                problems=(404,),
            ),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        query = queried(request, ReposQuery)
        words = query.q.lower()
        found = [
            one
            for one in await self._reaches.repos(person_of(request))
            if words in one.full_name.lower() and not one.is_archived
        ]
        start = _start(query.cursor)
        shown = found[start : start + query.limit]
        end = start + len(shown)
        page = RepoPage(
            items=[_view(one) for one in shown],
            next_cursor=f"r{end}" if shown and end < len(found) else None,
        )
        return answer(page)

    async def _branches(self, request: web.Request) -> web.Response:
        name = f"{request.match_info['owner']}/{request.match_info['repo']}"
        found = await self._reaches.branches(person_of(request), name)
        return answer(BranchList(items=found))


def _start(cursor: str) -> int:
    number = cursor.removeprefix("r")
    if not cursor:
        return 0
    if not cursor.startswith("r") or not number.isascii() or not number.isdigit():
        raise InvalidRequest("cursor: take it from nextCursor as it is")
    return int(number[:9])


def _view(reach: Reach) -> RepoView:
    return RepoView(
        id=reach.id,
        full_name=reach.full_name,
        private=reach.is_private,
        default_branch=reach.default_branch,
        pushed_at=reach.pushed_at,
        language=reach.language,
    )

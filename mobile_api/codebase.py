"""``POST /api/codebase/analyze`` and ``/search``: what a repository is, and where things are."""

import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.errors import NotFound, Unavailable
from indexer.search import Found, Hit
from indexer.store import State
from mobile_api.auth.access import Access, Place
from mobile_api.endpoint import Endpoint
from mobile_api.problems import NotIndexed
from mobile_api.rates import Rate
from mobile_api.wire import Wire, has_nul, raw_of

_BY_ADDRESS = Rate("codebase-address", 600)
Ask = Callable[[int, int, str, str], Awaitable[None]]


def _of_branch(ref: str) -> str:
    if has_nul(ref):
        raise ValueError("that is no name of a branch")
    return ref


class SearchRequest(Wire):
    """What to look for, where: *ref* is a branch, the default one when empty."""

    repository: Annotated[str, Field(min_length=3, max_length=201)]
    query: Annotated[str, Field(min_length=1, max_length=100_000)]
    ref: Annotated[str, Field(max_length=255), AfterValidator(_of_branch)] = ""
    k: Annotated[int, Field(ge=1, le=100)] = 20


class AnalyzeRequest(Wire):
    """Which repository; with a *query* the relevant files are those that it is about."""

    repository: Annotated[str, Field(min_length=3, max_length=201)]
    query: Annotated[str, Field(max_length=100_000)] = ""
    ref: Annotated[str, Field(max_length=255), AfterValidator(_of_branch)] = ""
    k: Annotated[int, Field(ge=1, le=100)] = 20


class SearchAnswer(BaseModel):
    """The files that fit, the best first."""

    model_config = ConfigDict(extra="allow")
    repository: str
    commit: str
    indexedAt: str  # noqa: N815 - as it is on the wire
    mode: str
    results: list[dict[str, Any]]
    tookMs: float  # noqa: N815 - as it is on the wire


class AnalyzeAnswer(BaseModel):
    """What a repository is made of."""

    model_config = ConfigDict(extra="allow")
    repository: str
    commit: str


class Index(Protocol):
    """What is asked of the indexes."""

    async def state(self, repository_id: int, ref: str = "") -> State | None:
        """Return the newest snapshot, None when there is none."""
        ...

    async def search_at(
        self,
        installation_id: int,
        repository_id: int,
        full_name: str,
        text: str,
        *,
        ref: str,
        k: int,
    ) -> Found:
        """Return what fits *text* on *ref*; raise `NotFound` when there is no index."""
        ...


class Codebase:
    """The routes; they answer 503 until `open_for` says whom to ask."""

    def __init__(self) -> None:
        self._open: tuple[Access, Index, Ask] | None = None

    def open_for(self, access: Access, index: Index, ask: Ask) -> None:
        """Answer from now on; *ask* queues the first index of a repository."""
        self._open = (access, index, ask)

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [
            Endpoint(
                method="POST",
                path="/api/codebase/search",
                handler=self._search,
                summary="Where things are in a repository that you may read",
                tag="codebase",
                body=SearchRequest,
                answers={200: SearchAnswer},
                problems=(401, 404),
                rate=_BY_ADDRESS,
                is_open=True,
            ),
            Endpoint(
                method="POST",
                path="/api/codebase/analyze",
                handler=self._analyze,
                summary="What a repository that you may read is made of",
                tag="codebase",
                body=AnalyzeRequest,
                answers={200: AnalyzeAnswer},
                problems=(401, 404),
                rate=_BY_ADDRESS,
                is_open=True,
            ),
        ]

    async def _search(self, request: web.Request) -> web.Response:
        started = time.perf_counter()
        asked = SearchRequest.model_validate_json(await raw_of(request))
        place = await self._place(request, asked.repository)
        state = await self._state(place)
        found = await self._found(place, asked.query, asked.ref, asked.k)
        body = {
            "repository": place.full_name,
            "commit": found.commit,
            "indexedAt": state.indexed_at.isoformat(),
            "mode": found.mode.value,
            "results": [result(hit) for hit in found.hits],
            "tookMs": round((time.perf_counter() - started) * 1000, 1),
        }
        return self._answer(request, body)

    async def _analyze(self, request: web.Request) -> web.Response:
        asked = AnalyzeRequest.model_validate_json(await raw_of(request))
        place = await self._place(request, asked.repository)
        state = await self._state(place)
        body = dict(state.context)
        if asked.query.strip():
            found = await self._found(place, asked.query, asked.ref, asked.k)
            body["relevantFiles"] = [relevant(hit) for hit in found.hits]
            body["mode"] = found.mode.value
        body |= {"repository": place.full_name, "commit": state.commit}
        return self._answer(request, body)

    async def _place(self, request: web.Request, full_name: str) -> Place:
        if self._open is None:
            raise Unavailable("the coordinator is starting")
        return await self._open[0].readable(request, full_name)

    async def _state(self, place: Place) -> State:
        if self._open is None:
            raise Unavailable("the coordinator is starting")
        _, index, ask = self._open
        state = await index.state(place.repository_id)
        if state is None:
            why = f"api:{int(time.time()) // 60}"  # once a minute is enough, whoever asks
            await ask(place.installation_id, place.repository_id, place.full_name, why)
            raise NotIndexed("the repository is being indexed for the first time: ask again soon")
        return state

    async def _found(self, place: Place, query: str, ref: str, k: int) -> Found:
        if self._open is None:
            raise Unavailable("the coordinator is starting")
        try:
            return await self._open[1].search_at(
                place.installation_id,
                place.repository_id,
                place.full_name,
                query,
                ref=ref,
                k=k,
            )
        except NotFound as error:
            raise NotFound(f"there is no branch {ref} of {place.full_name}") from error

    def _answer(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        standing = self._open[0].standing(request) if self._open else {}
        headers = {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Request-Id": uuid.uuid4().hex,
            **standing,
        }
        return web.json_response(body, headers=headers)


def result(hit: Hit) -> dict[str, Any]:
    """Return *hit* as the API gives it."""
    return {
        "path": shown(hit.path),
        "startLine": hit.start,
        "endLine": hit.end,
        "score": hit.score,
        "priority": hit.priority.value,
        "reason": hit.reason,
        "name": hit.name,
        "language": hit.language,
        "text": hit.text,
    }


def relevant(hit: Hit) -> dict[str, Any]:
    """Return *hit* as one of a codebase's relevant files."""
    return {
        "path": shown(hit.path),
        "reason": hit.reason,
        "priority": hit.priority.value,
        "score": hit.score,
    }


def shown(path: str) -> str:
    """Return *path* as text that every JSON reader takes; bytes that are no text are replaced."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

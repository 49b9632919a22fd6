"""Agents over HTTP: made, listed, steered."""

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from pydantic import BaseModel

from bot.db.agent_lists import Wanted
from bot.domain import Agent, Options, Source
from bot.errors import InvalidRequest, NotFound
from bot.life.agent_lists import NOT_YOURS, AgentLists
from mobile_api import idempotency
from mobile_api.agents.acts import Acts, Wish
from mobile_api.agents.views import (
    AgentAsked,
    AgentPage,
    AgentsQuery,
    AgentView,
    AnswerAsked,
    MessageAsked,
    agent_view,
)
from mobile_api.auth.people import Person
from mobile_api.auth.reach import Reaches
from mobile_api.auth.sessions import person_of
from mobile_api.endpoint import CREATE, Endpoint
from mobile_api.problems import Handler
from mobile_api.settings_api import Choices
from mobile_api.wire import answer, asked, queried

_TAG = "agents"


class AgentsApi:
    """The routes of agents but for their logs and streams."""

    def __init__(
        self, acts: Acts, lists: AgentLists, reaches: Reaches, choices: Choices, *, web_url: str
    ) -> None:
        self._acts = acts
        self._lists = lists
        self._reaches = reaches
        self._choices = choices
        self._web_url = web_url

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [*self._collection(), *self._one(), *self._verbs()]

    def _collection(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path="/api/agents",
                handler=self._create,
                summary="Give a task to a new agent",
                tag=_TAG,
                body=AgentAsked,
                answers={201: AgentView, 200: AgentView},
                problems=(404, 429),
                rate=CREATE,
                is_keyed=True,
            ),
            Endpoint(
                method="GET",
                path="/api/agents",
                handler=self._list,
                summary="Your agents, the newest first",
                tag=_TAG,
                query=AgentsQuery,
                answers={200: AgentPage},
            ),
        ]

    def _one(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="GET",
                path="/api/agents/{id}",
                handler=self._get,
                summary="One agent, by its id or its number",
                tag=_TAG,
                answers={200: AgentView},
                problems=(404,),
            ),
            Endpoint(
                method="DELETE",
                path="/api/agents/{id}",
                handler=self._delete,
                summary="Stop an agent; its work so far stays on its branch",
                tag=_TAG,
                answers={202: AgentView},
                problems=(404, 409),
            ),
        ]

    def _verbs(self) -> list[Endpoint]:
        return [
            self._verb("pause", self._pause, "Hold an agent between two steps"),
            self._verb("resume", self._resume, "Let a held agent go on"),
            self._verb("stop", self._stop, "Stop an agent"),
            self._verb(
                "retry", self._retry, "Begin again, with a new agent", good={201: AgentView}
            ),
            self._verb("messages", self._say, "Say something to an agent", body=MessageAsked),
            self._verb("answer", self._answer, "Answer an agent's question", body=AnswerAsked),
        ]

    def _verb(
        self,
        name: str,
        handler: Handler,
        summary: str,
        *,
        body: type[BaseModel] | None = None,
        good: Mapping[int, type[BaseModel]] | None = None,
    ) -> Endpoint:
        return Endpoint(
            method="POST",
            path=f"/api/agents/{{id}}/{name}",
            handler=handler,
            summary=summary,
            tag=_TAG,
            body=body,
            answers=good or {200: AgentView},
            problems=(404, 409, 429),
            is_keyed=True,
        )

    async def _create(self, request: web.Request) -> web.Response:
        person, wanted = person_of(request), await asked(request, AgentAsked)
        choices = await self._choices.of(person)
        if wanted.branch is not None and not wanted.branch.isprintable():
            raise InvalidRequest("branch: that is no name of a branch")
        wish = Wish(
            repository=wanted.repo,
            task=wanted.task,
            source=source_of(request),
            source_ref=_reference(request, person),
            options=Options(
                model=wanted.model or choices.default_model,
                base=wanted.branch,
                budget_usd=wanted.budget_usd or choices.budget_usd,
            ),
        )
        agent, is_new = await self._acts.create(person, wish)
        return self._answered(agent, status=201 if is_new else 200)

    async def _list(self, request: web.Request) -> web.Response:
        person, query = person_of(request), queried(request, AgentsQuery)
        is_active = {"active": True, "done": False}.get(query.status)
        wanted = Wanted(
            person_id=person.id,
            repository_ids=await self._reaches.ids(person),
            is_active=is_active,
            repository=query.repo,
            words=query.q.strip(),
            below=_below(query.cursor),
        )
        found = await self._lists.page(wanted, limit=query.limit + 1)
        shown, rest = found[: query.limit], found[query.limit :]
        page = AgentPage(
            items=[agent_view(one, web_url=self._web_url) for one in shown],
            next_cursor=f"n{shown[-1].number}" if rest else None,
        )
        return answer(page)

    async def _get(self, request: web.Request) -> web.Response:
        return self._answered(await self.seen(request))

    async def seen(self, request: web.Request) -> Agent:
        """Return the agent in the path if the person may see it; raise `NotFound`."""
        person = person_of(request)
        agent = await self._lists.find(person.id, request.match_info["id"])
        if agent.task.repository_id not in await self._reaches.ids(person):
            raise NotFound(NOT_YOURS)
        return agent

    async def _mine(self, request: web.Request) -> tuple[Person, Agent]:
        person = person_of(request)
        return person, await self._lists.find(person.id, request.match_info["id"])

    async def _delete(self, request: web.Request) -> web.Response:
        person, agent = await self._mine(request)
        return self._answered(await self._acts.stop(person, agent), status=202)

    async def _pause(self, request: web.Request) -> web.Response:
        return await self._moved(request, self._acts.pause)

    async def _resume(self, request: web.Request) -> web.Response:
        return await self._moved(request, self._acts.resume)

    async def _stop(self, request: web.Request) -> web.Response:
        return await self._moved(request, self._acts.stop)

    async def _moved(
        self, request: web.Request, act: Callable[[Person, Agent], Awaitable[Agent]]
    ) -> web.Response:
        person, agent = await self._mine(request)
        return self._answered(await act(person, agent))

    async def _say(self, request: web.Request) -> web.Response:
        person, agent = await self._mine(request)
        words = await asked(request, MessageAsked)
        reference = _reference(request, person)
        said = await self._acts.say(person, agent, words.text, source_ref=reference)
        return self._answered(said)

    async def _answer(self, request: web.Request) -> web.Response:
        person, agent = await self._mine(request)
        words = await asked(request, AnswerAsked)
        return self._answered(await self._acts.answer(person, agent, words.question_id, words.text))

    async def _retry(self, request: web.Request) -> web.Response:
        person, agent = await self._mine(request)
        reference = _reference(request, person)
        again, _ = await self._acts.retry(
            person, agent, source=source_of(request), source_ref=reference
        )
        return self._answered(again, status=201)

    def _answered(self, agent: Agent, *, status: int = 200) -> web.Response:
        view = agent_view(agent, web_url=self._web_url)
        if status == 201:
            return answer(view, status=status, Location=f"/api/agents/{agent.id}")
        return answer(view, status=status)


def source_of(request: web.Request) -> Source:
    """Return the door that *request* came through."""
    is_ours = request.headers.get("X-Cadence-Client", "") in {"web", "ios", "android"}
    return Source.MOBILE_APP if is_ours else Source.API


def _reference(request: web.Request, person: Person) -> str:
    """Return what makes the outcome of *request* one, however often it comes."""
    key = request.headers.get(idempotency.HEADER, "")
    what = hashlib.sha256(f"{request.path}\n{key}".encode()).hexdigest() if key else uuid.uuid4()
    return f"app:{person.id}:{what}"


def _below(cursor: str) -> int | None:
    if not cursor:
        return None
    number = cursor.removeprefix("n")
    if not cursor.startswith("n") or not number.isascii() or not number.isdigit():
        raise InvalidRequest("cursor: take it from nextCursor as it is")
    return min(int(number[:12]), 2**31 - 1)

"""The server: a real socket on 127.0.0.1 that speaks the Messages API."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import structlog
from aiohttp import web
from pydantic import ValidationError

from deploy.devkit.anthropic import answer, compaction, structured
from deploy.devkit.anthropic.contract import contract, known_models
from deploy.devkit.anthropic.replies import Refusal, error_response, headers, models_page
from deploy.devkit.anthropic.rules import broken_rule
from deploy.devkit.anthropic.scenario import Fault, Scenario, Turn
from deploy.devkit.anthropic.sending import send_stream, send_whole
from deploy.devkit.anthropic.usage import PromptCache

Json = dict[str, Any]

log = structlog.get_logger()

_BODY: web.RequestKey[Json | None] = web.RequestKey("body")
_MAX_BODY = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """A request as it came in; *body* is None where it was no JSON object."""

    method: str
    path: str
    headers: dict[str, str]
    body: Json | None


class AnthropicStandIn:
    """Anthropic's Messages API, played from a scenario.

    ``async with AnthropicStandIn({"turns": [...]}) as llm`` serves at ``llm.url``; ``llm.requests``
    remembers what came. Several keys may be valid; remove one from `keys` to revoke it. A *gate*
    is awaited with each body before it is answered, and cancelled when the asker hangs up.
    """

    def __init__(
        self,
        scenario: Json | Path | Scenario | None = None,
        *,
        key: str = "anthropic-devkit-key",
        port: int = 0,
    ) -> None:
        self.scenario = Scenario.load(scenario or {})
        self.key = key
        self.keys = {key}
        self.url = ""
        self.requests: list[RecordedRequest] = []
        self.gate: Callable[[Json], Awaitable[None]] | None = None
        self._port = port
        self._asked = 0
        self._cache = PromptCache()
        self._runner: web.AppRunner | None = None

    @property
    def messages(self) -> list[Json]:
        """The bodies of all message requests, in order."""
        return [
            one.body for one in self.requests if one.path == "/v1/messages" and one.body is not None
        ]

    def say(self, *content: str | Json, **turn: Any) -> None:
        """Add a turn: texts and content blocks; *turn* may set ``stop_reason`` and the like."""
        blocks = [{"type": "text", "text": one} if isinstance(one, str) else one for one in content]
        self.scenario.turns.append(Turn(content=blocks, **turn))

    def use(self, name: str, /, **arguments: Any) -> None:
        """Add a turn in which the model uses the tool *name*."""
        self.say({"type": "tool_use", "name": name, "input": arguments})

    def fail(self, status: int | None = None, **fault: Any) -> None:
        """Make the next message request fail, or the one that *fault* says."""
        self.scenario.faults.append(Fault(status=status, **fault))

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_MAX_BODY, middlewares=[self._guard])
        app.router.add_post("/v1/messages", self._create)
        app.router.add_post("/v1/messages/count_tokens", self._count)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/v1/models/{id}", self._model)
        app.router.add_post("/_devkit/faults", self._add_fault)
        app.router.add_get("/_devkit/requests", self._list_requests)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=1, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Record the request, check the key, turn refusals into the API's error bodies."""
        body = await _json(request)
        request[_BODY] = body
        if request.path.startswith("/_devkit/"):
            answered: web.StreamResponse = await handler(request)
            return answered
        self.requests.append(
            RecordedRequest(
                method=request.method,
                path=request.path,
                headers={name.lower(): value for name, value in request.headers.items()},
                body=body,
            )
        )
        try:
            self._authenticate(request)
            answered = await handler(request)
        except Refusal as refusal:
            log.debug("request refused", status=refusal.status, reason=str(refusal))
            return error_response(refusal)
        except web.HTTPNotFound:
            return error_response(Refusal(404, "not_found_error", "Not found"))
        return answered

    def _authenticate(self, request: web.Request) -> None:
        given = request.headers.get("x-api-key", "")
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given = given or bearer.strip()
        if not given:
            reason = "x-api-key header is required"
            raise Refusal(401, "authentication_error", reason)
        if given not in self.keys:
            raise Refusal(401, "authentication_error", "invalid x-api-key")
        if not request.headers.get("anthropic-version"):
            raise Refusal(400, "invalid_request_error", "anthropic-version: header is required")

    def _checked(self, request: web.Request, kind: str) -> Json:
        body: Json | None = request[_BODY]
        if body is None:
            raise Refusal(400, "invalid_request_error", "The request body is not valid JSON")
        if request.query.get("beta") == "true" or "anthropic-beta" in request.headers:
            kind = f"beta {kind}"
        fault = contract(kind).fault_in(body)
        if fault:
            raise Refusal(400, "invalid_request_error", fault)
        if body["model"] not in known_models():
            raise Refusal(404, "not_found_error", f"model: {body['model']}")
        betas = ",".join(request.headers.getall("anthropic-beta", ()))
        broken = broken_rule(body) or compaction.broken_rule(body, betas) or self._too_long(body)
        if broken:
            raise Refusal(400, "invalid_request_error", broken)
        return body

    def _too_long(self, body: Json) -> str | None:
        window = self.scenario.context_window
        if window is None or compaction.prompt_tokens(body) <= window:
            return None
        return f"prompt is too long: {compaction.prompt_tokens(body)} tokens > {window} maximum"

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self._asked += 1
        asked = self._asked
        body = self._checked(request, "create")
        schema = structured.wanted_schema(body)
        number, turn = self._structured(body, schema) if schema is not None else self._turn(body)
        if self.gate is not None:
            await self.gate(body)
        fault = self.scenario.take_fault(request=asked, turn=number)
        if fault is not None:
            await asyncio.sleep(fault.delay_s)
            if fault.garbage:
                return web.Response(text="<html>Bad gateway</html>", content_type="text/html")
            if fault.status is not None:
                raise Refusal.of(fault)
        await asyncio.sleep(turn.delay_s)
        whole = self._whole(body, number, turn)
        send = send_stream if body.get("stream") else send_whole
        return await send(request, whole, fault)

    def _whole(self, body: Json, number: int | None, turn: Turn) -> Json:
        """Return *turn* as a message, with a summary before it when the conversation is long."""
        seed = f"{number}:{orjson.dumps(body['messages'][0]).decode()}"
        if not compaction.is_due(body, above=self.scenario.compact_above):
            usage = self._cache.usage(compaction.visible(body), owner=self.key)
            return answer.message(turn, model=body["model"], seed=seed, usage=usage)
        summary = compaction.summary_of(body)
        usage = compaction.usage(body, summary, self._cache, owner=self.key)
        if (compaction.edit_in(body) or {}).get("pause_after_compaction"):
            turn = Turn(content=[summary], stop_reason="compaction")
        else:
            turn = turn.model_copy(update={"content": [summary, *turn.content]})
        return answer.message(turn, model=body["model"], seed=seed, usage=usage)

    def _turn(self, body: Json) -> tuple[int, Turn]:
        messages = body["messages"]
        return self.scenario.script_for(messages).turn_for(messages)

    def _structured(self, body: Json, schema: Json) -> tuple[None, Turn]:
        try:
            text = structured.answer_text(self.scenario.structured_answer(body), schema)
        except structured.UnfitAnswer as misfit:
            raise Refusal(400, "invalid_request_error", str(misfit)) from misfit
        return None, Turn(content=[{"type": "text", "text": text}])

    async def _count(self, request: web.Request) -> web.Response:
        body = self._checked(request, "count")
        usage = PromptCache().usage(compaction.visible(body), owner="")
        total = usage["input_tokens"] + usage["cache_creation_input_tokens"]
        return web.json_response({"input_tokens": total}, headers=headers())

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response(models_page(known_models()), headers=headers())

    async def _model(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        for model in models_page(known_models())["data"]:
            if model["id"] == wanted:
                return web.json_response(model, headers=headers())
        raise Refusal(404, "not_found_error", f"model: {wanted}")

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.model_validate(request[_BODY] or {})
        except ValidationError as error:
            return web.json_response({"error": str(error)}, status=400)
        self.scenario.faults.append(fault)
        return web.json_response({"faults": len(self.scenario.faults)}, status=201)

    async def _list_requests(self, request: web.Request) -> web.Response:
        """Answer with paths and bodies; keys stay out."""
        rows = [{"path": one.path, "body": one.body} for one in self.requests]
        return web.json_response(rows)


async def _json(request: web.Request) -> Json | None:
    try:
        value = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None

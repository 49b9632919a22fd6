"""The server: a real socket on 127.0.0.1 that speaks OpenAI's embeddings API."""

import asyncio
import uuid
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import orjson
from aiohttp import web
from pydantic import ValidationError

from deploy.devkit.embeddings.faults import Fault, Refusal
from deploy.devkit.embeddings.rules import Rules
from deploy.devkit.embeddings.words import packed, tokens_in, vector_of

Json = dict[str, Any]

_MAX_BODY = 64 * 1024 * 1024
_DRIP_S = 0.02
_FILLING = {"nan": float("nan"), "inf": float("inf"), "0": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """A request as it came in; *body* is None where it was no JSON object."""

    path: str
    headers: dict[str, str]
    body: Json | None

    @property
    def texts(self) -> list[str]:
        """The inputs, if they were a list of texts."""
        return list((self.body or {}).get("input", ()))


class EmbeddingsStandIn:
    """OpenAI's embeddings API: ``async with EmbeddingsStandIn() as server`` serves at `url`.

    An empty *key* means that none is asked for. `requests` remembers what came, `busiest` how many
    were under way at once, and `embedded` the texts that got vectors, in order.
    """

    def __init__(
        self, *, key: str = "openai-devkit-key", port: int = 0, rules: Rules | None = None
    ) -> None:
        self.key = key
        self.rules = rules or Rules()
        self.url = ""
        self.requests: list[RecordedRequest] = []
        self.embedded: list[str] = []
        self.faults: list[Fault] = []
        self.delay_s = 0.0
        self.busiest = 0
        self._busy = 0
        self._asked = 0
        self._port = port
        self._runner: web.AppRunner | None = None

    def fail(self, status: int | None = None, **fault: Any) -> None:
        """Make the next request fail, or those that *fault* says."""
        self.faults.append(Fault(status=status, **fault))

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_MAX_BODY, middlewares=[self._guard])
        app.router.add_post("/v1/embeddings", self._embeddings)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/_devkit/faults", self._add_fault)
        app.router.add_get("/_devkit/requests", self._list_requests)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
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
        """Check the key and turn refusals into the API's error bodies."""
        try:
            if not request.path.startswith("/_devkit/"):
                await self._record(request)
                self._authenticate(request)
            answer: web.StreamResponse = await handler(request)
        except Refusal as refusal:
            answer = _error(refusal)
        except web.HTTPNotFound:
            answer = _error(Refusal(404, f"Invalid URL ({request.method} {request.path})"))
        answer.headers["x-request-id"] = f"req_{uuid.uuid4().hex}"
        return answer

    async def _record(self, request: web.Request) -> None:
        body = await _json(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(RecordedRequest(path=request.path, headers=headers, body=body))

    def _authenticate(self, request: web.Request) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if not self.key:
            return
        if scheme.lower() != "bearer" or not given:
            raise Refusal(401, "You didn't provide an API key.")
        if given.strip() != self.key:
            raise Refusal(401)

    async def _embeddings(self, request: web.Request) -> web.StreamResponse:
        body = await _json(request)
        self._asked += 1
        asked = self._asked
        self._busy += 1
        self.busiest = max(self.busiest, self._busy)
        try:
            texts = self.rules.texts(body)
            fault = self._take_fault(texts, asked)
            await asyncio.sleep(fault.delay_s if fault else self.delay_s)
            if fault is not None:
                spoilt = await _spoilt(request, fault)
                if spoilt is not None:
                    return spoilt
            return self._answer(body or {}, texts, fault)
        finally:
            self._busy -= 1

    def _take_fault(self, texts: list[str], asked: int) -> Fault | None:
        for fault in self.faults:
            if fault.takes(texts, request=asked):
                fault.times -= 1
                return fault
        return None

    def _answer(self, body: Json, texts: list[str], fault: Fault | None) -> web.Response:
        size = body.get("dimensions") or self.rules.models[body["model"]]
        is_packed = body.get("encoding_format") == "base64" and self.rules.base64 == "given"
        rows = []
        for index, text in enumerate(texts[: len(texts) - (fault.missing if fault else 0)]):
            vector = vector_of(text, size)
            if fault is not None and fault.hits(text):
                vector = _bent(text, size, fault)
            shown = packed(vector) if is_packed else vector
            rows.append({"object": "embedding", "index": index, "embedding": shown})
        self.embedded += texts
        answer = {"object": "list", "data": rows, "model": body["model"]}
        if self.rules.counts:
            tokens = sum(map(tokens_in, texts))
            answer["usage"] = {"prompt_tokens": tokens, "total_tokens": tokens}
        return web.json_response(answer)

    async def _models(self, request: web.Request) -> web.Response:
        rows = [
            {"id": name, "object": "model", "created": 1705953180, "owned_by": "system"}
            for name in self.rules.models
        ]
        return web.json_response({"object": "list", "data": rows})

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            self.faults.append(Fault.model_validate(await _json(request) or {}))
        except ValidationError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"faults": len(self.faults)}, status=201)

    async def _list_requests(self, request: web.Request) -> web.Response:
        """Answer with paths and bodies; keys stay out."""
        return web.json_response([{"path": one.path, "body": one.body} for one in self.requests])


async def _spoilt(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """Return the answer that *fault* gives in place of vectors, None when it gives vectors."""
    if fault.cut:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    if fault.drip:
        await _drip(request)
    if fault.garbage:
        return web.Response(text="<html>Bad gateway</html>", content_type="text/html")
    if fault.status is not None:
        raise Refusal(fault.status, fault.message, code=fault.code, retry_after=fault.retry_after)
    return None


async def _drip(request: web.Request) -> None:
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    while True:
        await answer.write(b" ")
        await asyncio.sleep(_DRIP_S)


def _bent(text: str, size: int, fault: Fault) -> list[float]:
    size = fault.dimensions or size
    return vector_of(text, size) if fault.value is None else [_FILLING[fault.value]] * size


def _error(refusal: Refusal) -> web.Response:
    answer = web.json_response(refusal.body(), status=refusal.status)
    if refusal.retry_after is not None:
        wait = refusal.retry_after
        answer.headers["retry-after"] = wait if isinstance(wait, str) else f"{wait:g}"
    return answer


async def _json(request: web.Request) -> Json | None:
    try:
        value = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None

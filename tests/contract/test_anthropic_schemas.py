"""What the stand-in sends, judged by closed schemas made from the SDK's own types."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from anthropic.types import Message, MessageTokensCount, ModelInfo, RawMessageStreamEvent
from anthropic.types.beta import BetaMessage, BetaRawMessageStreamEvent
from anthropic.types.beta_error_response import BetaErrorResponse

from deploy.devkit.anthropic import AnthropicStandIn
from tests.fakes.sdk_schemas import closed

Json = dict[str, Any]

EVERYTHING: Json = {
    "turns": [
        {
            "content": [
                {"type": "thinking", "thinking": "The test fails because of a rounding. " * 5},
                {"type": "text", "text": "Zuerst schaue ich nach — 先看一下。 " * 9},
                {"type": "tool_use", "name": "bash", "input": {"command": "grep -rn 'ü' ." * 30}},
                {"type": "tool_use", "name": "look", "input": {}},
            ]
        }
    ]
}


def ask(**changes: Any) -> Json:
    """Return the body of a plain request, with *changes*."""
    body = {
        "model": "claude-sonnet-5-5",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "go"}],
    }
    return {**body, **changes}


class Wire:
    """A bare HTTP client for the stand-in: what a byte is, not what the SDK makes of it."""

    def __init__(self, llm: AnthropicStandIn, http: aiohttp.ClientSession) -> None:
        self.llm = llm
        self.http = http

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any, str]:
        sent = {"x-api-key": self.llm.key, "anthropic-version": "2026-10-21", **headers}
        async with self.http.post(self.llm.url + path, json=body, headers=sent) as answer:
            text = await answer.text()
            whole = json.loads(text) if answer.content_type == "application/json" else text
            return answer.status, whole, answer.headers.get("request-id", "")

    async def events(self, path: str, body: Json) -> list[Json]:
        status, text, _ = await self.post(path, {**body, "stream": True})
        assert status == 200
        blocks = [block.split("\n") for block in text.strip().split("\n\n")]
        events = [json.loads(data.removeprefix("data: ")) for _, data in blocks]
        assert [name for name, _ in blocks] == [f"event: {event['type']}" for event in events]
        return events


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with AnthropicStandIn(EVERYTHING) as llm, aiohttp.ClientSession() as http:
        yield Wire(llm, http)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("/v1/messages", Message, id="stable"),
        pytest.param("/v1/messages?beta=true", BetaMessage, id="beta"),
    ],
)
async def test_whole_message_fits_the_sdk(wire: Wire, path: str, kind: Any) -> None:
    status, message, request_id = await wire.post(path, ask())

    assert status == 200
    assert request_id.startswith("req_")
    assert [error.message for error in closed(kind).iter_errors(message)] == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("/v1/messages", RawMessageStreamEvent, id="stable"),
        pytest.param("/v1/messages?beta=true", BetaRawMessageStreamEvent, id="beta"),
    ],
)
async def test_every_event_of_a_stream_fits_the_sdk(wire: Wire, path: str, kind: Any) -> None:
    validator = closed(kind)

    events = await wire.events(path, ask())

    kinds = [event["type"] for event in events]
    assert kinds[0] == "message_start"
    assert kinds[1] == "ping"
    assert kinds[-2:] == ["message_delta", "message_stop"]
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 4
    faults = [
        error.message
        for event in events
        if event["type"] != "ping"
        for error in validator.iter_errors(event)
    ]
    assert faults == []


async def test_stream_put_together_is_the_whole_message(wire: Wire) -> None:
    _, whole, _ = await wire.post("/v1/messages", ask())

    events = await wire.events("/v1/messages", ask())

    pieces: dict[int, list[str]] = {}
    for event in events:
        if event["type"] == "content_block_delta":
            delta = event["delta"]
            key = {"text_delta": "text", "thinking_delta": "thinking"}.get(delta["type"])
            key = (
                key
                or {"input_json_delta": "partial_json", "signature_delta": "signature"}[
                    delta["type"]
                ]
            )
            if key != "signature":
                pieces.setdefault(event["index"], []).append(delta[key])
    joined = {index: "".join(parts) for index, parts in pieces.items()}
    assert joined[0] == whole["content"][0]["thinking"]
    assert joined[1] == whole["content"][1]["text"]
    assert json.loads(joined[2]) == whole["content"][2]["input"]
    assert joined[3] == ""
    assert all(len(pieces[index]) > 3 for index in (0, 1, 2))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 529])
async def test_error_fits_the_sdk(wire: Wire, status: int) -> None:
    wire.llm.fail(status, retry_after=2)

    answered, error, request_id = await wire.post("/v1/messages", ask())

    assert answered == status
    assert error["request_id"] == request_id
    if status != 413:  # the SDK has no type for it
        assert [each.message for each in closed(BetaErrorResponse).iter_errors(error)] == []


async def test_token_count_fits_the_sdk(wire: Wire) -> None:
    body = {"model": "claude-haiku-5-5", "messages": [{"role": "user", "content": "x" * 400}]}

    status, count, _ = await wire.post("/v1/messages/count_tokens", body)

    assert status == 200
    assert [error.message for error in closed(MessageTokensCount).iter_errors(count)] == []
    assert 80 < count["input_tokens"] < 160


async def test_models_are_those_of_the_sdk(wire: Wire) -> None:
    headers = {"x-api-key": wire.llm.key, "anthropic-version": "2026-10-21"}
    async with wire.http.get(wire.llm.url + "/v1/models", headers=headers) as answer:
        page = await answer.json()

    ids = [model["id"] for model in page["data"]]
    assert {"claude-sonnet-5-5", "claude-haiku-5-5"} <= set(ids)
    validator = closed(ModelInfo)
    assert [e.message for model in page["data"] for e in validator.iter_errors(model)] == []

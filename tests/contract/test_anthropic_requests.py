"""What the stand-in refuses, as the API does."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from deploy.devkit.anthropic import AnthropicStandIn

Json = dict[str, Any]

VERSION = {"anthropic-version": "2026-10-21"}


def use(tool_id: str) -> Json:
    return {"type": "tool_use", "id": tool_id, "name": "bash", "input": {"command": "ls"}}


def result(tool_id: str) -> Json:
    return {"type": "tool_result", "tool_use_id": tool_id, "content": "a", "is_error": False}


def user(*content: Json) -> Json:
    return {"role": "user", "content": list(content)}


def assistant(*content: Json) -> Json:
    return {"role": "assistant", "content": list(content)}


TEXT = {"type": "text", "text": "go"}
MARKED = {**TEXT, "cache_control": {"type": "ephemeral"}}
FINISH = {"name": "finish", "strict": True, "input_schema": {"type": "object", "properties": {}}}
FULL: Json = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 100,
    "system": [{**MARKED, "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
    "messages": [user(TEXT), assistant(use("toolu_1")), user(result("toolu_1"))],
    "tools": [{"type": "bash_20250124", "name": "bash"}, FINISH],
    "thinking": {"type": "adaptive", "display": "summarized"},
    "output_config": {"effort": "low"},
}


@pytest.fixture
async def llm() -> AsyncIterator[AnthropicStandIn]:
    async with AnthropicStandIn({"turns": [{"content": [TEXT]}], "loop": True}) as server:
        yield server


async def post(
    llm: AnthropicStandIn, body: Any, *, path: str = "/v1/messages", **headers: str
) -> tuple[int, str, str]:
    """Send *body*; return status, error type and error message."""
    sent = {**VERSION, **(headers or {"x-api-key": llm.key})}
    async with (
        aiohttp.ClientSession() as http,
        http.post(llm.url + path, json=body, headers=sent) as answer,
    ):
        error = (await answer.json()).get("error", {})
        return answer.status, error.get("type", ""), error.get("message", "")


async def test_full_request_is_accepted(llm: AnthropicStandIn) -> None:
    assert (await post(llm, FULL))[0] == 200


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"messages": [{"role": "robot", "content": "x"}]}, "messages.0", id="role"),
        pytest.param({"tools": [{"type": "bash_1999", "name": "bash"}]}, "tools.0", id="tool type"),
        pytest.param(
            {"temperature": 0}, "temperature: Extra inputs are not permitted", id="temperature"
        ),
        pytest.param(
            {"system": [{**TEXT, "cache_control": {"type": "ephemeral", "ttl": "2h"}}]},
            "system",
            id="lifetime of a cache mark",
        ),
        pytest.param({"thinking": {"type": "enabled"}}, "thinking", id="thinking without budget"),
        pytest.param({"max_tokens": "many"}, "max_tokens", id="max_tokens"),
        pytest.param({"messages": []}, "messages", id="no messages"),
        pytest.param(
            {"messages": [user({"type": "text", "text": "a", "parsed": 1})]},
            "messages.0.content.0.parsed: Extra inputs are not permitted",
            id="extra field in a block",
        ),
        pytest.param(
            {"messages": [user({"type": "text", "text": ""})]},
            "text content blocks must be non-empty",
            id="empty text",
        ),
        pytest.param({"messages": [user(*[MARKED] * 5)]}, "Found 6", id="too many cache marks"),
        pytest.param({"tools": [FINISH, FINISH]}, "names must be unique", id="same tool twice"),
        pytest.param({"tools": [{**FINISH, "name": "a b"}]}, "tools.0.name", id="tool name"),
        pytest.param({"tool_choice": {"type": "any"}}, "tool_choice", id="forced tool"),
        pytest.param(
            {"messages": [user(TEXT), assistant(use("toolu_1")), user(TEXT)]},
            "`tool_use` ids were found without `tool_result` blocks immediately after: toolu_1",
            id="tool use without result",
        ),
        pytest.param(
            {"messages": [user(TEXT), assistant(use("toolu_1"))]},
            "messages.1: `tool_use` ids were found",
            id="tool use at the end",
        ),
        pytest.param(
            {"messages": [user(TEXT), assistant(TEXT), user(result("toolu_9"))]},
            "unexpected `tool_use_id` found in `tool_result` blocks: toolu_9",
            id="result without tool use",
        ),
        pytest.param(
            {
                "messages": [
                    user(TEXT),
                    assistant(use("toolu_1")),
                    user(result("toolu_1"), result("toolu_1")),
                ]
            },
            "single result",
            id="two results for one tool use",
        ),
    ],
)
async def test_bad_request_is_refused(llm: AnthropicStandIn, change: Json, says: str) -> None:
    status, kind, message = await post(llm, {**FULL, **change})

    assert (status, kind) == (400, "invalid_request_error")
    assert says in message


async def test_result_may_come_in_the_second_of_two_user_messages(llm: AnthropicStandIn) -> None:
    messages = [user(TEXT), assistant(use("a"), use("b")), user(result("b")), user(result("a"))]

    assert (await post(llm, {**FULL, "messages": messages}))[0] == 200


async def test_conversation_kept_by_the_server_is_refused(llm: AnthropicStandIn) -> None:
    body = {**FULL, "thread": {"type": "create"}}

    status, _, message = await post(llm, body, path="/v1/messages?beta=true")

    assert status == 400
    assert "thread" in message


async def test_unknown_model_is_not_found(llm: AnthropicStandIn) -> None:
    answer = await post(llm, {**FULL, "model": "claude-sonnet-99"})

    assert answer == (404, "not_found_error", "model: claude-sonnet-99")


async def test_body_that_is_no_json_object_is_refused(llm: AnthropicStandIn) -> None:
    assert (await post(llm, ["a"]))[:2] == (400, "invalid_request_error")


async def test_unknown_path_is_not_found(llm: AnthropicStandIn) -> None:
    assert (await post(llm, FULL, path="/v1/nothing"))[:2] == (404, "not_found_error")


@pytest.mark.parametrize("header", ["x-api-key", "Authorization"])
async def test_both_ways_to_give_the_key_are_accepted(llm: AnthropicStandIn, header: str) -> None:
    value = llm.key if header == "x-api-key" else f"Bearer {llm.key}"

    assert (await post(llm, FULL, **{header: value}))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"x-api-key": "wrong"}, id="wrong key"),
        pytest.param({"Authorization": "Bearer wrong"}, id="wrong bearer"),
        pytest.param({"Authorization": "Basic wrong"}, id="wrong scheme"),
        pytest.param({"x-other": "1"}, id="no key"),
    ],
)
async def test_wrong_key_is_refused(llm: AnthropicStandIn, headers: dict[str, str]) -> None:
    assert (await post(llm, FULL, **headers))[:2] == (401, "authentication_error")


async def test_revoked_key_is_refused(llm: AnthropicStandIn) -> None:
    assert (await post(llm, FULL))[0] == 200

    llm.keys.remove(llm.key)

    assert (await post(llm, FULL))[0] == 401

"""Long conversations: summed up when asked for, refused when not."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from anthropic import AsyncAnthropic, BadRequestError, beta_async_tool
from anthropic.types.beta import BetaMessage, BetaRawMessageStreamEvent

from deploy.devkit.anthropic import AnthropicStandIn
from tests.fakes.sdk_schemas import closed
from tests.fakes.talk import MODEL

EDITS: Any = {"edits": [{"type": "compact_20260112"}]}
BETAS = ["compact-2026-01-12"]
LONG: list[Any] = [{"role": "user", "content": "word " * 8000}]  # about 10,000 tokens


@pytest.fixture
async def llm() -> AsyncIterator[AnthropicStandIn]:
    scenario = {"turns": [{"content": [{"type": "text", "text": "done"}]}], "compact_above": 5000}
    async with AnthropicStandIn(scenario) as server:
        yield server


@pytest.fixture
async def client(llm: AnthropicStandIn) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(base_url=llm.url, api_key=llm.key, max_retries=0) as made:
        yield made


async def create(client: AsyncAnthropic, messages: list[Any], **more: Any) -> BetaMessage:
    more = {"betas": BETAS, "context_management": EDITS, **more}
    found: BetaMessage = await client.beta.messages.create(
        model=MODEL, max_tokens=100, messages=messages, **more
    )
    return found


async def test_long_conversation_goes_on_from_its_summary(client: AsyncAnthropic) -> None:
    first = await create(client, LONG)

    assert [block.type for block in first.content] == ["compaction", "text"]
    assert first.usage.iterations is not None
    summing_up, going_on = first.usage.iterations
    assert (summing_up.type, going_on.type) == ("compaction", "message")
    assert 9000 < summing_up.input_tokens < 11_000
    assert first.usage.input_tokens == going_on.input_tokens < 100
    assert [e.message for e in closed(BetaMessage).iter_errors(first.to_dict(mode="json"))] == []

    second = await create(
        client,
        [*LONG, {"role": "assistant", "content": first.content}, {"role": "user", "content": "?"}],
    )
    assert [block.type for block in second.content] == ["text"]
    assert second.usage.input_tokens < 100


@pytest.mark.parametrize("pause", [False, True], ids=["going on", "pausing"])
async def test_streamed_summary_fits_the_sdk_exactly(llm: AnthropicStandIn, pause: bool) -> None:
    edit = {"type": "compact_20260112", "pause_after_compaction": pause}
    body = {"model": MODEL, "max_tokens": 100, "messages": LONG, "stream": True}
    headers = {"x-api-key": llm.key, "anthropic-version": "2023-06-01", "anthropic-beta": BETAS[0]}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(
            f"{llm.url}/v1/messages?beta=true",
            json=body | {"context_management": {"edits": [edit]}},
        ) as response,
    ):
        lines = (await response.text()).splitlines()

    events = [json.loads(line[len("data: ") :]) for line in lines if line.startswith("data: ")]
    deltas = [e["delta"]["type"] for e in events if e["type"] == "content_block_delta"]
    fits = closed(BetaRawMessageStreamEvent)
    strange = [e for e in events if e["type"] != "ping" and not fits.is_valid(e)]

    assert deltas == ["compaction_delta"] + ["text_delta"] * (not pause)
    assert strange == []


async def test_counting_leaves_out_what_came_before_the_summary(client: AsyncAnthropic) -> None:
    first = await create(client, LONG)
    messages: list[Any] = [
        *LONG,
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": "?"},
    ]

    counted = await client.beta.messages.count_tokens(model=MODEL, messages=messages, betas=BETAS)

    assert counted.input_tokens < 100


async def test_given_usage_is_that_of_the_answer_and_not_of_its_summary(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.scenario.turns[0].usage = {"input_tokens": 7, "output_tokens": 8}

    usage = (await create(client, LONG)).usage

    assert usage.iterations is not None
    summing_up, going_on = usage.iterations
    assert (usage.input_tokens, usage.output_tokens) == (7, 8)
    assert (going_on.input_tokens, going_on.output_tokens) == (7, 8)
    assert summing_up.input_tokens > 9000


async def test_short_conversation_stays_as_it_is(client: AsyncAnthropic) -> None:
    message = await create(client, [{"role": "user", "content": "go"}])

    assert [block.type for block in message.content] == ["text"]
    assert message.usage.iterations is None


async def test_pause_after_compaction_hands_the_turn_back(client: AsyncAnthropic) -> None:
    edits = {"edits": [{"type": "compact_20260112", "pause_after_compaction": True}]}

    first = await create(client, LONG, context_management=edits)
    second = await create(
        client, [*LONG, {"role": "assistant", "content": first.content}], context_management=edits
    )

    assert first.stop_reason == "compaction"
    assert [block.type for block in first.content] == ["compaction"]
    assert [block.text for block in second.content if block.type == "text"] == ["done"]


async def test_tool_runner_survives_a_compaction_in_its_course(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.scenario.turns.clear()
    llm.use("read", path="big")
    llm.use("read", path="small")
    llm.say("The end.")
    read: list[str] = []

    @beta_async_tool(name="read")
    async def read_file(path: str) -> str:
        """Read a file.

        Args:
            path: which
        """
        read.append(path)
        return "word " * 8000 if path == "big" else "word"

    runner = client.beta.messages.tool_runner(
        model=MODEL,
        max_tokens=100,
        messages=[{"role": "user", "content": "go"}],
        tools=[read_file],
        betas=BETAS,
        context_management=EDITS,
        stream=True,
        thread=False,
    )
    kinds = []
    async for stream in runner:
        message = await stream.get_final_message()
        kinds.append([block.type for block in message.content])

    assert read == ["big", "small"]
    assert kinds == [["tool_use"], ["compaction", "tool_use"], ["text"]]


async def test_compaction_without_its_beta_is_refused(client: AsyncAnthropic) -> None:
    with pytest.raises(BadRequestError, match="needs the anthropic-beta"):
        await create(client, LONG, betas=["context-management-2025-06-27"])


async def test_trigger_that_is_too_low_is_refused(client: AsyncAnthropic) -> None:
    edit = {"type": "compact_20260112", "trigger": {"type": "input_tokens", "value": 10}}

    with pytest.raises(BadRequestError, match="at least 50000"):
        await create(client, LONG, context_management={"edits": [edit]})


async def test_prompt_longer_than_the_window_is_refused(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.scenario.context_window = 5000

    with pytest.raises(BadRequestError, match=r"prompt is too long: \d+ tokens > 5000 maximum"):
        await create(client, LONG)

"""What goes wrong when it should, and what the stand-in remembers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx2
import pytest
from anthropic import (
    APIConnectionError,
    APIError,
    AsyncAnthropic,
    AuthenticationError,
    RateLimitError,
)

from deploy.devkit.anthropic import AnthropicStandIn
from deploy.devkit.anthropic.scenario import OUT_OF_TURNS
from tests.fakes.talk import MODEL, create, said, text_of, user


@pytest.fixture
async def llm() -> AsyncIterator[AnthropicStandIn]:
    async with AnthropicStandIn() as server:
        yield server


@pytest.fixture
async def client(llm: AnthropicStandIn) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(base_url=llm.url, api_key=llm.key, max_retries=0) as made:
        yield made


async def test_fault_hits_the_request_it_names_and_the_retry_gets_the_turn(
    llm: AnthropicStandIn,
) -> None:
    llm.say("fine")
    llm.fail(529, at=2, times=2, retry_after=0.01)
    async with AsyncAnthropic(base_url=llm.url, api_key=llm.key, max_retries=2) as client:
        heard = [text_of(await create(client)) for _ in range(2)]

    assert heard == ["fine", "fine"]
    assert len(llm.messages) == 4


async def test_fault_hits_the_turn_it_names(llm: AnthropicStandIn, client: AsyncAnthropic) -> None:
    llm.say("one")
    llm.say("two")
    llm.fail(429, turn=2, retry_after=7, message="slow down")
    first = await create(client)

    with pytest.raises(RateLimitError, match="slow down") as refused:
        await create(client, user("go"), said(first), user("and?"))

    assert refused.value.response.headers["retry-after"] == "7"
    assert refused.value.response.headers["anthropic-ratelimit-requests-remaining"] == "0"
    assert text_of(await create(client, user("go"), said(first), user("and?"))) == "two"


async def test_gate_holds_an_answer_and_hears_when_nobody_waits_for_it_any_more(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.say("fine")
    held, let_go, hung_up = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def gate(body: dict[str, Any]) -> None:
        held.set()
        try:
            await let_go.wait()
        except asyncio.CancelledError:
            hung_up.set()
            raise

    llm.gate = gate
    async with asyncio.timeout(60):
        first = asyncio.create_task(create(client))
        await held.wait()
        assert not first.done()
        first.cancel()
        await hung_up.wait()
        second = asyncio.create_task(create(client))
        let_go.set()
        assert text_of(await second) == "fine"


async def test_fault_can_come_from_another_process(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{llm.url}/_devkit/faults", json={"status": 401}) as answer:
            assert answer.status == 201
        async with http.post(f"{llm.url}/_devkit/faults", json={"state": 401}) as answer:
            assert answer.status == 400

    with pytest.raises(AuthenticationError):
        await create(client)
    assert text_of(await create(client)) == OUT_OF_TURNS


async def stream(client: AsyncAnthropic, heard: list[str]) -> None:
    async with client.messages.stream(model=MODEL, max_tokens=9, messages=[user("go")]) as events:
        async for text in events.text_stream:
            heard.append(text)


async def test_cut_stream_is_a_broken_connection(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.say("a long answer " * 50)
    llm.fail(cut=True)
    heard: list[str] = []

    # The SDK lets its HTTP client's own error through once the answer has begun.
    with pytest.raises((APIConnectionError, httpx2.TransportError)):
        await stream(client, heard)

    assert "a long" in "".join(heard)
    assert text_of(await create(client)).startswith("a long answer")


async def test_cut_message_is_a_broken_connection(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.say("a long answer " * 50)
    llm.fail(cut=True)

    with pytest.raises(APIConnectionError):
        await create(client)


async def test_error_in_mid_stream_reaches_the_reader(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.say("a long answer " * 50)
    llm.fail(stream_error="overloaded_error")
    heard: list[str] = []

    with pytest.raises(APIError, match="Overloaded"):
        await stream(client, heard)

    assert "a long" in "".join(heard)


async def test_nonsense_is_not_a_message(llm: AnthropicStandIn) -> None:
    llm.fail(garbage=True)

    async with (
        aiohttp.ClientSession(headers={"x-api-key": llm.key, "anthropic-version": "x"}) as http,
        http.post(
            f"{llm.url}/v1/messages",
            json={"model": MODEL, "max_tokens": 9, "messages": [user("go")]},
        ) as answer,
    ):
        assert (answer.status, answer.content_type) == (200, "text/html")


async def test_requests_are_remembered_with_headers_and_listed_without_keys(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    await create(client, user("remember me"))

    assert llm.requests[0].headers["authorization"] == f"Bearer {llm.key}"
    async with aiohttp.ClientSession() as http, http.get(f"{llm.url}/_devkit/requests") as answer:
        listed = await answer.text()
    assert "remember me" in listed
    assert llm.key not in listed

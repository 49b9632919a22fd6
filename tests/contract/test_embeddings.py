"""The embeddings stand-in against the SDK of OpenAI: its client, its types, its errors."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import openai
import orjson
import pytest
from openai.types import CreateEmbeddingResponse, EmbeddingCreateParams
from pydantic import TypeAdapter

from deploy.devkit.embeddings import EmbeddingsStandIn, Rules
from tests.fakes.sdk_schemas import closed

SMALL = "text-embedding-3-small"


@pytest.fixture
async def server() -> AsyncIterator[EmbeddingsStandIn]:
    async with EmbeddingsStandIn() as made:
        yield made


@pytest.fixture
async def client(server: EmbeddingsStandIn) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.url, api_key=server.key, max_retries=0) as made:
        yield made


async def _raw(server: EmbeddingsStandIn, **body: Any) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {server.key}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/embeddings", json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def test_answer_has_the_fields_of_the_sdks_type_and_no_others(
    server: EmbeddingsStandIn,
) -> None:
    status, answer = await _raw(server, model=SMALL, input=["one", "two"])

    assert status == 200
    assert not list(closed(CreateEmbeddingResponse).iter_errors(answer))
    assert answer["usage"]["prompt_tokens"] == answer["usage"]["total_tokens"] > 0


async def test_clients_default_encoding_gives_the_same_vectors_as_floats(
    server: EmbeddingsStandIn, client: openai.AsyncOpenAI
) -> None:
    packed = await client.embeddings.create(model=SMALL, input="def parse_header(line)")
    plain = await client.embeddings.create(
        model=SMALL, input="def parse_header(line)", encoding_format="float"
    )

    asked = [(one.body or {}).get("encoding_format") for one in server.requests]
    assert asked == ["base64", "float"]
    np.testing.assert_allclose(packed.data[0].embedding, plain.data[0].embedding, atol=1e-7)


@pytest.mark.parametrize(
    ("model", "dimensions", "expected"),
    [
        pytest.param(SMALL, openai.omit, 1536, id="small"),
        pytest.param("text-embedding-3-large", openai.omit, 3072, id="large"),
        pytest.param("text-embedding-3-large", 256, 256, id="shortened"),
        pytest.param("text-embedding-ada-002", openai.omit, 1536, id="ada"),
    ],
)
async def test_vectors_are_unit_vectors_of_the_models_dimensions(
    client: openai.AsyncOpenAI, model: str, dimensions: Any, expected: int
) -> None:
    answer = await client.embeddings.create(model=model, input=["a text"], dimensions=dimensions)

    vector = np.array(answer.data[0].embedding)
    assert vector.shape == (expected,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


async def test_texts_that_share_words_are_nearer_than_texts_that_do_not(
    client: openai.AsyncOpenAI,
) -> None:
    texts = ["parse the request header", "def parse_header(request):", "draw a blue circle"]
    answer = await client.embeddings.create(model=SMALL, input=texts)

    asked, code, other = (np.array(row.embedding) for row in answer.data)
    assert asked @ code > 0.5 > 0.2 > asked @ other


async def test_answers_are_the_same_in_another_process(server: EmbeddingsStandIn) -> None:
    here = await _raw(server, model=SMALL, input="the same text")
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.devkit.embeddings", "--key", server.key),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert program.stdout is not None
        ready = orjson.loads(await program.stdout.readline())
        other = EmbeddingsStandIn(key=ready["key"])
        other.url = ready["url"]
        there = await _raw(other, model=SMALL, input="the same text")
    finally:
        program.terminate()
        code = await program.wait()

    assert here == there
    assert code == 0


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        pytest.param({"input": ""}, 400, "'$.input' is invalid", id="empty text"),
        pytest.param({"input": ["fine", ""]}, 400, "'$.input' is invalid", id="one empty text"),
        pytest.param({"input": []}, 400, "'$.input' is invalid", id="no text"),
        pytest.param({"input": ["x"] * 2049}, 400, "maximum length 2048", id="too many texts"),
        pytest.param({"input": "a " * 9000}, 400, "maximum context length is 8192", id="too long"),
        pytest.param(
            {"input": ["a " * 8000] * 38}, 400, "max 300000 tokens per request", id="too much"
        ),
        pytest.param({"input": "x", "dimensions": 1537}, 400, "'dimensions'", id="dimensions"),
        pytest.param({"input": "x", "encoding_format": "hex"}, 400, "encoding", id="encoding"),
        pytest.param({"input": "x", "inputs": "y"}, 400, "Unrecognized", id="unknown field"),
        pytest.param({"input": "x", "model": "gpt-9"}, 404, "does not exist", id="no such model"),
        pytest.param(
            {"input": "x", "model": "text-embedding-ada-002", "dimensions": 8},
            *(400, "does not support"),
            id="dimensions of an old model",
        ),
    ],
)
async def test_request_that_openai_refuses_is_refused(
    server: EmbeddingsStandIn, body: dict[str, Any], status: int, said: str
) -> None:
    answered, error = await _raw(server, **{"model": SMALL, **body})

    assert answered == status
    assert said in error["error"]["message"]
    assert set(error["error"]) == {"message", "type", "param", "code"}
    assert not server.embedded


async def test_tokens_may_be_given_in_place_of_text(client: openai.AsyncOpenAI) -> None:
    answer = await client.embeddings.create(model=SMALL, input=[[1, 2, 3], [4]])

    assert [row.index for row in answer.data] == [0, 1]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param({"status": 401}, openai.AuthenticationError, id="401"),
        pytest.param({"status": 429, "retry_after": 3}, openai.RateLimitError, id="429"),
        pytest.param({"status": 500}, openai.InternalServerError, id="500"),
        pytest.param({"cut": True}, openai.APIConnectionError, id="cut"),
        pytest.param({"delay_s": 30.0}, openai.APITimeoutError, id="hang"),
    ],
)
async def test_fault_is_the_sdks_error_and_the_next_request_works(
    server: EmbeddingsStandIn,
    client: openai.AsyncOpenAI,
    fault: dict[str, Any],
    error: type[openai.APIError],
) -> None:
    server.fail(**fault)

    with pytest.raises(error) as caught:
        await client.embeddings.create(model=SMALL, input="x", timeout=0.2)

    if isinstance(caught.value, openai.RateLimitError):
        assert caught.value.response.headers["retry-after"] == "3"
        assert caught.value.code == "rate_limit_exceeded"
    assert (await client.embeddings.create(model=SMALL, input="x")).data


async def test_the_sdk_itself_asks_again_after_a_rate_limit(server: EmbeddingsStandIn) -> None:
    server.fail(429, times=2, retry_after=0.01)
    async with openai.AsyncOpenAI(base_url=server.url, api_key=server.key, max_retries=2) as client:
        await client.embeddings.create(model=SMALL, input="x")

    assert len(server.requests) == 3


async def test_fault_can_hit_one_text_only(
    server: EmbeddingsStandIn, client: openai.AsyncOpenAI
) -> None:
    server.fail(contains="bad", value="0", times=9)
    answer = await client.embeddings.create(model=SMALL, input=["good", "bad"])

    assert any(answer.data[0].embedding)
    assert not any(answer.data[1].embedding)


async def test_key_is_asked_for_and_must_be_right(server: EmbeddingsStandIn) -> None:
    async with openai.AsyncOpenAI(base_url=server.url, api_key="another", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            await client.embeddings.create(model=SMALL, input="x")

    assert caught.value.code == "invalid_api_key"
    assert "another" not in str(server.embedded)


async def test_fault_can_come_from_another_process(
    server: EmbeddingsStandIn, client: openai.AsyncOpenAI
) -> None:
    root = server.url.removesuffix("/v1")
    async with aiohttp.ClientSession() as session:
        added = await session.post(f"{root}/_devkit/faults", json={"status": 503})
        wrong = await session.post(f"{root}/_devkit/faults", json={"statuss": 503})
        with pytest.raises(openai.InternalServerError):
            await client.embeddings.create(model=SMALL, input="x")
        listed = await (await session.get(f"{root}/_devkit/requests")).json()

    assert (added.status, wrong.status) == (201, 400)
    assert [one["path"] for one in listed] == ["/v1/embeddings"]


async def test_models_are_listed(client: openai.AsyncOpenAI) -> None:
    assert SMALL in [model.id async for model in client.models.list()]


async def test_servers_that_know_only_floats_can_be_played() -> None:
    async with EmbeddingsStandIn(key="", rules=Rules(base64="ignored", counts=False)) as server:
        _, answer = await _raw(server, model=SMALL, input="x", encoding_format="base64")
    async with EmbeddingsStandIn(key="", rules=Rules(base64="refused")) as server:
        status, _ = await _raw(server, model=SMALL, input="x", encoding_format="base64")

    assert isinstance(answer["data"][0]["embedding"], list)
    assert "usage" not in answer
    assert status == 400


def test_fields_that_are_taken_are_those_of_the_sdk() -> None:
    from deploy.devkit.embeddings.rules import FIELDS

    schema = TypeAdapter(EmbeddingCreateParams).json_schema()
    assert set(schema["properties"]) == FIELDS

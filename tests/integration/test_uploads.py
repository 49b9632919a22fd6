"""The doors for files: only one's own agent, only what the name says, only so much."""

import hashlib
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.blobs import Blobs
from bot.domain import AgentId, Run, RunId, RunStatus
from runner.lines import uploads
from runner.lines.uploads import Uploads

RUNS = {
    "one": Run(id=RunId("a-1"), agent_id=AgentId("a"), attempt=1),
    "other": Run(id=RunId("b-1"), agent_id=AgentId("b"), attempt=1),
    "over": Run(id=RunId("c-1"), agent_id=AgentId("c"), attempt=1, status=RunStatus.LOST),
}


async def authenticated(request: web.Request) -> Run:
    run = RUNS.get(request.headers.get("Authorization", ""))
    if run is None:
        raise web.HTTPUnauthorized
    if run.status is RunStatus.LOST:
        raise web.HTTPGone
    return run


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs((tmp_path / "store").as_uri())


@asynccontextmanager
async def served(blobs: Blobs) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(Uploads(blobs, authenticated).routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/ws/runner"
    await runner.cleanup()


@pytest.fixture
async def url(blobs: Blobs) -> AsyncIterator[str]:
    async with served(blobs) as address:
        yield address


async def put(url: str, name: str, data: bytes, who: str = "one") -> int:
    async with (
        aiohttp.ClientSession(headers={"Authorization": who}) as session,
        session.put(f"{url}/{name}", data=io.BytesIO(data)) as answer,
    ):
        return answer.status


async def get(url: str, name: str, who: str = "one") -> tuple[int, bytes]:
    headers = {"Authorization": who}
    async with aiohttp.ClientSession() as s, s.get(f"{url}/{name}", headers=headers) as answer:
        return answer.status, await answer.read()


def part(data: bytes) -> str:
    return f"parts/{hashlib.sha256(data).hexdigest()}"


async def test_part_comes_back_as_it_was(url: str) -> None:
    data = bytes(range(256)) * 5_000

    assert await put(url, part(data), data) == 200
    assert await put(url, part(data), data) == 200
    assert await get(url, part(data)) == (200, data)


async def test_part_of_another_agent_is_not_there(url: str) -> None:
    await put(url, part(b"mine"), b"mine")

    assert (await get(url, part(b"mine"), "other"))[0] == 404


async def test_part_must_be_what_its_name_says(url: str, blobs: Blobs) -> None:
    assert await put(url, part(b"this"), b"that") == 422
    assert await blobs.names("checkpoints") == []


@pytest.mark.parametrize("name", ["parts/xyz", "parts/..%2f..%2fbundles", f"parts/{'A' * 64}"])
async def test_name_that_is_none_is_not_found(url: str, name: str) -> None:
    assert await put(url, name, b"x") == 404
    assert (await get(url, name))[0] == 404


@pytest.mark.parametrize(("who", "status"), [("", 401), ("nobody", 401), ("over", 410)])
async def test_door_is_shut_for_others(url: str, who: str, status: int) -> None:
    assert await put(url, part(b"x"), b"x", who) == status
    assert (await get(url, part(b"x"), who))[0] == status
    assert await put(url, "bundle", b"x", who) == status


async def test_too_much_is_refused_and_not_kept(
    url: str, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_PART_BYTES", 1_000_000)

    assert await put(url, part(b"y" * 1_500_000), b"y" * 1_500_000) == 413
    assert await blobs.names("checkpoints") == []


async def test_store_that_is_away_is_asked_again_later(tmp_path: Path) -> None:
    away = Blobs(
        "s3://bucket/x",
        endpoint="http://127.0.0.1:9",
        region="r",
        access_key="x",
        secret_key=SecretStr("y"),
        patience_s=0.5,
    )
    async with served(away) as url:
        assert await put(url, part(b"x"), b"x") == 503
        assert (await get(url, part(b"x")))[0] == 503

"""Parts of checkpoints on their way, while the coordinator is away and when it refuses them."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from runner.agent.archive import LineArchive, upload_bundle
from runner.agent.seams import RunFailed, StoreAway
from runner.spec import Part
from tests.fakes.scripted import Scripted

AWAY: tuple[int, Any, dict[str, str]] = (503, "", {})
RESTARTS = 12  # a minute
PART = Part(kind="talk", sha256=hashlib.sha256(b"work").hexdigest(), bytes=4)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


async def at_once(_: float) -> None:
    """Nobody waits in a test."""


def archive(server: Scripted, session: aiohttp.ClientSession) -> LineArchive:
    no_line: Any = None  # parts do not go over it
    return LineArchive(no_line, lambda: session, server.url, sleep=at_once)


async def test_work_is_fetched_when_the_coordinator_is_back(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with Scripted([*[AWAY] * RESTARTS, (200, "work", {})]) as server:
        path = await archive(server, session).get(PART, tmp_path / "part")

    assert path.read_text() == "work"


async def test_part_that_is_gone_is_not_waited_for(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with Scripted([(404, "", {})]) as server:
        with pytest.raises(RunFailed, match="is gone"):
            await archive(server, session).get(PART, tmp_path / "part")

    assert len(server.heard) == 1


async def test_work_is_handed_over_when_the_coordinator_is_back(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    (tmp_path / "bundle").write_text("work")
    async with Scripted([*[AWAY] * RESTARTS, (200, {"sha256": "f" * 64}, {})]) as server:
        sha256 = await upload_bundle(session, server.url, tmp_path / "bundle", sleep=at_once)

    assert sha256 == "f" * 64


@pytest.mark.parametrize(
    ("status", "error"),
    [
        pytest.param(503, StoreAway, id="away"),
        pytest.param(413, RunFailed, id="too-large"),
    ],
)
async def test_part_that_is_not_stored_is_said_with_whether_it_may_be_later(
    session: aiohttp.ClientSession, status: int, error: type[RunFailed]
) -> None:
    async with Scripted([(status, "", {})]) as server:
        with pytest.raises(RunFailed, match=str(status)) as raised:
            await archive(server, session).put("talk", b"work")

    assert raised.type is error

"""Settings of Fly that make no sense are said at the start, not at the first agent."""

from pathlib import Path

import aiohttp
import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.errors import BadSettings
from bot.place_wiring import fly_of
from bot.settings import load

IMAGE = "registry/runner@sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("image", "memory_mb", "said"),
    [
        pytest.param("", 4096, "digest", id="no image"),
        pytest.param("registry/runner:latest", 4096, "digest", id="a tag"),
        pytest.param(IMAGE, 1000, "256", id="memory"),
    ],
)
async def test_machine_that_cannot_be_had_is_said_at_the_start(
    tmp_path: Path, image: str, memory_mb: int, said: str
) -> None:
    settings = load(data_dir=tmp_path, fly_token="t", fly_image=image, fly_memory_mb=memory_mb)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(BadSettings, match=said):
            fly_of(settings, Database(settings.database), Bus(), session)


async def test_without_a_token_there_is_no_fly(tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path)
    async with aiohttp.ClientSession() as session:
        assert fly_of(settings, Database(settings.database), Bus(), session) is None

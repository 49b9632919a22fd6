"""Settings of Fly that make no sense are said at the start, not at the first agent."""

from pathlib import Path

import pytest

from bot.errors import BadSettings
from bot.serve import run
from bot.settings import load
from bot.wiring.places import sizes_of

IMAGE = "registry/runner@sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("image", "memory_mb", "said"),
    [
        pytest.param("", 4096, "digest", id="no image"),
        pytest.param("registry/runner:latest", 4096, "digest", id="a tag"),
        pytest.param(IMAGE, 1000, "256", id="memory"),
    ],
)
def test_machine_that_cannot_be_had_is_said_at_the_start(
    tmp_path: Path, image: str, memory_mb: int, said: str
) -> None:
    settings = load(data_dir=tmp_path, fly_token="t", fly_image=image, fly_memory_mb=memory_mb)

    with pytest.raises(BadSettings, match=f"CADENCE_FLY_TOKEN is set, but .*{said}"):
        run(settings)


def test_sizes_are_those_of_the_settings(tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path, fly_token="t", fly_image=IMAGE, fly_cpus=4)
    sizes = sizes_of(settings)

    assert sizes is not None
    assert (sizes.image, sizes.guest.cpus, sizes.guest.memory_mb) == (IMAGE, 4, 4096)
    assert sizes_of(load(data_dir=tmp_path)) is None

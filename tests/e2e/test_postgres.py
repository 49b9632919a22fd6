"""The same road on Postgres: killed, taken over, and shared by two coordinators."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from deploy.devkit.ports import free_port
from tests.e2e.test_dispatch import asked, one_of_each
from tests.e2e.world import World, world
from tests.fakes.github import REPO

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture
async def scene(tmp_path: Path, postgres_url: str) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        made.settings |= {
            "CADENCE_RUNNER_PROGRAM": "tests.fakes.runner_program",
            "CADENCE_LEASE_S": "30",
            "CADENCE_EXECUTOR_SILENT_S": "6",
            "CADENCE_SECRET_KEY": "k" * 32,
            "DATABASE_URL": postgres_url,
        }
        yield made


def told(scene: World, number: int) -> bool:
    return len(scene.status_comments(number)) == 1


async def test_mention_becomes_a_pull_request_on_postgres(scene: World) -> None:
    await scene.start()
    number = asked(scene)

    await one_of_each(scene, number)


async def test_coordinator_that_dies_on_postgres_goes_on_where_it_was(scene: World) -> None:
    scene.script(waitAt="cloned")
    await scene.start()
    number = asked(scene)
    await scene.until(lambda: any("cloned" in line for line in scene.trace()), "cloned")

    await scene.kill()
    scene.script()
    await scene.start()

    await one_of_each(scene, number)


async def test_two_coordinators_make_one_of_each(scene: World, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    other = World(scene.town, scene.llm, tmp_path / "second", free_port())
    other.settings = dict(scene.settings)
    try:
        await scene.start()
        await other.start()
        numbers = [asked(scene) for _ in range(3)]
        for number in numbers:
            await scene.until(partial(told, scene, number), "one status comment")
        await scene.until(lambda: len(scene.github.pulls(REPO)) == 3, "three pull requests")
        await scene.until(
            lambda: all("ull request" in scene.status_comments(n)[0] for n in numbers), "told"
        )
    finally:
        await other.kill()

    assert [len(scene.status_comments(n)) for n in numbers] == [1, 1, 1]

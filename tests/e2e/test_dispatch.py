"""The road of an agent with a scripted runner: kills at every step, one pull request."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot import cost
from tests.e2e.world import World, world
from tests.fakes.github import REPO

pytestmark = pytest.mark.slow


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        made.settings["CADENCE_RUNNER_PROGRAM"] = "tests.fakes.runner_program"
        made.settings["CADENCE_LEASE_S"] = "30"
        yield made


def asked(scene: World) -> int:
    issue = scene.github.open_issue(REPO, "dana", "Area is wrong", "It adds.")
    scene.github.comment(REPO, issue.number, "dana", "@cadence please fix this")
    return issue.number


def answered(scene: World, number: int) -> bool:
    return any("It multiplies." in comment for comment in scene.status_comments(number))


async def one_of_each(scene: World, number: int) -> None:
    """There is one pull request, one status comment that names it, and nothing is left running."""
    pull = await scene.until(lambda: scene.github.pulls(REPO), "a pull request")
    await scene.until(
        lambda: any(
            f"#{pull[0].number}" in c or "/pull/" in c for c in scene.status_comments(number)
        ),
        "a comment that links the pull request",
    )
    assert len(scene.github.pulls(REPO)) == 1
    assert len(scene.status_comments(number)) == 1
    await scene.until(
        lambda: not [p for p in scene.runner_pids() if p != scene.process.pid],  # type: ignore[union-attr]  # started
        "no process left",
    )


async def test_mention_becomes_a_pull_request(scene: World) -> None:
    await scene.start()
    number = asked(scene)

    await one_of_each(scene, number)

    refs = await scene.github.refs(REPO)
    [status] = scene.status_comments(number)
    assert f"refs/heads/cadence/{number}-area-is-wrong" in refs
    assert f"`{cost.newest('sonnet')}`" in status


@pytest.mark.parametrize("step", ["assigned", "cloned", "worked", "uploaded", "finished"])
async def test_runner_that_dies_costs_nothing_but_time(scene: World, step: str) -> None:
    scene.script(dieAt=step)
    await scene.start()
    number = asked(scene)

    await one_of_each(scene, number)


async def test_machines_that_die_before_they_begin_are_not_counted(scene: World) -> None:
    scene.script(dieAt="assigned", runs=3)
    scene.settings["CADENCE_MAX_RUNS"] = "2"
    await scene.start()
    number = asked(scene)

    await one_of_each(scene, number)


async def test_work_that_ends_its_machines_is_given_up(scene: World) -> None:
    scene.script(dieAt="cloned", runs=9, heard=True)
    scene.settings["CADENCE_MAX_RUNS"] = "2"
    await scene.start()
    number = asked(scene)
    await scene.until(
        lambda: any("Its machine was lost 2 times" in c for c in scene.status_comments(number)),
        "the sentence",
    )

    assert [line[-8:] for line in assigned(scene)] == ["assigned"] * 2


@pytest.mark.parametrize("step", ["assigned", "cloned", "worked", "uploaded"])
async def test_coordinator_that_dies_goes_on_where_it_was(scene: World, step: str) -> None:
    scene.script(waitAt=step)
    await scene.start()
    number = asked(scene)
    await scene.until(lambda: any(step in line for line in scene.trace()), step)

    await scene.kill()
    scene.script()
    await scene.start()

    await one_of_each(scene, number)
    assert {line.split()[0][-2:] for line in scene.trace()} == {"-1"}


async def test_both_dying_at_once_is_one_pull_request(scene: World) -> None:
    scene.script(waitAt="cloned")
    await scene.start()
    number = asked(scene)
    await scene.until(lambda: any("cloned" in line for line in scene.trace()), "cloned")

    await scene.kill()
    for pid in scene.runner_pids():
        os.kill(pid, signal.SIGKILL)
    scene.script()
    await scene.start()

    await one_of_each(scene, number)


async def test_repository_that_cannot_be_worked_on_ends_the_agent_at_once(scene: World) -> None:
    await scene.start()
    scene.github.world.repository(REPO).default_branch = ""
    number = asked(scene)
    await scene.until(
        lambda: any("has no default branch" in one for one in scene.status_comments(number)),
        "the sentence",
    )
    [status] = scene.status_comments(number)
    log = scene.log()

    assert "lost" not in status
    assert log.count('"run refused"') == 1
    assert "run over without a result" not in log


async def test_delivery_that_was_accepted_survives_a_kill(scene: World) -> None:
    scene.github.fault("/repos/.*/permission", status=503, times=3)
    await scene.start()
    number = asked(scene)
    await scene.github.settled()
    await scene.kill()

    await scene.start()

    await one_of_each(scene, number)


def assigned(scene: World) -> list[str]:
    return [line for line in scene.trace() if line.endswith("assigned")]


async def test_waiting_agents_start_in_order_and_no_more_than_allowed(scene: World) -> None:
    scene.settings["CADENCE_AGENTS_PER_INSTALLATION"] = "1"
    scene.script(waitAt="cloned", kind="answer")
    await scene.start()
    numbers = [asked(scene) for _ in range(3)]
    await scene.until(lambda: len(scene.status_comments(numbers[2])) == 1, "all are told")
    await scene.until(lambda: assigned(scene), "one has begun")
    await asyncio.sleep(0.5)

    assert len(assigned(scene)) == 1

    scene.script(kind="answer")
    for number in numbers:
        await scene.until(partial(answered, scene, number), "an answer")
    assert scene.github.pulls(REPO) == []

"""The whole road with the real runner in the real sandbox, and what goes wrong on it."""

import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.plays import FIX, ask, finish, play, prepare, said, use
from tests.e2e.world import World, world
from tests.fakes.github import REPO

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]
Stage = Callable[[dict[str, Any]], AbstractAsyncContextManager[World]]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    @asynccontextmanager
    async def opened(scenario: dict[str, Any], **settings: str) -> AsyncIterator[World]:
        async with world(tmp_path, scenario) as made:
            made.settings |= settings
            await prepare(made.github)
            await made.start()
            yield made

    return opened


async def test_mention_becomes_a_verified_pull_request(stage: Stage) -> None:
    async with stage(FIX) as made:
        number = ask(made)
        await made.until(partial(said, made, number, "is ready for review"), "done")

        [pull] = made.github.pulls(REPO)
        refs = await made.github.refs(REPO)
        trigger = made.github.comments(REPO, number)[0]

        def reactions() -> list[str]:
            found = made.github.reactions(REPO, number, comment_id=trigger.id)
            return [one.content for one in found]

        # The comment tells the end first, then the rocket comes and the eyes go.
        await made.until(lambda: reactions() == ["rocket"], "a rocket alone")

    assert not pull.draft
    assert pull.body is not None
    assert "`python3 check.py` | ❌ failed (exit 1) | ✅ passed (exit 0)" in pull.body
    assert f"Closes #{number}" in pull.body
    assert f"refs/heads/cadence/{number}-area-is-wrong" in refs
    assert made.runner_pids() == []


async def test_question_gets_an_answer_and_no_branch(stage: Stage) -> None:
    scenario = play(
        finish(answer="It adds because of a typo.", title="", summary=""), kind="question"
    )
    async with stage(scenario) as made:
        number = ask(made, "why does it add?")
        await made.until(partial(said, made, number, "It adds because of a typo."), "an answer")
        refs = await made.github.refs(REPO)

    assert made.github.pulls(REPO) == []
    assert not [ref for ref in refs if "cadence/" in ref]


async def test_change_that_does_not_pass_stays_a_draft_that_shows_it(stage: Stage) -> None:
    async with stage(play(use("bash", command="echo 'x = 1' > more.py"), finish())) as made:
        number = ask(made)
        await made.until(partial(said, made, number, "not verified"), "the end")
        [pull] = made.github.pulls(REPO)

    assert pull.draft
    assert pull.body is not None
    assert "❌ failed (exit 1) | ❌ failed (exit 1)" in pull.body
    assert f"Closes #{number}" not in pull.body


async def test_regression_goes_back_twice_and_is_shown_when_it_stays(stage: Stage) -> None:
    spoil = {"file_path": "widgets.py", "old_string": "width + height", "new_string": "width +"}
    again = (use("bash", command="true"), finish())
    async with stage(play(use("edit", **spoil), finish(), *again, *again)) as made:
        passes: dict[str, str | bytes] = {"check.py": "import widgets\n"}
        await made.github.push(REPO, "main", passes, author="dana", message="Pass")
        number = ask(made)
        await made.until(partial(said, made, number, "not verified"), "the end")
        [pull] = made.github.pulls(REPO)

    assert pull.draft
    assert pull.body is not None
    assert "✅ passed (exit 0) | ❌ failed (exit 1)" in pull.body
    assert len(made.llm.messages) == 7  # triage, the work, two rounds of repair


async def test_agent_that_changes_nothing_says_why(stage: Stage) -> None:
    async with stage(play(finish(summary="It is right as it is.", title="Nothing"))) as made:
        number = ask(made)
        await made.until(partial(said, made, number, "It is right as it is."), "the reason")

    assert made.github.pulls(REPO) == []


async def test_stop_in_a_long_command_ends_it_and_says_who(stage: Stage) -> None:
    scenario = play(use("bash", command="echo 1 > begun.txt; sleep 60"), finish())
    async with stage(scenario) as made:
        number = ask(made)
        await made.until(partial(said, made, number, "Working"), "work")
        await made.until(lambda: len(made.llm.messages) >= 2, "the model was asked")
        made.github.comment(REPO, number, "dana", "@cadence stop")
        await made.until(partial(said, made, number, "dana", "topped"), "stopped")
        await made.until(lambda: not made.runner_pids()[1:], "no process left")

    assert made.github.pulls(REPO) == []


async def test_words_reach_the_running_agent(stage: Stage) -> None:
    scenario = play(use("bash", command="sleep 4"), use("bash", command="true"), finish())
    async with stage(scenario) as made:
        number = ask(made)
        await made.until(lambda: len(made.llm.messages) >= 2, "the model was asked")
        made.github.comment(REPO, number, "dana", "@cadence use the blue paint")
        await made.until(lambda: "use the blue paint" in str(made.llm.messages[-1]), "the words")


async def test_refused_key_is_a_clear_sentence(stage: Stage) -> None:
    async with stage(FIX) as made:
        made.llm.keys.clear()
        number = ask(made)
        await made.until(partial(said, made, number, "key"), "the reason")

    assert made.github.pulls(REPO) == []


async def test_runner_killed_in_mid_command_is_followed_by_another(stage: Stage) -> None:
    scenario = play(use("bash", command="sleep 3"), FIX["turns"][0], finish(closes_issue=True))
    async with stage(scenario) as made:
        number = ask(made)
        await made.until(lambda: len(made.llm.messages) >= 2, "the model was asked")
        [home] = [h for h in made.machines.iterdir() if (h / "runner.pid").exists()]
        os.kill(int((home / "runner.pid").read_text().split()[0]), signal.SIGKILL)
        await made.until(partial(said, made, number, "is ready for review"), "done")

    assert len(made.github.pulls(REPO)) == 1


async def test_coordinator_killed_in_mid_work_loses_nothing(stage: Stage) -> None:
    scenario = play(use("bash", command="sleep 4"), FIX["turns"][0], finish(closes_issue=True))
    async with stage(scenario) as made:
        number = ask(made)
        await made.until(lambda: len(made.llm.messages) >= 2, "the model was asked")
        await made.kill()
        await made.start()
        await made.until(partial(said, made, number, "is ready for review"), "done")

    assert len(made.github.pulls(REPO)) == 1


async def test_no_key_is_found_anywhere_but_where_it_belongs(stage: Stage) -> None:
    steal = "env; cat /proc/*/environ; cat /proc/1/cmdline; ls -la / /home /run"
    async with stage(play(use("bash", command=steal), FIX["turns"][0], finish())) as made:
        number = ask(made)
        await made.until(partial(said, made, number, "is ready for review"), "done")
        await made.stop()
        secrets = {made.llm.key, made.town.app.webhook_secret}
        secrets |= {made.town.app.private_key_pem.splitlines()[3]}
        places = [path for path in (made.root / "data").rglob("*") if path.is_file()]
        held = {str(path) for path in places for s in secrets if s.encode() in path.read_bytes()}
        shown = made.log() + str(made.github.comments(REPO, number)) + str(made.llm.messages)
        with sqlite3.connect(made.root / "data" / "cadence.sqlite3") as rows:
            shown += str(rows.execute("SELECT data FROM agent_events").fetchall())

    assert held == set()
    assert not [secret for secret in secrets if secret in shown]


async def test_secret_in_the_work_is_not_published(stage: Stage) -> None:
    token = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
    scenario = play(use("bash", command=f"echo 'key = \"{token}\"' > more.py"), finish())
    async with stage(scenario) as made:
        number = ask(made)
        await made.until(partial(said, made, number, "secret"), "the refusal")
        comments = str(made.github.comments(REPO, number))
        refs = await made.github.refs(REPO)

    assert token not in comments
    assert not [ref for ref in refs if "cadence/" in ref]


async def test_protected_branch_is_an_honest_end(stage: Stage) -> None:
    async with stage(FIX) as made:
        made.github.protect(REPO, "cadence/1-area-is-wrong")
        number = ask(made)
        await made.until(partial(said, made, number, "protect"), "the reason")

    assert made.github.pulls(REPO) == []

"""Whole runs: from clone to outcome, through real sockets, git and subprocesses."""

from pathlib import Path
from typing import Any

import pytest

from runner.protocol import EventKind
from runner.spec import Budget
from tests.fakes.runs import BREAK, DONE, FILES, FIX, QUESTION, Play, Player, say, use

GOT = "refs/got/cadence/7-areas"


@pytest.fixture
def play(tmp_path: Path) -> Player:
    def make(*turns: dict[str, Any], **settings: Any) -> Play:
        return Play(tmp_path, list(turns), **settings)

    return make


async def test_task_becomes_a_verified_commit_in_a_bundle(play: Player) -> None:
    plan = [{"text": "Multiply", "done": False}]
    one = play(
        say("The sides are added."),
        use("update_plan", items=plan),
        use("edit", **FIX),
        use("bash", command="sh test.sh"),
        use("finish", **DONE),
    )
    one.llm.scenario.turns[0].content.append(
        {"type": "tool_use", "name": "read", "input": {"file_path": "area.py"}}
    )

    outcome = await one.run()

    assert (outcome.status, outcome.kind, outcome.reason) == ("completed", "change", "")
    assert (outcome.title, outcome.closes_issue) == (DONE["title"], True)
    assert outcome.verification.outcome == "passed"
    assert outcome.verification.exit_code == 0
    assert outcome.verification.baseline_outcome == "failed"
    assert (outcome.files_changed, outcome.lines_added, outcome.lines_removed) == (1, 1, 1)
    assert outcome.steps == 5
    assert outcome.cost_usd > 0
    assert outcome.sandbox == "none"
    message = one.fetched("log", "-1", "--format=%an|%B", GOT)
    assert message.startswith("cadence[bot]|Multiply the sides of an area\n\nThe sides were added.")
    assert "Co-authored-by: ada <7+ada@users.noreply.github.com>" in message
    assert one.fetched("rev-parse", GOT) == outcome.head_sha
    assert one.fetched("diff", "--name-only", "main", GOT) == "area.py"
    assert one.line.phases == ["cloning", "verifying", "working", "verifying", "publishing"]
    assert one.line.of(EventKind.PLAN) == [{"items": plan}]
    assert [each["name"] for each in one.line.of(EventKind.TOOL_CALL)] == [
        *("read", "update_plan", "edit", "bash", "finish"),
    ]
    assert [each["stage"] for each in one.line.of(EventKind.VERIFICATION)] == ["baseline", "final"]
    assert len(one.line.of(EventKind.USAGE)) == 6


async def test_question_gets_an_answer_and_no_change(play: Player) -> None:
    one = play(use("finish", answer="It adds, see area.py:2."), triage=QUESTION)

    outcome = await one.run()

    assert (outcome.kind, outcome.answer) == ("answer", "It adds, see area.py:2.")
    assert one.line.bundle is None
    assert outcome.verification.outcome == "none"
    assert "change no file" in one.heard(0)


async def test_changes_made_for_a_question_are_dropped_and_it_says_so(play: Player) -> None:
    one = play(
        use("edit", **FIX),
        use("finish", answer="It added; I mended it."),
        spec={"wants_answer_only": True},
    )

    outcome = await one.run()

    assert outcome.kind == "answer"
    assert "were dropped" in outcome.answer
    assert one.line.bundle is None


async def test_agent_that_changes_nothing_says_why(play: Player) -> None:
    one = play(use("finish", title="Nothing to do", summary="The code is right as it is."))

    outcome = await one.run()

    assert (outcome.status, outcome.kind) == ("completed", "nothing")
    assert "The code is right as it is." in outcome.reason
    assert one.line.bundle is None


async def test_regression_goes_back_to_the_agent(play: Player) -> None:
    good = FILES | {"area.py": "def area(width, height):\n    return width * height\n"}
    one = play(
        use("edit", **BREAK),
        use("finish", **DONE),
        use("edit", file_path="area.py", old_string="def aera", new_string="def  area"),
        use("finish", **DONE | {"title": "Space it"}),
        files=good,
    )

    outcome = await one.run()

    assert outcome.verification.outcome == "passed"
    assert outcome.title == "Space it"
    stages = [each["stage"] for each in one.line.of(EventKind.VERIFICATION)]
    assert stages == ["baseline", "final", "repair-1"]
    assert "no attribute 'area'" in one.heard(2)
    assert "round 1 of 2" in one.heard(2)


async def test_regression_that_stays_is_told_and_repair_rounds_end(play: Player) -> None:
    good = FILES | {"area.py": "def area(width, height):\n    return width * height\n"}
    one = play(
        use("edit", **BREAK),
        *[use("finish", **DONE)] * 3,
        files=good,
        budget=Budget(repair_rounds=2),
    )

    outcome = await one.run()

    assert (outcome.status, outcome.kind) == ("completed", "change")
    assert outcome.verification.outcome == "failed"
    assert outcome.doubts.startswith("`sh test.sh` passed before this change")
    assert len(one.steps) == 4


async def test_failure_from_before_is_no_regression(play: Player) -> None:
    one = play(use("write", file_path="notes.txt", content="hm\n"), use("finish", **DONE))

    outcome = await one.run()

    assert outcome.verification.outcome == "failed"
    assert outcome.verification.baseline_outcome == "failed"
    assert len(one.steps) == 2


async def test_repository_without_a_verification_command_says_so(play: Player) -> None:
    one = play(use("edit", **FIX), use("finish", **DONE), files={"area.py": FILES["area.py"]})

    outcome = await one.run()

    assert (outcome.kind, outcome.verification.outcome) == ("change", "none")
    assert "No verification command was found" in one.line.log
    assert "no verification command" in one.heard(0)


async def test_setup_runs_first_and_what_it_leaves_is_not_committed(play: Player) -> None:
    config = "setup: [echo made > made.txt, 'exit 3']\nverify: test -f made.txt && touch seen\n"
    one = play(
        use("edit", **FIX),
        use("finish", **DONE),
        files=FILES | {".github/cadence.yml": config},
    )

    outcome = await one.run()

    assert outcome.verification.outcome == "passed"
    assert one.fetched("diff", "--name-only", "main", GOT) == "area.py"
    assert "exit code 3" in one.line.log
    assert "exit code 3" in one.heard(0)


async def test_commits_of_the_agent_itself_are_kept(play: Player) -> None:
    commit = "git -c user.name=x -c user.email=x@y commit -qam mine"
    one = play(use("edit", **FIX), use("bash", command=commit), use("finish", **DONE))

    outcome = await one.run()

    assert outcome.kind == "change"
    assert "width * height" in one.fetched("show", f"{GOT}:area.py")


async def test_guidance_of_the_base_branch_reaches_the_model(play: Player) -> None:
    one = play(
        use("finish", answer="ok"),
        files=FILES | {"AGENTS.md": "Use tabs.", "CLAUDE.md": "Be terse."},
    )

    await one.run()

    assert "Use tabs." in one.heard(0)
    assert "Be terse." in one.heard(0)


@pytest.mark.parametrize(
    "triage",
    [
        pytest.param("this is no JSON", id="no JSON"),
        pytest.param('{"kind": "sing"}', id="wrong JSON"),
    ],
)
async def test_triage_that_makes_no_sense_counts_as_a_change(play: Player, triage: str) -> None:
    one = play(use("edit", **FIX), use("finish", **DONE), triage=triage)

    outcome = await one.run()

    assert outcome.kind == "change"
    assert "taken as a change" in one.line.log


async def test_triage_that_fails_counts_as_a_change(play: Player) -> None:
    one = play(
        use("edit", **FIX), use("finish", **DONE), faults=[{"at": 1, "status": 400, "times": 1}]
    )

    outcome = await one.run()

    assert outcome.kind == "change"
    assert "Triage: it failed" in one.line.log


async def test_repository_that_cannot_be_cloned_ends_in_a_sentence(play: Player) -> None:
    one = play(spec={"clone_url": "/nowhere/at/all"})

    outcome = await one.run()

    assert (outcome.status, outcome.kind) == ("failed", "nothing")
    assert outcome.reason
    assert "/nowhere" not in outcome.reason

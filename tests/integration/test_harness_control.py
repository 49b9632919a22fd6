"""Pause, resume, stop, messages and questions, between steps and in the middle of them."""

from pathlib import Path
from typing import Any

import pytest

from runner.protocol import EventKind
from tests.fakes.runs import DONE, FIX, Play, Player, use

GOT = "refs/got/cadence/7-areas"
CALL, RESULT = EventKind.TOOL_CALL, EventKind.TOOL_RESULT


@pytest.fixture
def play(tmp_path: Path) -> Player:
    def make(*turns: dict[str, Any], **settings: Any) -> Play:
        return Play(tmp_path, list(turns), **settings)

    return make


async def test_stop_in_the_middle_of_a_command_keeps_the_work(play: Player) -> None:
    one = play(use("edit", **FIX), use("bash", command="sleep 600"))
    stop = "ada stopped it."
    one.line.when(CALL, lambda: one.line.control.cancel(stop), name="bash")

    outcome = await one.run()

    assert (outcome.status, outcome.kind, outcome.reason) == ("cancelled", "change", stop)
    assert "width * height" in one.fetched("show", f"{GOT}:area.py")
    assert one.seconds < 60


async def test_stop_before_the_first_step_ends_without_a_change(play: Player) -> None:
    one = play(use("edit", **FIX))
    one.line.when(EventKind.PHASE, lambda: one.line.control.cancel("Never mind."), phase="cloning")

    outcome = await one.run()

    assert (outcome.status, outcome.kind, outcome.reason) == ("cancelled", "nothing", "Never mind.")
    assert one.steps == []


async def test_pause_waits_and_resume_goes_on(play: Player) -> None:
    one = play(use("edit", **FIX), use("finish", **DONE))
    steps_while_paused: list[int] = []

    def resume() -> None:
        steps_while_paused.append(len(one.steps))
        one.line.control.resume()

    one.line.when(RESULT, one.line.control.pause, name="edit")
    one.line.when(EventKind.LOG, resume, text="Paused; the clock stands still.")

    outcome = await one.run()

    assert outcome.kind == "change"
    assert steps_while_paused == [1]
    assert "Going on." in one.line.log


async def test_stop_wakes_a_paused_run(play: Player) -> None:
    one = play(use("edit", **FIX), use("finish", **DONE))
    one.line.when(RESULT, one.line.control.pause, name="edit")
    paused = "Paused; the clock stands still."
    one.line.when(EventKind.LOG, lambda: one.line.control.cancel("Enough."), text=paused)

    outcome = await one.run()

    assert (outcome.status, outcome.kind) == ("cancelled", "change")


async def test_message_reaches_the_model_before_its_next_call(play: Player) -> None:
    one = play(use("edit", **FIX), use("finish", **DONE))
    one.line.when(RESULT, lambda: one.line.say("Mind the tests.", "grace"), name="edit")

    await one.run()

    assert "Message from @grace" in one.heard(1)
    assert "Mind the tests." in one.heard(1)
    assert "Message from grace: Mind the tests." in one.line.log


async def test_message_that_comes_with_the_finish_is_not_lost(play: Player) -> None:
    one = play(
        use("edit", **FIX),
        use("finish", **DONE),
        use("write", file_path="more.txt", content="more\n"),
        use("finish", **DONE | {"title": "Do more"}),
    )
    one.line.when(CALL, lambda: one.line.say("Do more."), name="finish")

    outcome = await one.run()

    assert outcome.title == "Do more"
    assert "Do more." in one.heard(2)
    assert one.fetched("show", f"{GOT}:more.txt") == "more"


async def test_question_is_answered_by_a_person(play: Player) -> None:
    one = play(use("ask", question="Feet?"), use("edit", **FIX), use("finish", **DONE))
    one.line.when(EventKind.QUESTION, lambda: one.line.say("Metres."))

    await one.run()

    assert one.line.of(EventKind.QUESTION) == [{"text": "Feet?"}]
    assert "ada answered:\nMetres." in one.heard(1)


async def test_question_that_nobody_answers_does_not_stop_the_work(play: Player) -> None:
    one = play(
        use("ask", question="Feet?"),
        use("edit", **FIX),
        use("finish", **DONE),
        conditions={"ask_wait_s": 0.0},
    )

    outcome = await one.run()

    assert outcome.kind == "change"
    assert "Nobody answered" in one.heard(1)


async def test_stop_ends_the_wait_for_an_answer(play: Player) -> None:
    one = play(use("ask", question="Feet?"))
    one.line.when(EventKind.QUESTION, lambda: one.line.control.cancel("Stop."))

    outcome = await one.run()

    assert outcome.status == "cancelled"
    assert one.seconds < 60

"""What goes wrong with the model and its API: every ending is a sentence, and work is kept."""

from pathlib import Path
from typing import Any

import pytest

from runner.agent.guard import SAME_CALL
from runner.protocol import EventKind
from runner.spec import Budget
from tests.fakes.runs import DONE, FIX, Play, Player, say, use

GOT = "refs/got/cadence/7-areas"
FAIL = use("bash", command="cat nowhere")


@pytest.fixture
def play(tmp_path: Path) -> Player:
    def make(*turns: dict[str, Any], **settings: Any) -> Play:
        return Play(tmp_path, list(turns), **settings)

    return make


async def test_refusal_ends_in_an_honest_sentence(play: Player) -> None:
    outcome = await play(say("I cannot.", stop_reason="refusal")).run()

    assert (outcome.status, outcome.kind) == ("failed", "nothing")
    assert "declined" in outcome.reason


async def test_text_without_finish_is_reminded_once_and_then_taken(play: Player) -> None:
    one = play(use("edit", **FIX), say("I mended it."), say("Really, I mended it."))

    outcome = await one.run()

    assert outcome.kind == "change"
    assert "Really, I mended it." in outcome.summary
    assert "without calling `finish`" in one.heard(2)
    assert len(one.steps) == 3


async def test_answer_that_is_cut_off_goes_on(play: Player) -> None:
    cut = say("Let me write...", stop_reason="max_tokens")
    cut["content"].append({"type": "tool_use", "name": "bash", "input": {"command": "touch x"}})
    one = play(cut, use("edit", **FIX), use("finish", **DONE))

    outcome = await one.run()

    assert outcome.kind == "change"
    assert "was cut off at the output limit" in one.heard(1)
    assert one.fetched("diff", "--name-only", "main", GOT) == "area.py"


async def test_answers_that_are_always_cut_off_end_the_run(play: Player) -> None:
    one = play(say("And", stop_reason="max_tokens"), scenario={"loop": True})

    outcome = await one.run()

    assert "output limit" in outcome.reason
    assert len(one.steps) == 5


async def test_conversation_that_is_too_long_ends_the_run(play: Player) -> None:
    outcome = await play(say("Hm", stop_reason="model_context_window_exceeded")).run()

    assert "too long" in outcome.reason


async def test_paused_turn_is_resumed(play: Player) -> None:
    one = play(say("Wait...", stop_reason="pause_turn"), use("edit", **FIX), use("finish", **DONE))

    outcome = await one.run()

    assert outcome.kind == "change"
    assert one.steps[1]["messages"][-1]["role"] == "assistant"


async def test_invented_tools_and_arguments_are_explained_to_the_model(play: Player) -> None:
    bad = use("sing", song="la")
    bad["content"] += [
        {"type": "tool_use", "name": "edit", "input": {"path": 3}},
        {"type": "tool_use", "name": "update_plan", "input": {"items": "none"}},
        {"type": "tool_use", "name": "finish", "input": {}},
        {"type": "tool_use", "name": "ask", "input": {"question": ""}},
    ]
    one = play(bad, use("edit", **FIX), use("finish", **DONE))

    outcome = await one.run()

    assert outcome.kind == "change"
    heard = one.heard(1)
    assert "There is no tool named sing. There are: ask, bash," in heard
    assert "items: Input should be a valid list" in heard
    assert "finish: give a `title`" in heard
    results = one.steps[1]["messages"][-1]["content"]
    assert [each["is_error"] for each in results] == [True] * 5
    told = one.line.of(EventKind.TOOL_RESULT)
    assert [each["isError"] for each in told] == [True] * 5 + [False] * 2
    assert all(each["id"] for each in told)


async def test_silent_model_is_given_up(play: Player) -> None:
    one = play(say("", stop_reason="end_turn"), scenario={"loop": True})

    outcome = await one.run()

    assert outcome.reason.startswith("The model said nothing 3 times in a row.")


async def test_huge_output_is_cut_for_model_and_events(play: Player) -> None:
    one = play(
        use("bash", command="yes | head -c 3000000"), use("edit", **FIX), use("finish", **DONE)
    )

    await one.run()

    assert len(one.heard(1)) < 12_000
    output = one.line.of(EventKind.TOOL_RESULT)[0]["output"]
    assert len(output) < 4_200
    assert "left out" in output


async def test_endless_loop_is_told_once_and_ends_with_the_steps(play: Player) -> None:
    plan = [{"text": "Look", "done": True}, {"text": "Mend", "done": False}]
    one = play(
        use("write", file_path="half.txt", content="half\n"),
        use("update_plan", items=plan),
        FAIL,
        scenario={"loop": True},
        budget=Budget(steps=8),
    )

    outcome = await one.run()

    assert (outcome.status, outcome.kind) == ("failed", "change")
    assert outcome.reason.startswith("The budget of 8 steps is used up.")
    assert "Done: Look. Open: Mend." in outcome.reason
    assert "The last error was: bash:" in outcome.reason
    said = [one.heard(step) for step in range(len(one.steps))]
    assert sum(SAME_CALL in each for each in said) == 1
    assert len(one.steps) == 8
    message = one.fetched("log", "-1", "--format=%B", GOT)
    assert message.startswith("WIP: fix this\n\nBroken off: The budget of 8 steps")
    assert one.fetched("show", f"{GOT}:half.txt") == "half"


async def test_dollars_are_a_hard_limit_with_a_warning_before(play: Player) -> None:
    usage = {"input_tokens": 100_000, "output_tokens": 10_000}  # $0.30
    turn = use("bash", command="true") | {"usage": usage}
    # The triage costs a little, too.
    one = play(turn, scenario={"loop": True}, budget=Budget(usd=1.0))

    outcome = await one.run()

    assert outcome.reason.startswith("The budget of $1.00 is used up ($1.21 spent).")
    assert outcome.steps == 4
    assert "$0.91 of $1.00 are spent." in one.heard(3)


async def test_hard_time_limit_ends_a_command_in_flight(play: Player) -> None:
    one = play(
        use("write", file_path="half.txt", content="half\n"),
        use("bash", command="sleep 600"),
        budget=Budget(hard_minutes=0.1, soft_minutes=0.09),
    )

    outcome = await one.run()

    assert outcome.reason.startswith("The time limit of 0.1 minutes is over.")
    assert outcome.status == "failed"
    assert one.seconds < 60


async def test_soft_time_limit_is_told_once(play: Player) -> None:
    one = play(
        use("bash", command="true"),
        use("edit", **FIX),
        use("finish", **DONE),
        budget=Budget(soft_minutes=0),
    )

    outcome = await one.run()

    assert outcome.kind == "change"
    assert [("Wrap up now" in one.heard(step)) for step in range(3)] == [True, False, False]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param({"status": 401}, "does not accept the key", id="401"),
        pytest.param({"status": 403}, "may not use", id="403"),
        pytest.param({"status": 404}, "is not known to the API", id="404"),
        pytest.param({"status": 413}, "larger than", id="413"),
        pytest.param({"status": 429, "retry_after": 0.01}, "no more requests", id="429"),
        pytest.param({"status": 529}, "overloaded", id="529"),
        pytest.param({"status": 500}, "out of order (status 500)", id="500"),
        pytest.param({"cut": True}, "broke, again and again", id="cut"),
        pytest.param({"stream_error": "overloaded_error"}, "overloaded_error", id="stream"),
        pytest.param({"garbage": True}, "makes no sense", id="garbage"),
    ],
)
async def test_errors_that_stay_end_in_their_sentence(
    play: Player, fault: dict[str, Any], said: str
) -> None:
    one = play(use("edit", **FIX), say("x"), faults=[fault | {"turn": 2, "times": 99}])

    outcome = await one.run()

    assert (outcome.status, outcome.kind) == ("failed", "change")
    assert said in outcome.reason


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 429, "retry_after": 0.01}, id="429"),
        pytest.param({"status": 529}, id="529"),
        pytest.param({"status": 500}, id="500"),
        pytest.param({"cut": True}, id="cut"),
        pytest.param({"stream_error": "overloaded_error"}, id="stream"),
    ],
)
async def test_errors_that_pass_do_nothing_twice(play: Player, fault: dict[str, Any]) -> None:
    one = play(
        use("bash", command="echo x >> x.txt"),
        use("bash", command="echo x >> x.txt"),
        use("finish", **DONE),
        faults=[fault | {"turn": 2, "times": 1}, fault | {"turn": 3, "times": 1}],
    )

    outcome = await one.run()

    assert outcome.kind == "change"
    assert one.fetched("show", f"{GOT}:x.txt") == "x\nx"
    assert outcome.steps == 3


async def test_wrong_key_is_never_shown(play: Player) -> None:
    key = "-".join(("sk", "ant", "api03", "w" * 40))
    one = play(use("edit", **FIX), key=key)

    outcome = await one.run()

    assert "does not accept the key" in outcome.reason
    assert key not in str(one.line.events) + outcome.model_dump_json()


async def test_secrets_in_outputs_and_words_are_taken_out(play: Player) -> None:
    key = "".join(("gh", "p_", "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7d"))
    one = play(
        use("bash", command=f"echo {key}"),
        use("edit", **FIX),
        use("finish", **DONE | {"title": f"Use {key}", "summary": key}),
    )

    outcome = await one.run()

    assert key not in str(one.line.events) + outcome.model_dump_json()
    assert key not in one.fetched("log", "-1", "--format=%B", GOT)

"""What goes over the wire to the model: marks, limits, an append-only history, honest hints."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from runner.protocol import EventKind
from runner.spec import Snippet
from tests.fakes.runs import CHANGE, DONE, FILES, FIX, Play, Player, say, use, words_in


@pytest.fixture
def play(tmp_path: Path) -> Player:
    def make(*turns: dict[str, Any], **settings: Any) -> Play:
        return Play(tmp_path, list(turns), **settings)

    return make


async def test_history_is_only_ever_appended_to(play: Player) -> None:
    one = play(
        use("bash", command="cat nowhere"),
        say("Hm.", stop_reason="max_tokens"),
        use("edit", **FIX),
        say("Done."),
        use("finish", **DONE),
    )

    await one.run()

    histories = [body["messages"] for body in one.steps]
    for earlier, later in pairwise(histories):
        assert later[: len(earlier)] == earlier
    assert len(histories) == 5


async def test_four_cache_marks_and_nothing_that_newer_models_refuse(play: Player) -> None:
    one = play(use("edit", **FIX), use("finish", **DONE))

    await one.run()

    for body in one.steps:
        assert [bool(tool.get("cache_control")) for tool in body["tools"]].count(True) == 1
        assert body["tools"][-1]["cache_control"]
        assert body["system"][0]["cache_control"]
        assert body["messages"][0]["content"][0]["cache_control"]
        assert body["cache_control"]
        assert not {"temperature", "tool_choice", "thread"} & set(body)
        assert body["model"] == "claude-sonnet-5-5"
        assert body["context_management"]["edits"][0]["type"] == "compact_20260112"
    assert one.line.of(EventKind.USAGE)[-1]["tokens"]["cacheRead"] > 0


async def test_tools_are_the_six_of_the_sdk_and_four_of_ours(play: Player) -> None:
    one = play(use("finish", answer="ok"))

    await one.run()

    tools = {tool["name"]: tool for tool in one.steps[0]["tools"]}
    assert list(tools) == [
        *("bash", "read", "write", "edit", "glob", "grep"),
        *("search_code", "update_plan", "ask", "finish"),
    ]
    assert tools["edit"]["input_schema"]["required"] == ["file_path", "new_string", "old_string"]
    assert set(tools["bash"]["input_schema"]["properties"]) == {"command", "restart", "timeout_ms"}


async def test_search_finds_pieces_of_the_index_and_lines_of_the_checkout(play: Player) -> None:
    piece = Snippet(path="old/area.py", start_line=4, end_line=5, text="def area(): ...")
    other = Snippet(path="b.py", start_line=1, end_line=1, text="nothing")
    one = play(
        use("search_code", query="where is the area function"),
        use("search_code", query="the zebra"),
        use("finish", answer="ok"),
        spec={"snippets": (piece, other)},
    )

    await one.run()

    found = one.heard(1)
    assert "old/area.py:4-5 (index, of the base commit: not found here now)" in found
    assert "b.py" not in found
    assert "def area(width, height)" in found
    assert "Nothing found for: zebra" in one.heard(2)


async def test_unclear_request_brings_the_open_question(play: Player) -> None:
    triage = CHANGE | {"kind": "unclear", "question_to_ask": "Which area?"}
    one = play(use("edit", **FIX), use("finish", **DONE), triage=triage)

    outcome = await one.run()

    assert outcome.kind == "change"
    assert "Which area?" in one.heard(0)


async def test_repository_may_tighten_the_budget(play: Player) -> None:
    config = "verify: sh test.sh\nbudget: {steps: 2, usd: 900}\negress: {allow: [example.org]}\n"
    one = play(
        use("bash", command="true"),
        scenario={"loop": True},
        files=FILES | {".github/cadence.yml": config},
    )

    outcome = await one.run()

    assert outcome.reason.startswith("The budget of 2 steps is used up.")


async def test_triage_asks_the_cheap_model_and_its_cost_counts(play: Player) -> None:
    one = play(use("finish", answer="ok"))

    outcome = await one.run()

    triage = next(body for body in one.llm.messages if "tools" not in body)
    assert triage["model"] == "claude-haiku-5-5"
    assert triage["output_config"]["format"]["type"] == "json_schema"
    assert "fix this" in words_in(triage["messages"][0]["content"])
    costs = [each["costUsd"] for each in one.line.of(EventKind.USAGE)]
    assert len(costs) == 2
    assert outcome.cost_usd == pytest.approx(sum(costs), abs=1e-5)

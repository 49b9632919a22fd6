"""Work that outgrows the model's context: the API sums it up on our request, and it goes on."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from deploy.devkit.anthropic.usage import tokens_in
from runner.protocol import EventKind
from tests.fakes.runs import DONE, FILES, FIX, Play, Player, use

BOOK = "".join(f"{number} words and words\n" for number in range(3000))
READ = use("read", file_path="book.txt")  # about 8,000 tokens each time
WINDOW = 30_000
LONG = {"context_window": WINDOW, "compact_above": 20_000}


@pytest.fixture
def play(tmp_path: Path) -> Player:
    def make(*turns: dict[str, Any], **settings: Any) -> Play:
        return Play(tmp_path, list(turns), files=FILES | {"book.txt": BOOK}, **settings)

    return make


def kinds(message: dict[str, Any]) -> list[str]:
    return [block["type"] for block in message["content"]]


async def test_work_that_outgrows_the_context_goes_on_from_its_summary(play: Player) -> None:
    one = play(*[READ] * 7, use("edit", **FIX), use("finish", **DONE), scenario=LONG)

    outcome = await one.run()

    assert (outcome.status, outcome.kind) == ("completed", "change")
    histories = [body["messages"] for body in one.steps]
    answers = [message for message in histories[-1] if message["role"] == "assistant"]
    assert len(one.steps) == 9
    assert [kinds(each).count("compaction") for each in answers].count(1) == 2
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(histories))
    assert sum(map(tokens_in, histories[-1])) > WINDOW


async def test_reading_for_the_summary_is_paid_for(play: Player) -> None:
    one = play(*[READ] * 4, use("finish", answer="ok"), scenario=LONG)

    await one.run()

    summed_up, after = [event["tokens"] for event in one.line.of(EventKind.USAGE)[-2:]]
    assert kinds(one.steps[-1]["messages"][-2]) == ["compaction", "tool_use"]
    assert read(summed_up) > 25_000
    assert read(after) < 12_000


def read(tokens: dict[str, int]) -> int:
    return tokens["input"] + tokens["cacheRead"] + tokens["cacheWrite5M"]


async def test_context_too_small_even_for_a_summary_is_an_honest_end(play: Player) -> None:
    small = {"context_window": 12_000, "compact_above": 11_000}
    one = play(use("edit", **FIX), READ, READ, use("finish", **DONE), scenario=small)

    outcome = await one.run()

    assert outcome.status == "failed"
    assert outcome.reason.startswith("The conversation has grown too long for the model.")
    assert one.fetched("diff", "--name-only", "main", "refs/got/cadence/7-areas") == "area.py"

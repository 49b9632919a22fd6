"""A checkpoint that was not kept: said when it matters, not when a coordinator is restarted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

from runner.agent.budget import Clock
from runner.agent.course import Course
from runner.agent.keeper import Keeper
from runner.agent.seams import RunFailed, StoreAway
from runner.protocol import EventKind
from runner.redact import Redactor
from runner.spec import Checkpoint, Part, TreeState
from tests.fakes.desk import SPEC
from tests.fakes.line import Line

TREE = TreeState(base_sha="a", start="a", head="a", snapshot="b", state="c", agent_head="a")


class Shelf:
    """Implements `runner.agent.seams.Archive`; *errors* come first, then everything is kept."""

    def __init__(self, errors: Sequence[RunFailed]) -> None:
        self.kept: list[Checkpoint] = []
        self._errors = list(errors)

    async def put(self, kind: Literal["talk", "tree"], data: bytes | Path) -> Part:
        if self._errors:
            raise self._errors.pop(0)
        return Part(kind=kind, sha256="f" * 64, bytes=1)

    async def get(self, part: Part, target: Path) -> Path:
        raise NotImplementedError

    async def keep(self, checkpoint: Checkpoint) -> None:
        self.kept.append(checkpoint)

    async def say_paused(self, *, is_paused: bool) -> None:
        raise NotImplementedError


class Tree:
    """A tree that never changes."""

    last = None

    async def take(self, *, afresh: bool) -> tuple[TreeState, None]:
        return TREE, None


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        pytest.param([StoreAway("away")], 0, id="restart"),
        pytest.param([StoreAway("away"), StoreAway("away")], 1, id="away-for-long"),
        pytest.param([RunFailed("too large")], 1, id="refused"),
    ],
)
async def test_step_that_was_not_kept_is_said_if_the_next_will_not_be_either(
    tmp_path: Path, errors: list[RunFailed], words: int
) -> None:
    line, shelf = Line(tmp_path), Shelf(errors)
    keeper = Keeper(Course(SPEC, line, Redactor(), Clock()), shelf)
    keeper._chain = Tree()  # type: ignore[assignment]  # no tree is needed to keep a talk
    history: list[Any] = []
    for number in range(3):
        history.append({"role": "user", "content": [{"type": "text", "text": str(number)}]})
        await keeper.save(history)

    assert [one.number for one in shelf.kept] == list(range(1, 4 - len(errors)))
    assert len(line.of(EventKind.LOG)) == words

"""``search_code`` against a real folder, and the frames that carry its question."""

from pathlib import Path
from typing import Any

import pytest
from anthropic.lib.tools import ToolError
from pydantic import ValidationError

from runner.agent.budget import Clock
from runner.agent.course import Course
from runner.agent.pieces import as_it_is_now, place_of
from runner.agent.seams import ToolRetry
from runner.agent.tools.search_code import SearchCode
from runner.lines.searches import fitting
from runner.protocol import (
    MAX_FRAME_BYTES,
    Found,
    FoundFrame,
    SearchFrame,
    from_coordinator,
    from_runner,
    known,
)
from runner.redact import Redactor
from runner.spec import RunSpec, Snippet
from runner.toolhost import Retry, Toolhost
from tests.fakes.desk import SPEC
from tests.fakes.line import Line

AREA = "def area(width, height):\n    sides = (width, height)\n    return sum(sides)"
FOUND = Found(
    mode="lexical",
    snippets=(
        Snippet(path="shapes/area.py", start_line=1, end_line=3, text=AREA, reason="high: area"),
    ),
)


class Folder:
    """Implements `runner.agent.seams.Hands.call`: the real tools, without a cage."""

    isolation = "none"

    def __init__(self, root: Path) -> None:
        self._host = Toolhost(root, [])
        self.asked: list[str] = []

    async def call(self, name: str, arguments: dict[str, Any]) -> str | list[dict[str, Any]]:
        self.asked.append(name)
        try:
            return await self._host.call(name, arguments)
        except Retry as retry:
            raise ToolRetry(str(retry)) from retry

    async def run(self, command: str, **_: Any) -> Any:
        raise NotImplementedError(command)


class Bench:
    """The tool in a folder, with a line that answers what the test wants."""

    def __init__(self, home: Path) -> None:
        self.root = home / "tree"
        self.root.mkdir()
        self.line = Line(home)
        self.spec: RunSpec = SPEC

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def tool(self) -> SearchCode:
        course = Course(self.spec, self.line, Redactor(), Clock())
        return SearchCode(course, Folder(self.root))

    async def search(self, query: str) -> str:
        return str(await self.tool().execute({"query": query}))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_piece_that_moved_is_shown_where_and_as_it_is_now(bench: Bench) -> None:
    changed = AREA.replace("sum(sides)", "width * height")
    bench.write("shapes/area.py", "import math\n\n\n" + changed + "\n")
    bench.line.found = FOUND

    shown = await bench.search("area of a shape")

    assert shown.startswith("Searched the index (lexical) and the checkout.\n\n")
    assert f"shapes/area.py:4-6 — high: area\n{changed}" in shown
    assert "sum(sides)" not in shown
    assert bench.line.queries == [("area of a shape", 10)]


async def test_piece_of_a_file_that_is_gone_is_said_to_be_of_the_base_commit(bench: Bench) -> None:
    bench.line.found = FOUND

    shown = await bench.search("area")

    assert (
        f"shapes/area.py:1-3 — high: area (index, of the base commit: not found here now)\n{AREA}"
        in (shown)
    )


async def test_piece_whose_code_is_gone_from_the_file_is_of_the_base_commit(bench: Bench) -> None:
    bench.write("shapes/area.py", "def circumference(width, height):\n    return 0\n")
    bench.line.found = FOUND

    shown = await bench.search("area")

    assert "(index, of the base commit: not found here now)\ndef area(" in shown


async def test_lines_that_a_piece_shows_are_not_listed_again(bench: Bench) -> None:
    bench.write("shapes/area.py", AREA + "\n\n\nareas = [area(1, 2)]\n")
    bench.write("other/shapes/area.py", "# area of nothing\n")
    bench.line.found = FOUND

    _, _, lines = (await bench.search("area")).partition("Lines of the checkout:\n")

    assert "area.py:6:areas = [area(1, 2)]" in lines
    assert "other/shapes/area.py:1:# area of nothing" in lines
    assert "def area" not in lines


async def test_without_an_index_words_find_and_the_result_says_why(bench: Bench) -> None:
    bench.write("shapes/area.py", AREA)
    old = Snippet(path="gone.py", start_line=7, end_line=7, text="area = None")
    bench.spec = SPEC.model_copy(update={"snippets": (old,)})
    bench.line.found = Found(error="this coordinator has no index")

    shown = await bench.search("area")

    first, *_ = shown.splitlines()
    assert first == (
        "The index did not answer (this coordinator has no index): found by words only."
    )
    assert "gone.py:7-7 (index, of the base commit" in shown
    assert "area.py:1:def area(width, height):" in shown


async def test_words_that_grep_cannot_use_still_reach_the_index(bench: Bench) -> None:
    bench.write("shapes/area.py", AREA)
    bench.line.found = FOUND

    assert AREA in await bench.search("how does this function")

    bench.line.found = Found(error="no index here")
    with pytest.raises(ToolRetry, match="the index did not answer"):
        await bench.search("how does this function")
    with pytest.raises(ToolRetry, match="give words"):
        await bench.search("   ")


async def test_nothing_found_is_said(bench: Bench) -> None:
    bench.line.found = Found(mode="hybrid")

    assert (await bench.search("zebra")).endswith("Nothing found for: zebra")


async def test_result_fits_however_much_is_found(bench: Bench) -> None:
    pieces = []
    for number in range(20):
        text = "\n".join(f"needle_{number}_{line} = {'x' * 150}" for line in range(60))
        bench.write(f"m{number}.py", text)
        path = f"m{number}.py"
        pieces.append(Snippet(path=path, start_line=1, end_line=60, text=text, reason="high: x"))
    bench.line.found = Found(mode="lexical", snippets=tuple(pieces))

    shown = await bench.search("needle")

    assert 12_000 < len(shown) <= 24_000
    assert "m0.py:1-24 — high: x\nneedle_0_0" in shown  # the lines that are shown, not all 60
    assert "needle_0_23 =" in shown.partition("m1.py")[0]
    assert "needle_0_24 =" not in shown.partition("m1.py")[0]
    assert "Less likely:\n" in shown
    assert "m19.py:1-60 — high: x" in shown
    assert "Lines of the checkout:\n" in shown


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("x" * 4_001, id="too long"),
        pytest.param("", id="empty"),
        pytest.param(7, id="no text"),
        pytest.param("area \ud800 shape", id="half a character"),
    ],
)
async def test_query_that_is_no_query_is_complained_about_and_not_asked(
    query: object, bench: Bench
) -> None:
    with pytest.raises(ToolError, match="search_code: query"):
        await bench.tool().call({"query": query})

    assert bench.line.queries == []


@pytest.mark.parametrize("path", ["../secret.py", "link.py", "/etc/hostname", "folder", "a\0b"])
async def test_paths_that_lead_out_are_not_read(path: str, bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("area = 'of the host'\n")
    (bench.root / "link.py").symlink_to(tmp_path / "secret.py")
    (bench.root / "folder").mkdir()
    snippet = Snippet(path=path, start_line=1, end_line=1, text="area = 1")

    piece = await as_it_is_now(snippet, Folder(bench.root))

    assert not piece.is_current
    assert piece.text == "area = 1"


OLD = ["def area():", "    a = 1", "", "    b = 2", "    return a + b"]


@pytest.mark.parametrize(
    ("lines", "expected", "place"),
    [
        pytest.param([*"xy", *OLD], 0, 2, id="moved"),
        pytest.param([*OLD, "x", *OLD], 6, 6, id="twice, the nearest"),
        pytest.param(["def area():", "    return 9"], 0, 0, id="only the head is left"),
        pytest.param(["def size():", *OLD[1:]], 0, 0, id="only the head is new"),
        pytest.param([line.removeprefix("    ") for line in OLD], 0, 0, id="indented anew"),
        pytest.param([f"{line}\r" for line in OLD], 0, 0, id="other line ends"),
        pytest.param(["def size():", "    return 9"], 0, None, id="gone"),
        pytest.param([], 0, None, id="empty"),
        pytest.param([""] * 9, 0, None, id="blank"),
    ],
)
def test_place_of_a_piece_is_found_as_long_as_it_is_there(
    lines: list[str], expected: int, place: int | None
) -> None:
    assert place_of(OLD, lines, expected) == place


def test_common_first_line_alone_is_no_proof() -> None:
    old = ["@property", "def area(self):", "    return self.w * self.h", "# end"]
    lines = ["@property", "def size(self):", "    return 1", "@property", "def name(self):"]

    assert place_of(old, lines, 0) is None


@pytest.mark.parametrize("character", ["\x01", "\U0001f600", '"', "\ud800"], ids=ascii)
def test_worst_answer_fits_into_a_frame(character: str) -> None:
    huge = Snippet.model_construct(
        path=character * 1_000,
        start_line=1,
        end_line=90,
        text="\n".join([character * 200] * 100),
        reason=character * 9_000,
    )

    found = fitting((huge,) * 30)
    frame = FoundFrame(request_id="x", mode="lexical", snippets=found).to_json()

    assert len(frame.encode()) < MAX_FRAME_BYTES
    assert len(found) == 20
    assert all(len(one.text) <= 6_000 for one in found)
    assert found[0].end_line == 1 + found[0].text.count("\n")
    heard = known(from_coordinator, frame)
    assert isinstance(heard, FoundFrame)


def test_snippets_are_cut_at_eighty_lines_and_all_of_them_at_a_sum() -> None:
    long = Snippet(path="a.py", start_line=11, end_line=200, text="x\n" * 190)
    wide = Snippet(path="b.py", start_line=1, end_line=1, text="y" * 50_000)

    first, *others = fitting((long, *(wide,) * 25))

    assert (first.start_line, first.end_line) == (11, 90)
    assert sum(len(one.text) for one in (first, *others)) <= 120_000


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"query": "x" * 4_001}, id="query"),
        pytest.param({"k": 0}, id="too few"),
        pytest.param({"k": 21}, id="too many"),
        pytest.param({"request_id": "x" * 101}, id="request"),
    ],
)
def test_search_frame_has_limits(wrong: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"run_id": "run-1", "request_id": "1", "query": "x", "k": 20} | wrong

    with pytest.raises(ValidationError):
        SearchFrame(**facts)


@pytest.mark.parametrize("frames", [from_runner, from_coordinator], ids=["runner", "coordinator"])
def test_frame_of_an_unknown_type_is_ignored_and_nonsense_is_not(frames: Any) -> None:
    assert known(frames, '{"type": "dance", "runId": "run-1"}') is None
    for nonsense in ("[]", "{", '{"runId": "run-1"}', '{"type": "found"}x', "null"):
        with pytest.raises(ValidationError):
            known(frames, nonsense)


def test_fields_of_a_newer_side_are_ignored() -> None:
    text = '{"type":"found","requestId":"1","mode":"telepathic","snippets":[],"seconds":3}'

    frame = known(from_coordinator, text)

    assert isinstance(frame, FoundFrame)
    assert (frame.mode, frame.error) == ("telepathic", "")

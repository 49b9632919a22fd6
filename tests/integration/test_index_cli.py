"""``cadence index`` and ``cadence search`` on a folder, as processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ESCAPING = "odd\x1b[31m\nname.py"


class Terminal:
    """A shop of code, and somebody who asks about it on the command line."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "shop"
        self.folder.mkdir()
        self.environment = {
            "PATH": os.defpath,
            "HOME": str(root / "home"),
            "CADENCE_INDEX_DIR": str(root / "not" / "there" / "yet"),
            "CADENCE_DATA_DIR": str(root / "data"),
            "CADENCE_INDEX_WORKERS": "0",
            "PYTHONUTF8": "1",
            "PYTHONPATH": str(ROOT),
        }
        self.write("basket.py", "def total(basket):\n    return sum(basket)\n")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def run(
        self, *words: str, given: bytes = b"", code: int = 0
    ) -> subprocess.CompletedProcess[bytes]:
        return self.python("-m", "bot", *words, given=given, code=code)

    def python(
        self, *words: str, given: bytes = b"", code: int = 0
    ) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [sys.executable, *words],
            input=given,
            capture_output=True,
            env=self.environment,
            cwd=self.folder.parent,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stderr.decode()
        assert b"Traceback" not in done.stderr
        return done

    def ask(self, *lines: bytes) -> list[dict[str, Any]]:
        given = b"\n".join(lines)
        done = self.run("search", str(self.folder), "--json", given=given)
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_folder_is_indexed_where_nothing_is_yet_and_only_once(terminal: Terminal) -> None:
    terminal.write("unused.py", "spare = 1\n")
    first = json.loads(terminal.run("index", str(terminal.folder), "--json").stdout)
    second = terminal.run("index", str(terminal.folder))

    assert (first["indexed"], first["analysed"], first["changed"]) == (2, 2, True)
    assert first["bytes"] > 0
    assert second.stdout == b"The index is up to date.\n"


def test_search_sees_what_was_written_just_now(terminal: Terminal) -> None:
    before = terminal.run("search", str(terminal.folder), "invoice")
    terminal.write("invoice.py", "def invoice():\n    pass\n")
    after = terminal.run("search", str(terminal.folder), "invoice", "--json")

    assert before.stdout == b"Nothing fits among 1 files.\n"
    answer = json.loads(after.stdout)
    assert answer["mode"] == "lexical"
    (result,) = answer["results"]
    assert (result["path"], result["name"]) == ("invoice.py", "invoice")
    assert (result["startLine"], result["language"]) == (1, "python")
    assert (result["priority"], result["reason"][:7]) == ("high", "defines")


def test_odd_paths_cannot_move_the_cursor(terminal: Terminal) -> None:
    terminal.write(ESCAPING, "def render():\n    pass\n")
    (terminal.folder / os.fsdecode(b"byte\xff.py")).write_text("def render():\n    pass\n")

    shown = terminal.run("search", str(terminal.folder), "render").stdout
    found = json.loads(terminal.run("search", str(terminal.folder), "render", "--json").stdout)

    assert b"\x1b" not in shown
    assert b"\xff" not in shown
    assert rb"odd\x1b[31m\nname.py:1" in shown
    assert rb"byte\xff.py:1" in shown
    assert {one["path"] for one in found["results"]} == {ESCAPING, "byte\udcff.py"}


@pytest.mark.parametrize("command", [["index"], ["search"]])
def test_folder_that_is_not_there_is_one_line(terminal: Terminal, command: list[str]) -> None:
    words = [*command, str(terminal.folder / "no"), *(["x"] if command == ["search"] else [])]
    done = terminal.run(*words, code=2)

    (line,) = done.stderr.decode().splitlines()
    assert "there is no folder" in line
    assert done.stdout == b""


def test_search_for_nothing_says_what_to_say(terminal: Terminal) -> None:
    done = terminal.run("search", str(terminal.folder), code=2)

    assert "say what to look for" in done.stderr.decode()


def test_each_line_has_its_answer_and_bad_ones_end_nothing(terminal: Terminal) -> None:
    bad = [
        b"no json",
        b"5",
        b'{"id": 3}',
        b'{"id": 4, "query": "basket", "k": null}',
        b'{"id": 5, "query": "basket", "k": 1e999}',
        b"[" * 200_000,
    ]
    good = [
        b"",
        b'{"id": "seven", "query": "basket", "k": -5}',
        b'{"id": [8], "query": "basket \\ud800", "k": 1000000}',
        b'{"id": 9, "query": "basket \xff"}',
        b'{"query": "the and of"}',
    ]

    answers = terminal.ask(*bad, *good)

    assert [one["id"] for one in answers] == [None, None, 3, 4, 5, None, "seven", [8], 9, None]
    for number, answer in enumerate(answers[: len(bad)], 1):
        assert answer["results"] == []
        assert answer["error"].startswith(f"line {number} is not")
    for answer in answers[len(bad) : -1]:
        assert [one["path"] for one in answer["results"]] == ["basket.py"]
        assert answer["ms"] >= 0
    assert answers[-1]["results"] == []


def test_line_is_answered_before_the_next_one_is_asked(terminal: Terminal) -> None:
    asking = subprocess.Popen(
        [sys.executable, "-m", "bot", "search", str(terminal.folder), "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=terminal.environment,
        cwd=terminal.folder.parent,
    )
    assert asking.stdin is not None
    assert asking.stdout is not None
    for number in range(2):
        asking.stdin.write(b'{"id": %d, "query": "basket"}\n' % number)
        asking.stdin.flush()
        assert json.loads(asking.stdout.readline())["id"] == number
    asking.stdin.close()

    assert asking.wait(timeout=60) == 0
    asking.stdout.close()


def test_search_waits_for_no_import_that_only_servers_need(terminal: Terminal) -> None:
    code = (
        "import sys; from bot.__main__ import app;"
        f"app(['search', {str(terminal.folder)!r}, 'total'], standalone_mode=False);"
        "print(sorted({'sqlalchemy', 'aiohttp', 'dbos', 'openai'} & set(sys.modules)))"
    )

    assert terminal.python("-c", code).stdout.splitlines()[-1] == b"[]"


def test_path_is_one_line_however_long_it_is(terminal: Terminal) -> None:
    name = "a_path_that_is_longer_than_a_terminal_is_wide_and_has_to_stay_whole_" + "x" * 60
    terminal.write(f"{name}.py", "def circumference(r):\n    return 6 * r\n")

    said = terminal.run("search", str(terminal.folder), "circumference").stdout.decode()

    assert f"{name}.py:1-3" in said.splitlines()[0]


def test_report_counts_the_languages_that_it_does_not_name(terminal: Terminal) -> None:
    for ending in ("go", "rs", "rb", "ts", "c", "php", "kt", "swift", "lua", "java"):
        terminal.write(f"a.{ending}", "x\n")

    said = terminal.run("index", str(terminal.folder)).stdout.decode()

    rows = [line.split() for line in said.splitlines()[1:] if line.strip()]
    assert rows[-1] == ["3", "other", "languages", "3"]
    assert sum(int(row[-1]) for row in rows) == 11


def test_empty_name_is_no_folder(terminal: Terminal) -> None:
    assert b"say which folder" in terminal.run("index", "", code=2).stderr
    assert b"no folder srx/api" in terminal.run("search", "srx/api", "x", code=2).stderr


def test_index_that_cannot_be_kept_is_told(terminal: Terminal) -> None:
    (terminal.folder.parent / "file").write_text("")
    terminal.environment["CADENCE_INDEX_DIR"] = str(terminal.folder.parent / "file" / "index")

    said = terminal.run("search", str(terminal.folder), "total", code=2).stderr.decode()

    assert "an index cannot be kept in" in said


def test_folder_without_text_is_told(terminal: Terminal) -> None:
    empty = terminal.folder / "empty"
    empty.mkdir()

    assert b"There is nothing to index." in terminal.run("index", str(empty)).stdout
    assert b"Nothing fits among 0 files." in terminal.run("search", str(empty), "x").stdout

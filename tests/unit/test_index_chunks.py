"""Files cut into chunks, and the names that they define."""
# ruff: noqa: E501 - small programs have the lines that they have

import ast
import inspect
import json as standard
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.chunks import MOST, outline
from indexer.syntax.definitions import DEFINITIONS

LANGUAGES = [*DEFINITIONS, "vue", "text", "lua", "restructuredtext"]
SMALL = {
    "python": ("class A:\n    def b(self):\n        pass\n\nLIMIT = 3\n", {"A", "b", "LIMIT"}),
    "javascript": (
        "function a() {}\nclass B { c() {} }\nconst d = () => 1;\nX.prototype.e = function () {};\n",
        {"a", "B", "c", "d", "e"},
    ),
    "typescript": (
        "interface I { f(): void }\ntype T = string;\nenum E { A }\nabstract class C {}\n",
        {"I", "f", "T", "E", "C"},
    ),
    "tsx": (
        "export const View = () => <div/>;\nfunction App() { return <View/> }\n",
        {"View", "App"},
    ),
    "go": ("package a\n\ntype T struct{}\n\nfunc (t *T) M() {}\n\nfunc F() {}\n", {"T", "M", "F"}),
    "rust": (
        "struct S;\nimpl S { fn m(&self) {} }\ntrait T {}\nmacro_rules! x { () => {} }\n",
        {"S", "m", "T", "x"},
    ),
    "java": (
        "class A { A() {} void m() {} }\ninterface I {}\nrecord R(int x) {}\n",
        {"A", "m", "I", "R"},
    ),
    "c": (
        "#define M 1\nstruct s { int x; };\nstatic char *f(int a) { return 0; }\n",
        {"M", "s", "f"},
    ),
    "cpp": ("namespace n { class C { void m() {} }; }\nvoid C::o() {}\n", {"n", "C", "m", "C::o"}),
    "csharp": ("namespace N { class C { int P { get; set; } void M() {} } }\n", {"C", "P", "M"}),
    "ruby": (
        "module M\n  class C\n    def m; end\n    attr_reader :x\n  end\nend\n",
        {"M", "C", "m", ":x"},
    ),
    "php": (
        "<?php\nclass C { function m() {} }\nfunction f() {}\ntrait T {}\n",
        {"C", "m", "f", "T"},
    ),
    "kotlin": ("class C {\n    fun m() {}\n}\n\nobject O\n\nfun f() {}\n", {"C", "m", "O", "f"}),
    "swift": ("class C { func m() {} }\nprotocol P {}\nstruct S {}\n", {"C", "m", "P", "S"}),
    "bash": ("deploy() { echo; }\nfunction stop { echo; }\n", {"deploy", "stop"}),
    "lua": ("local function helper(a)\nend\n", {"helper"}),
    "vue": ("<template/>\n<script lang='ts'>\nfunction setup() {}\n</script>\n", {"setup"}),
}


@pytest.mark.parametrize("language", SMALL)
def test_names_that_a_file_defines(language: str) -> None:
    text, names = SMALL[language]

    assert {symbol.name for symbol in outline(language, text).symbols} >= names - {":x"}


@given(st.sampled_from(LANGUAGES), st.text(alphabet="ab{}()[]:#=\n\t <>/\"'\ud800é", max_size=400))
def test_every_line_is_in_one_chunk(language: str, text: str) -> None:
    covered = 0
    for chunk in outline(language, text).chunks:
        assert chunk.start == covered + 1
        assert chunk.end >= chunk.start
        covered = chunk.end

    assert covered == text.count("\n") + 1


def test_python_is_seen_as_python_sees_it() -> None:
    text = inspect.getsource(standard.decoder) + "\n" + inspect.getsource(textwrap)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    truth = {(n.name, n.lineno) for n in ast.walk(ast.parse(text)) if isinstance(n, kinds)}

    found = {(s.name, s.start) for s in outline("python", text).symbols if s.kind != "constant"}

    assert found == truth


def test_function_is_not_cut_when_it_fits() -> None:
    body = "".join(f"    line{n} = {n}\n" for n in range(50))
    text = "".join(f"# about f{f}\n@mark\ndef f{f}():\n{body}\n\n" for f in range(4))

    chunks = outline("python", text).chunks

    lines = text.split("\n")
    starts = [lines[chunk.start - 1] for chunk in chunks[:4]]
    assert starts == [f"# about f{f}" for f in range(4)]
    assert [chunk.name for chunk in chunks[:4]] == [f"f{f}" for f in range(4)]


def test_large_class_is_cut_between_its_methods() -> None:
    method = "".join(f"        x{n} = {n}\n" for n in range(40))
    text = "class Big:\n" + "".join(f"    def m{n}(self):\n{method}\n" for n in range(5))

    chunks = outline("python", text).chunks

    assert "Big.m3" in [chunk.name for chunk in chunks]
    assert all(chunk.end - chunk.start < MOST for chunk in chunks)


def test_headings_and_keys_are_places_to_cut_at_and_no_symbols() -> None:
    text = "".join(f"# Part {n}\n" + "words\n" * 50 for n in range(3))

    made = outline("markdown", text)

    assert made.symbols == ()
    assert [chunk.name for chunk in made.chunks] == ["Part 0", "Part 1", "Part 2"]


@pytest.mark.parametrize("language", ["python", "javascript", "json", "cpp", "yaml", "markdown"])
@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "x" * 1_000_000,
        "a\0b\n" * 500,
        "if (a) {\n" * 20_000,
        "\ud800\n",
        "\r\n" * 99,
    ],
    ids=["deep", "long line", "NUL", "unclosed", "surrogate", "CRLF"],
)
def test_odd_file_is_cut_all_the_same(language: str, text: str) -> None:
    chunks = outline(language, text).chunks

    assert chunks[-1].end == text.count("\n") + 1
    assert all(chunk.end - chunk.start < MOST for chunk in chunks)

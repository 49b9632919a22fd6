"""What is left of a script on its way to a browser: the same program, on the same lines."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from mobile_api.web_scripts import Script, needed, read

WEB = Path(__file__).parents[2] / "mobile_api/web"
SCRIPTS = sorted(path for path in WEB.rglob("*.js") if path.parent != WEB or path.name == "sw.js")
_LANGUAGE = Language(tree_sitter_javascript.language())


def tokens(source: bytes) -> list[tuple[str, bytes | None, int]]:
    """Return what a browser reads, each with the line it stands in."""

    def leaves(node: Node) -> Iterator[Node]:
        if node.type == "comment":
            return
        if not node.children:
            yield node
        for child in node.children:
            yield from leaves(child)

    tree = Parser(_LANGUAGE).parse(source)
    assert not tree.root_node.has_error
    return [(one.type, one.text, one.start_point.row) for one in leaves(tree.root_node)]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_as_sent_is_the_same_program_on_the_same_lines(path: Path) -> None:
    source = path.read_bytes()

    body = read(source).body

    assert tokens(body) == tokens(source)
    assert body.count(b"\n") == source.count(b"\n")
    assert read(body).body == body


@pytest.mark.parametrize(
    ("source", "body"),
    [
        pytest.param("a(); // why\nb();", "a(); \nb();", id="rest of a line"),
        pytest.param("/** One\n * two. */\nf();", "\n\nf();", id="lines are kept"),
        pytest.param("if (x) {\n    f();\n}", "if (x) {\nf();\n}", id="margin"),
        pytest.param("f((/** @type {any} */ e) => e)", "f((e) => e)", id="type"),
        pytest.param("return/**/x", "return x", id="words do not grow together"),
        pytest.param("a +/**/+b", "a + +b", id="nor signs"),
        pytest.param("a\n/* x\n */(b)", "a\n\n(b)", id="nor lines"),
        pytest.param("`\n  a // b\n  ${c /* d */}`", "`\n  a // b\n  ${c }`", id="template"),
        pytest.param('x = "a\\\n  b"', 'x = "a\\\n  b"', id="string over two lines"),
        pytest.param("x = /\\/\\*  /", "x = /\\/\\*  /", id="regular expression"),
        pytest.param('x = "// no"', 'x = "// no"', id="string"),
        pytest.param(
            "/** @license MIT\n  of others */\nf()",
            "/** @license MIT\n  of others */\nf()",
            id="license",
        ),
        pytest.param("  let = = 1; // ?", "  let = = 1; // ?", id="no script"),
        pytest.param("", "", id="empty"),
    ],
)
def test_only_comments_and_margins_are_left_out(source: str, body: str) -> None:
    assert read(source.encode()).body.decode() == body


def script(*imports: str) -> Script:
    return read("".join(f'import {{ x }} from "{path}";\n' for path in imports).encode())


def test_what_is_imported_later_is_not_needed_first() -> None:
    later = read(b'import("./b.js"); import { c } from "./c.js"; export { d } from "../v/d.js";')
    scripts = {"a/a.js": later, "a/b.js": script(), "a/c.js": script("./a.js"), "v/d.js": script()}

    assert needed(scripts, "a/a.js") == ["a/a.js", "a/c.js", "v/d.js"]


def test_import_of_nothing_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"a/b\.js"):
        needed({"a/a.js": script("./b.js")}, "a/a.js")


@pytest.mark.parametrize("other", ["`a  ${b} c`", "`a ${b}  c`", "`a ${b} c\n`", "`a ${c} c`"])
def test_tokens_tell_templates_apart(other: str) -> None:
    assert tokens(other.encode()) != tokens(b"`a ${b} c`")

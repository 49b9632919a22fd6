"""Model text on a GitHub page: nobody pinged, nothing closed, loaded, hidden or broken out of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.texts import prose

GITHUB = MarkdownIt("commonmark", {"html": True}).enable("table")


def shown(markdown: str) -> str:
    return str(GITHUB.render(markdown))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("hi @alice", id="mention"),
        pytest.param("hi @acme/team", id="team"),
        pytest.param("hi &#64;alice", id="entity"),
        pytest.param("hi \\@alice", id="escaped"),
        pytest.param("é@alice", id="after a letter that GitHub takes for none"),
        pytest.param("- a\n  ```\nx @alice", id="after a fence that its list ends"),
        pytest.param("`a\nb` @alice ` c", id="between two spans"),
        pytest.param("| a ` b | @alice ` c |\n| --- | --- |", id="span over two cells"),
        pytest.param("[a]: <b `c>\n`@alice`", id="span that a definition eats"),
        pytest.param("\\`@alice`", id="escaped backtick"),
        pytest.param("fixes #3", id="closes"),
        pytest.param("Fixes: #3", id="closes with a colon"),
        pytest.param("**resolves** acme/other#3", id="closes elsewhere"),
        pytest.param("closes https://github.com/a/b/issues/3", id="closes by address"),
        pytest.param("fixed GH-3", id="closes by GH"),
        pytest.param("![x](https://evil.example/x.png)", id="image"),
        pytest.param("![x]\n\n[x]: https://evil.example/x.png", id="image by reference"),
        pytest.param("<img src=https://evil.example/x.png>", id="html image"),
        pytest.param("a <!-- hidden --> b", id="comment"),
        pytest.param("a <!-- never closed", id="open comment"),
        pytest.param("<details><summary>x</summary>", id="open fold"),
    ],
)
def test_dangerous_text_is_disarmed(text: str) -> None:
    done = prose.neutral(text)

    assert prose.is_harmless(done)
    assert not prose.is_harmless(text) or "hidden" not in done
    assert "<img" not in shown(done)


@pytest.mark.parametrize(
    "text",
    [
        "Use `@pytest.fixture` here.",
        "```python\n@app.get('/')\ndef f(a: list[int]) -> bool:\n    return a < b  # fixes #3\n```",
        "- one\n  ```sh\n  npm i @types/node\n  ```\n- two",
        "mail dana@example.com about [this](https://example.com/a?b=1&c=2)",
        "**bold**, _italics_, 1 > 0, 5 * 3",
    ],
)
def test_innocent_text_stays_as_it_is(text: str) -> None:
    assert prose.neutral(text) == text


def test_what_cannot_be_seen_is_gone() -> None:
    assert prose.neutral("a\u202eb\u200bc\U000e0041d\x1b[31me\x07") == "abcde"


def test_open_code_block_swallows_nothing_after_it() -> None:
    after = shown(prose.neutral("look:\n```\ncode") + "\n\nafter")

    assert "<p>after</p>" in after


def test_headings_do_not_outrank_ours() -> None:
    assert prose.neutral("# Big\ntext") == "#### Big\ntext"


def test_slash_commands_of_other_bots_are_only_shown() -> None:
    assert prose.neutral("/merge now") == "\\/merge now"
    assert "<p>/merge now</p>" in shown(prose.neutral("/merge now"))


def test_code_span_holds_whatever_is_in_it() -> None:
    assert shown(prose.code("a `b` ``c``")).strip() == "<p><code>a `b` ``c``</code></p>"


def test_fence_holds_whatever_is_in_it() -> None:
    evil = "````\n</details>\n@alice fixes #3\n```"

    assert shown(prose.fenced(evil)).count("<pre>") == 1
    assert prose.is_harmless(prose.fenced(evil))


def test_one_line_keeps_code_and_starts_no_block() -> None:
    assert prose.one_line("change `a_b` & go") == "change `a_b` & go"
    for start in ("# x", "> x", "- x", "1. x", "``` x", "    x", "===", "| a |"):
        assert shown(prose.one_line(start)).startswith("<p>")


def test_long_text_is_cut_in_the_middle() -> None:
    cut = prose.neutral("a" * 5_000 + "END", limit=1_000)

    assert len(cut) <= 1_000
    assert cut.endswith("END")
    assert "shortened" in cut


def test_title_is_one_line_without_pings() -> None:
    assert prose.title("Fix @alice's\nbug, fixes #3") == "Fix @\u200balice's bug, fixes\u200b #3"


PIECES = st.sampled_from(
    ["@alice", "`", "``", "```", "\n", "\n\n", "~~~", "<img src=x>", "<!--", "-->", "![x](y)", "|",
     "fixes #3", "\\", "    ", "- ", "> ", "# ", "[a]: /u '", "'", "&#64;", "<b", ">", "a", " ",
     "[", "](", ")", "![", "| --- |", "1. ", "*", "_", "\t", "closes:", "#4", "&commat;bob"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=24).map("".join))
def test_no_mixture_of_markdown_gets_out(text: str) -> None:
    done = prose.neutral(text)

    assert prose.is_harmless(done)
    assert shown(f"{done}\n\nafter").endswith("<p>after</p>\n")
    assert prose.is_harmless(prose.one_line(text))
    assert prose.is_harmless(
        f"| {prose.code(text)} | b |\n| --- | --- |\n| {prose.code(text)} | b |"
    )

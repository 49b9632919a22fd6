"""Questions taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ranking.query import gist, parse

ISSUE = """fix(parser): `uri replace` loses brackets (#12)

**Describe the bug**
<!-- Please be precise -->
A closing bracket is lost in caddyhttp.Replacer, see https://example.org/secretword/page

- [x] I searched the tracker
- OS: PlanNine

```go
func main() { handle() }
```

Traceback (most recent call last):
  File "/usr/lib/site-packages/shop/basket.py", line 12, in total
  at Object.render (src\\view\\page.tsx:3:1)
"""


def test_title_counts_more_than_code() -> None:
    found = parse(ISSUE)

    assert found.terms["replac" if "replac" in found.terms else "replace"] > found.terms["handle"]
    assert "bracket" in found.title


@pytest.mark.parametrize("word", ["describ", "precise", "searched", "plannine", "secretword"])
def test_what_every_issue_says_is_not_looked_for(word: str) -> None:
    assert word not in parse(ISSUE).terms


def test_paths_modules_and_scope_are_seen() -> None:
    found = parse(ISSUE)

    assert "/usr/lib/site-packages/shop/basket.py" in {f"/{p.lstrip('/')}" for p in found.paths}
    assert "src/view/page.tsx" in found.paths
    assert "caddyhttp.Replacer" in found.dotted
    assert found.scope == ("parser",)


def test_lines_end_as_they_like() -> None:
    assert parse(ISSUE.replace("\n", "\r\n")) == parse(ISSUE)
    assert gist("Bug in the basket of shops\r\nmore") == "Bug in the basket of shops"


@pytest.mark.parametrize("text", ["", "   \n\n", "the and of it is", "!!! ??? ...", "<!-- all -->"])
def test_text_that_says_nothing_is_empty(text: str) -> None:
    assert parse(text).is_empty


@pytest.mark.parametrize(
    "text",
    [
        *("a" * 100_000, "\n" * 100_000, "a/" * 50_000, "`" * 100_000, "<!--" * 25_000),
        *("- [" * 30_000, ("x" * 50 + ".") * 2_000, "a.b" * 30_000, "**" * 50_000),
        # A pattern that tries every way to cut a run of spaces would take hours over these.
        *(
            "t\nsummary" + " " * 50_000 + "x",
            "t\n" + " \t" * 25_000 + "x",
            "t\n**OS" + " " * 50_000,
        ),
        *("\u6f22" * 60_000, "t\n```\n" + " " * 50_000, "t\n" + "a::" * 20_000),
    ],
    ids=range(15),
)
def test_huge_text_is_taken_apart_all_the_same(text: str) -> None:
    assert len(parse(text).paths) <= 400


@given(st.text(max_size=400))
def test_no_text_is_refused(text: str) -> None:
    parse(text)
    assert len(gist(text)) <= 400


def test_gist_is_the_title_and_more_when_that_is_short() -> None:
    assert gist("A title that says what is wrong\nand more") == "A title that says what is wrong"
    assert gist("Bug\nUploads fail") == "Bug\nUploads fail"


def test_words_are_shown_as_they_were_written() -> None:
    assert parse("closing brackets").spelled == {"clos": "closing", "bracket": "brackets"}


def test_words_without_spaces_are_cut_in_twos() -> None:
    assert parse("\u8a2d\u5b9a\u753b\u9762").title_sequence == [
        "\u8a2d\u5b9a",
        "\u5b9a\u753b",
        "\u753b\u9762",
    ]

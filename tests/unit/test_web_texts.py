"""The app's words: one file a language, the same keys in each, none too many and none missing."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "mobile_api/web"
TEXTS = sorted((WEB / "texts").glob("*.js"))
_KEY = re.compile(r"(?:^|[{,]\s)\s*(\w+): \"", re.MULTILINE)
CODE = "\n".join(path.read_text() for path in (WEB / "app").glob("*.js"))


def keys(path: Path) -> set[str]:
    return set(_KEY.findall(path.read_text()))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_language_has_the_same_keys(path: Path) -> None:
    assert keys(path) == keys(WEB / "texts/en.js")


def test_every_text_is_used() -> None:
    made = ("link_", "act_", "s_", "n_", "th_")  # put together from a value
    unused = {
        key
        for key in keys(WEB / "texts/en.js")
        if f'"{key}"' not in CODE and not key.startswith(made)
    }

    assert not unused


def test_every_text_that_is_asked_for_is_there() -> None:
    asked = set(re.findall(r"\bt\(\"(\w+)\"", CODE))

    assert len(asked) > 80
    assert not asked - keys(WEB / "texts/en.js")


def test_nothing_from_the_network_becomes_markup() -> None:
    for path in [*(WEB / "app").glob("*.js"), WEB / "sw.js"]:
        words = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
            r"dangerouslySetInnerHTML|srcdoc",
            path.read_text(),
        )
        assert not words, path.name

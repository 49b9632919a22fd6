"""Words that were heard, written as the person's names are: "a c h" is "ach", "cut off" "cutoff".

A recogniser does not know how a title or a repository is spelled. Where some words that follow
each other come to one word of the person's names, that word is put in their place.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from mobile_api.speech.frame import Context
from mobile_api.speech.numbers import HOMOPHONES, digits_joined
from mobile_api.speech.spelling import LETTERS, name_parts
from mobile_api.speech.text import plain, words

_MOST = 7
_LATE = {word: str(value) for word, value in HOMOPHONES.items() if word not in {"to", "for"}}
_SMALL = frozenset(
    ["a", "an", "the", "to", "of", "on", "in", "at", "it", "is", "i", "you", "we", "me", "my",
     "for", "and", "or", "so", "up", "off", "out", "do", "go", "no", "one", "all"]
)  # fmt: skip
_NOT_FIRST = frozenset(["to", "a", "the", "and", "i"])
_NOT_LAST = _NOT_FIRST | {"for"}


def rewritten(text: str, context: Context) -> str:
    """Return the cleaned *text* with the words of the person's names as he writes them."""
    names = names_of(context)
    if not names:
        return text
    low = [plain(token) for token in text.split(" ")]
    return replaced(text, lambda at: _longest(low, at, names))


def replaced(text: str, name_at: Callable[[int], tuple[int, str]]) -> str:
    """Return *text* with runs of words as names.

    *name_at* tells how many words from a position on are a name, 0 for none, and the name.
    """
    tokens = text.split(" ")
    out: list[str] = []
    at = 0
    while at < len(tokens):
        length, name = name_at(at)
        out.append(name if length else tokens[at])
        at += length or 1
    return " ".join(out)


def _longest(low: list[str], at: int, names: dict[str, str]) -> tuple[int, str]:
    """Return how many words from *at* on are one of *names*, and the name."""
    for length in range(min(_MOST, len(low) - at), 1, -1):
        run = [part for token in low[at : at + length] for part in token.split()]
        owner = "'s" if run[-1].endswith("'s") else ""
        run[-1] = run[-1].removesuffix(owner)
        if not all(word.isalnum() for word in run) or set(run) <= _SMALL:
            continue
        letters = all(len(word) == 1 for word in run)
        if not letters and run[-1] in _NOT_LAST:
            continue
        if run[0] in _NOT_FIRST and len(run[1]) > 1:
            continue
        for key in _spellings(run):
            if key in names and not set(run) <= names.keys():
                return length, names[key] + owner
    return 0, ""


def _spellings(run: list[str]) -> set[str]:
    """Return what *run* is when it is one word: as it stands, as numbers, as letters."""
    spelled = any(len(word) == 1 and word.isalpha() for word in run)
    late = [*run[:-1], _LATE.get(run[-1], run[-1])]
    ways = [run, late, digits_joined(run), digits_joined(late)]
    if spelled:
        ways += [[LETTERS.get(word, word) for word in way] for way in ways]
    return {"".join(way) for way in ways}


def names_of(context: Context) -> dict[str, str]:
    """Return the names in *context*: their letters and figures -> as the grammar reads them."""
    return _names_of(context.repos, tuple((a.title, a.repo) for a in context.agents))


@lru_cache(maxsize=256)
def _names_of(repos: tuple[str, ...], titled: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return each word of the names: its letters and figures -> as it is read by the grammar."""
    names: dict[str, str] = {}
    for repo in (*repos, *(repo for _, repo in titled)):
        parts = name_parts(repo.rpartition("/")[2])
        names.setdefault(_key("".join(parts)), " ".join(parts))
        for part in parts:
            names.setdefault(_key(part), part)
    for title, _ in titled:
        for word in words(title):
            names.setdefault(_key(word), word)
        for pieces in re.findall(r"\w+(?:[-_/.]\w+)+", plain(title).replace(" ", "\0")):
            names.setdefault(_key(pieces), pieces)
    return {key: name for key, name in names.items() if len(key) > 1}


def _key(word: str) -> str:
    return re.sub(r"[\W_]", "", plain(word))

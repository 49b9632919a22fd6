"""Branch names as people say them: "feature slash login" is ``feature/login``."""

import re

from mobile_api.speech.numbers import WORDS, digits_joined
from mobile_api.speech.text import plain

_SIGNS = {
    "slash": "/", "dash": "-", "hyphen": "-", "minus": "-", "underscore": "_", "dot": ".",
    "schragstrich": "/", "schrägstrich": "/", "querstrich": "/",
    "bindestrich": "-", "strich": "-", "punkt": ".", "unterstrich": "_",
    "barra": "/", "guion": "-", "punto": ".", "tiret": "-", "point": ".",
}  # fmt: skip
_ENDS = frozenset(
    [
        "to",
        "and",
        "that",
        "which",
        "who",
        "please",
        "for",
        "in",
        "on",
        "so",
        "with",
        "where",
        "it",
        "the",
        "have",
        "make",
        "task",
        "um",
        "pour",
        "para",
        "der",
        "die",
        "das",
        "und",
        "et",
        "y",
        "que",
        "qui",
        "um",
        "zu",
    ]
)
_STOPS = frozenset(",.;:!?")
_VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")


def spoken_branch(said: list[str]) -> tuple[str | None, int]:
    """Return the branch that the first words of *said* spell, and how many words it took."""
    if (clause := _told_apart(said)) is not None:
        return clause, said.index(next(w for w in said if w in _STOPS))
    name, used, open_sign = "", 0, True
    while used < len(said):
        run = _figures(said[used:]) if name and open_sign else 0
        if run:
            name += "".join(digits_joined([w.lower() for w in said[used : used + run]]))
            used, open_sign = used + run, False
            continue
        word = said[used]
        sign = _SIGNS.get(word.lower())
        if sign is not None and name:
            name, open_sign = name + sign, True
        elif sign is None and open_sign and _is_part(word, first=not name):
            name, open_sign = name + plain(word), False
        else:
            break
        used += 1
    name = name.strip("/-_.")
    if not name or not _VALID.fullmatch(name) or ".." in name or "//" in name:
        return None, 0
    return name, used


def _figures(said: list[str]) -> int:
    """Return how many words of *said* say one number."""
    return next((n for n, w in enumerate(said) if w.lower() not in WORDS), len(said))


def _told_apart(said: list[str]) -> str | None:
    """Return the branch that a clause of its own spells, None when it is none."""
    end = next((place for place, word in enumerate(said[:9]) if word in _STOPS), 0)
    clause = digits_joined([word.lower() for word in said[:end]])
    signs = [word in _SIGNS for word in clause]
    if len(clause) < 4 or not any(signs) or signs[0] or signs[-1] or _ENDS & set(clause):
        return None
    parts = [_SIGNS.get(word, word) for word in clause]
    joined = parts[0]
    for before, word, sign in zip(signs, parts[1:], signs[1:], strict=False):
        joined += word if before or sign else f"-{word}"
    joined = joined.replace("hot-fix", "hotfix").replace("bug-fix", "bugfix")
    return joined if _VALID.fullmatch(joined) and "//" not in joined else None


def _is_part(word: str, *, first: bool) -> bool:
    if first and word.lower() in _ENDS:
        return False
    return re.fullmatch(r"[\w.#/-]+", word) is not None and word not in ".,;:!?"

"""Branch names as people say them: "feature slash login" is ``feature/login``."""

import re

_SIGNS = {
    "slash": "/", "dash": "-", "hyphen": "-", "minus": "-", "underscore": "_", "dot": ".",
    "schragstrich": "/", "bindestrich": "-", "strich": "-", "punkt": ".", "unterstrich": "_",
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
_VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")


def spoken_branch(said: list[str]) -> tuple[str | None, int]:
    """Return the branch that the first words of *said* spell, and how many words it took."""
    name, used, open_sign = "", 0, True
    for word in said:
        sign = _SIGNS.get(word.lower())
        if sign is not None and name:
            name, open_sign = name + sign, True
        elif sign is None and open_sign and _is_part(word, first=not name):
            name, open_sign = name + word.lower(), False
        else:
            break
        used += 1
    name = name.strip("/-_.")
    if not name or not _VALID.fullmatch(name) or ".." in name or "//" in name:
        return None, 0
    return name, used


def _is_part(word: str, *, first: bool) -> bool:
    if first and word.lower() in _ENDS:
        return False
    return re.fullmatch(r"[\w.#/-]+", word) is not None and word not in ".,;:!?"

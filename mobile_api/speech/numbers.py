"""Numbers as people say them, and as a recogniser hears them."""

import re

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS: dict[str, int] = {word: n for n, word in enumerate(_UNITS)} | {
    word: 10 * n for n, word in enumerate(_TENS, start=2)
}
ORDINALS: dict[str, int] = {
    word: n
    for n, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
        ],
        start=1,
    )
}
# Heard only where a number is expected: straight after "agent" or "number".
HOMOPHONES: dict[str, int] = {
    "won": 1, "wan": 1, "to": 2, "too": 2, "tu": 2, "tree": 3, "free": 3, "for": 4, "fore": 4,
    "ford": 4, "fife": 5, "sicks": 6, "sex": 6, "ate": 8, "nein": 9, "tin": 10,
}  # fmt: skip
_JOINS = {"and", "or", "plus", ",", "&", "und", "y", "et", "also", "as", "well"}
_RANGES = {"through", "thru", "till", "until", "bis", "a"}


def number_of(word: str, *, more: dict[str, int] | None = None) -> int | None:
    """Return the number that *word* says."""
    bare = word.lstrip("#")
    if bare.isdigit() and len(bare) <= 6:
        return int(bare)
    if found := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", bare):
        return int(found[1])
    if more is not None and bare in more:
        return more[bare]
    return WORDS.get(bare)


def numbers_in(
    parts: list[str], *, more: dict[str, int] | None = None, heard: bool = False
) -> tuple[int, ...] | None:
    """Return the numbers that *parts* list, or None when they say anything else.

    "one and two", "1, 3 and 5", "two through four"; with *heard*, homophones count, too.
    """
    known = (HOMOPHONES if heard else {}) | (more or {})
    found: list[int] = []
    upto = False
    position = 0
    while position < len(parts):
        word = parts[position]
        value, used = _value(parts, position, known, first=not found)
        if value is not None:
            start = found[-1] + 1 if upto and found else value
            found.extend(range(start, value + 1) if upto and value - start < 20 else [value])
            upto = False
        elif word in _RANGES or (word == "to" and found):
            upto = True
        elif word not in _JOINS and word not in {"agent", "agents", "number", "agente", "l'agent"}:
            return None
        position += used
    return tuple(dict.fromkeys(found)) if found and not upto else None


def _value(
    parts: list[str], position: int, known: dict[str, int], *, first: bool
) -> tuple[int | None, int]:
    word = parts[position]
    if word == "to" and not first and position + 1 < len(parts):
        return None, 1  # "one to three" is a range
    value = number_of(word, more=known)
    following = parts[position + 1] if position + 1 < len(parts) else ""
    if value is not None and word in _TENS and 0 < WORDS.get(following, 0) < 10:
        return value + WORDS[following], 2
    return value, 1

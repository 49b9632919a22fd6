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
_ZEROS, _REPEATS = (
    {"oh": "0", "o": "0", "nought": "0", "naught": "0"},
    {"double": 2, "triple": 3, "treble": 3},
)
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
    parts: list[str],
    *,
    more: dict[str, int] | None = None,
    heard: bool = False,
    homophones: dict[str, int] | None = None,
) -> tuple[int, ...] | None:
    """Return the numbers that *parts* list, or None when they say anything else.

    "one and two", "1, 3 and 5", "two through four"; with *heard*, homophones count, too (the
    English ones unless others are given).
    """
    misheard = HOMOPHONES if homophones is None else homophones
    known = (misheard if heard else {}) | (more or {})
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


def digits_joined(parts: list[str]) -> list[str]:
    """Return *parts* with the numbers among them in digits, as names have them.

    "twenty oh twenty two" is 20, 0, 22; "double oh one" is 00, 1; "two hundred" is 200.
    """
    out: list[str] = []
    position = 0
    while position < len(parts):
        digits, used = _digits_at(parts, position, after=out[-1] if out else "")
        out.append(digits or parts[position])
        position += used
    return out


def _digits_at(parts: list[str], position: int, *, after: str) -> tuple[str, int]:
    """Return the digits that begin at *position*, and how many words say them."""
    word, behind = parts[position], parts[position + 1 : position + 4]
    following = behind[0] if behind else ""
    if word in _REPEATS and (once := _digit(following)):
        return once * _REPEATS[word], 2
    if word in _ZEROS and (after[-1:].isdigit() or _digit(following)):
        return _ZEROS[word], 1
    if word in WORDS and following in {"hundred", "thousand"}:
        return str(WORDS[word] * (100 if following == "hundred" else 1000)), 2
    if word in _TENS and 0 < WORDS.get(following, 0) < 10:
        return str(WORDS[word] + WORDS[following]), 2
    return (str(WORDS[word]) if word in WORDS else ""), 1


def _digit(word: str) -> str:
    if word in _ZEROS:
        return _ZEROS[word]
    value = number_of(word)
    return str(value) if value is not None and value < 10 else ""

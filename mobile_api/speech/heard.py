"""Names as heard: the letters and digits of a written name in the words that were said for them.

"fit room are" is fitRoomAR, "product detail page" is pdp, "ETL too" is etl2. Nothing is guessed
here: the words must spell the whole name.
"""

import re
from functools import lru_cache

from mobile_api.speech.numbers import HOMOPHONES
from mobile_api.speech.spelling import LETTERS, is_short_for

# What a word may stand for in a name, besides itself and the one letter of `spelling.LETTERS`.
_MORE = {
    "to": ("2",), "too": ("2",), "tu": ("2",), "for": ("4",), "fore": ("4",), "won": ("1",),
    "ate": ("8",), "are": ("ar",), "our": ("r", "ar"), "oh": ("0",), "o": ("0",), "w": ("w",),
    "and": ("n",), "in": ("n",), "end": ("n",), "any": ("ne",), "easy": ("ez", "ec"),
    "empty": ("mt",),
    "essay": ("sa",), "ivy": ("iv",), "envy": ("nv",), "cutie": ("qt",), "katie": ("kt",),
    "dot": ("",), "dash": ("",), "point": ("",), "v": ("",), "version": ("v", ""), "i": ("eye",),
    "excel": ("xl",), "seedy": ("cd",), "teepee": ("tp",), "arty": ("rt",), "icy": ("ic",),
    "excess": ("xs",), "see": ("c",), "tree": ("3",), "free": ("3",),
}  # fmt: skip
_AS_DIGITS = {w: str(HOMOPHONES[w]) for w in ("to", "too", "tu", "for", "fore", "won", "ate")}
_MOST_STEPS = 400


@lru_cache(maxsize=8192)
def _ways(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((word, *_MORE.get(word, ()), LETTERS.get(word, word))))


def in_digits(said: tuple[str, ...], names: str) -> tuple[str, ...]:
    """Return *said* with "to" and "for" as digits where *names* have them, else nothing."""
    heard = tuple(
        digit if position and (digit := _AS_DIGITS.get(word, "")) and digit in names else word
        for position, word in enumerate(said)
    )
    return heard if heard != said else ()


def spells(said: tuple[str, ...], parts: tuple[str, ...], *, initials: bool) -> bool:
    """Whether *said* spells the name of *parts* from end to end.

    With *initials*, two words and more may stand for one part by their first letters.
    """
    return _Speller(said, parts, initials=initials).fits(0, 0)


class _Speller:
    """One comparison; it gives up after so many steps."""

    def __init__(self, said: tuple[str, ...], parts: tuple[str, ...], *, initials: bool) -> None:
        self._said, self._parts, self._initials = said, parts, initials
        self._name = "".join(parts)
        self._begins = {0}
        for part in parts:
            self._begins.add(max(self._begins) + len(part))
        self._steps = 0

    def fits(self, word: int, letter: int) -> bool:
        """Whether the words from *word* on spell the name from *letter* on."""
        self._steps += 1
        if word == len(self._said) or self._steps > _MOST_STEPS:
            return word == len(self._said) and letter == len(self._name)
        for way in _ways(self._said[word]):
            if self._name.startswith(way, letter) and self.fits(word + 1, letter + len(way)):
                return True
        if letter not in self._begins or letter == len(self._name):
            return False
        part = self._part_at(letter)
        if _is_numeronym(part, self._said[word]) and self.fits(word + 1, letter + len(part)):
            return True
        short = self._initials and len(self._parts) > 1 and is_short_for(part, self._said[word])
        if short and self.fits(word + 1, letter + len(part)):
            return True
        used = self._by_initials(part, word)
        return bool(used) and self.fits(word + used, letter + len(part))

    def _part_at(self, letter: int) -> str:
        end = min(begin for begin in self._begins if begin > letter)
        return self._name[letter:end]

    def _by_initials(self, part: str, word: int) -> int:
        """Return how many words have the letters of *part* as their first ones, 0 if they don't."""
        words = self._said[word : word + len(part)]
        if not self._initials or len(words) < len(part) or len(part) < 2:
            return 0
        if len(part) == 2 and len(self._parts) == 1:
            return 0  # too many pairs of words begin so
        first = "".join(
            _AS_DIGITS.get(w, w[0]) if c.isdigit() else w[0]
            for c, w in zip(part, words, strict=True)
        )
        whole = [w for w in words if len(w) > 1 and not w.isdigit()]
        letters = [w for w in words if len(w) == 1 and w.isalpha()]
        return len(words) if first == part and len(letters) < 2 and whole else 0


def _is_numeronym(part: str, word: str) -> bool:
    """Whether *part* is "i18n" for *word*: first letter, how many between, last letter."""
    found = re.fullmatch(r"([a-z])(\d+)([a-z])", part)
    return found is not None and (word[:1], len(word) - 2, word[-1:]) == (
        found[1],
        int(found[2]),
        found[3],
    )

"""The terms of code and prose: identifiers whole and in parts, as 32-bit numbers.

``HTTPServerError`` gives ``httpservererror``, ``http``, ``server`` and ``error``; ``snake_case`` is
cut likewise. Terms are kept as numbers (CRC-32 of their text), so that an index holds no
vocabulary; in a vocabulary of 300,000 terms about ten pairs share a number, which is harmless.
"""

import re
import zlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint32]

WORD = re.compile(r"[^\W\d]\w*|\d{3,}")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
_MAX_WORD = 80
_MEMO_LIMIT = 400_000
# The commonest English words say nothing about where to look.
_WORDS = (
    "a about all also am an and any are as at be been being but by can could did do does for "
    "from get got had has have he her here his how i if in into is it its just me my no not "
    "of on only or other our per she should so some such than that the their them then there "
    "these they this those to us very via was we were what when where which who why will with "
    "would yes you your "
)
_EMPTY = frozenset(_WORDS.split())
_memo: dict[str, tuple[int, ...]] = {}


def stem(word: str) -> str:
    """Return *word* without the endings of plurals and of verbs."""
    length = len(word)
    if length > 5 and word.endswith("ies"):
        return word[:-3] + "y"
    if length > 6 and word.endswith("ing"):
        return word[:-3]
    if length > 5 and word.endswith("ed"):
        return word[:-2]
    if length > 4 and word.endswith("es"):
        return word[:-2]
    if length > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


@lru_cache(maxsize=50_000)
def split(word: str) -> tuple[str, ...]:
    """Return the terms of one *word*: itself when it has parts, then its parts, stemmed."""
    parts = _PART.findall(word)
    terms = [word.lower()] if len(parts) > 1 else []
    for part in parts:
        low = part.lower()
        if _WIDE.fullmatch(low):  # no spaces between words: every two letters are a term
            terms.extend(low[at : at + 2] for at in range(len(low) - 1))
        elif len(low) > 1 and low not in _EMPTY:
            terms.append(stem(low))
    return tuple(terms)


def terms_of(text: str) -> list[str]:
    """Return all terms of *text*, in order."""
    return [term for word in WORD.findall(text) for term in split(word[:_MAX_WORD])]


def number(term: str) -> int:
    """Return the number of *term*."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))


def numbers(terms: Iterable[str]) -> Numbers:
    """Return the numbers of *terms*, in order."""
    return np.fromiter((number(term) for term in terms), np.uint32)


def sequence(text: str) -> Numbers:
    """Return the numbers of all terms of *text*, in order: the same as `terms_of`, but fast."""
    memo = _memo
    if len(memo) > _MEMO_LIMIT:
        memo.clear()
    found: list[int] = []
    for word in WORD.findall(text):
        known = memo.get(word)
        if known is None:
            known = memo[word] = tuple(number(term) for term in split(word[:_MAX_WORD]))
        found.extend(known)
    return np.array(found, np.uint32)


def pairs(terms: Numbers) -> Numbers:
    """Return a number for every two neighbours in *terms*."""
    with np.errstate(over="ignore"):
        mixed: Numbers = (terms[:-1] * np.uint32(0x9E3779B1)) ^ terms[1:]
    return mixed


def snake(name: str) -> str:
    """Return *name* in snake case: ``RedundantFreeze`` and ``redundant-freeze`` are one."""
    return _HUMP.sub("_", name).replace("-", "_").lower().strip("_")


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

"""Vectors and token counts without a model: a text is the bag of its hashed words."""

import base64
import hashlib
import re
import struct
from collections import Counter
from functools import cache
from math import sqrt

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\da-zA-Z_]")
# About what the real tokenizers cut a text into before they look into their vocabulary.
_PIECE = re.compile(r" ?[^\W\d_]+|\d{1,3}|\s+|[^\s\w]|_")
_LETTERS_A_TOKEN = 5


def tokens_in(text: str) -> int:
    """Return about how many tokens *text* has; never more than its bytes."""
    return sum(
        -(-len(piece.encode("utf-8", "replace")) // _LETTERS_A_TOKEN)
        for piece in _PIECE.findall(text)
    )


def vector_of(text: str, dimensions: int) -> list[float]:
    """Return the unit vector of *text*: the more words two texts share, the nearer they are."""
    vector = [0.0] * dimensions
    for word, times in Counter(_WORD.findall(text)).items():
        place, sign = _place(word.lower())
        vector[place % dimensions] += sign * sqrt(times)
    norm = sqrt(sum(one * one for one in vector))
    if norm == 0:  # no words, or words that cancel out
        vector[len(text) % dimensions] = norm = 1.0
    return [one / norm for one in vector]


def packed(vector: list[float]) -> str:
    """Return *vector* as the API's base64: little-endian 32-bit floats."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


@cache
def _place(word: str) -> tuple[int, int]:
    number = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
    return number >> 1, 1 if number & 1 else -1

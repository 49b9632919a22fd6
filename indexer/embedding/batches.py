"""How many tokens texts have, at most about, and how they are packed into requests: pure.

Nothing counts exactly here: the real tokenizers download their vocabulary when they run. A token
of a byte-level tokenizer is one byte at least, so a text never has more tokens than bytes; below
that, the estimate is meant to be too high. Where it still is too low, the endpoint says so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.uint8]

_LEAST_TOKENS = 32  # no endpoint takes less; a smaller number is something else
_LETTER, _DIGIT, _SPACE, _MARK, _WIDE = range(5)
# Tokens a byte of each kind, and what a run of it takes more: a word of five letters counts as 2.6
# tokens, digits go in groups of three, signs stand alone, other scripts are as good as bytes. The
# one space before a word is part of the word.
_PER_BYTE = np.array([2 / 5, 1 / 3, 1 / 4, 1.0, 1.0])
_PER_RUN = np.array([3 / 5, 2 / 3, 3 / 4, 0.0, 0.0])


def _kinds() -> _Ints:
    kinds = np.full(256, _WIDE, np.uint8)
    kinds[:128] = _MARK
    for byte in range(128):
        char = chr(byte)
        if char.isalpha():
            kinds[byte] = _LETTER
        elif char.isdigit():
            kinds[byte] = _DIGIT
        elif char.isspace():
            kinds[byte] = _SPACE
    return kinds


_KINDS = _kinds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may hold; OpenAI allows 2,048 inputs, 300,000 and 8,192 tokens.

    Fewer inputs are the default: work that is lost with a request is small, and a small server
    is done with it before time is up.
    """

    inputs: int = 256
    request_tokens: int = 300_000
    input_tokens: int = 8_000

    def tightened(self, *, inputs: int | None = None, input_tokens: int | None = None) -> "Limits":
        """Return these limits, or what an endpoint was found to allow where that is less."""
        return replace(
            self,
            inputs=min(self.inputs, max(1, inputs or self.inputs)),
            input_tokens=min(
                self.input_tokens, max(_LEAST_TOKENS, input_tokens or self.input_tokens)
            ),
        )


def estimate(text: str) -> int:
    """Return how many tokens *text* has, rather too many than too few."""
    return int(np.ceil(_weights(_encoded(text)).sum()))


def cut(text: str, tokens: int) -> str:
    """Return *text*, or the part of its beginning that has at most *tokens* by estimate."""
    if len(text) * 4 <= tokens:
        return text
    # Nothing counts less than a quarter for each byte, so what is further back is never needed.
    data = _encoded(text[: 4 * tokens + 4])
    if len(data) <= tokens:
        return text
    sums = np.cumsum(_weights(data))
    if sums[-1] <= tokens:
        return text
    end = int(np.searchsorted(sums, tokens, side="right"))
    return data[:end].decode("utf-8", "ignore")


def batches(
    items: Iterable[tuple[bytes, str]], limits: Limits
) -> Iterator[list[tuple[bytes, str]]]:
    """Yield *items*, keys with texts, in order and in lists that each fit into one request.

    Texts are cut to what one input may have. Nothing is read ahead but the item that comes next.
    """
    batch: list[tuple[bytes, str]] = []
    held = 0
    for key, text in items:
        short = cut(text, limits.input_tokens)
        tokens = estimate(short)
        if batch and (len(batch) >= limits.inputs or held + tokens > limits.request_tokens):
            yield batch
            batch, held = [], 0
        batch.append((key, short))
        held += tokens
    if batch:
        yield batch


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _weights(data: bytes) -> npt.NDArray[np.float64]:
    kinds = _KINDS[np.frombuffer(data, np.uint8)]
    weights = _PER_BYTE[kinds]
    starts = np.empty(len(kinds), bool)
    starts[:1] = True
    np.not_equal(kinds[1:], kinds[:-1], out=starts[1:])
    weights[starts] += _PER_RUN[kinds[starts]]
    blank = kinds == _SPACE
    weights[:-1][blank[:-1] & starts[:-1] & (kinds[1:] == _LETTER)] = 0.0
    return weights

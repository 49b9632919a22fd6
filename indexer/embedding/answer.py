"""Taking the answer of an embeddings endpoint apart: both encodings, in any order."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

Vector = npt.NDArray[np.float16]
_Floats = npt.NDArray[np.float64]


class UnusableAnswer(Exception):
    """The endpoint answered 200 with something that is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Unit vectors in the order of the texts; *tokens* is None where the endpoint counts none."""

    vectors: list[Vector]
    tokens: int | None


def read_answer(content: bytes, *, count: int) -> Answer:
    """Return the *count* vectors in *content*; raise `UnusableAnswer` if they are not there.

    A vector with NaN, infinities or nothing but zeros has no direction and is unusable as well.
    """
    try:
        body = orjson.loads(content)
        rows = sorted(body["data"], key=lambda row: int(row["index"]))
        if [row["index"] for row in rows] != list(range(count)):
            raise UnusableAnswer(f"{len(rows)} embeddings came for {count} texts")
        vectors = [_floats(row["embedding"]) for row in rows]
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise UnusableAnswer("the answer is not a list of embeddings") from error
    return Answer([_unit(vector) for vector in vectors], _tokens(body))


def _floats(value: str | Sequence[float]) -> _Floats:
    if isinstance(value, str):  # what a server is asked for is not always what it sends
        return np.frombuffer(base64.b64decode(value, validate=True), "<f4").astype(float)
    return np.asarray(value, float).reshape(-1)


def _unit(vector: _Floats) -> Vector:
    norm = float(np.linalg.norm(vector))
    if not np.isfinite(norm) or norm == 0.0:
        raise UnusableAnswer("an embedding has no direction: it is zero, infinite or not a number")
    return (vector / norm).astype(np.float16)


def _tokens(body: dict[str, Any]) -> int | None:
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None
    counted = usage.get("prompt_tokens") or usage.get("total_tokens")
    return counted if isinstance(counted, int) and counted > 0 else None

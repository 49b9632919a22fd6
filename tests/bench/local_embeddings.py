"""A small embedding model that is made here and served here: nothing is downloaded.

It learns which terms of code and prose are used near each other (positive pointwise mutual
information, cut down to its largest directions) from the text of the folders it is given, and then,
from the histories it is given, which words of a commit's message go with which code. A text's
vector is the weighted mean of its terms' vectors. It needs what the project needs, and no more::

    python -m tests.bench.local_embeddings train --out words.npz DIR [DIR ...] \\
        --history REPO/.git [REPO/.git ...]
    python -m tests.bench.local_embeddings serve --model words.npz --port 8901
    CADENCE_EMBEDDINGS_URL=http://127.0.0.1:8901/v1 cadence index DIR --embeddings

A repository that is to be measured must not be among the histories: they hold the fixes.

The server speaks the OpenAI API, both encodings; the model's name there is ``words-256``, or any.
"""

import argparse
import asyncio
import base64
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from aiohttp import web

from indexer.files.folder import Folder
from indexer.languages import language_of
from indexer.ranking.terms import terms_of
from indexer.snapshot import FILE
from tests.bench import local_tuning

Floats = npt.NDArray[np.float32]

_WINDOW = 10
_SMOOTHING = 0.75  # of how common a neighbour is: Levy, Goldberg and Dagan, TACL 2015
_COMMON = 1e-3  # terms more common than this weigh less: Arora, Liang and Ma, ICLR 2017
_TERMS_A_TEXT = 4_000
_LARGEST = 256 * 1024
_NO_PROSE = (".po", ".svg", ".lock", ".json", ".csv", ".snap")
_CELLS_AT_ONCE = 4_000_000


class Words:
    """The vectors of terms, and from them those of texts."""

    def __init__(
        self, terms: Sequence[str], vectors: Floats, weights: Floats, common: Floats
    ) -> None:
        self._number = {term: at for at, term in enumerate(terms)}
        self._vectors = vectors
        self._weights = weights
        self._common = common
        self.dimensions = int(vectors.shape[1])

    @classmethod
    def load(cls, path: Path) -> "Words":
        """Return the model in the file at *path*."""
        with np.load(path) as held:
            terms = bytes(held["terms"]).decode().split("\n")
            vectors = held["vectors"].astype(np.float32)
            return cls(terms, vectors, held["weights"], held["common"])

    def embed_all(self, texts: list[str]) -> list[Floats]:
        """Return the unit vector of each text."""
        return [self.embed(text) for text in texts]

    def embed(self, text: str) -> Floats:
        """Return the unit vector of *text*."""
        vector = self._mean(text)
        vector = vector - self._common * (vector @ self._common)
        norm = float(np.linalg.norm(vector))
        if norm < 1e-9:  # no term that is known: something that is similar to nothing much
            vector = np.ones(self.dimensions, np.float32)
            norm = float(np.sqrt(self.dimensions))
        return np.asarray(vector / norm, np.float32)

    def _mean(self, text: str) -> Floats:
        known = Counter(
            self._number[term] for term in terms_of(text)[:_TERMS_A_TEXT] if term in self._number
        )
        if not known:
            return np.zeros(self.dimensions, np.float32)
        at = np.fromiter(known.keys(), np.int64)
        times = np.sqrt(np.fromiter(known.values(), np.float32))
        return np.asarray((times * self._weights[at]) @ self._vectors[at], np.float32)


def train(folders: Sequence[Path], *, size: int, dimensions: int) -> dict[str, Any]:
    """Return what a model file holds, learned from the text of *folders*."""
    texts = [terms_of(text) for folder in folders for text in _texts(folder)]
    counts = Counter(term for text in texts for term in text)
    terms = [term for term, times in counts.most_common(size) if times > 4]
    number = {term: at for at, term in enumerate(terms)}
    sequence = np.concatenate(
        [
            np.array([*(number.get(term, -1) for term in text), *[-1] * _WINDOW], np.int32)
            for text in texts
        ]
    )
    vectors = _directions(_information(_neighbours(sequence, len(terms))), dimensions)
    share = np.array([counts[term] for term in terms], np.float32) / counts.total()
    weights = (_COMMON / (_COMMON + share)).astype(np.float32)
    plain = Words(terms, vectors, weights, np.zeros(vectors.shape[1], np.float32))
    some = texts[:: len(texts) // 4_000 + 1]
    sample = np.stack([plain.embed(" ".join(text[:300])) for text in some])
    common = np.linalg.svd(sample, full_matrices=False)[2][0].astype(np.float32)
    return {
        "terms": np.frombuffer("\n".join(terms).encode(), np.uint8),
        "vectors": vectors.astype(np.float16),
        "weights": weights,
        "common": common,
    }


def _texts(folder: Path) -> Iterator[str]:
    source = Folder(folder)
    wanted = [one for one in source.entries() if one.known is None and one.mode == FILE]
    for entry, data in source.read(wanted):
        if data is None or len(data) > _LARGEST or b"\0" in data:
            continue
        if entry.path.endswith(_NO_PROSE) or not language_of(entry.path, data[:4096]):
            continue
        yield data.decode("utf-8", "replace")


def _neighbours(sequence: npt.NDArray[np.int32], size: int) -> Floats:
    """Return how often each term stands near each other one; near counts more."""
    found = np.zeros((size, size), np.float32)
    flat = found.reshape(-1)
    for distance in range(1, _WINDOW + 1):
        for start in range(0, len(sequence) - distance, _CELLS_AT_ONCE):
            left = sequence[start : start + _CELLS_AT_ONCE]
            right = sequence[start + distance : start + distance + _CELLS_AT_ONCE]
            left = left[: len(right)]
            good = (left >= 0) & (right >= 0)
            cells = left[good].astype(np.int64) * size + right[good]
            cells, times = np.unique(cells, return_counts=True)
            flat[cells] += times / distance
    found += found.T.copy()
    return found


def _information(found: Floats) -> Floats:
    """Turn counts into positive pointwise mutual information, in place."""
    total = float(found.sum(dtype=np.float64))
    rows = np.maximum(found.sum(axis=1, dtype=np.float64), 1e-9)
    smooth = rows**_SMOOTHING
    smooth = smooth / smooth.sum()
    for at in range(len(found)):
        with np.errstate(divide="ignore"):
            row = np.log(found[at] * (1.0 / (rows[at] * smooth)))
        found[at] = np.maximum(row, 0.0)
    found *= 1.0 if total else 0.0
    return found


def _directions(matrix: Floats, dimensions: int) -> Floats:
    """Return the rows of *matrix* along its *dimensions* largest directions (Halko et al. 2011)."""
    rng = np.random.default_rng(7)
    basis = rng.standard_normal((len(matrix), dimensions + 32)).astype(np.float32)
    for _ in range(4):
        basis = np.linalg.qr(matrix @ basis)[0].astype(np.float32)
    left, values, _ = np.linalg.svd((matrix @ basis), full_matrices=False)
    vectors = left[:, :dimensions] * np.sqrt(values[:dimensions])
    return np.asarray(vectors, np.float32)


def tune(held: dict[str, Any], histories: Sequence[Path]) -> dict[str, Any]:
    """Return the model *held* after it has read the *histories*, git directories."""
    number = {term: at for at, term in enumerate(bytes(held["terms"]).decode().split("\n"))}
    rng = random.Random(1)  # noqa: S311 - training is to repeat itself
    groups = [local_tuning.pairs_of(one, number, rng) for one in histories]
    vectors = held["vectors"].astype(np.float32) * held["weights"][:, None]
    vectors /= np.linalg.norm(vectors, axis=1).mean()
    moved = local_tuning.tuned(vectors, groups)
    return {
        "terms": held["terms"],
        "vectors": moved.astype(np.float16),
        "weights": np.ones_like(held["weights"]),
        "common": np.zeros_like(held["common"]),
    }


async def _embeddings(request: web.Request) -> web.Response:
    body = await request.json()
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    vectors = await asyncio.to_thread(request.app[_MODEL].embed_all, texts)
    is_packed = body.get("encoding_format") == "base64"
    rows = [
        {
            "object": "embedding",
            "index": at,
            "embedding": base64.b64encode(one.astype("<f4").tobytes()).decode()
            if is_packed
            else one.tolist(),
        }
        for at, one in enumerate(vectors)
    ]
    tokens = sum(len(text) for text in texts) // 4
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return web.json_response(
        {"object": "list", "data": rows, "model": body["model"], "usage": usage}
    )


class Model(Protocol):
    """What makes vectors of texts."""

    def embed_all(self, texts: list[str]) -> list[Floats]:
        """Return the unit vector of each text."""
        ...


_MODEL: web.AppKey[Model] = web.AppKey("model")


def application(model: Model) -> web.Application:
    """Return the server of *model*."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app[_MODEL] = model
    app.router.add_post("/v1/embeddings", _embeddings)
    return app


def main() -> None:
    """Train a model, or serve one."""
    parser = argparse.ArgumentParser(prog="local_embeddings", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    training = verbs.add_parser("train")
    training.add_argument("folders", nargs="+", type=Path)
    training.add_argument("--history", nargs="+", type=Path, default=[])
    training.add_argument("--out", type=Path, required=True)
    training.add_argument("--terms", type=int, default=12_000)
    training.add_argument("--dimensions", type=int, default=256)
    serving = verbs.add_parser("serve")
    serving.add_argument("--model", type=Path, required=True)
    serving.add_argument("--port", type=int, default=8901)
    chosen = parser.parse_args()
    started = time.monotonic()
    if chosen.verb == "train":
        held = train(chosen.folders, size=chosen.terms, dimensions=chosen.dimensions)
        if chosen.history:
            held = tune(held, chosen.history)
        np.savez_compressed(chosen.out, **held)
        print(json.dumps({"terms": len(held["weights"]), "s": time.monotonic() - started}))
        return
    words = Words.load(chosen.model)
    print(json.dumps({"url": f"http://127.0.0.1:{chosen.port}/v1", "model": "words-256"}))
    sys.stdout.flush()
    web.run_app(application(words), host="127.0.0.1", port=chosen.port, print=None)


if __name__ == "__main__":
    main()

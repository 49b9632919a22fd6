"""Teach term vectors what people call things: messages of commits beside the code they changed.

Only the histories that are named are read. To measure a repository fairly its own history must
not be among them: the fixes that are looked for are in there.
"""

import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.ranking.terms import terms_of

Floats = npt.NDArray[np.float32]
Bag = tuple[npt.NDArray[np.int64], Floats]
Pair = tuple[Bag, Bag]

_COMMITS = 4_000
_FILES = 6  # a commit that changes more is about no one place
_EACH = 2
_QUERY_TERMS = 200
_CODE_TERMS = 300
_LEAST = 4
_BATCH = 256
_HEAT = 0.05
_ROUNDS = 6
_RATE = 5e-3
_TRAILER = re.compile(r"^[\w-]+-by:.*$|\(#\d+\)|https?://\S+", re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(
    r"\.(?:py|pyx|[cm]?[jt]sx?|vue|go|rs|java|kt|rb|php|c|h|cc|cpp|cxx|hpp|hh|cs|swift)$"
)
_ASIDE = re.compile(
    r"(^|/)(tests?|specs?|__tests__|docs?|examples?|benches|fixtures)(/|$)"
    r"|test_|_test\.|\.spec\.|\.test\."
)


def pairs_of(repository: Path, number: dict[str, int], rng: random.Random) -> list[Pair]:
    """Return pairs of a message and code as it was before, from the history of *repository*."""
    found = []
    for message, files in _commits(repository):
        asked = _bag(_TRAILER.sub("", message), number, _QUERY_TERMS)
        chosen = rng.sample(files, min(_EACH, len(files))) if 0 < len(files) <= _FILES else []
        for path, code in chosen:
            answer = _bag(f"{path}\n{code}", number, _CODE_TERMS)
            if len(asked[0]) >= _LEAST and len(answer[0]) >= _LEAST:
                found.append((asked, answer))
    return found


def tuned(vectors: Floats, groups: Sequence[list[Pair]], *, seed: int = 3) -> Floats:
    """Return *vectors* moved so that messages come nearest to their code, a group at a time.

    In a batch all is from one repository, so that telling repositories apart is of no help.
    """
    rng = random.Random(seed)  # noqa: S311 - training is to repeat itself
    held = vectors.copy()
    first, second = np.zeros_like(held), np.zeros_like(held)
    batches = [(group, at) for group in groups for at in range(0, len(group) - _BATCH // 2, _BATCH)]
    total = _ROUNDS * len(batches)
    step = 0
    for _ in range(_ROUNDS):
        for group in groups:
            rng.shuffle(group)
        rng.shuffle(batches)
        for group, at in batches:
            step += 1
            rows, change = _gradient(held, group[at : at + _BATCH])
            first[rows] = 0.9 * first[rows] + 0.1 * change
            second[rows] = 0.99 * second[rows] + 0.01 * change**2
            rate = _RATE * (1 - step / (total + 1))
            held[rows] -= rate * first[rows] / (np.sqrt(second[rows]) + 1e-8)
    return held


def _gradient(vectors: Floats, batch: Sequence[Pair]) -> tuple[npt.NDArray[np.int64], Floats]:
    rows = np.unique(np.concatenate([bag[0] for pair in batch for bag in pair]))
    sides = []
    for side in (0, 1):
        counts = np.zeros((len(batch), len(rows)), np.float32)
        for at, pair in enumerate(batch):
            counts[at, np.searchsorted(rows, pair[side][0])] = pair[side][1]
        raw = counts @ vectors[rows]
        norms = np.linalg.norm(raw, axis=1, keepdims=True) + 1e-8
        sides.append((counts, raw / norms, norms))
    (asked, a, a_norm), (code, c, c_norm) = sides
    scores = (a @ c.T) / _HEAT
    slope = (_softmax(scores) + _softmax(scores.T).T) / 2 - np.eye(len(batch), dtype=np.float32)
    slope /= _HEAT * len(batch)
    down_a = _through_norm(slope @ c, a, a_norm)
    down_c = _through_norm(slope.T @ a, c, c_norm)
    return rows, asked.T @ down_a + code.T @ down_c


def _softmax(scores: Floats) -> Floats:
    lifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(lifted / lifted.sum(axis=1, keepdims=True), np.float32)


def _through_norm(down: Floats, unit: Floats, norm: Floats) -> Floats:
    along = (down * unit).sum(axis=1, keepdims=True)
    return np.asarray((down - unit * along) / norm, np.float32)


def _bag(text: str, number: dict[str, int], most: int) -> Bag:
    known = [number[term] for term in terms_of(text) if term in number][:most]
    rows, times = np.unique(np.array(known, np.int64), return_counts=True)
    return rows, np.sqrt(times).astype(np.float32)


def _commits(repository: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    argv = ["git", "--git-dir", str(repository), "log", "--no-merges", f"-n{_COMMITS}"]
    argv += ["--format=%x1e%s%n%b%x1f", "-p", "-U8", "--diff-filter=M", "--no-renames", "HEAD"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        record = ""
        for line in program.stdout:
            text = line[:400].decode("utf-8", "replace")
            if text.startswith("\x1e"):
                yield _taken_apart(record)
                record = ""
            if len(record) < 400_000:
                record += text
        yield _taken_apart(record)


def _taken_apart(record: str) -> tuple[str, list[tuple[str, str]]]:
    message, _, patch = record.lstrip("\x1e").partition("\x1f")
    files = []
    for part in re.split(r"^diff --git ", patch, flags=re.MULTILINE)[1:]:
        path = part.partition(" ")[0].removeprefix("a/")
        if not _CODE.search(path) or _ASIDE.search(path):
            continue
        lines = part.split("\n")[4:]
        old = [line[1:] for line in lines if line[:1] in {" ", "-"}]
        heads = [line.rpartition("@@")[2] for line in lines if line.startswith("@@")]
        files.append((path, "\n".join([*heads, *old])))
    return message, files

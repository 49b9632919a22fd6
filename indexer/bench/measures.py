"""How good a ranking is: recall, reciprocal rank, discounted gain, and whether two differ."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

DEPTHS = (1, 5, 10, 20)


def measures(ranked: Sequence[str], answers: Sequence[str]) -> dict[str, float]:
    """Return the measures of one ranking.

    ``any@k``: one of *answers* is among the first k; ``all@k``: all are; ``recall@k``: which share
    is; ``mrr``: one over the first one's rank; ``ndcg@10`` (Järvelin, Kekäläinen 2002).
    """
    places = {path: place for place, path in reversed(list(enumerate(dict.fromkeys(ranked))))}
    ranks = sorted(places[one] for one in set(answers) if one in places)
    found: dict[str, float] = {}
    for depth in DEPTHS:
        hits = sum(rank < depth for rank in ranks)
        found[f"any@{depth}"] = float(hits > 0)
        found[f"all@{depth}"] = float(hits == len(set(answers)))
        found[f"recall@{depth}"] = hits / len(set(answers))
    found["mrr"] = 1 / (ranks[0] + 1) if ranks else 0.0
    gain = sum(1 / math.log2(rank + 2) for rank in ranks if rank < 10)
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(len(set(answers)), 10)))
    found["ndcg@10"] = gain / ideal
    return found


def mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each measure."""
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]} if rows else {}


def difference(
    ours: Sequence[float], theirs: Sequence[float], *, samples: int = 2_000
) -> tuple[float, float, float]:
    """Return the mean of ours minus theirs with its 95 % interval, by paired bootstrap."""
    apart = np.asarray(ours) - np.asarray(theirs)
    picks = np.random.default_rng(7).integers(0, len(apart), (samples, len(apart)))
    means = np.sort(apart[picks].mean(axis=1))
    low, high = means[int(0.025 * samples)], means[int(0.975 * samples)]
    return float(apart.mean()), float(low), float(high)

"""How long an endpoint is waited for, how often it is asked again, and when no more."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from indexer.embedding.trouble import EmbeddingsUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often to ask.

    A request may take *timeout_s*, that for a single word *probe_timeout_s*; one batch with
    everything that is tried for it *deadline_s*. After *failures* batches in a row that failed
    nothing is asked for *rest_s*.
    """

    timeout_s: float = 60.0
    probe_timeout_s: float = 10.0
    deadline_s: float = 300.0
    attempts: int = 5
    first_pause_s: float = 0.5
    longest_pause_s: float = 20.0
    failures: int = 3
    rest_s: float = 60.0

    def pause_s(self, attempt: int, *, rng: random.Random) -> float:
        """Return how long to wait after *attempt* failed, counted from 1: doubling, with jitter."""
        full = min(self.longest_pause_s, self.first_pause_s * 2.0 ** min(attempt - 1, 30))
        return full * rng.uniform(0.5, 1.0)


QUERY_PATIENCE = Patience(timeout_s=2.0, probe_timeout_s=1.0, deadline_s=3.0, attempts=1)


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Stops asking an endpoint that keeps failing; *now* is a monotonic clock in seconds."""

    failures: int
    rest_s: float
    now: Callable[[], float]
    _failed: int = field(default=0, init=False)
    _until: float = field(default=0.0, init=False)

    @property
    def is_open(self) -> bool:
        """Whether the endpoint failed too often, and has not answered since."""
        return self._failed >= self.failures

    def check(self) -> None:
        """Raise `EmbeddingsUnavailable` while nothing may be asked."""
        left = self._until - self.now() if self.is_open else 0.0
        if left > 0:
            raise EmbeddingsUnavailable(
                "the embeddings endpoint keeps failing and is left alone for a while",
                retry_after_s=left,
            )

    def worked(self) -> None:
        """Note that the endpoint answered."""
        self._failed = 0

    def failed(self) -> None:
        """Note that the endpoint failed for good."""
        self._failed += 1
        self._until = self.now() + self.rest_s

"""What lost runs mean for their agent: pure.

The limit is for work that ends its own machine. A machine that was lost before its run said a word
had none of that work yet, so it counts apart: another one is tried after a growing wait.
"""

from dataclasses import dataclass

LOST, MOVED, UNBEGUN, WORN_OUT = "lost", "moved", "unbegun", "worn out"
MOST_RUNS = 50  # of one agent, however far each of them came
BEGIN_WAITS_S = (0, 1, 2, 5, 10, 30, 60, 120, 300)


def judged(ended: str, *, heard: int, began: int, newest: int) -> str:
    """Return what a run's end means; only a lost one may mean something else.

    It *heard* so many frames of the run, which went on from checkpoint *began*; *newest* is the
    agent's newest one.
    """
    if ended != LOST:
        return ended
    if newest > began:
        return MOVED
    return LOST if heard else UNBEGUN


@dataclass(slots=True)
class Losses:
    """Losses in a row of one agent: at most *most* of runs that had begun."""

    most: int
    lost: int = 0
    unbegun: int = 0

    def wait_s(self, ended: str) -> float | None:
        """Return for how long to wait before the run after one that *ended* so; None for never."""
        if ended == UNBEGUN:
            self.unbegun += 1
            return None if self.unbegun > len(BEGIN_WAITS_S) else BEGIN_WAITS_S[self.unbegun - 1]
        self.unbegun = 0
        self.lost = self.lost + 1 if ended == LOST else 0
        return None if self.lost >= self.most else 0


def why(ended: str, *, most: int) -> str:
    """Return the sentence for an agent whose last run *ended* so; empty unless it was lost."""
    if ended == UNBEGUN:
        return f"{len(BEGIN_WAITS_S) + 1} machines in a row were lost before they could begin"
    if ended == WORN_OUT:
        return f"it was begun {MOST_RUNS} times, each time on another machine"
    return f"its machine was lost {most} times" if ended == LOST else ""


def without_result(stopped_by: str, why_lost: str) -> str:
    """Return the sentence for an agent that ends without a result of any run.

    Somebody stopped it, or nobody did and *stopped_by* is empty; *why_lost* is what `why` said.
    """
    if stopped_by:
        happened = why_lost or "its machine did not answer"
        return f"stopped ({stopped_by}); {happened}, so its work is lost"
    return why_lost or "its machine ended without a word"

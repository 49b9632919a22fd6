"""What a run may use: steps, dollars, minutes. A clock that stands still while people think."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from runner.agent.seams import RunFailed
from runner.spec import Budget, Price, Tokens

_LOW = 0.85  # the share of steps or dollars after which the model is told to wrap up


class Clock:
    """The seconds that a run has worked; pauses do not count."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._started = now()
        self._waited = 0.0
        self._waiting_since: float | None = None

    def start_at(self, seconds: float) -> None:
        """Count *seconds* that were worked before, on another machine."""
        self._started = self._now() - seconds
        self._waited = 0.0

    @property
    def elapsed_s(self) -> float:
        """Seconds of work up to now."""
        until = self._now() if self._waiting_since is None else self._waiting_since
        return until - self._started - self._waited

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stand still for the block."""
        if self._waiting_since is not None:
            yield
            return
        self._waiting_since = self._now()
        try:
            yield
        finally:
            self._waited += self._now() - self._waiting_since
            self._waiting_since = None


class Meter:
    """Counts what a run uses and says when it is enough; *cost_usd* is this run's alone."""

    def __init__(self, budget: Budget, clock: Clock, *, spent_usd: float = 0.0) -> None:
        self.budget = budget
        self.spent_usd = spent_usd  # by earlier runs of the same agent
        self.clock = clock
        self.steps = 0
        self.tokens = Tokens()
        self.cost_usd = 0.0
        self._has_warned = False

    def add(self, tokens: Tokens, price: Price) -> float:
        """Count *tokens*; return what they cost in US dollars."""
        cost_usd = price.cost_usd(tokens)
        self.tokens += tokens
        self.cost_usd += cost_usd
        return cost_usd

    @property
    def whole_usd(self) -> float:
        """What the agent has cost up to now, in US dollars."""
        return self.spent_usd + self.cost_usd

    @property
    def is_out_of_time(self) -> bool:
        """Whether the hard time limit is over."""
        return self.clock.elapsed_s >= self.budget.hard_minutes * 60

    def out_of_time(self) -> RunFailed:
        """Return the end by the hard time limit."""
        return RunFailed(f"The time limit of {self.budget.hard_minutes:g} minutes is over.")

    def check(self) -> None:
        """Raise `RunFailed` with an honest sentence when something is used up."""
        if self.is_out_of_time:
            raise self.out_of_time()
        if self.steps >= self.budget.steps:
            raise RunFailed(f"The budget of {self.budget.steps} steps is used up.")
        if self.whole_usd >= self.budget.usd:
            raise RunFailed(
                f"The budget of ${self.budget.usd:.2f} is used up (${self.whole_usd:.2f} spent)."
            )

    def wrap_up(self) -> str | None:
        """Return, once, the note that there is not much left."""
        left = self._running_low()
        if left is None or self._has_warned:
            return None
        self._has_warned = True
        return (
            f"{left} Wrap up now: bring what you have into a working state, take back what is half "
            "done, and call `finish`; name what is left open in `doubts`."
        )

    def _running_low(self) -> str | None:
        budget = self.budget
        minutes = self.clock.elapsed_s / 60
        if minutes >= budget.soft_minutes:
            return f"You have worked for {minutes:.0f} minutes; at {budget.hard_minutes:g} it ends."
        if self.steps >= budget.steps * _LOW and budget.steps > 1:
            return f"{budget.steps - self.steps} of {budget.steps} steps are left."
        if self.whole_usd >= budget.usd * _LOW:
            return f"${self.whole_usd:.2f} of ${budget.usd:.2f} are spent."
        return None

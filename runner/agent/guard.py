"""The loop guard: it sees an agent that runs against the same wall and says so, once per wall."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

_SAME = 3
_WINDOW = 6
_FAILING = 5

SAME_CALL = (
    "You made the same call three times and it failed in the same way each time. Doing it again "
    "will not help: look at the cause, try another way, or call `finish` and say what stopped you."
)
MOSTLY_FAILING = (
    "Five of your last six calls failed. Stop and think: what do the errors have in common? Check "
    "your assumptions with one small call before you go on, or call `finish` and say what is wrong."
)


@dataclass(frozen=True, slots=True)
class _Call:
    what: str
    output: str
    is_error: bool


@dataclass(slots=True)
class LoopGuard:
    """Remembers the last calls; `note` is what should be said to the model now, if anything."""

    _calls: deque[_Call] = field(default_factory=lambda: deque(maxlen=_WINDOW))
    _said: set[str] = field(default_factory=set)

    def observe(self, name: str, arguments: dict[str, Any], output: str, *, is_error: bool) -> None:
        """Remember one call and how it ended."""
        what = f"{name} {json.dumps(arguments, sort_keys=True, default=str)}"
        self._calls.append(_Call(what, output, is_error))

    def note(self) -> str | None:
        """Return a steering note, at most once for each wall; never a reason to stop."""
        calls = list(self._calls)
        last = calls[-_SAME:]
        if len(last) == _SAME and last[0].is_error and len(set(last)) == 1:
            if last[0].what in self._said:
                return None
            self._said.add(last[0].what)
            return SAME_CALL
        if len(calls) == _WINDOW and sum(call.is_error for call in calls) >= _FAILING:
            self._calls.clear()
            return MOSTLY_FAILING
        return None

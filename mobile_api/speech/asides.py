"""What people say around a command: "a sec, pause the ISO one", "kill it, nobody needs it"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mobile_api.speech.language import Gist

_CUT = re.compile(r" [,.;:!?](?: |$)")
_MOST_CLAUSES, _FEWEST_WORDS = 6, 3


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a sentence without asides.

    *telling*: none of them is a mere word that calls somebody, so that it may be about "it".
    *negated*: one of them denies something.
    """

    text: str
    telling: bool
    negated: bool


class Asides:
    """The clauses of one language that hold nothing of a command."""

    def __init__(self, gist: Gist) -> None:
        self._before, self._behind = re.compile(gist.never_before), re.compile(gist.never_behind)
        self._negated = re.compile(gist.negated)
        self._tells = re.compile(gist.tells)
        self._reason = re.compile(rf" (?={gist.reason_begins})")

    def without(self, low: str) -> Iterator[Left]:
        """Yield what is left of *low* without asides, the longest first."""
        clauses = [clause.strip() for clause in _CUT.split(f"{low} ")]
        clauses = [clause for clause in clauses if clause]
        if len(clauses) > _MOST_CLAUSES:
            return
        for length in range(len(clauses) - 1, 0, -1):
            for start in range(len(clauses) - length, -1, -1):
                before, behind = clauses[:start], clauses[start + length :]
                if self.may_stand_before(*before) and not self._any(self._behind, behind):
                    yield self._left(clauses[start : start + length], [*before, *behind])
        yield from self._without_reason(clauses)

    def tells(self, clause: str) -> bool:
        """Whether *clause* tells something about the speaker: "I was on mute"."""
        return bool(self._tells.match(clause)) and not (
            self._before.search(clause) or self._behind.search(clause)
        )

    def may_stand_before(self, *clauses: str) -> bool:
        """Whether *clauses* hold no command, and nothing that takes back the one behind them."""
        return not self._any(self._before, list(clauses))

    def _without_reason(self, clauses: list[str]) -> Iterator[Left]:
        """Yield what stands before a reason that follows without a pause: "kill it we're done"."""
        if not clauses:
            return
        for found in self._reason.finditer(clauses[0]):
            reason = [clauses[0][found.end() :], *clauses[1:]]
            command = clauses[0][: found.start()]
            told = len(reason[0].split()) >= _FEWEST_WORDS and len(command.split()) > 1
            if told and not self._any(self._behind, reason):
                yield self._left([command], reason)

    @staticmethod
    def _any(pattern: re.Pattern[str], clauses: list[str]) -> bool:
        return any(pattern.search(clause) for clause in clauses)

    def _left(self, kept: list[str], asides: list[str]) -> Left:
        telling = all(len(a.split()) >= _FEWEST_WORDS or "'" in a or " it" in a for a in asides)
        return Left(" , ".join(kept), telling, self._any(self._negated, asides))

"""What people say around a command: "gimme a sec, pause the ISO one", "kill it, product changed their mind"."""

import re
from collections.abc import Iterator

from mobile_api.speech.language import Gist

_CUT = re.compile(r" [,.;:!?](?: |$)")
_MOST_CLAUSES = 6
_WORDS_WITH_IT = 3


class Asides:
    """The clauses of one language that hold nothing of a command."""

    def __init__(self, gist: Gist) -> None:
        self._never = re.compile(gist.aside_never)
        self._negated = re.compile(gist.negated)

    def without(self, low: str) -> Iterator[tuple[str, bool, bool]]:
        """Yield what is left of *low* without asides, the longest first.

        With it: whether it may be about "it" (no aside was a mere word that calls somebody), and
        whether an aside denies something.
        """
        clauses = [clause.strip() for clause in _CUT.split(f"{low} ")]
        clauses = [clause for clause in clauses if clause]
        if not 1 < len(clauses) <= _MOST_CLAUSES:
            return
        for length in range(len(clauses) - 1, 0, -1):
            for start in range(len(clauses) - length, -1, -1):
                asides = clauses[:start] + clauses[start + length :]
                if any(self._never.search(one) for one in asides):
                    continue
                telling = all(len(one.split()) >= _WORDS_WITH_IT for one in asides)
                negated = any(self._negated.search(one) for one in asides)
                yield " , ".join(clauses[start : start + length]), telling, negated

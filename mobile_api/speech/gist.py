"""A second reading, for sentences of no known form: each word has its part, all ask for one thing.

Names of agents and the words of `language.Gist` are laid over the sentence so that no word is
left over. A word that has no part, two different orders, or two agents that are not one: it is not
understood. Only a question, which does no harm, may have a few words that we do not know.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from mobile_api.speech.frame import Intent, Meant, Reference
from mobile_api.speech.known import Known
from mobile_api.speech.language import Forms, Gist
from mobile_api.speech.references import References

_MOST_TOKENS, _MOST_PHRASE, _MOST_NAME = 40, 6, 9
_MOST_STRANGE, _STRANGE = 3, 4.0
_PUNCT = frozenset(",.;:!?")
_ACTING = (Intent.PAUSE, Intent.RESUME, Intent.STOP)


@dataclass(frozen=True, slots=True)
class _Cover:
    """A part for each word from here on, words that have none (*strange*), and their price."""

    cost: float
    strange: int = 0
    roles: tuple[str, ...] = ()
    names: tuple[tuple[str, Reference], ...] = ()


class Gists:
    """The second reading of one language."""

    def __init__(self, gist: Gist, forms: Forms, references: References, *, code: str) -> None:
        self._gist, self._code, self._roles = gist, code, gist.roles
        self._reads = references.read
        self._reads_free = References(forms, free=True).read
        self._forbidden = forms.forbidden
        self._join = re.compile(rf" (?:{forms.joins}) ")
        self._fresh = re.compile(
            rf"(?:^| )(?:{forms.indefinite}) (?:(?:{forms.fresh}) )?(?:{forms.noun})(?= |$)"
        )
        self._never_first = (
            gist.never_first
            | gist.articles
            | {phrase for phrase, role in self._roles.items() if role in {*_ACTING, "asking"}}
        )

    def read(self, low: str, known: Known) -> Meant | None:
        """Return what *low* (plain, without greetings) asks for."""
        tokens = low.split()
        if len(tokens) > _MOST_TOKENS or self._fresh.search(low):
            return None
        cover = self._covered(tokens, known)
        if cover is None:
            return None
        if cover.strange and not (_is_harmless(cover, tokens) and self._asks(tokens, known)):
            return None
        about = any(
            one.statuses
            or ((_is_special(one) or one.everything) and cover.roles[:1] == ("asking",))
            for _, one in cover.names
        )
        intent = _intent((*cover.roles, "doing") if about else cover.roles)
        if "hedge" in cover.roles and not any(_is_special(one) for _, one in cover.names):
            return None
        if intent is None:
            return None
        reference = self._one(cover, intent, known)
        if reference is None:
            return None
        return Meant(intent=intent, reference=reference, language=self._code)

    def _asks(self, tokens: list[str], known: Known) -> bool:
        """Whether a question begins here, or the name of what it is about."""
        start = 0
        while start < len(tokens) - 1 and self._roles.get(tokens[start], ".") == "":
            start += 1
        begins = [" ".join(tokens[start:end]) for end in range(start + 1, start + _MOST_NAME)]
        asking = any(self._roles.get(phrase) in {"asking", "status"} for phrase in begins)
        return asking or any(self._name(phrase, known) for phrase in begins)

    def _covered(self, tokens: list[str], known: Known) -> _Cover | None:
        """Return the parts of all *tokens*, as few as possible; None when many words have none."""
        best: list[_Cover | None] = [None] * len(tokens) + [_Cover(0.0)]
        for start in range(len(tokens) - 1, -1, -1):
            if tokens[start] in _PUNCT:
                best[start] = best[start + 1]
                continue
            found = list(self._parts(tokens, start, best, known))
            rest = best[start + 1]
            if start and rest is not None and rest.strange < _MOST_STRANGE:
                found.append(replace(rest, cost=rest.cost + _STRANGE, strange=rest.strange + 1))
            best[start] = min(found, key=lambda one: one.cost, default=None)
        return best[0]

    def _parts(
        self, tokens: list[str], start: int, best: list[_Cover | None], known: Known
    ) -> Iterator[_Cover]:
        behind = tokens[start - 1] if start else ""
        for end in range(start + 1, min(len(tokens), start + _MOST_NAME) + 1):
            rest = best[end]
            if tokens[end - 1] in _PUNCT and tokens[end - 1] != ",":
                break
            if rest is None or tokens[end - 1] == ",":
                continue
            phrase = " ".join(tokens[start:end])
            if end - start <= _MOST_PHRASE and (role := self._roles.get(phrase)) is not None:
                roles = (role, *rest.roles) if role else rest.roles
                yield replace(rest, cost=rest.cost + 1, roles=roles)
            if tokens[start] in self._never_first or behind in self._gist.articles:
                continue
            reference = self._name(phrase, known)
            an_amount = behind in self._gist.before_amounts and end == start + 1
            if reference is not None and not (reference.numbers and an_amount):
                extra = (2.2 if reference.topic else 0.9) if reference.statuses else 0.0
                names = ((phrase, reference), *rest.names)
                yield replace(rest, cost=rest.cost + 1 + extra, names=names)

    def _name(self, phrase: str, known: Known) -> Reference | None:
        reference = self._reads(phrase)
        if reference is None and self._forbidden.intersection(phrase.split()):
            reference = self._reads_free(phrase)  # a title may have such words: "cold start"
            if reference is not None and (not reference.topic or self._points(phrase)):
                return None
        if reference is None or not known.surely(reference):
            return None
        hangs = phrase.count(" ") and self._roles.get(phrase.rpartition(" ")[2]) == ""
        if hangs and reference.is_vague:
            return None  # "agent one for now": the name ends before
        state = reference.statuses and not (reference.topic or reference.numbers)
        of_it = phrase.split()[0] in self._gist.plural_pronouns | self._gist.pronouns
        return None if state and of_it else reference

    def _points(self, phrase: str) -> bool:
        """Whether *phrase* is "this and the billing one": two, of which one is only pointed at."""
        pieces = self._join.split(phrase)
        read = [self._reads(piece) for piece in pieces] if len(pieces) > 1 else []
        return any(one is not None and one.is_vague for one in read)

    def _one(self, cover: _Cover, intent: Intent, known: Known) -> Reference | None:
        """Return the one reference that all names of *cover* come to."""
        names = cover.names
        if not names:
            status = intent is Intent.STATUS and "status" in cover.roles
            return Reference(pronoun=True, or_all=True) if status else None
        special = [(said, one) for said, one in names if _is_special(one)]
        if not special:
            every = [one for _, one in names if one.everything or one.count]
            return every[0] if every else names[0][1]
        again = [said for said, one in names if not _is_special(one) and not one.is_vague]
        one = self._narrowest([one for _, one in special], known)
        if one is None or not again:
            return one
        if intent is Intent.STATUS or (one.plural and set(again) <= self._gist.plural_pronouns):
            return one
        return None

    @staticmethod
    def _narrowest(references: list[Reference], known: Known) -> Reference | None:
        if len(references) == 1:
            return references[0]
        meant = [known.fits(one) for one in references]
        both = frozenset.intersection(*meant)
        if not both:
            return None
        return references[min(range(len(meant)), key=lambda at: len(meant[at]))]


def _is_special(one: Reference) -> bool:
    """Whether *one* says more than "it", "them" or "everything"."""
    return bool(
        one.topic or one.numbers or one.statuses or one.recency or one.parts or one.excluding
        or one.other
    )  # fmt: skip


def _is_harmless(cover: _Cover, tokens: list[str]) -> bool:
    """Whether a few words without a part may stay: in a question about one agent that is named."""
    if set(cover.roles) - {"asking", "doing", "status"} or not cover.roles:
        return False
    named = any(
        one.numbers or one.everything or len(one.topic) + one.noun > 1 for _, one in cover.names
    )
    return named and 3 * cover.strange <= len(tokens)


@lru_cache(maxsize=1024)
def _intent(roles: tuple[str, ...]) -> Intent | None:
    """Return the one thing that *roles* ask for."""
    said = set(roles)
    acting = [intent for intent in _ACTING if intent in said]
    asks = "status" in said or {"asking", "doing"} <= said
    if "hedge" in said and (acting or not asks):
        return None
    if len(acting) > 1:
        return None
    if acting:
        stops = acting[0] is Intent.STOP and roles[0] != "asking"
        return acting[0] if stops or not (asks or "asking" in said) else None
    if "maybe resume" in said:
        return Intent.RESUME if not (asks or "asking" in said) else None
    return Intent.STATUS if asks else None

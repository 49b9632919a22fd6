"""What a language other than English says in its own words: letters of names, names translated."""

import re
from functools import lru_cache
from itertools import islice, product

from mobile_api.speech.frame import Context
from mobile_api.speech.language import Language
from mobile_api.speech.repos import GENERIC, Match, RepoIndex, same_word
from mobile_api.speech.spelling import canonical
from mobile_api.speech.written import names_of, replaced

_MOST_LETTERS, _MOST_WORDS, _MOST_WAYS, _MOST_KNOWN, _MOST_PHRASES = 8, 5, 12, 256, 4096


class TranslatedIndex(RepoIndex):
    """A person's repositories, found by their own names first, then by words of a language."""

    def __init__(self, repos: tuple[str, ...], language: Language) -> None:
        super().__init__(repos)
        self._forms = language.forms
        self._known: dict[str, tuple[str, ...]] = {}
        self._english: dict[tuple[str, bool], str] = {}
        self._all = frozenset(part for repo in repos for part in self.parts_of(repo))
        self._no_end = re.compile(rf" (?:{self._forms.never_last})$")
        self._joins = re.compile(rf"(?:^| )(?:{self._forms.joins})(?= |$)")

    def match(self, phrase: str, *, parts: bool = True) -> Match:
        """Return what *phrase* names, in English or in the language."""
        if self._no_end.search(phrase):
            return Match()
        found = super().match(phrase, parts=parts)
        if not found.found and (english := self.english(phrase, parts=parts)):
            return super().match(english, parts=parts)
        return found

    def english(self, phrase: str, *, parts: bool = True) -> str:
        """Return *phrase* as the name of a repository has it, empty if none has."""
        if (phrase, parts) not in self._english:
            if len(self._english) > _MOST_PHRASES:
                self._english.clear()
            self._english[phrase, parts] = self._translated(phrase, parts=parts)
        return self._english[phrase, parts]

    def _translated(self, phrase: str, *, parts: bool) -> str:
        said = [word for word in phrase.split() if word not in self._forms.small]
        first, last = phrase.partition(" ")[0], phrase.rpartition(" ")[2]
        hangs = last in self._forms.small or (first in self._forms.small and first[-1:] != "'")
        if not said or len(said) > _MOST_WORDS or hangs:
            return ""
        if self._joins.search(phrase):
            return ""
        choices = [self._parts_for(word) for word in said]
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        for ways in islice(product(*choices), _MOST_WAYS):
            for way in (ways, ways[::-1]):  # "portal del paciente" is patient-portal
                if " ".join(way) != phrase and super().match(" ".join(way), parts=parts).found:
                    return " ".join(way)
        return ""

    def _parts_for(self, word: str) -> tuple[str, ...]:
        """Return what *word* may be in English that is a part of some name."""
        if word not in self._known:
            ways = self._forms.english(word).split("|")
            self._known[word] = tuple(way for way in ways if way and self._is_part(way))
        return self._known[word]

    def _is_part(self, word: str) -> bool:
        return any(
            one in GENERIC or any(same_word(one, part) for part in self._all)
            for one in canonical(word)
        )


@lru_cache(maxsize=256)
def translated_index(repos: tuple[str, ...], language: Language) -> TranslatedIndex:
    """Return the index of *repos* for *language*; the last ones are kept."""
    return TranslatedIndex(repos, language)


def spelled_out(text: str, context: Context, language: Language) -> str:
    """Return the cleaned *text* with names for their letters: "ese ese o" is "sso"."""
    names = names_of(context)
    low = [token.lower() for token in text.split(" ")]
    return replaced(text, lambda at: _longest(low, at, names, language))


def _longest(low: list[str], at: int, names: dict[str, str], language: Language) -> tuple[int, str]:
    """Return how many words from *at* on spell one of *names*, and the name."""
    best, spelled, position = (0, ""), "", at
    while position < min(len(low), at + _MOST_LETTERS):
        pair = " ".join(low[position : position + 2])
        used = 2 if pair in language.letters else 1
        word = low[position]
        if not word.isalnum():
            break
        spelled += language.letters.get(pair if used == 2 else word, word)
        position += used
        if spelled in names and (position - at > 1) and _is_spelled(low[at:position], language):
            best = (position - at, names[spelled])
    return best


def _is_spelled(run: list[str], language: Language) -> bool:
    """Whether *run* has a word that stands for a letter or a figure."""
    return any(word in language.letters or len(word) == 1 for word in run)

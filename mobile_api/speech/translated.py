"""Repositories named in another language: "le calcul de carburant" is fuel-calc."""

import re
from collections.abc import Iterator
from itertools import islice, product

from mobile_api.speech.language import Forms
from mobile_api.speech.repos import Match, RepoIndex
from mobile_api.speech.spelling import canonical

_MOST_WORDS, _MOST_WAYS, _MOST_KEPT, _STEM = 4, 12, 4096, 3


class TranslatedRepos(RepoIndex):
    """The spoken forms of a person's repositories, said in English or in words for English."""

    def __init__(self, repos: tuple[str, ...], forms: Forms) -> None:
        super().__init__(repos)
        self._topics, self._small = forms.topics, forms.small
        self._stems = {part[:_STEM] for repo in repos for part in self.parts_of(repo)}
        self._english: dict[str, str] = {}

    def match(self, phrase: str, *, parts: bool = True) -> Match:
        """Return what *phrase* names as it stands, else what its words stand for."""
        return super().match(self.in_english(phrase, parts=parts), parts=parts)

    def in_english(self, phrase: str, *, parts: bool = True) -> str:
        """Return *phrase* in words that need no translation, where some name a repository."""
        key = f"{parts}{phrase}"
        if key not in self._english:
            if len(self._english) > _MOST_KEPT:
                self._english.clear()
            self._english[key] = self._translated(phrase, parts=parts)
        return self._english[key]

    def _translated(self, phrase: str, *, parts: bool) -> str:
        if not super().match(phrase, parts=parts).found:
            for way in self._ways(phrase):
                if super().match(way, parts=parts).found:
                    return way
        return phrase

    def _ways(self, phrase: str) -> Iterator[str]:
        heard = re.findall(r"[\w']+", phrase)
        said = [word for word in heard if word.strip("'") not in self._small]
        if said[-1:] != heard[-1:]:  # no name ends with a small word
            return
        if not 0 < len(said) <= _MOST_WORDS or not self._topics.keys() & set(said):
            return
        meanings = [self._meanings(word) for word in said]
        if not any(set(found) - {word} for found, word in zip(meanings, said, strict=True)):
            return
        for way in islice(product(*meanings), _MOST_WAYS):
            yield " ".join(reversed(way))  # what is told of comes last in English
            yield " ".join(way)

    def _meanings(self, word: str) -> list[str]:
        """Return what *word* may stand for that some name has, too; itself when nothing."""
        meanings = self._topics.get(word, word).split("|")
        return [one for one in meanings if self._is_there(one)] or [word]

    def _is_there(self, word: str) -> bool:
        return any(part[:_STEM] in self._stems for part in canonical(word))

"""Where in a sentence a repository is named, and how far its name goes."""

import re

from mobile_api.speech.language import Creating
from mobile_api.speech.repos import MOST_WORDS, RepoIndex
from mobile_api.speech.text import plain

PUNCT = ",.;:!?"
# No name ends with one of these: "ticketing to" is no misheard "ticketing iOS".
_NO_MORE = frozenset(["to", "that", "which", "who"])
_NO_END = _NO_MORE | frozenset(
    ["and", "for", "with", "on", "in", "so", "or", "the", "a", "an", "at", "from", "of", "by"]
)


class Places:
    """The ways of one language to name a repository."""

    def __init__(self, made: Creating) -> None:
        self._made = made
        self.place = re.compile(rf"^(?:{made.places})(?: (?:{made.articles}))? ")
        self._bare_place = re.compile(rf"^(?:(?:{made.articles}) )?")
        self.noun = re.compile(
            rf"^(?:{made.place_nouns})(?: (?:called|named|is|should be|will be|:))*(?= |$)"
        )
        self._somewhere = re.compile(rf"(?<= )(?:{made.places}) (?:(?:{made.articles}) )?")
        self._subject = re.compile(rf"(?<= )(?:{made.subjects}) (?:{made.articles}) ")
        self._weakly = re.compile(rf"(?<= )(?:{made.weak_places}) (?:(?:{made.articles}) )?")

    def named(self, text: str, repos: RepoIndex) -> str:
        """Return the phrase of a repository that *text* is and nothing else, empty without one."""
        low = plain(text).strip(f" {PUNCT}")
        place = self.place.match(f"{low} ")
        phrase = self._bare_place.sub("", low[place.end() :] if place else low)
        phrase = re.sub(
            rf"^(?:{self._made.place_nouns}) | (?:{self._made.place_nouns})$", "", phrase
        )
        return phrase if repos.match(phrase).found else ""

    def without_article(self, phrase: str) -> str:
        """Return *phrase* without "the" or "the plain"."""
        return self._bare_place.sub("", phrase)

    def starts(self, low: str) -> int:
        """Return where a name begins behind "on the"."""
        place = self.place.match(low)
        start = place.end() if place else 0
        article = self._bare_place.match(low[start:])
        return start + (article.end() if article else 0)

    def bare(self, low: str, repos: RepoIndex) -> int:
        """Return how long a repository's name is that stands here without "on"."""
        noun = self.noun.match(low)
        start = noun.end() + 1 if noun else 0
        while start < len(low) and low[start] in " ,:":
            start += 1
        article = self._bare_place.match(low[start:])
        start += article.end() if article else 0
        repo, length = self.longest(low[start:], repos, parts=noun is not None)
        return start + length if repo else 0

    def longest(self, low: str, repos: RepoIndex, *, parts: bool = True) -> tuple[str, int]:
        """Return the longest beginning of *low* that names a repository, and its length."""
        tokens = low.split()
        best: tuple[tuple[float, int], str, int] | None = None
        for end in range(1, min(len(tokens), MOST_WORDS) + 1):
            if tokens[end - 1] in PUNCT or tokens[end - 1] in _NO_MORE:
                if tokens[end - 1] == "to" and repos.has_to:
                    if self._is_mark(tokens, end, repos):
                        break
                    continue  # "onyx to T R T" is onnx2trt, "to do list" is todo-list
                break
            if tokens[end - 1] in _NO_END:
                continue
            phrase = " ".join(tokens[:end])
            found = repos.match(phrase, parts=parts)
            if found.found and (best is None or (found.score, end) > best[0]):
                best = ((found.score, end), phrase, len(phrase))
        if best is None:
            return "", 0
        noun = self.noun.match(low[best[2] + 1 :])
        return best[1], best[2] + (1 + noun.end() if noun else 0)

    def whole_in(self, text: str, repos: RepoIndex) -> str:
        """Return the one repository whose whole name of several words is in *text*."""
        tokens = plain(text).split()
        found: dict[str, str] = {}
        for start in range(len(tokens)):
            for end in range(start + 2, min(len(tokens), start + MOST_WORDS) + 1):
                phrase = " ".join(tokens[start:end])
                exact = repos.exactly(phrase) if phrase[-1].isalnum() else ""
                if exact:
                    found[exact] = phrase
        return next(iter(found.values())) if len(found) == 1 else ""

    @staticmethod
    def _is_mark(tokens: list[str], end: int, repos: RepoIndex) -> bool:
        """Whether the last "to" before *end* begins a task and is no 2 of a name."""
        before = repos.match(" ".join(tokens[: end - 1]))
        behind = tokens[end : end + 1]
        more = bool(behind) and behind[0] != "to" and behind[0] not in PUNCT
        return more and len(before.candidates) > 1

    def inside(self, text: str, repos: RepoIndex) -> tuple[str, str]:
        """Return the last repository that *text* speaks of, and *text* without it."""
        low = plain(text)
        ways = ((self._somewhere, True), (self._weakly, False), (self._subject, False))
        for place, parts in ways:
            for found in reversed(list(place.finditer(low))):
                repo, length = self.longest(low[found.end() :], repos, parts=parts)
                end = found.end() + length
                ends = end >= len(low.rstrip(f" {PUNCT}")) or low[end:].lstrip()[:1] in PUNCT
                whole = repos.match(repo, parts=False)
                if repo and (ends or (whole.found and (parts or place is self._subject))):
                    if not parts:
                        return repo, text
                    return repo, f"{text[: found.start()].rstrip()}{text[end:]}"
        return "", text

"""Which repository a person means: spoken names against the ones that he may use."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from mobile_api.speech.heard import in_digits, spells
from mobile_api.speech.spelling import canonical, name_parts, same_stem, softened, sound, spelled

GENERIC = frozenset(
    [
        "repo",
        "repos",
        "repository",
        "project",
        "projects",
        "codebase",
        "code",
        "base",
        "app",
        "svc",
        "server",
        "side",
        "package",
        "pkg",
        "module",
        "one",
        "thing",
        "part",
        "component",
        "site",
        "website",
        "tool",
        "lib",
        "stuff",
        "component",
        "api",
    ]
)
_ALIKE, _MARGIN, _PART_ALIKE, _SOUNDS = 82.0, 4.0, 86.0, 93.0
MOST_WORDS = 9


@dataclass(frozen=True, slots=True)
class Match:
    """The repository that a phrase names, or the ones that it may name."""

    repo: str | None = None
    candidates: tuple[str, ...] = ()
    score: float = 0.0
    whole: bool = False  # the whole name was said, not a part of it

    @property
    def found(self) -> bool:
        """Whether the phrase speaks of any repository that the person may use."""
        return self.repo is not None or bool(self.candidates)


class RepoIndex:
    """The spoken forms of a person's repositories."""

    def __init__(self, repos: tuple[str, ...]) -> None:
        self.repos = repos
        self._parts = {repo: canonical(" ".join(name_parts(_name(repo)))) for repo in repos}
        self._joined = {repo: "".join(parts) for repo, parts in self._parts.items()}
        self._sounds = {repo: sound(joined) for repo, joined in self._joined.items()}
        self._stems = {repo: (*parts, *_unnumbered(parts)) for repo, parts in self._parts.items()}
        self._cache: dict[str, Match] = {}
        self.has_to = any("2" in n or n.startswith("to") for n in self._joined.values())
        self.letters = "".join(set("".join(self._joined.values())))

    def match(self, phrase: str, *, parts: bool = True) -> Match:
        """Return what *phrase* (small letters) names; *parts* of a name count only when wanted."""
        key = f"{parts}{phrase}"
        if key not in self._cache:
            if len(self._cache) > 4096:
                self._cache.clear()
            self._cache[key] = self._matched(phrase, parts=parts)
        return self._cache[key]

    def exactly(self, phrase: str) -> str:
        """Return the repository whose name of several words *phrase* is, empty when it is none."""
        said = canonical(phrase)
        same = [repo for repo, parts in self._parts.items() if parts == said and len(parts) > 1]
        return same[0] if len(same) == 1 else ""

    def _matched(self, phrase: str, *, parts: bool) -> Match:
        said = canonical(" ".join(re.findall(r"[^\W_]+", phrase)))
        if not said or len(said) > MOST_WORDS:
            return Match()
        heard = in_digits(said, self.letters)
        letter = tuple(re.sub(r"(?<=[a-z]\d)0$", "o", word) for word in said)  # "h two o"
        ways = [said, self._without_owner(said), spelled(said), heard, letter]
        ways = [words for words in dict.fromkeys(ways) if words]
        found = (
            _first(map(self._exactly, ways))
            or _nonempty(self._spelled_out(said, initials=False))
            or _first(map(self._nearly, ways))
            or _first(self._shortened(said))
        )
        if found is None and parts:
            found = _nonempty(self._partial(said)) or self._spelled_out(said, initials=True)
        return found or Match()

    def _shortened(self, said: tuple[str, ...]) -> Iterator[Match]:
        """Yield what *said* names without "repo" and the like at its end."""
        while len(said) > 1 and said[-1] in GENERIC:
            said = said[:-1]
            yield self._exactly(said)
            yield self._nearly(said)

    def _spelled_out(self, said: tuple[str, ...], *, initials: bool) -> Match:
        """Return the repository whose letters, digits and initials *said* is."""
        same = tuple(
            r for r, parts in self._parts.items() if spells(said, parts, initials=initials)
        )
        if len(same) == 1:
            return Match(same[0], same, 96.0, whole=True)
        return Match(None, same, 96.0, whole=True) if same else Match()

    def _without_owner(self, said: tuple[str, ...]) -> tuple[str, ...]:
        for repo in self.repos:
            owner = "".join(canonical(" ".join(name_parts(repo.partition("/")[0]))))
            for length in range(1, min(4, len(said))):
                if "".join(said[:length]) == owner:
                    return said[length:]
        return ()

    def _exactly(self, said: tuple[str, ...]) -> Match:
        joined = "".join(said)
        same = tuple(repo for repo, name in self._joined.items() if name == joined)
        if len(same) == 1:
            return Match(same[0], same, 100.0, whole=True)
        return Match(None, same, 100.0, whole=True) if same else Match()

    def _nearly(self, said: tuple[str, ...]) -> Match:
        joined = "".join(said)
        if len(joined) < 3 or self._exact_parts(said):
            return Match()  # "payments" is a part of payments-api, not a misheard payments-ui
        scores = self._alike(joined, "".join(map(softened, said)))
        if not scores:
            return Match()
        best, score = max(scores.items(), key=lambda item: item[1])
        near = tuple(repo for repo, other in scores.items() if other > score - _MARGIN)
        if len(near) > 1:
            return Match(None, near, score, whole=True)
        return Match(best, (best,), score, whole=True)

    def _exact_parts(self, said: tuple[str, ...]) -> bool:
        return any(set(said) <= set(parts) for parts in self._stems.values())

    def _alike(self, joined: str, soft: str) -> dict[str, float]:
        heard, heard_softly = sound(joined), sound(soft)
        scores: dict[str, float] = {}
        for _, score, repo in process.extract(
            joined, self._joined, scorer=fuzz.ratio, score_cutoff=60.0, limit=8
        ):
            alike = len(heard) >= 3 and heard == self._sounds[repo]
            alike = alike or (len(heard_softly) >= 5 and heard_softly == self._sounds[repo])
            score = max(score, _SOUNDS) if alike else score
            if score >= _ALIKE and _digits(joined) == _digits(self._joined[repo]):
                scores[repo] = score
        return scores

    def _partial(self, said: tuple[str, ...]) -> Match:
        content = [word for word in said if word not in GENERIC] or list(said)
        kept = tuple(r for r, parts in self._stems.items() if _all_in(content, parts))
        if said != tuple(content):  # "payments api": the generic word may decide
            exact = tuple(r for r in kept if _all_in(list(said), self._stems[r]))
            kept = exact or kept
        if len(kept) == 1:
            return Match(kept[0], kept, 85.0)
        return Match(None, kept, 80.0) if kept else Match()

    def parts_of(self, repo: str) -> tuple[str, ...]:
        """Return the parts of the repository's name in their one form."""
        return self._parts.get(repo) or canonical(" ".join(name_parts(_name(repo))))


def _nonempty(match: Match) -> Match | None:
    return match if match.found else None


def _first(matches: Iterable[Match]) -> Match | None:
    return next((match for match in matches if match.found), None)


@lru_cache(maxsize=256)
def index_of(repos: tuple[str, ...]) -> RepoIndex:
    """Return the index of *repos*; the last ones are kept."""
    return RepoIndex(repos)


def same_word(said: str, written: str) -> bool:
    """Return whether two words are one: equal, of one stem, or nearly and sounding alike."""
    if said == written:
        return True
    if len(said) < 4 or len(written) < 4 or _digits(said) != _digits(written):
        return False
    if same_stem(said, written):
        return True
    if said[0] != written[0] and sound(said) != sound(written):
        return False
    alike = fuzz.ratio(said, written)
    return alike >= _PART_ALIKE or (alike >= 60 and sound(said) == sound(written))


def _all_in(said: list[str], parts: tuple[str, ...]) -> bool:
    return all(any(same_word(word, part) for part in parts) for word in said)


def _unnumbered(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return "warehouse" of warehouse2: who says it may mean that one, too."""
    return tuple(f[1] for part in parts if (f := re.fullmatch(r"([a-z]{2,})\d{1,2}", part)))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _name(repo: str) -> str:
    return repo.rpartition("/")[2]

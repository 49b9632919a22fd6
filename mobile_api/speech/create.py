"""A request for a new agent: where, on which branch, to do what."""

import re
from dataclasses import dataclass, replace

from mobile_api.speech.branches import spoken_branch
from mobile_api.speech.frame import Intent, Meant
from mobile_api.speech.language import Language
from mobile_api.speech.numbers import number_of
from mobile_api.speech.places import PUNCT, Places
from mobile_api.speech.repos import MOST_WORDS, RepoIndex
from mobile_api.speech.tasks import from_gerund, german_infinitive, imperative
from mobile_api.speech.text import plain, spoken

_NO_BRANCH = frozenset(["new", "feature", "separate", "same", "own", "a", "git", "this", "that"])


@dataclass(frozen=True, slots=True)
class Slots:
    """What a request for an agent said; *rest* is what has not been looked at."""

    rest: str
    repo: str = ""
    branch: str | None = None
    task: str | None = None
    sure: bool = True
    several: bool = False


class Creation:
    """The requests of one language."""

    def __init__(self, language: Language) -> None:
        made = language.creating
        self._code, self._made = language.code, made
        self._places = Places(made)
        self._heads = [re.compile(rf"^(?:{head})(?= |$)") for head in made.heads]
        self._trailing = re.compile(rf" [,.;] (?:{made.trailing_heads})$")
        self._branch = re.compile(rf"^(?:{made.branch}) (?=[^ ,.;:!?])")
        self._toward = re.compile(rf"^(?:{made.weak_places}) (?:(?:{made.articles}) )?")
        self._branch_named = re.compile(rf"^(?:{made.branch_named})(?= |$)")
        self._no_task = re.compile(made.no_task)
        self._codes = re.compile(made.code)
        self._branch_inside = re.compile(rf"(?:^| )(?:{made.branch}) (?=[^ ,.;:!?])")
        self._tasks = [re.compile(rf"^(?:{task})(?= |$)") for task in made.task]
        self._named = re.compile(rf"^(?:{made.named}) (?P<verb>\S+)")
        self._gerund = re.compile(rf"^(?:{made.gerund}) (?P<verb>\S+)")
        self._verb = re.compile(rf"^(?:{made.task_verbs})(?= |$)")
        self._background = re.compile(rf"^(?:{made.background})")
        self._another = re.compile(rf"(?:(?:{language.joins}) )?(?:{language.several})")
        self._fresh = re.compile(r"\b(?:an?|new|another|one more)\b")
        self._and_repo = re.compile(
            rf"^ (?:{language.joins}|plus|or|,) (?:(?:{made.places}) )?(?:(?:{made.articles}) )?"
        )
        self._nothing = re.compile(rf"^(?:{made.nothing})$")
        self._second = re.compile(
            rf"(?:\b(?:{language.joins})|[,.;]) (?:then |also |please )?"
            rf"(?:(?:{language.several}) {language.another_target}|{language.another_agent})"
        )

    def read(self, text: str, repos: RepoIndex) -> Meant | None:
        """Return the request that *text* is, None when it is none."""
        if found := self._trailing.search(plain(text).rstrip(" .!")):
            text = f"{text[found.start() + 3 :].rstrip(' .!')} , {text[: found.start()]}"
        for way in (self._with_head, self._after_place, self._direct):
            if slots := way(text, repos):
                return self._meant(slots, repos)
        return None

    def _with_head(self, text: str, repos: RepoIndex) -> Slots | None:
        length = self._head(text)
        return self.slots(Slots(text[length:]), repos) if length else None

    def _head(self, text: str) -> int:
        low = plain(text)
        length = max((m.end() for head in self._heads if (m := head.match(low))), default=0)
        behind = low[length:].split()[:1]
        if behind and number_of(behind[0]) is not None and not self._fresh.search(low[:length]):
            return 0  # "tell agent two to wait" is about one that is there
        return length

    def _after_place(self, text: str, repos: RepoIndex) -> Slots | None:
        """Return what "backend, new agent, do this" says."""
        tokens = text.split()
        for end in range(1, min(len(tokens), MOST_WORDS + 4)):
            length = self._head(rest := " ".join(tokens[end:]).lstrip(" ,.:;"))
            if not length:
                rest = re.sub(r"^(?:please |can you |could you )", "", rest)
                length = self._head(rest)
            if not length:
                continue
            if repo := self._places.named(" ".join(tokens[:end]), repos):
                return self.slots(Slots(rest[length:], repo=repo), repos)
            break
        return self._told_before(text, repos)

    def _told_before(self, text: str, repos: RepoIndex) -> Slots | None:
        """Return what "there's a bug in the backend, get somebody to fix it" says."""
        found = re.search(r" [,.;] ", text)
        before, rest = (text[: found.start()], text[found.end() :]) if found else (text, "")
        length = self._head(rest)
        background = self._background.match(plain(before))
        if not length or background is None:
            return None
        slots = self.slots(Slots(rest[length:]), repos)
        repo, about = self._places.inside(before, repos)
        if slots.task and re.search(r"\b(?:it|this|that)$", plain(slots.task)):
            slots = replace(slots, task=f"{slots.task} : {about[background.end() :].strip()}")
        return replace(slots, repo=slots.repo or repo)

    def _direct(self, text: str, repos: RepoIndex) -> Slots | None:
        """Return what "fix the login in the backend" or "in the backend, fix it" says."""
        if self._no_task.fullmatch(plain(text)):
            return None
        if self._verb.match(plain(text)):
            repo, task = self._places.inside(text, repos)
            if repo or self._codes.search(plain(text)):
                return self._tail_branch(Slots("", repo=repo, task=task, sure=bool(repo)))
            return None
        if place := self._places.place.match(plain(text)):
            repo, length = self._places.longest(plain(text)[place.end() :], repos)
            task = text[place.end() + length :].lstrip(" ,:")
            if repo and self._verb.match(plain(task)):
                return self._tail_branch(Slots("", repo=repo, task=task))
        for mark in (" : ", " , ", " . "):
            before, found, rest = text.partition(mark)
            if found and len(before.split()) <= MOST_WORDS and self._verb.match(plain(rest)):
                repo = self._places.named(before, repos)
                return self._tail_branch(Slots("", repo=repo, task=rest)) if repo else None
        return None

    def slots(self, slots: Slots, repos: RepoIndex) -> Slots:
        """Return what the words behind "start an agent" say."""
        for _ in range(8):
            rest = slots.rest.lstrip(f" {PUNCT}")
            new = self._took(replace(slots, rest=rest), repos)
            if new is None or not rest:
                return self._finished(replace(slots, rest=rest), repos)
            slots = new
        return self._finished(slots, repos)

    def _took(self, slots: Slots, repos: RepoIndex) -> Slots | None:
        low = plain(slots.rest)
        if slots.branch is None and (found := self._branch.match(low)):
            name, used = spoken_branch(slots.rest[found.end() :].split())
            if name:
                rest = " ".join(slots.rest[found.end() :].split()[used:])
                return replace(slots, branch=name, rest=rest)
        if not slots.repo and (toward := self._toward.match(low)):
            repo, length = self._places.longest(low[toward.end() :], repos, parts=False)
            if repo:
                return replace(slots, repo=repo, rest=slots.rest[toward.end() + length :])
        named = self._branch_named.match(low)
        if slots.branch is None and named and named["name"] not in _NO_BRANCH:
            name, _ = spoken_branch(named["name"].split())
            return replace(slots, branch=name, rest=slots.rest[named.end() :])
        found = None if slots.repo else self._places.place.match(low)
        if found and (
            not self._gerund.match(low) or self._places.longest(low[found.end() :], repos)[0]
        ):
            return self._place_taken(slots, found.end(), repos)
        if not slots.repo and (length := self._places.bare(low, repos)):
            phrase = low[:length]
            noun = self._places.noun.match(phrase)
            return replace(
                slots,
                repo=phrase[noun.end() :].strip(" ,:") if noun else phrase,
                rest=slots.rest[length:],
            )
        return None

    def _place_taken(self, slots: Slots, start: int, repos: RepoIndex) -> Slots | None:
        low = plain(slots.rest)
        repo, length = self._places.longest(low[start:], repos)
        phrase = self._until_task(low[start:])
        if repo and phrase and len(phrase) > length and not repos.match(repo, parts=False).found:
            repo = ""  # a part of a name, and more words that we do not know
        if repo:
            end = start + length
            joint = self._and_repo.match(low[end:])
            several = joint is not None and bool(
                self._places.longest(low[end + joint.end() :], repos, parts=False)[0]
            )
            return replace(slots, repo=repo, rest=slots.rest[end:], several=several)
        end = start + len(phrase)
        return replace(slots, repo=phrase, rest=slots.rest[end:]) if phrase else None

    def _until_task(self, low: str) -> str:
        """Return the few words before a task begins or the clause ends, empty when none does."""
        tokens = low.split()
        phrase: list[str] = []
        for position, word in enumerate(tokens[:6]):
            behind = " ".join(tokens[position:])
            if word in PUNCT or any(t.match(behind) for t in self._tasks if position):
                return " ".join(phrase)
            if self._named.match(behind) or self._branch.match(behind):
                return " ".join(phrase)
            phrase.append(word)
        return ""

    def _finished(self, slots: Slots, repos: RepoIndex) -> Slots:
        slots = self._tail_branch(replace(slots, task=self._task(slots.rest), rest=""))
        if not slots.repo and slots.task:
            repo, task = self._places.inside(slots.task, repos)
            slots = replace(slots, repo=repo, task=self._task(task))
        return slots

    def _task(self, rest: str) -> str | None:
        rest = rest.strip(f" {PUNCT}")
        for turn in range(4):
            low = plain(rest)
            if turn == 0 and (turned := self._turned(rest, low)):
                return turned
            found = max((m.end() for t in self._tasks if (m := t.match(low))), default=0)
            if not found:
                break
            rest = rest[found:].strip(f" {PUNCT}")
        return None if not rest or self._nothing.match(plain(rest)) else rest

    def _turned(self, rest: str, low: str) -> str:
        """Return "that adds tests" and "for adding tests" as an order."""
        marked = max((m.end() for t in self._tasks if (m := t.match(low))), default=0)
        named = self._named.match(low) if self._made.third_person else None
        if named and marked <= named.start("verb"):
            if self._made.third_person == "de":
                return german_infinitive(rest[named.start("verb") :])
            verb = rest[named.start("verb") : named.end("verb")]
            return f"{imperative(verb)}{rest[named.end('verb') :]}"
        if gerund := self._gerund.match(low):
            verb = rest[gerund.start("verb") : gerund.end("verb")]
            return f"{from_gerund(verb)}{rest[gerund.end('verb') :]}"
        return ""

    def _tail_branch(self, slots: Slots) -> Slots:
        """Take ", use branch x" out of the task."""
        if slots.branch or not slots.task:
            return slots
        for found in reversed(list(self._branch_inside.finditer(plain(slots.task)))):
            tokens = slots.task[found.end() :].split()
            name, used = spoken_branch(tokens)
            rest = tokens[used:]
            if name and (not rest or rest[0] in PUNCT or "/" in name or "-" in name):
                task = f"{slots.task[: found.start()]} {' '.join(rest)}"
                return replace(slots, branch=name, task=self._task(task))
        return slots

    def _is_several(self, task: str | None) -> bool:
        """Whether the words behind the request are, or hold, another command."""
        low = plain(task or "")
        return bool(self._second.search(low) or self._another.fullmatch(low.strip(" .!")))

    def _meant(self, slots: Slots, repos: RepoIndex) -> Meant:
        if slots.several or self._is_several(slots.task):
            return Meant(intent=Intent.UNKNOWN, reason="several", language=self._code)
        task = spoken(slots.task) if slots.task else None
        return Meant(
            intent=Intent.CREATE, repo=slots.repo, branch=slots.branch, task=task or None,
            language=self._code, evidence=slots.sure,
        )  # fmt: skip

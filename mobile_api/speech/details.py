"""What the words behind a request for an agent say: where, on which branch, to do what."""

import re
from dataclasses import dataclass, replace

from mobile_api.speech.branches import spoken_branch
from mobile_api.speech.language import Language
from mobile_api.speech.places import PUNCT, Places
from mobile_api.speech.repos import RepoIndex
from mobile_api.speech.tasks import from_gerund, from_told, imperative
from mobile_api.speech.text import plain

_NO_BRANCH = frozenset(["new", "feature", "separate", "same", "own", "a", "git", "this", "that"])
_SAME = 96.0


@dataclass(frozen=True, slots=True)
class Slots:
    """What a request for an agent said; *rest* is what has not been looked at.

    *marked* says that the task stood behind "to" or the like, and was not just what remained.
    """

    rest: str
    repo: str = ""
    branch: str | None = None
    task: str | None = None
    sure: bool = True
    several: bool = False
    marked: bool = False


class Details:
    """The words behind a request, in one language."""

    def __init__(self, language: Language, places: Places) -> None:
        made = language.creating
        self._made, self._places = made, places
        self._turns = bool(made.third_person or made.turn)
        self._branch = re.compile(rf"^(?:{made.branch}) (?=[^ ,.;:!?])")
        self._toward = re.compile(rf"^(?:{made.weak_places}) (?:(?:{made.articles}) )?")
        self._branch_named = re.compile(rf"^(?:{made.branch_named})(?= |$)")
        self._branch_inside = re.compile(rf"(?:^| )(?:{made.branch}) (?=[^ ,.;:!?])")
        self._here = re.compile(rf"^(?:{made.here})(?= |$)")
        self._again = re.compile(rf"^(?:{made.again}) (?:(?:{made.articles}) )?(?=\S)")
        there = rf"(?:(?:{made.places}) )?(?:(?:{made.articles}) )?"
        self._not_there = re.compile(rf"^(?:and )?(?:{made.not_there}) {there}(?=\S)")
        self._tasks = [re.compile(rf"^(?:{task})(?= |$)") for task in made.task]
        self._named = re.compile(rf"^(?:{made.named}) (?P<verb>\S+)")
        self._gerund = re.compile(rf"^(?:{made.gerund}) (?P<verb>\S+)")
        self._verb = re.compile(rf"^(?:{made.task_verbs}|{made.task_words})(?= |$)")
        self._does = re.compile(
            rf"^ (?:{made.task_verbs}|{made.task_words}) (?:{made.articles}|all|every|it)(?= )"
        )
        self._and_repo = re.compile(
            rf"^ (?:{language.joins}|plus|or|,) (?!(?:{made.not_there}) ){there}"
        )
        self._nothing = re.compile(rf"^(?:{made.nothing})$")
        self._chat = re.compile(rf" [,.;!?] (?:(?:so|and|but) )?(?:{made.chat})[ .!?]*$")

    def begins_task(self, low: str) -> bool:
        """Whether *low* begins with a word that only a task begins with."""
        return self._verb.match(low) is not None or self.is_marked(low)

    def is_work(self, low: str) -> bool:
        """Whether *low* begins with a verb of tasks."""
        return self._verb.match(low) is not None

    def is_marked(self, low: str) -> bool:
        """Whether *low* begins with what stands before a task: "to", "that adds"."""
        turned = self._turns and self._named.match(low)
        return bool(self._mark_end(low) or turned or self._gerund.match(low))

    def _mark_end(self, low: str) -> int:
        return max((m.end() for t in self._tasks if (m := t.match(low))), default=0)

    def ordered(self, task: str) -> str:
        """Return "adds tests" and "had a look" as an order, and any other *task* as it is."""
        word, _, rest = task.partition(" ")
        for verb in from_told(word):
            if self._verb.match(plain(f"{verb} {rest}")):
                return f"{verb} {rest}"
        return task

    def without_chat(self, text: str) -> str:
        """Return *text* without clauses at its end that ask for nothing."""
        for _ in range(3):
            found = self._chat.search(plain(text))
            if found is None:
                break
            text = text[: found.start()]
        return text

    def read(self, slots: Slots, repos: RepoIndex) -> Slots:
        """Return what the words behind "start an agent" say."""
        for _ in range(8):
            rest = slots.rest.lstrip(f" {PUNCT}")
            new = self._took(replace(slots, rest=rest), repos)
            if new is None or not rest:
                return self._finished(replace(slots, rest=rest), repos)
            slots = new
        return self._finished(slots, repos)

    def after_name(self, text: str, repos: RepoIndex) -> Slots | None:
        """Return what *text* says when it begins with a repository's name or a part of one."""
        start = self._places.starts(low := plain(text))
        repo, length = self._places.longest(low[start:], repos)
        rest = text[start + length :].lstrip()
        if not repo or (rest and rest[0] not in PUNCT and not self.begins_task(plain(rest))):
            return None
        return self.read(Slots(rest, repo=repo), repos)

    def _took(self, slots: Slots, repos: RepoIndex) -> Slots | None:
        low = plain(slots.rest)
        for way in (self._over, self._on_branch, self._weakly_placed, self._on_named_branch):
            if (new := way(slots, low, repos)) is not None:
                return new
        return None if slots.repo else self._placed(slots, low, repos)

    def _over(self, slots: Slots, low: str, repos: RepoIndex) -> Slots | None:
        """Pass over "there", which says nothing new, and over "not billing"."""
        here = self._here.match(low)
        behind = low[here.end() :].lstrip(" ,") if here else ""
        if here and (slots.repo or self._mark_end(behind) or self._places.place.match(behind)):
            return replace(slots, rest=slots.rest[here.end() :])
        if slots.repo and (other := self._not_there.match(low)):
            _, length = self._places.longest(low[other.end() :], repos)
            return replace(slots, rest=slots.rest[other.end() + length :]) if length else None
        if slots.repo and (again := self._again.match(low)):
            name, length = self._places.longest(low[again.end() :], repos, parts=False)
            same = name and repos.match(name) == repos.match(slots.repo)
            return replace(slots, rest=slots.rest[again.end() + length :]) if same else None
        return None

    def branch_first(self, text: str) -> tuple[str | None, str]:
        """Return the branch that *text* begins with, and the words behind it."""
        found = self._branch.match(plain(text))
        said = text[found.end() :].split() if found else []
        name, used = spoken_branch(said)
        return name, " ".join(said[used:])

    def _on_branch(self, slots: Slots, low: str, repos: RepoIndex) -> Slots | None:
        if slots.branch is not None:
            return None
        if found := self._branch.match(low):
            name, used = spoken_branch(slots.rest[found.end() :].split())
            if name:
                rest = " ".join(slots.rest[found.end() :].split()[used:])
                return replace(slots, branch=name, rest=rest)
        return None

    def _on_named_branch(self, slots: Slots, low: str, repos: RepoIndex) -> Slots | None:
        named = self._branch_named.match(low) if slots.branch is None else None
        if named is None or named["name"] in _NO_BRANCH:
            return None
        name, _ = spoken_branch(named["name"].split())
        return replace(slots, branch=name, rest=slots.rest[named.end() :])

    def _weakly_placed(self, slots: Slots, low: str, repos: RepoIndex) -> Slots | None:
        if slots.repo or not (toward := self._toward.match(low)):
            return None
        repo, length = self._places.longest(low[toward.end() :], repos, parts=False)
        if not repo:
            return None
        rest = slots.rest[toward.end() + length :]
        found = re.match(r"^ ,? ?(?:and (?:then )?)(?=\S)", rest)
        rest = f" to {self.ordered(rest[found.end() :])}" if found else rest
        return replace(slots, repo=repo, rest=rest)

    def _placed(self, slots: Slots, low: str, repos: RepoIndex) -> Slots | None:
        found = self._places.place.match(low)
        if found and (
            not self._gerund.match(low) or self._places.longest(low[found.end() :], repos)[0]
        ):
            return self._place_taken(slots, found.end(), repos)
        relative = self._made.turn is not None and self._named.match(low)
        if not relative and (length := self._places.bare(low, repos)):
            phrase = low[:length]
            noun = self._places.noun.match(phrase)
            phrase = phrase[noun.end() :].strip(" ,:") if noun else phrase
            repo = self._places.without_article(phrase)
            return replace(slots, repo=repo, rest=slots.rest[length:])
        return None

    def _place_taken(self, slots: Slots, start: int, repos: RepoIndex) -> Slots | None:
        low = plain(slots.rest)
        repo, length = self._places.longest(low[start:], repos)
        phrase = self._until_task(low[start:])
        more = len(phrase) > length and not self._does.match(low[start + length :])
        if repo and phrase and more and not repos.match(repo, parts=False).found:
            repo = ""  # a part of a name, and more words that we do not know
        if repo:
            end = start + length
            joint = self._and_repo.match(low[end:])
            other = (
                self._places.longest(low[end + joint.end() :], repos, parts=False) if joint else ""
            )
            several = bool(joint and other and other[0])
            if several and joint and joint[0].startswith(" ,"):  # ", podcasts break it" names none
                several = repos.match(other[0]).score >= _SAME
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
        rest = self.without_chat(slots.rest)
        marked = self.begins_task(plain(rest.strip(f" {PUNCT}")))
        slots = replace(slots, task=self._task(rest), rest="", marked=marked)
        slots = self.tail_branch(slots)
        if not slots.repo and slots.task:
            # Where the verb stands at the end, a place may begin a clause: "der im Portal ...".
            before = " " if self._made.turn is not None else ""
            repo, task = self._places.inside(f"{before}{slots.task}", repos)
            repo = repo or self._places.whole_in(slots.task, repos)
            slots = replace(slots, repo=repo, task=self._task(task))
        return slots

    def _task(self, rest: str) -> str | None:
        rest = rest.strip(f" {PUNCT}")
        for _ in range(4):
            low = plain(rest)
            if turned := self._turned(rest, low):
                return turned
            if not (found := self._mark_end(low)):
                break
            rest = rest[found:].strip(f" {PUNCT}")
        return None if not rest or self._nothing.match(plain(rest)) else rest

    def _turned(self, rest: str, low: str) -> str:
        """Return "that adds tests" and "for adding tests" as an order."""
        marked = self._mark_end(low)
        named = self._named.match(low) if self._turns else None
        if named and marked <= named.start("verb"):
            if self._made.turn is not None:
                return self._made.turn(rest[named.start("verb") :])
            verb = rest[named.start("verb") : named.end("verb")]
            return f"{imperative(verb)}{rest[named.end('verb') :]}"
        if gerund := self._gerund.match(low):
            verb = rest[gerund.start("verb") : gerund.end("verb")]
            return f"{from_gerund(verb)}{rest[gerund.end('verb') :]}"
        return ""

    def tail_branch(self, slots: Slots) -> Slots:
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

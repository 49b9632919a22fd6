"""A request for a new agent: where, on which branch, to do what."""

import re
from dataclasses import replace

from mobile_api.speech.details import Details, Slots
from mobile_api.speech.frame import Intent, Meant
from mobile_api.speech.language import Language
from mobile_api.speech.numbers import number_of
from mobile_api.speech.places import Places
from mobile_api.speech.repos import MOST_WORDS, RepoIndex
from mobile_api.speech.requested import Requested
from mobile_api.speech.text import plain, spoken

_MOST_CLAUSES = 6
_CLAUSE = re.compile(r" [,.;:!?] (?:so |and |but |and so )?(?=\S)| (?:so|but|and so) (?=\S)")


class Creation:
    """The requests of one language."""

    def __init__(self, language: Language) -> None:
        made = language.creating
        self._language = language
        self._places = Places(made)
        self.details = Details(language, self._places)
        self._requested = Requested(language, self.details)
        self._heads = [re.compile(rf"^(?:{head})(?= |$)") for head in made.heads]
        self._lead = re.compile(rf"^(?:(?:{made.lead})(?: [,.;:!])* )+")
        self._telling = re.compile(rf"^(?:{made.telling})")
        self._opening = re.compile(rf"^(?:{made.opening})(?= |$)")
        self._inner = [re.compile(rf"^(?:{form})(?= |$)") for form in made.inner]
        self._lone = re.compile(rf"^(?:{made.lone})")
        self._should = re.compile(rf"^(?:{made.should})")
        self._about = re.compile(rf"^(?:{made.about}) (?=\S)")
        self._trailing = re.compile(rf" [,.;] (?:{made.trailing_heads})$")
        self._no_task = re.compile(made.no_task)
        self._codes, self._harm = re.compile(made.code), re.compile(made.harm)
        self._verb = re.compile(rf"^(?:{made.task_verbs})(?= |$)")
        self._background = re.compile(rf"^(?:{made.background})")
        self._it = re.compile(made.it)
        self._serious = re.compile(made.serious or r"(?=)")
        self._another = re.compile(rf"(?:(?:{language.joins}) )?(?:{language.several})")
        self._fresh = re.compile(r"\b(?:an?|new|another|one more)\b")
        self._second = re.compile(
            rf"(?:\b(?:{language.joins})|[,.;]) (?:then |also |please )?"
            rf"(?:(?:{language.several}) {language.another_target}|{language.another_agent})"
        )

    def opened(self, text: str, repos: RepoIndex) -> Meant | None:
        """Return the request that *text* is when its first words can be nothing else."""
        text = self._bare(text)
        slots = self._around(text, repos)
        if not slots and self._opening.match(plain(text)):
            slots = self._with_head(text, repos)
        slots = slots if slots and (slots.task or slots.repo) else self._plainly(text, repos)
        return self._meant(slots) if slots else None

    def despite(self, reason: str, text: str, repos: RepoIndex) -> Meant | None:
        """Return the plain request in words that would else be refused for *reason*, if there is.

        It stands behind "I was thinking," or begins with "deploy an agent".
        """
        if reason == "elsewhere":
            slots = self._plainly(self._bare(text), repos)
            return self._meant(slots) if slots else None
        if reason != "hedged":
            return None
        found = self._telling.match(plain(text))
        return self.opened(text[found.end() :].lstrip(), repos) if found else None

    def _plainly(self, text: str, repos: RepoIndex) -> Slots | None:
        """Return the request of *text* when it names a whole repository and marks its task."""
        slots = self._with_head(text, repos)
        if slots and slots.sure and slots.marked and self.details.is_work(plain(slots.task or "")):
            return slots if repos.match(slots.repo, parts=False).whole else None
        return None

    def read(self, text: str, repos: RepoIndex) -> Meant | None:
        """Return the request that *text* is, None when it is none."""
        text = self._bare(text)
        if found := self._trailing.search(plain(text).rstrip(" .!")):
            text = f"{text[found.start() + 3 :].rstrip(' .!')} , {text[: found.start()]}"
        for way in (
            self._with_head,
            self._after_place,
            self._behind_words,
            self._on_branch,
            self._direct,
        ):
            if slots := way(text, repos):
                return self._meant(slots)
        return None

    def _without_lead(self, text: str) -> str:
        found = self._lead.match(plain(text))
        return text[found.end() :] if found else text

    def _with_head(self, text: str, repos: RepoIndex) -> Slots | None:
        if inner := self._around(text, repos):
            return inner
        length = self._head(text)
        if not length:
            return None
        return self._behind(text[:length], Slots(text[length:]), repos)

    def _behind(self, head: str, rest: Slots, repos: RepoIndex) -> Slots | None:
        """Return what *rest* says behind *head*, None when that is no request to us."""
        slots = self.details.read(rest, repos)
        known = bool(slots.repo) and repos.match(slots.repo).found
        return self._requested.judged(head, rest.rest, slots, known=known)

    def _around(self, text: str, repos: RepoIndex) -> Slots | None:
        """Return what "spin up a web shop agent to ..." says: the name stands in the head."""
        for form in self._inner:
            found = form.match(plain(text))
            if found and repos.match(found["repo"].strip()).found:
                repo = self._places.named(found["repo"], repos)
                if repo:
                    rest = Slots(text[found.end() :], repo=repo)
                    return self._behind(found[0], rest, repos)
        return None

    def _head(self, text: str) -> int:
        low = plain(text)
        length = max((m.end() for head in self._heads if (m := head.match(low))), default=0)
        behind = low[length:].split()[:1]
        if behind and number_of(behind[0]) is not None and not self._fresh.search(low[:length]):
            return 0  # "tell agent two to wait" is about one that is there
        return length

    def _after_place(self, text: str, repos: RepoIndex) -> Slots | None:
        """Return what "backend, new agent, do this" says."""
        about = self._about.match(plain(text))
        tokens = text[about.end() if about else 0 :].split()
        for end in range(1, min(len(tokens), MOST_WORDS + 4)):
            rest = self._bare(" ".join(tokens[end:]).lstrip(" ,.:;!"))
            length = self._head(rest) or self._alone(rest)
            if length and (repo := self._places.named(" ".join(tokens[:end]), repos)):
                return self._behind(rest[:length], Slots(rest[length:], repo=repo), repos)
        return None

    def _alone(self, text: str) -> int:
        """Return the length of "agent" in "backend, agent, do this"."""
        found = self._lone.match(low := plain(text))
        task = low[found.end() :].strip(" ,.:;") if found else ""
        return found.end() if found and self.details.begins_task(task) else 0

    def _bare(self, text: str) -> str:
        """Return *text* without what may stand before a command."""
        for _ in range(4):
            text = text if self._head(text) else self._without_lead(text)
            if self._head(text) or not (found := self._language.lead_pattern.match(plain(text))):
                break
            text = text[found.end() :].lstrip(" ,.;:!")
        return text

    def _behind_words(self, text: str, repos: RepoIndex) -> Slots | None:
        """Return what "the login is broken in the backend, get an agent to fix it" says."""
        for found in list(_CLAUSE.finditer(text))[:_MOST_CLAUSES]:
            before, rest = text[: found.start()], self._bare(text[found.end() :])
            slots = self._with_head(rest, repos) or self._after_place(rest, repos)
            if slots is None:
                continue
            if not slots.task and (wished := self._wished(before, repos)):
                return replace(wished, branch=slots.branch)
            told, where = self._complained(before, repos)
            if not told and self._serious.search(plain(before)):
                return None
            slots = replace(slots, repo=slots.repo or where)
            return self._told(before, told, slots, rest, repos)
        return None

    def _on_branch(self, text: str, repos: RepoIndex) -> Slots | None:
        """Return what "on a branch named x start an agent" says."""
        branch, rest = self.details.branch_first(text)
        rest = self._bare(rest.lstrip(" ,.:;"))
        slots = self._with_head(rest, repos) or self._after_place(rest, repos) if branch else None
        return replace(slots, branch=slots.branch or branch) if slots else None

    def _complained(self, before: str, repos: RepoIndex) -> tuple[int, str]:
        """Return how long "in the backend we have the problem that" is, and the repository."""
        low = plain(before)
        start = place.end() if (place := self._places.place.match(low)) else 0
        repo, length = self._places.longest(low[start:], repos, parts=False) if start else ("", 0)
        end = start + length if repo else 0
        spaces = len(low[end:]) - len(low[end:].lstrip(" ,"))
        background = self._background.match(low[end + spaces :])
        return (end + spaces + background.end() if background else 0), repo

    def _wished(self, before: str, repos: RepoIndex) -> Slots | None:
        """Return what "the backend should cache more" says before "start an agent for that"."""
        start = self._places.starts(low := plain(before))
        repo, length = self._places.longest(low[start:], repos, parts=False)
        found = self._should.match(low[start + length :])
        if not repo or not found:
            return None
        return self.details.read(Slots(before[start + length + found.end() :], repo=repo), repos)

    def _told(
        self, before: str, start: int, slots: Slots, rest: str, repos: RepoIndex
    ) -> Slots | None:
        """Return *slots* with what the words *before* the request say of it."""
        where = self.details.read(Slots(before), repos)
        repo, about = self._places.inside(before, repos)
        if where.repo and where.task is None and repos.match(where.repo).found:
            repo, about = where.repo, ""
            slots = replace(slots, branch=slots.branch or where.branch)
        if not repo:
            repo = self._subject(before[start:], repos)
        if repo and not (slots.repo and repos.match(slots.repo).found):
            again = self._head(rest)
            if again and not slots.repo:
                branch = slots.branch
                read = self._behind(rest[:again], Slots(rest[again:], repo=repo), repos)
                slots = replace(read, branch=read.branch or branch) if read else slots
        told = about[start:].strip() or (before[start:].strip() if start and slots.repo else "")
        if slots.task and self._it.search(plain(slots.task)):
            slots = replace(slots, task=f"{slots.task} : {told}")
        elif not slots.task and (repo or slots.repo) and told:
            slots = replace(slots, task=told)
        return replace(slots, repo=slots.repo or repo)

    def _subject(self, before: str, repos: RepoIndex) -> str:
        """Return the repository that "the quote engine rounds wrongly" begins with."""
        start = self._places.starts(low := plain(before))
        return self._places.longest(low[start:], repos, parts=False)[0]

    def _direct(self, text: str, repos: RepoIndex) -> Slots | None:
        """Return what "fix the login in the backend" or "in the backend, fix it" says."""
        if self._no_task.fullmatch(plain(text)):
            return None
        if self._verb.match(plain(text)):
            repo, task = self._places.inside(text, repos)
            if repo or self._codes.search(plain(text)):
                return self.details.tail_branch(Slots("", repo=repo, task=task, sure=bool(repo)))
            return None
        if place := self._places.place.match(plain(text)):
            repo, length = self._places.longest(plain(text)[place.end() :], repos)
            task = text[place.end() + length :].lstrip(" ,:")
            if repo and self._verb.match(plain(task)):
                return self.details.tail_branch(Slots("", repo=repo, task=task))
        for mark in (" : ", " , ", " . "):
            before, found, rest = text.partition(mark)
            if found and len(before.split()) <= MOST_WORDS and self._verb.match(plain(rest)):
                repo = self._places.named(before, repos)
                return self.details.tail_branch(Slots("", repo=repo, task=rest)) if repo else None
        return None

    def _is_several(self, task: str | None) -> bool:
        """Whether the words behind the request are, or hold, another command."""
        low = plain(task or "")
        return bool(self._second.search(low) or self._another.fullmatch(low.strip(" .!")))

    def _meant(self, slots: Slots) -> Meant:
        if slots.several or self._is_several(slots.task):
            return Meant(intent=Intent.UNKNOWN, reason="several", language=self._language.code)
        task = spoken(slots.task) if slots.task else None
        return Meant(
            intent=Intent.CREATE, repo=slots.repo, branch=slots.branch, task=task or None,
            language=self._language.code,
            evidence=slots.sure and not self._harm.search(plain(task or "")),
        )  # fmt: skip

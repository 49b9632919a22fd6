"""Whether words that begin like a request for an agent are one: to us, for a new one, for work."""

import re
from dataclasses import replace

from mobile_api.speech.details import Details, Slots
from mobile_api.speech.language import Language
from mobile_api.speech.places import PUNCT
from mobile_api.speech.text import plain


class Requested:
    """What tells a request from words about an agent that is there, and from a person's work."""

    def __init__(self, language: Language, details: Details) -> None:
        made = language.creating
        self._details = details
        self._people = re.compile(rf"(?:^| )(?:{made.people})(?= |$)")
        self._surely, self._loose = re.compile(made.modal), re.compile(made.loose)
        self._told = re.compile(rf"^(?:{made.told})")
        self._lone = re.compile(rf"^(?:{made.lone})")
        self._puzzles = re.compile(rf"^(?:{made.puzzles})")
        self._vague = re.compile(rf"^(?:{made.vague})$")
        self._noun = re.compile(rf"\b(?:{made.noun})\b") if made.noun else None
        self._definite = re.compile(rf"(?:^| )(?:{made.definite})(?= |$)")
        self._doubtful = re.compile(made.doubtful)
        self._bare_noun = re.compile(r"^(?:an?|another|one|the|new|some)\b")
        self._no_place = re.compile(rf"^ ?(?:{made.no_place})")
        self._states, self._been = re.compile(rf"^(?:{made.states})"), re.compile(made.been)
        self._orders = re.compile(made.orders)
        self._no_task = re.compile(made.no_task)
        self._codes = re.compile(made.code)
        self._verb = re.compile(rf"^(?:{made.task_verbs})(?= |$)")

    def judged(self, head: str, rest: str, slots: Slots, *, known: bool) -> Slots | None:
        """Return *slots*, less sure where it should be asked, None when it is no request to us.

        *head* are the words of the request, *rest* the ones behind; *known* says that a
        repository was named that the person may use.
        """
        head, rest = plain(head), plain(rest)
        if slots.task and self._told.match(head):
            order = self._details.ordered(slots.task)
            slots = replace(slots, task=order, marked=slots.marked or order != slots.task)
        if self._is_of_another(head, rest, slots, known=known):
            return None
        if self._definite.search(head) or self._doubtful.search(plain(slots.task or "")):
            slots = replace(slots, sure=False)
        if self._people.search(head):
            return self._of_people(head, slots, known=known)
        return slots if known or self._noun is None else self._of_default(head, rest, slots)

    def _is_of_another(self, head: str, rest: str, slots: Slots, *, known: bool) -> bool:
        """Whether it is of an agent that is there, or on the phone."""
        task = plain(slots.task or "")
        if self._orders.fullmatch(task) or (not known and self._no_place.match(rest)):
            return True
        if not slots.marked and self._states.match(task):
            return True
        if not self._bare_noun.match(head):
            return False
        past = not slots.marked and task.split(" ")[0].endswith("ed")
        return bool(self._been.search(rest)) or (past and self._details.ordered(task) != task)

    def _of_default(self, head: str, rest: str, slots: Slots) -> Slots | None:
        """Judge what is asked for without a repository, where any sentence might be meant.

        Other nouns than "agent" must speak of code; a task that does not begin like one is asked
        about.
        """
        if self._vague.match(head) or self._lone.match(f"{head}{rest}"):
            return slots if self._details.is_marked(rest.strip()) else None
        coded = self._codes.search(plain(slots.task or "")) is not None
        if self._noun is not None and not self._noun.search(head):
            return slots if coded else None
        begins = slots.task is None or slots.marked or coded or rest.lstrip()[:1] in set(PUNCT)
        return replace(slots, sure=slots.sure and begins)

    def _of_people(self, head: str, slots: Slots, *, known: bool) -> Slots | None:
        """Judge "get somebody ...", which may well be a person's work."""
        task = plain(slots.task or "")
        if self._no_task.fullmatch(task) or self._loose.match(task):
            return None
        if known:
            alone = self._people.fullmatch(head) and not self._details.is_work(task)
            surely = None if alone else self._surely.match(head) or self._codes.search(task)
            sure = (slots.marked and not alone) or not task or surely is not None
            return replace(slots, sure=slots.sure and sure)
        if self._codes.search(task) or self._puzzles.match(task):
            return slots
        return replace(slots, sure=False) if self._verb.match(task) else None

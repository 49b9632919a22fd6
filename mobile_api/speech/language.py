"""What a language's file holds; patterns are matched against `text.plain` of a sentence."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mobile_api.speech.frame import Intent
from mobile_api.speech.numbers import HOMOPHONES

NEVER = r"(?!)"


@dataclass(frozen=True, kw_only=True)
class Forms:
    """How agents are spoken of; each value is a regular expression or a set of words."""

    noun: str
    nouns: str
    number: str
    pronouns: str
    plural_pronouns: str
    everything: str
    both: str
    determiners: str
    statuses: dict[str, str]  # status or statuses, joined by "|" -> pattern
    newest: str
    oldest: str
    other: str
    links: str  # "that is", "working on", "for": between a noun and its topic
    excluding: str
    joins: str
    indefinite: str  # "an agent" is a new one, none that is there
    fresh: str = NEVER  # "a fresh agent", too
    small: frozenset[str]  # words that say nothing about a topic
    numbers: dict[str, int] = field(default_factory=dict)
    ordinals: dict[str, int] = field(default_factory=dict)
    homophones: Mapping[str, int] = field(default_factory=lambda: HOMOPHONES)
    topics: Mapping[str, str] = field(default_factory=dict)
    endings: tuple[tuple[str, str], ...] = ()  # of words -> of what is in *topics*, or of cognates
    singular: str = NEVER  # "the" before one: "the two" in some languages is number two
    never_first: str = r"in|with|at|up|on|out|about|of|to"
    never_last: str = NEVER
    forbidden: frozenset[str] = frozenset()  # a reference with one of these is more than that

    def english(self, word: str) -> str:
        """Return *word* of a topic and its English, as "a|b", or "a|b||c" with less likely ones."""
        if not self.endings:
            return self.topics.get(word, word)
        stems = [word[: -len(a)] + b for a, b in self.endings if word.endswith(a)]
        stems = [stem for stem in stems if len(stem) > 1]
        found = [self.topics[stem] for stem in (word, *stems) if stem in self.topics]
        likely = (
            word,
            *(stem for stem in stems if len(stem) > 4),
            *(one.partition("|")[0] for one in found),
        )
        less = [way for one in found for way in one.split("|")[1:]]
        return "|".join(dict.fromkeys(likely)) + ("||" + "|".join(less) if less else "")


@dataclass(frozen=True, kw_only=True)
class Creating:
    """How a new agent is asked for."""

    heads: tuple[str, ...]
    lead: str = NEVER  # what else may stand before such a request
    puzzles: str = NEVER  # "find out why": work for an agent even if it is asked of "somebody"
    opening: str = NEVER  # a head so plain that it is no word about an agent that is there
    inner: tuple[str, ...] = ()  # "a web shop agent to": heads around the name of a repository
    lone: str = NEVER  # "agent" between a repository and a task
    telling: str = NEVER  # "I was thinking,": a clause that would make less of other commands
    told: str = NEVER  # "I want that": behind it the task is told, "adds tests"
    vague: str = NEVER  # "another one": nothing without a repository or a plain task
    no_place: str = NEVER  # "on the phone": no agent of ours is asked for
    should: str = NEVER  # behind a repository's name: what follows is a task
    orders: str = NEVER  # "pause": no task, but an order to an agent that is there
    states: str = NEVER  # what an agent that is there does, behind "an agent on billing"
    been: str = NEVER  # "... was running": a sentence about an agent, not for one
    task_words: str = NEVER  # more verbs of tasks, behind a head only
    noun: str = ""  # the words for an agent that mean nothing else
    doubtful: str = NEVER  # "some day": ask whether it is wanted now
    definite: str = NEVER  # "the agent" is rather one that is there: ask
    modal: str = NEVER  # "could" or "put" before somebody: surely work
    loose: str = NEVER  # how no task that is asked of somebody begins
    people: str = NEVER  # "somebody": may be a person, not an agent
    about: str = NEVER  # "as for" before the name of a repository
    again: str = NEVER  # "that's" before the same repository once more
    not_there: str = "not"  # before the name of a repository that is not meant
    here: str = NEVER  # "there", "on it": the repository that was named
    trailing_heads: str = NEVER  # "..., new agent"
    task_verbs: str  # "fix ... in the backend" is a request, too
    places: str  # on, in, for
    weak_places: str = NEVER  # to, from, of: only with a whole name
    articles: str
    subjects: str = NEVER  # "why" before "the backend is slow": what is asked of a repository
    place_nouns: str  # repo, repository, project
    branch: str  # ends where the branch's name begins
    branch_named: str = NEVER  # "on the develop branch"
    no_task: str = NEVER  # what no agent does: pull requests, alarms
    code: str = NEVER  # words that only work on code has
    task: tuple[str, ...] = ()  # what stands before a task
    named: str = NEVER  # that ...s: the verb behind it is in the third person
    gerund: str = NEVER
    third_person: str = ""  # how to turn it round: "en" or nothing
    turn: Callable[[str], str] | None = None  # how a clause becomes an order; "" if it cannot
    harm: str = NEVER  # what cannot be undone, where `tasks` does not know it
    background: str = NEVER  # "there's a bug in X," before the request
    nothing: str = NEVER  # words that are no task
    it: str = (
        r"\b(?:it|this|that|why|what's wrong)$"  # a task that ends so is about what was said before
    )
    chat: str = NEVER  # a clause behind a request that adds nothing to it
    interrupted: str = NEVER  # what is said to somebody else in the middle of a request
    serious: str = ""  # a clause before a request with one of these may change what it means


@dataclass(frozen=True, kw_only=True)
class Gist:
    """What the words of a sentence are for, when it has no known form; ``{a,b}`` is a or b.

    Roles are intents, ``status`` (asks by itself how an agent does), ``asking`` with ``doing``
    (ask it together), ``maybe resume`` (when nothing else is asked for), ``hedge`` (no order) and
    "" (words that say nothing); of a phrase with several roles the first counts.
    *articles* stand before something new or any; *before_amounts* are "at", "under" and the like:
    the number behind them is no agent's. No name of an agent begins with one of *never_first*.
    *never_before* and *never_behind* are in no aside before or behind a command; *reason_begins*
    follows a command without a pause; *tells* begins a clause about the speaker.
    """

    phrases: Mapping[str, tuple[str, ...]]  # role -> patterns
    pronouns: frozenset[str]
    plural_pronouns: frozenset[str]
    articles: frozenset[str]
    before_amounts: frozenset[str]
    never_first: frozenset[str]
    never_before: str
    never_behind: str
    reason_begins: str
    tells: str
    negated: str

    @cached_property
    def roles(self) -> dict[str, str]:
        """Each phrase and what it is for; thousands, so not before the language is heard."""
        return {
            phrase.strip(): role
            for role, patterns in reversed(list(self.phrases.items()))
            for pattern in patterns
            for phrase in expanded(pattern)
            if phrase.strip()
        }


@dataclass(frozen=True, kw_only=True, eq=False)  # one of a kind: what is made of it is kept
class Language:
    """A language that commands can be spoken in without a model."""

    code: str
    name: str
    markers: frozenset[str] = (
        frozenset()
    )  # without one of these it is another language; any if none
    lead: tuple[str, ...]
    tail: tuple[str, ...]
    gerund_lead: str = NEVER
    gerunds: dict[str, str] = field(default_factory=dict)
    verbs: dict[Intent, tuple[str, ...]]
    bare: dict[str, str]  # pattern -> "pause", "status all", "status it or all", "status failed"
    forms: Forms
    creating: Creating
    corrections: str
    weak_corrections: str  # only behind punctuation
    not_that: str = NEVER  # "not billing" behind a correction: what was said and is taken back
    meant_behind: str = NEVER  # ", seven I mean": a correction whose mark stands behind it
    forget: str
    make_it: str = NEVER  # "make it the backend" behind a correction
    refused: dict[str, str]  # reason -> pattern: not a command, whatever it looks like
    explaining: str = NEVER
    joins: str  # and, then: a second command may follow
    another_target: str = NEVER  # what makes a verb inside a task a second command
    another_agent: str = NEVER
    several: str  # verbs that may begin a second command
    contrast: str = NEVER
    gist: Gist | None = None
    letters: Mapping[str, str] = field(default_factory=dict)  # their names, and those of figures
    heard: Callable[[str], str] | None = None  # a sentence as these forms are written for it
    written: Callable[[str], str] | None = None  # a task as people write it again

    @cached_property
    def templates(self) -> tuple[tuple[Intent, tuple[re.Pattern[str], ...]], ...]:
        """Each form of each verb; one with a free end is read with each length."""
        return tuple(
            (intent, tuple(re.compile(form.replace("{ref}", ref)) for ref in _refs(form)))
            for intent, forms in self.verbs.items()
            for form in forms
        )

    @cached_property
    def lead_pattern(self) -> re.Pattern[str]:
        """What may stand before a command."""
        return _any(self.lead, "(?:{})(?: ,)? (?=.)")

    @cached_property
    def tail_pattern(self) -> re.Pattern[str]:
        """What may stand behind a command."""
        return _any(self.tail, "(?:(?: [,.;:!?])+|(?:(?: ,)? (?:{}))(?: [,.;:!?])*)$")


def expanded(pattern: str) -> Iterator[str]:
    """Return what *pattern* stands for: ``{up,down} there`` is "up there" and "down there"."""
    before, opened, rest = pattern.partition("{")
    if not opened:
        yield pattern
        return
    inside, _, behind = rest.partition("}")
    for choice in inside.split(","):
        for tail in expanded(behind):
            yield f"{before}{choice}{tail}"


def _refs(form: str) -> tuple[str, ...]:
    if ".{0," not in form:
        return ("(?P<ref>.+?)",)
    return tuple(rf"(?P<ref>(?:\S+ ){{{more}}}\S+)" for more in range(5, -1, -1))


def _any(forms: Iterable[str], around: str) -> re.Pattern[str]:
    return re.compile(around.format("|".join(forms)))

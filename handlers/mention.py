"""The grammar of ``@cadence …``: an instruction, a command, or nothing that is meant for us."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain import Options
from handlers import options
from handlers.addressed import MAX_CHARACTERS, first_mention, handle_pattern
from handlers.visible import visible


class Verb(StrEnum):
    """What can be asked of an agent in one word."""

    HELP = "help"
    STATUS = "status"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    RETRY = "retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A verb for the agent of an issue; *problems* are sentences about wrong options."""

    verb: Verb
    options: Options = field(default_factory=Options)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """A task, or words for an agent at work, as Markdown."""

    text: str
    options: Options = field(default_factory=Options)
    problems: tuple[str, ...] = ()


_WORDS = {
    "help": Verb.HELP,
    "commands": Verb.HELP,
    "status": Verb.STATUS,
    "pause": Verb.PAUSE,
    "resume": Verb.RESUME,
    "continue": Verb.RESUME,
    "unpause": Verb.RESUME,
    "stop": Verb.STOP,
    "cancel": Verb.STOP,
    "abort": Verb.STOP,
    "retry": Verb.RETRY,
    "rerun": Verb.RETRY,
    "try again": Verb.RETRY,
}
# Around a command these say nothing more; among other words everything is a task.
_POLITE = re.compile(
    r"\b(?:please|pls|plz|thanks|thank you|thx|ty|now|ok|okay|hey|hi|hello|just|cheers|great)\b",
    re.IGNORECASE,
)
_OBJECT = re.compile(r" (?:it|this|that|work|working|the agent|the work|the task)$")
_GREETING = re.compile(r"\b(?:cc|fyi|ping|dear|so|and|over to you)\b", re.IGNORECASE)
_LONGEST_COMMAND = 80
_DASHES = "-\u2013\u2014"
_LEADING = re.compile(f"[ \t,:;.!?\u2026]*(?:[{_DASHES}]+[ \t]+)?")
# What closes an emphasis, a bracket or a quotation that holds our name, and what opens one.
_CLOSERS = re.compile(r"^(?:[*_~)\]}>\"'\u201d\u2019\u00bb]|</[A-Za-z]+>)+")
_OPENERS = re.compile(r"(?:[*_~(\[{<\"'\u201c\u2018\u00ab]|<[A-Za-z]+>)+$")


def parse(body: str, *, slug: str, models: tuple[str, ...] = ()) -> Instruction | Command | None:
    """Return what *body* asks of us, None when it does not speak to us.

    The first mention counts. The words after it are the instruction, those before it when
    nothing follows; a bare mention asks for help, and thanks ask for nothing.
    """
    text = body[:MAX_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
    place = first_mention(text, handle_pattern(slug))
    if place is None:
        return None
    after, before = _after(text[place[1] :]), _before(text[: place[0]])
    asked, chosen, problems = options.split(after, models=models)
    if not _says_something(asked):
        if _is_only_polite(f"{before} {after}"):
            return None
        asked = before if _says_something(_GREETING.sub("", before)) else asked
    verb = _verb(asked) if _says_something(asked) else Verb.HELP
    if verb is not None:
        return Command(verb=verb, options=chosen, problems=problems)
    return Instruction(text=asked, options=chosen, problems=problems)


def _after(text: str) -> str:
    words = visible(_CLOSERS.sub("", text))
    return _LEADING.sub("", words, count=1).strip("\n").rstrip()


def _before(text: str) -> str:
    # The end alone is searched: over all of a hostile text that would take a square of its length.
    head, tail = text[:-_LONGEST_COMMAND], text[-_LONGEST_COMMAND:]
    return visible(head + _OPENERS.sub("", tail)).strip("\n").rstrip(f" \t\n,:{_DASHES}")


def _says_something(text: str) -> bool:
    return any(c.isalnum() for c in _POLITE.sub("", text))


def _is_only_polite(text: str) -> bool:
    return _POLITE.search(text) is not None and not _says_something(text)


def _verb(asked: str) -> Verb | None:
    if len(asked) > _LONGEST_COMMAND:
        return None
    plain = re.sub(r"[^\w\s]", " ", asked.lower())
    words = " ".join(_POLITE.sub(" ", plain).split())
    return _WORDS.get(words) or _WORDS.get(_OBJECT.sub("", words))

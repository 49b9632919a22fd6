"""The recogniser that needs no key: it hears only commands about the person's own names.

What is none of them is forced into one of them, so nothing that it hears is done unasked.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from mobile_api.hearing.hints import Hints
from mobile_api.hearing.phones import phones_of
from mobile_api.hearing.studio import Recording, Studio
from mobile_api.hearing.transcriber import Refused, Transcript
from mobile_api.speech.frame import Context
from mobile_api.speech.numbers import WORDS
from mobile_api.speech.spelling import name_parts
from mobile_api.speech.text import words

_MOST = 40
_NUMBERS = {value: word for word, value in WORDS.items()}
_TASKS = (
    "fix the tests", "fix the flaky test", "fix the login test", "fix the flaky login test",
    "fix the build", "fix the bug", "add tests", "add a test", "update the docs",
    "update the readme", "fix the typo in the readme", "add a health check",
    "update the dependencies", "clean up the code",
)  # fmt: skip
_FORMS = (
    "<command> = [please] ( <act> <agent> | <everything> | <create> | <ask> ) [please];",
    "<act> = pause | stop | cancel | resume | continue | check;",
    "<everything> = ( pause | stop | resume ) ( everything | all agents ) | status;",
    "<ask> = ( how is | what is the status of ) <agent> [doing];",
    "<create> = ( start | create ) an agent [on [the] <repo>] [to <task>];",
)


class LocalTranscriber:
    """PocketSphinx in a process of its own, with a grammar made for each command."""

    name = "local"
    wants_samples = True

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def close(self) -> None:
        """Do nothing: the studio ends its processes."""

    async def transcribe(self, recording: Recording, hints: Hints) -> Transcript:
        """Return the command that *recording* fits best; its words are never trusted."""
        grammar, vocabulary = grammar_of(hints.context)
        sounds = {word: phones for word in sorted(vocabulary) if (phones := phones_of(word))}
        text = await self._studio.listen(recording.data, grammar, sounds)
        if not text:
            raise Refused("nothing fitted")
        return Transcript(text=text, language="en", low_trust=True)


def grammar_of(context: Context) -> tuple[str, set[str]]:
    """Return a JSGF grammar of commands about what *context* has, and the words in it."""
    repos = _alternatives(" ".join(name_parts(r.rpartition("/")[2])) for r in context.repos[:_MOST])
    named = [f"agent {_NUMBERS[a.number]}" for a in context.agents[:_MOST] if a.number in _NUMBERS]
    topics = [f"the {topic} agent" for a in context.agents[:_MOST] for topic in _topics(a.title)]
    agents = _alternatives(["it", "this agent", "the agent", *named, *topics])
    rules = [
        "#JSGF V1.0;", "grammar commands;", "public " + _FORMS[0], *_FORMS[1:],
        f"<agent> = {agents};", f"<repo> = {repos or 'repository'};",
        f"<task> = {_alternatives(_TASKS)};",
    ]  # fmt: skip
    text = "\n".join(rules)
    said = " ".join([*_FORMS, agents, repos, *_TASKS])
    return text, {w for w in re.findall(r"[a-z']+", re.sub(r"<\w+>", " ", said)) if w}


def _topics(title: str) -> list[str]:
    """Return pairs of neighbouring words of *title*, and its single long ones."""
    said = [word for word in words(title) if word.isalpha() and len(word) > 2]
    pairs = [f"{one} {other}" for one, other in pairwise(said)]
    return [*pairs[:4], *[word for word in said if len(word) > 4][:4]]


def _alternatives(texts: Iterable[str]) -> str:
    kept = dict.fromkeys(" ".join(re.findall(r"[a-z']+", t.lower())) for t in texts)
    return " | ".join(one for one in kept if one)

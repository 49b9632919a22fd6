"""What a sentence means that no grammar accounts for, once a model has taken it apart.

The model copies surface phrases out of the transcript; it sees no id and decides nothing. What it
says is checked against the transcript, then resolved and judged like the grammar's meaning.
"""

from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from mobile_api.speech.frame import Context, Frame, Intent, Meant
from mobile_api.speech.gate import is_nothing
from mobile_api.speech.grounding import is_grounded
from mobile_api.speech.policy import resolved
from mobile_api.speech.text import clean, plain
from mobile_api.speech.understand import by_grammar, reference_in

UNKNOWN = Frame(intent=Intent.UNKNOWN, reason="not understood")
_INTENTS = {
    "create": Intent.CREATE,
    "status": Intent.STATUS,
    "pause": Intent.PAUSE,
    "resume": Intent.RESUME,
    "stop": Intent.STOP,
}


class Heard(BaseModel):
    """What the model says; fields have no defaults, so that the schema demands them all."""

    model_config = ConfigDict(extra="forbid")

    verb: Literal["create", "status", "pause", "resume", "stop", "none"]
    agent_phrase: str
    repo_phrase: str
    branch_phrase: str
    task: str
    evidence: str
    language: Literal["en", "de", "es", "fr", "other"]
    multiple_commands: bool


SCHEMA: dict[str, Any] = Heard.model_json_schema() | {"title": "Heard"}


class Reader(Protocol):
    """Whoever understands sentences that the grammar does not."""

    async def read(self, transcript: str, context: Context) -> Frame:
        """Return what *transcript* comes to, ``unknown`` when it is not clear in time."""
        ...


def judged(heard: Heard, transcript: str, context: Context) -> Frame:
    """Return the frame of what a model *heard*, after it is held against the *transcript*."""
    intent = _INTENTS.get(heard.verb)
    language = heard.language if heard.language != "other" else "en"
    if heard.multiple_commands:
        meant = Meant(intent=Intent.UNKNOWN, reason="several", language=language)
        return resolved(meant, context, source="model")
    if intent is None or not heard.evidence.strip():
        return Frame(
            intent=Intent.UNKNOWN, reason="not understood", source="model", language=language
        )
    agents = heard.agent_phrase.strip()
    meant = Meant(
        intent=intent,
        reference=reference_in(agents, language) if agents else None,
        repo=plain(clean(heard.repo_phrase)) if intent is Intent.CREATE else "",
        branch=_branch(heard.branch_phrase) if intent is Intent.CREATE else None,
        task=(heard.task.strip() or None) if intent is Intent.CREATE else None,
        language=language,
        evidence=is_grounded(transcript, heard.evidence, heard.agent_phrase, heard.repo_phrase,
                             heard.branch_phrase, task=heard.task),
    )  # fmt: skip
    if meant.reference is None and agents and intent is not Intent.CREATE:
        return Frame(
            intent=Intent.UNKNOWN, reason="not understood", source="model", language=language
        )
    return resolved(meant, context, source="model")


def _branch(phrase: str) -> str | None:
    from mobile_api.speech.branches import spoken_branch

    return spoken_branch(clean(phrase).split())[0] if phrase.strip() else None


async def understood(transcript: str, context: Context, reader: Reader | None) -> Frame:
    """Return what *transcript* comes to: by the grammar, else by *reader*, else ``unknown``."""
    frame = by_grammar(transcript, context)
    if frame is not None:
        return frame
    if reader is None or is_nothing(transcript):
        return UNKNOWN
    return await reader.read(transcript, context)

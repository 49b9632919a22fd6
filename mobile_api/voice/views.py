"""Spoken commands as they go over the wire."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from mobile_api.agents.views import AgentView
from mobile_api.speech.frame import Intent
from mobile_api.wire import Moment, Wire

State = Literal["done", "needs_confirmation", "needs_choice", "rejected"]


class ClientContext(Wire):
    """What the phone knows: *focus* is the agent on the screen or last spoken of."""

    focus: Annotated[str, Field(max_length=36)] | None = None
    language: Annotated[str, Field(max_length=16)] | None = None
    timezone: Annotated[str, Field(max_length=64)] | None = None


class CommandAsked(Wire):
    """A command as text."""

    transcript: Annotated[str, Field(max_length=2000)]
    client_context: ClientContext = ClientContext()


class ConfirmAsked(Wire):
    """An answer to a command that waits for one: exactly one of the three."""

    answer: Literal["yes", "no"] | None = None
    choice: Annotated[str, Field(max_length=201)] | None = None
    transcript: Annotated[str, Field(max_length=2000)] | None = None

    @model_validator(mode="after")
    def _one(self) -> "ConfirmAsked":
        given = [one for one in (self.answer, self.choice, self.transcript) if one is not None]
        if len(given) != 1:
            raise ValueError("send one of answer, choice and transcript")
        return self


class EntitiesView(Wire):
    """What a command speaks of; *agents* are ids."""

    repo: str | None = None
    agents: tuple[str, ...] = ()
    branch: str | None = None
    task: str | None = None


class CandidateView(Wire):
    """One of several things that may be meant."""

    id: str
    kind: Literal["agent", "repo"]
    label: str
    detail: str


class ConfirmView(Wire):
    """What waits for a yes."""

    action: str
    summary: str
    expires_at: Moment


class CommandView(Wire):
    """What was understood, what came of it, and what to say: *speech* is *reply* for the ear."""

    id: str
    transcript: str
    intent: Intent
    entities: EntitiesView
    confidence: float
    processing_time_ms: float
    state: State
    reply: str
    speech: str
    language: str
    source: Literal["grammar", "model", "none"]
    candidates: tuple[CandidateView, ...] = ()
    confirm: ConfirmView | None = None
    agent: AgentView | None = None
    agents: tuple[AgentView, ...] = ()
    timings: dict[str, float] = Field(default_factory=dict)
    undo_until: Moment | None = None


class TranscriptView(Wire):
    """What a recording says, and in which language."""

    transcript: str
    language: str


class LanguageView(Wire):
    """A language that can be spoken."""

    code: str
    name: str


class LanguagesView(Wire):
    """All of them."""

    items: list[LanguageView]

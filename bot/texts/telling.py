"""What of an agent's events its comment shows: pure, folded one event at a time."""

from dataclasses import dataclass, replace
from typing import Any

from bot.domain import AgentEvent
from runner.protocol import EventKind
from runner.spec import Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Who answered the last question, with what; *is_from_app* when it was not said here."""

    by: str
    text: str
    is_from_app: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The news so far; *seq* is the last event that is in it."""

    seq: int = 0
    verification: Verification | None = None
    paused_by: str = ""
    question: str = ""
    answered: Answered | None = None


def after(telling: Telling, event: AgentEvent) -> Telling:
    """Return *telling* with one more event."""
    return replace(telling, seq=event.seq, **_news(event.kind, event.data))


def _news(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    if kind == EventKind.VERIFICATION and data.get("stage") != "baseline":
        return {"verification": Verification.model_validate(data)}
    if kind == EventKind.QUESTION:
        return {"question": str(data.get("text", "")), "answered": None}
    if kind == "answer":
        is_from_app = data.get("via") == "app"
        by, text = str(data.get("by", "")), str(data.get("text", ""))
        told = Answered(by=by, text=text, is_from_app=is_from_app)
        return {"question": "", "answered": told}
    if kind == EventKind.TOOL_RESULT and data.get("name") == "ask":  # it waits no longer
        return {"question": ""}
    if kind == "message":  # words from a person answer what was asked
        return {"question": ""}
    if kind == "paused":
        return {"paused_by": str(data.get("by", ""))}
    if kind == "resumed":
        return {"paused_by": "", "question": ""}
    return {}

"""The answer to a spoken command, in the person's language."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.db.voice_commands import Command
from bot.domain import Agent
from mobile_api.agents.views import AgentView
from mobile_api.hearing.ear import Heard
from mobile_api.speech.frame import Frame, Intent
from mobile_api.speech.phrases import PHRASES
from mobile_api.voice.outcomes import Outcome
from mobile_api.voice.seams import Known
from mobile_api.voice.views import ClientContext, CommandView, ConfirmView, EntitiesView
from mobile_api.wire import told


class Telling:
    """Makes answers; *view* shows an agent."""

    def __init__(self, view: Callable[[Agent], AgentView]) -> None:
        self._view = view

    def answer(
        self,
        command: Command,
        outcome: Outcome,
        timings: dict[str, float],
        *,
        until: datetime | None,
    ) -> dict[str, Any]:
        """Return the answer as plain values; *until* ends the wait for a yes, or an undo."""
        frame, agents = outcome.frame, [self._view(agent) for agent in outcome.agents]
        confirm = None
        if outcome.state == "needs_confirmation" and outcome.action is not None and until:
            confirm = ConfirmView(
                action=outcome.action.verb.value, summary=outcome.reply, expires_at=until
            )
        view = CommandView(
            id=command.id, transcript=command.transcript, intent=frame.intent,
            entities=_entities(frame, agents), confidence=frame.confidence,
            processing_time_ms=timings.get("totalMs", 0.0), state=outcome.state,
            reply=outcome.reply, speech=outcome.speech or outcome.reply, language=command.language,
            source=_source(frame), candidates=outcome.candidates, confirm=confirm,
            agent=agents[0] if len(agents) == 1 else None, agents=tuple(agents), timings=timings,
            undo_until=until if outcome.state == "done" else None,
        )  # fmt: skip
        plain: dict[str, Any] = told(view)
        return plain


def _entities(frame: Frame, agents: list[AgentView]) -> EntitiesView:
    meant = frame.agents if frame.agents != ("*",) else tuple(agent.id for agent in agents)
    return EntitiesView(repo=frame.repo, agents=meant, branch=frame.branch, task=frame.task)


def _source(frame: Frame) -> Any:
    return frame.source if frame.source in {"grammar", "model"} else "none"


def language_of(known: Known, frame: Frame, heard: Heard, client: ClientContext) -> str:
    """Return the language to answer in: the chosen one, else the speaker's, else the phone's."""
    spoken = frame.language if frame.intent is not Intent.UNKNOWN else ""
    for code in (known.language, spoken, heard.language, (client.language or "")[:2].lower()):
        if code in PHRASES:
            return code
    return "en"

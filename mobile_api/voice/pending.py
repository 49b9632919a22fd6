"""A command that waits for an answer, and which answers it takes."""

from dataclasses import replace
from typing import Any

from bot.db.voice_commands import Command
from mobile_api.speech.answers import chosen, spoken_number, yes_or_no
from mobile_api.speech.frame import Frame, Intent
from mobile_api.speech.tasks import is_irreversible
from mobile_api.voice.views import ConfirmAsked


class Pending:
    """A stored command with its stored answer."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self._answer: dict[str, Any] = command.answer or {}

    @property
    def _state(self) -> str:
        return str(self._answer.get("state", ""))

    @property
    def is_asking(self) -> bool:
        """Whether it asked for a yes."""
        return self._state == "needs_confirmation"

    @property
    def _candidates(self) -> list[dict[str, str]]:
        return list(self._answer.get("candidates") or ())

    def frame(self) -> Frame:
        """Return what was understood, as far as the answer told it."""
        entities = self._answer.get("entities") or {}
        return Frame(
            intent=Intent(self._answer.get("intent", "unknown")),
            repo=entities.get("repo"),
            agents=tuple(entities.get("agents") or ()),
            branch=entities.get("branch"),
            task=entities.get("task"),
            source=str(self._answer.get("source", "none")),
            language=self.command.language,
            confidence=float(self._answer.get("confidence") or 0.0),
        )

    def takes(self, asked: ConfirmAsked) -> bool:
        """Whether the command waits for such an answer."""
        if asked.choice is not None:
            return any(one["id"] == asked.choice for one in self._candidates)
        if self._state == "done":
            return asked.answer == "no"
        return self._state == "needs_confirmation" or asked.answer == "no"

    def chosen(self, choice: str) -> Frame:
        """Return what is meant now that *choice* is known."""
        frame = self.frame()
        if frame.intent is not Intent.CREATE:
            asks = frame.intent is Intent.STOP
            return replace(frame, agents=(choice,), needs_confirmation=asks)
        asks = frame.task is None or is_irreversible(frame.task)
        return replace(frame, repo=choice, needs_confirmation=asks)

    def answered_by(self, transcript: str) -> ConfirmAsked | None:
        """Return what the spoken *transcript* answers, None when it is something else."""
        said = yes_or_no(transcript)
        if said is not None:
            asked = ConfirmAsked(answer="yes" if said else "no")
            return asked if self.takes(asked) else None
        candidates = self._candidates
        place = chosen(transcript, len(candidates)) if candidates else None
        number = spoken_number(transcript)
        if number is not None and place is None:
            labels = [one["label"].partition(" ")[0] for one in candidates]
            place = labels.index(str(number)) if str(number) in labels else None
        return None if place is None else ConfirmAsked(choice=candidates[place]["id"])

    def completed(self, frame: Frame, transcript: str) -> Frame:
        """Take words that are no command for the task that we asked for; a yes comes after it."""
        before = self.frame()
        asked = before.intent is Intent.CREATE and before.repo is not None and before.task is None
        if frame.intent is not Intent.UNKNOWN or frame.reason != "not understood" or not asked:
            return frame
        task = transcript.strip(" .!?")[:2000]
        return replace(before, task=task or None, needs_confirmation=True)

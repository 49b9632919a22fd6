"""Spoken commands from the words to the answer, and the confirmations that wait between."""

import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.db.voice_commands import Command, VoiceCommands
from bot.domain import Agent
from bot.errors import InvalidRequest, NotFound
from bot.github.auth import utc_now
from mobile_api.agents.views import AgentView
from mobile_api.auth.people import Person
from mobile_api.hearing.ear import Ear, Heard
from mobile_api.hearing.transcriber import CannotHear
from mobile_api.problems import Conflict, KeyReused, NothingHeard
from mobile_api.speech.frame import Frame, Intent
from mobile_api.voice import metrics
from mobile_api.voice.acts import Hands
from mobile_api.voice.intent import Reader, understood
from mobile_api.voice.outcomes import Action, Outcome, decided, refused, trusted_less
from mobile_api.voice.pending import Pending
from mobile_api.voice.seams import Doing, Known, People, context_of
from mobile_api.voice.telling import Telling, language_of
from mobile_api.voice.views import ClientContext, ConfirmAsked, TranscriptView

FORGOTTEN = timedelta(minutes=10)  # until then a late answer is told that it is late
CONFIRM_S, UNDO_S, STALE = timedelta(seconds=60), timedelta(seconds=10), timedelta(seconds=90)
_SPACE = uuid.UUID("5f1f3f0e-6f59-4f3e-9f50-9be5c4a0f0aa")
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A command as it came: as text, or as the bytes of a recording."""

    transcript: str | None = None
    audio: bytes | None = field(default=None, repr=False)
    client: ClientContext = field(default_factory=ClientContext)

    @property
    def fingerprint(self) -> str:
        """What tells two commands apart."""
        words = f"{self.transcript}\n{self.client.model_dump_json()}\n".encode()
        return hashlib.sha256(words + (self.audio or b"")).hexdigest()


class Commands:
    """Understands, decides, does and remembers; on any coordinator, over restarts."""

    def __init__(
        self,
        rows: VoiceCommands,
        people: People,
        doing: Doing,
        view: Callable[[Agent], AgentView],
        *,
        ear: Ear | None = None,
        reader: Reader | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._rows, self._people, self._hands = rows, people, Hands(doing)
        self._ear, self._reader, self._now = ear, reader, now
        self._telling = Telling(view)

    async def said(self, person: Person, said: Said, *, key: str = "") -> tuple[Answer, bool]:
        """Return the answer to a command, and whether it was given before for the same *key*."""
        new = str(uuid.uuid5(_SPACE, f"{person.id}:{key}") if key else uuid.uuid4())
        command = Command(
            id=new, person_id=person.id, fingerprint=said.fingerprint, created_at=self._now(),
            transcript=said.transcript or "", focus=said.client.focus or "",
        )  # fmt: skip
        before = await self._rows.begin(command, stale=self._now() - STALE)
        if before is not None:
            return _again(before, command.fingerprint), True
        try:
            return await self._answered(person, command, said), False
        except BaseException:  # nothing came of it: the same key may be tried again
            await self._rows.drop(command.id)
            raise

    async def words(self, person: Person, said: Said) -> TranscriptView:
        """Return what a recording says, and do nothing; raise `NothingHeard` or `CannotHear`."""
        known = await self._people.known(person)
        heard = await self._heard(said, known)
        nothing = Frame(intent=Intent.UNKNOWN)
        language = language_of(known, nothing, heard, said.client)
        if heard.problem:
            why = refused(heard.problem, nothing, known, language).reply
            raise CannotHear(why) if heard.problem == "away" else NothingHeard(why)
        return TranscriptView(transcript=heard.text, language=heard.language or language)

    async def _heard(self, said: Said, known: Known) -> Heard:
        if said.audio is None:
            return Heard(text=said.transcript or "")
        if self._ear is None:
            raise InvalidRequest("this server has no transcription: type it instead")
        context = context_of(known, said.client.focus)
        return await self._ear.hear(said.audio, context, _spoken_languages(known, said.client))

    async def _answered(self, person: Person, command: Command, said: Said) -> Answer:
        began = time.perf_counter()
        known = await self._people.known(person)
        context = context_of(known, said.client.focus)
        heard = await self._heard(said, known)
        timings = dict(heard.timings)
        waiting = None if heard.problem else await self._rows.waiting(person.id, self._now())
        asked = Pending(waiting).answered_by(heard.text) if waiting is not None else None
        if waiting is not None and asked is not None and _counts(asked, heard):
            answer = await self.confirmed(person, waiting.id, asked)
            await self._rows.finish(replace(command, transcript=heard.text, answer=answer))
            return answer
        began_words = time.perf_counter()
        frame = Frame(intent=Intent.UNKNOWN, reason=heard.problem)
        if not heard.problem:
            frame = await understood(heard.text, context, self._reader)
            frame = Pending(waiting).completed(frame, heard.text) if waiting else frame
        timings["understandMs"] = _since(began_words)
        language = language_of(known, frame, heard, said.client)
        outcome = self._decided(frame, heard, known, language)
        metrics.understood(frame)
        began_act = time.perf_counter()
        outcome = await self._done(person, outcome, known, language, ref=f"voice:{command.id}")
        timings["actMs"] = _since(began_act)
        command = replace(command, transcript=heard.text, language=language)
        return await self._kept(command, outcome, timings | {"totalMs": _since(began)})

    def _decided(self, frame: Frame, heard: Heard, known: Known, language: str) -> Outcome:
        if heard.problem:
            return refused(heard.problem, frame, known, language)
        frame = trusted_less(frame) if heard.low_trust else frame
        return decided(frame, known, language)

    async def _done(
        self, person: Person, outcome: Outcome, known: Known, language: str, *, ref: str
    ) -> Outcome:
        """Do what needs no yes; the frame stays what was understood."""
        if outcome.action is None or outcome.asks:
            return outcome
        done = await self._hands.do(person, outcome.action, known, language, ref=ref)
        return replace(done, frame=outcome.frame)

    async def _kept(self, command: Command, outcome: Outcome, timings: dict[str, float]) -> Answer:
        now = self._now()
        lasts = UNDO_S if outcome.state == "done" else CONFIRM_S
        waits = outcome.action is not None or bool(outcome.candidates)
        until = now + lasts if waits else None
        if outcome.state == "needs_confirmation" and outcome.action is not None:
            metrics.confirmation("asked")
        answer = self._telling.answer(command, outcome, timings, until=until)
        stored = outcome.action.to_json() if outcome.action else {} if waits else None
        await self._rows.finish(
            replace(command, answer=answer, action=stored, expires_at=until, taken_at=None)
        )
        return answer

    async def confirmed(self, person: Person, command_id: str, asked: ConfirmAsked) -> Answer:
        """Return the answer to a yes, a no, a choice, or the same words corrected."""
        began = time.perf_counter()
        command = await self._rows.find(person.id, command_id)
        if command is None or command.answer is None:
            raise NotFound("there is no such command")
        known = await self._people.known(person)
        pending = Pending(command)
        if asked.transcript is not None:
            taken = await self._rows.take(person.id, command.id, self._now())
            if taken and pending.is_asking:
                metrics.confirmation("corrected")
            client = ClientContext(focus=command.focus or None, language=command.language)
            answer, _ = await self.said(person, Said(transcript=asked.transcript, client=client))
            return answer
        if command.action is None or not pending.takes(asked):
            raise Conflict("nothing waits for this answer", kind="nothing-waits")
        if not await self._rows.take(person.id, command.id, self._now()):
            return self._too_late(await self._rows.find(person.id, command_id) or command, known)
        if pending.is_asking and asked.answer is not None:
            metrics.confirmation("given" if asked.answer == "yes" else "declined")
        outcome = await self._followed(person, pending, asked, known)
        return await self._kept(command, outcome, {"totalMs": _since(began)})

    async def expire(self) -> None:
        """Count confirmations that nobody gave; an answer that comes later finds nothing."""
        left = await self._rows.expire(self._now() - FORGOTTEN)
        asking = [one for one in left if Pending(one).is_asking]
        if asking:
            metrics.confirmation("expired", len(asking))

    def _too_late(self, command: Command, known: Known) -> Answer:
        if command.taken_at is not None:
            raise Conflict("this was answered already", kind="answered")
        outcome = refused("expired", Pending(command).frame(), known, command.language)
        return self._telling.answer(command, outcome, {}, until=None)

    async def _followed(
        self, person: Person, pending: Pending, asked: ConfirmAsked, known: Known
    ) -> Outcome:
        command, language = pending.command, pending.command.language
        ref = f"voice:{command.id}"
        action = Action.from_json(command.action) if command.action else None
        if asked.choice is not None:
            outcome = decided(pending.chosen(asked.choice), known, language)
            return await self._done(person, outcome, known, language, ref=ref)
        is_undo = action is not None and bool(action.undoes)
        if action is None or (asked.answer == "no" and not is_undo):
            return refused("left", pending.frame(), known, language)
        done = await self._hands.do(person, action, known, language, ref=ref)
        return replace(done, frame=pending.frame())


def _counts(asked: ConfirmAsked, heard: Heard) -> bool:
    """Whether an answer is worth something: a yes in words that may be others is none."""
    return asked.answer == "no" or not heard.low_trust


def _again(before: Command, fingerprint: str) -> Answer:
    if before.fingerprint != fingerprint:
        raise KeyReused("this Idempotency-Key came with another command before")
    if before.answer is None:
        words = "the first request with this key is still being answered"
        raise Conflict(words, kind="in-progress", retry_after_s=1)
    return before.answer


def _spoken_languages(known: Known, client: ClientContext) -> tuple[str, ...]:
    """Return the languages that may be spoken: the chosen one, else the phone's and English."""
    if known.language != "auto":
        return tuple(dict.fromkeys([known.language, "en"]))
    phone = (client.language or "")[:2].lower()
    return tuple(dict.fromkeys([phone, "en"])) if phone.isalpha() and len(phone) == 2 else ()


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)

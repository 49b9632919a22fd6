"""Hears a command: the gate before, one service after the other, the gate behind."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from mobile_api.hearing.hints import hints_for
from mobile_api.hearing.studio import Recording, Studio
from mobile_api.hearing.transcriber import CannotHear, Refused, Transcriber, Transcript
from mobile_api.speech.answers import yes_or_no
from mobile_api.speech.frame import Context
from mobile_api.speech.gate import is_nothing
from mobile_api.voice.metrics import transcribing, transcription_failed

log = structlog.get_logger()
_TRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The words of a recording, or why there are none: ``silence``, ``noise``, ``away``."""

    text: str = ""
    language: str = ""
    low_trust: bool = False
    problem: str = ""
    seconds: float = 0.0
    timings: dict[str, float] = field(default_factory=dict)


class Ear:
    """Asks *transcribers* in order; each one twice when it does not answer."""

    def __init__(self, studio: Studio, transcribers: Sequence[Transcriber]) -> None:
        self._studio = studio
        self._transcribers = transcribers

    async def hear(self, data: bytes, context: Context, languages: tuple[str, ...]) -> Heard:
        """Return what is said in the bytes of a recording; raise `BadAudio`. Nothing is kept."""
        began = time.perf_counter()
        wants = bool(self._transcribers) and self._transcribers[0].wants_samples
        recording = await self._studio.examine(data, wants_samples=wants)
        timings = {"audioMs": _since(began)}
        if recording.verdict != "speech":
            problem = "silence" if recording.verdict == "silence" else "noise"
            return Heard(problem=problem, seconds=recording.seconds, timings=timings)
        began = time.perf_counter()
        heard = await self._transcribed(recording, data, context, languages)
        timings["transcriptionMs"] = _since(began)
        if heard is None:
            return Heard(problem="away", seconds=recording.seconds, timings=timings)
        # "Yes" is a word that is heard in silence, too; only what waits for it makes it count.
        nothing = is_nothing(heard.text) and yes_or_no(heard.text) is None
        return Heard(
            text="" if nothing else heard.text.replace("\x00", "")[:2000],
            problem="silence" if nothing else "",
            language=heard.language[:2],
            low_trust=heard.low_trust or recording.is_doubtful,
            seconds=recording.seconds,
            timings=timings,
        )

    async def _transcribed(
        self, recording: Recording, data: bytes, context: Context, languages: tuple[str, ...]
    ) -> Transcript | None:
        hints = hints_for(context, languages)
        wants = recording.ending == "raw"
        for one in self._transcribers:
            if one.wants_samples != wants:
                recording = await self._studio.examine(data, wants_samples=one.wants_samples)
                wants = one.wants_samples
            for attempt in range(1, _TRIES + 1):
                try:
                    with transcribing(one.name, audio_s=recording.seconds):
                        return await one.transcribe(recording, hints)
                except CannotHear:
                    transcription_failed(one.name, "away")
                    log.warning("a transcription did not answer", service=one.name, attempt=attempt)
                except Refused as error:
                    transcription_failed(one.name, "refused")
                    log.warning("a transcription was refused", service=one.name, why=str(error))
                    break
        return None


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)

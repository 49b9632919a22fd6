"""What is counted of spoken commands, for ``/metrics``; no words, no names of people."""

import contextlib
import time
from collections.abc import Iterator

from prometheus_client import Counter, Histogram

from mobile_api.speech.frame import Frame, Intent

_TIME = Histogram(
    "cadence_voice_transcription_duration_seconds",
    "How long a provider took for a transcription that succeeded.",
    ["provider"],
    buckets=(0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0),
)
_AUDIO = Counter(
    "cadence_voice_audio_seconds",  # providers are paid by it
    "Seconds of sound that a provider transcribed.",
    ["provider"],
)
_FAILURES = Counter(
    "cadence_voice_transcription_failures",
    "Attempts at a transcription that failed: the provider was away, or refused.",
    ["provider", "reason"],
)
_COMMANDS = Counter(
    "cadence_voice_commands", "Commands by what was understood.", ["intent", "source"]
)
_UNKNOWN = Counter(
    "cadence_voice_unknown_commands", "Commands that were not understood, by why.", ["reason"]
)
_CONFIRMATIONS = Counter(
    "cadence_voice_confirmations",
    "Confirmations: asked for, given, declined, replaced by other words, expired.",
    ["event"],
)
EVENTS = ("asked", "given", "declined", "corrected", "expired")
_UNSAID = "not understood"

for _event in EVENTS:  # a series that is not there cannot be told from one that is zero
    _CONFIRMATIONS.labels(_event)
for _intent in Intent:
    for _source in ("grammar", "model"):
        _COMMANDS.labels(_intent.value, _source)


@contextlib.contextmanager
def transcribing(provider: str, *, audio_s: float) -> Iterator[None]:
    """Time a transcription of *audio_s* seconds; one that raises is not counted here."""
    began = time.perf_counter()
    yield
    _TIME.labels(provider).observe(time.perf_counter() - began)
    _AUDIO.labels(provider).inc(audio_s)


def transcription_failed(provider: str, reason: str) -> None:
    """Count an attempt that failed, for the *reason* ``away`` or ``refused``."""
    _FAILURES.labels(provider, reason).inc()


def understood(frame: Frame) -> None:
    """Count a command by what it came to."""
    source = frame.source if frame.source in {"grammar", "model"} else "none"
    _COMMANDS.labels(frame.intent.value, source).inc()
    if frame.intent is Intent.UNKNOWN:
        _UNKNOWN.labels((frame.reason or _UNSAID).replace(" ", "_")).inc()


def confirmation(event: str, count: int = 1) -> None:
    """Count what became of *count* confirmations; *event* is one of `EVENTS`."""
    _CONFIRMATIONS.labels(event).inc(count)

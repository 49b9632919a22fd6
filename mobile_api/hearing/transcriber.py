"""Whoever turns a recording into words."""

from dataclasses import dataclass
from typing import Protocol

from bot.errors import Unavailable
from mobile_api.hearing.hints import Hints
from mobile_api.hearing.studio import Recording


class CannotHear(Unavailable):
    """The service that transcribes did not answer, twice."""


class Refused(Exception):
    """The service will not transcribe this, however often it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was heard; *low_trust* words may be others: everything acting is asked about."""

    text: str
    language: str = ""
    low_trust: bool = False


class Transcriber(Protocol):
    """A service, or a program on this machine, that transcribes."""

    name: str
    wants_samples: bool

    async def transcribe(self, recording: Recording, hints: Hints) -> Transcript:
        """Return what is said in *recording*.

        Raise `CannotHear` when it may work later, `Refused` when it never will.
        """
        ...

    async def close(self) -> None:
        """Give everything back."""
        ...

"""What the coordinator says to a machine that waits for runs, and hears from it.

A Fly Machine enrols once (``POST /ws/machine/enrol`` with the one-time token of its environment
and a *boot id* of its own making) and gets a secret that lives in its memory only; with that it
dials ``/ws/machine``. A daemon dials ``/ws/daemon`` with its user's token. The frames are the same:
JSON text, camelCase, unknown fields and types ignored (`runner.protocol.known`). A run that was
taken has a line of its own, ``/ws/runner`` with the run's token (`runner.protocol`).

Every frame may come twice: a run is known by its id.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, TypeAdapter, field_serializer

from runner.spec import Wire

MACHINE_PROTOCOL = 1
BEAT_S = 5.0


class EnrolRequest(Wire):
    """The body of an enrolment; the same *boot_id* may ask again, no other may."""

    boot_id: str = Field(min_length=16, max_length=64)
    protocol: int = MACHINE_PROTOCOL
    version: str = ""


class Enrolled(Wire):
    """The answer: who the machine is and what it proves itself with from now on."""

    machine_id: str
    secret: str


class ReadyFrame(Wire):
    """The first frame: what I am, how much I can do at once, and what I am at."""

    type: Literal["ready"] = "ready"
    protocol: int = MACHINE_PROTOCOL
    version: str = ""
    boot_id: str = ""
    capacity: int = 1
    runs: tuple[str, ...] = ()
    at: datetime | None = None
    facts: dict[str, Any] = Field(default_factory=dict)  # disk, memory, checks: for people


class BeatFrame(Wire):
    """I am alive and at these runs."""

    type: Literal["beat"] = "beat"
    runs: tuple[str, ...] = ()
    facts: dict[str, Any] = Field(default_factory=dict)


class TakenFrame(Wire):
    """I have begun the run, or *refused* says why I did not."""

    type: Literal["taken"] = "taken"
    run_id: str
    refused: str = ""


class EndedFrame(Wire):
    """The program of the run is over."""

    type: Literal["ended"] = "ended"
    run_id: str
    exit_code: int = 0
    last_words: str = ""


class TakeFrame(Wire):
    """Begin this run: dial ``/ws/runner`` with *token*. Said again until it is taken."""

    type: Literal["take"] = "take"
    run_id: str
    agent_id: str = ""
    repository_id: int = 0
    token: SecretStr = SecretStr("")

    @field_serializer("token", when_used="json")
    def _written_out(self, value: SecretStr) -> str:
        return value.get_secret_value()


class EndFrame(Wire):
    """End the run's program and remove what it left; the answer is an `EndedFrame`."""

    type: Literal["end"] = "end"
    run_id: str


class DrainFrame(Wire):
    """Take nothing new; leave when the last run is over."""

    type: Literal["drain"] = "drain"


class UpdateFrame(Wire):
    """Bring yourself to *version* when nothing runs, and dial again."""

    type: Literal["update"] = "update"
    version: str


from_machine: TypeAdapter[ReadyFrame | BeatFrame | TakenFrame | EndedFrame] = TypeAdapter(
    Annotated[ReadyFrame | BeatFrame | TakenFrame | EndedFrame, Field(discriminator="type")]
)
to_machine: TypeAdapter[TakeFrame | EndFrame | DrainFrame | UpdateFrame] = TypeAdapter(
    Annotated[TakeFrame | EndFrame | DrainFrame | UpdateFrame, Field(discriminator="type")]
)

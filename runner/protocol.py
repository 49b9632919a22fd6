"""What service and machine say to each other: JSON text frames over one WebSocket.

The runner dials ``/ws/runner`` with ``Authorization: Bearer <run token>``. Frames that carry a
*seq* (`EventFrame`, `ResultFrame`, `CheckpointFrame`) are kept by the runner until `AckFrame` names
that number, and are sent again after a reconnect; the coordinator drops a number that it has
stored. Names on the wire are camelCase; unknown fields, and frames of unknown types (`known`), are
ignored, so that either side may be newer. What an older coordinator would refuse is said only when
`AssignFrame` says that it is understood.

The runner's hello names the newest and the oldest version that it speaks; `AssignFrame` names the
one that both speak (`agreed`), or the coordinator closes with `TOO_OLD`. A coordinator of version 2
closes with `AWAY` when it only cannot store now, and stores a note in the place of a numbered frame
that it cannot read; what it refuses for good it closes with `REFUSED`. One of version 1 closes with
`REFUSED` for all of these.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, SecretStr, TypeAdapter, ValidationError, field_serializer

from runner.spec import Checkpoint, Outcome, RunSpec, Snippet, Wire

PROTOCOL_VERSION = 2
OLDEST_PROTOCOL = 1
TOO_OLD = 4426  # close code: one side must be brought up to date; the reason says which
AWAY = 1013  # close code: nothing can be stored now, dial again
REFUSED = 1008  # close code: this makes no sense
TOO_LARGE = 1009  # close code: this frame is larger than we take
RESTART = 1012  # close code: dial again
GONE = 4410  # close code: there is no such run any more
REPLACED = 4409  # close code: the same run has dialled again
HEARTBEAT_S = 10.0  # a line that is silent for half as long again is taken for dead
MAX_FRAME_BYTES = 1_048_576
MAX_QUERY_CHARS = 4_000
MAX_FOUND = 20
Frame = TypeVar("Frame")


class EventKind(StrEnum):
    """What an event tells; the shape of its data stands above each."""

    # {"phase": "cloning"}
    PHASE = "phase"
    # {"items": [{"text": str, "done": bool}]}
    PLAN = "plan"
    # {"text": str}: what the model said
    TEXT = "text"
    # {"id": str, "name": str, "input": {...}}
    TOOL_CALL = "tool_call"
    # {"id": str, "name": str, "isError": bool, "output": str, "seconds": float}
    TOOL_RESULT = "tool_result"
    # {"step": int, "model": str, "costUsd": float, "totalCostUsd": float, "tokens": {...}}
    USAGE = "usage"
    # {"sha": str, "subject": str}
    COMMIT = "commit"
    # a `Verification` by alias and "stage": "baseline", "final" or "repair-1"
    VERIFICATION = "verification"
    # {"text": str}
    QUESTION = "question"
    # {"level": "info" or "warning", "text": str}
    LOG = "log"


class HelloFrame(Wire):
    """The first frame of a runner: its version, its clock, and whether it is still paused."""

    type: Literal["hello"] = "hello"
    protocol: int = PROTOCOL_VERSION
    oldest: int = 1
    runner_version: str = ""
    run_id: str
    last_seq: int = 0
    is_paused: bool = False
    at: datetime | None = None


class HeartbeatFrame(Wire):
    """I am alive; renews the lease."""

    type: Literal["heartbeat"] = "heartbeat"
    run_id: str


class EventFrame(Wire):
    """One event of a run."""

    type: Literal["event"] = "event"
    run_id: str
    seq: int
    at: datetime
    kind: EventKind
    data: dict[str, Any]


class ResultFrame(Wire):
    """The run is over; takes a seq like an event and is acknowledged like one."""

    type: Literal["result"] = "result"
    run_id: str
    seq: int
    outcome: Outcome


class CheckpointFrame(Wire):
    """The parts of *checkpoint* are in the store; takes a seq like an event."""

    type: Literal["checkpoint"] = "checkpoint"
    run_id: str
    seq: int
    checkpoint: Checkpoint


class PausedFrame(Wire):
    """The run waits between two steps and its work is kept, or it does not wait any more."""

    type: Literal["paused"] = "paused"
    run_id: str
    is_paused: bool


class NeedTokenFrame(Wire):
    """Ask for a token; the answer is a `TokenFrame` with the same *request_id*."""

    type: Literal["need_token"] = "need_token"
    run_id: str
    request_id: str
    purpose: Literal["clone"] = "clone"


class SearchFrame(Wire):
    """Ask the index; the answer is a `FoundFrame` with the same *request_id*."""

    type: Literal["search"] = "search"
    run_id: str
    request_id: str = Field(max_length=100)
    query: str = Field(max_length=MAX_QUERY_CHARS)
    k: int = Field(default=10, ge=1, le=MAX_FOUND)


class AssignFrame(Wire):
    """Work on this; sent again after every hello.

    *protocol* is the version that both speak; version 1 did not say it. *can_search*: a
    `SearchFrame` is answered; *can_keep*: checkpoints and pauses are heard.
    """

    type: Literal["assign"] = "assign"
    spec: RunSpec
    protocol: int = 1
    acked_seq: int = 0
    can_search: bool = False
    can_keep: bool = False


class PauseFrame(Wire):
    """Stop between two steps and wait."""

    type: Literal["pause"] = "pause"


class ResumeFrame(Wire):
    """Go on."""

    type: Literal["resume"] = "resume"


class CancelFrame(Wire):
    """Stop, keep the work, send a result; *reason* is a sentence."""

    type: Literal["cancel"] = "cancel"
    reason: str = ""


class MessageFrame(Wire):
    """Steering words from a person; may come twice, *id* tells."""

    type: Literal["message"] = "message"
    id: int
    text: str
    author: str


class AckFrame(Wire):
    """Everything up to *seq* is stored."""

    type: Literal["ack"] = "ack"
    seq: int


class TokenFrame(Wire):
    """A token, or *error* as a sentence."""

    type: Literal["token"] = "token"
    request_id: str
    token: SecretStr = SecretStr("")
    error: str = ""

    @field_serializer("token", when_used="json")
    def _written_out(self, value: SecretStr) -> str:
        return value.get_secret_value()


class Found(Wire):
    """What the index knows of a query, or *error* as a sentence.

    *mode* is ``lexical`` or ``hybrid``, empty with an error; the best of *snippets* come first.
    """

    mode: str = ""
    snippets: tuple[Snippet, ...] = ()
    error: str = ""


class FoundFrame(Found):
    """The answer to a `SearchFrame`."""

    type: Literal["found"] = "found"
    request_id: str


FromRunner = (
    HelloFrame
    | HeartbeatFrame
    | EventFrame
    | ResultFrame
    | CheckpointFrame
    | PausedFrame
    | NeedTokenFrame
    | SearchFrame
)
ToRunner = (
    AssignFrame
    | PauseFrame
    | ResumeFrame
    | CancelFrame
    | MessageFrame
    | AckFrame
    | TokenFrame
    | FoundFrame
)

_BY_TYPE = Field(discriminator="type")
from_runner: TypeAdapter[FromRunner] = TypeAdapter(Annotated[FromRunner, _BY_TYPE])
from_coordinator: TypeAdapter[ToRunner] = TypeAdapter(Annotated[ToRunner, _BY_TYPE])


def agreed(newest: int, oldest: int) -> int | None:
    """Return the newest version that we and a runner speak, None when there is none."""
    version = min(PROTOCOL_VERSION, newest)
    return version if version >= max(OLDEST_PROTOCOL, oldest) else None


def known(frames: TypeAdapter[Frame], text: str) -> Frame | None:
    """Return the frame in *text*, None for a type of which only a newer side knows.

    Raise `ValidationError` for what is no frame at all.
    """
    try:
        return frames.validate_json(text)
    except ValidationError as error:
        if any(fault["type"] == "union_tag_invalid" for fault in error.errors()):
            return None
        raise

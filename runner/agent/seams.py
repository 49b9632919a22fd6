"""The seams of the harness: its hands (the sandbox) and its link (the coordinator).

Each has two implementations. Hands: `runner.agent.sandbox` (bubblewrap), and the same without a
cage for ``--no-sandbox``. Link: a WebSocket to the coordinator, and the terminal (``cadence run``).
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from runner.protocol import EventKind, Found, MessageFrame
from runner.spec import Checkpoint, Part


class ToolRetry(Exception):
    """A tool failed in a way that the model can mend; the message goes back to it."""


class ToolFailed(Exception):
    """A tool cannot work any more: the run ends with this sentence."""


class RunFailed(Exception):
    """The run ends here; the message is the honest sentence for the person who asked."""


class StoreAway(RunFailed):
    """What keeps our files does not answer now; later it may."""


class RunCancelled(Exception):
    """Somebody stopped the run; the message says who or why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """What a command did: *output* is stdout and stderr together, cut to head and tail."""

    exit_code: int
    output: str
    seconds: float
    timed_out: bool = False


class Hands(Protocol):
    """Where everything that the model or the repository asks for is executed."""

    @property
    def isolation(self) -> str:
        """``bubblewrap`` or ``none``, as the pull request says it."""
        ...

    async def call(self, name: str, arguments: dict[str, Any]) -> str | list[dict[str, Any]]:
        """Execute one of the SDK's tools (bash, read, write, edit, glob, grep).

        Return text or content blocks; raise `ToolRetry` for what the model can mend, `ToolFailed`
        when the sandbox is gone.
        """
        ...

    async def run(
        self, command: str, *, timeout_s: float, env: dict[str, str] | None = None
    ) -> CommandResult:
        """Run *command* with bash in a fresh cage on the same workspace and wait for it."""
        ...


@dataclass(slots=True)
class Control:
    """What people want from a run; written by the link, read between two steps."""

    cancel_reason: str | None = None
    going: asyncio.Event = field(default_factory=asyncio.Event)
    messages: deque[MessageFrame] = field(default_factory=deque)
    _seen: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.going.set()

    def pause(self) -> None:
        """Ask the run to wait before its next step."""
        self.going.clear()

    def resume(self) -> None:
        """Let the run go on."""
        self.going.set()

    def cancel(self, reason: str) -> None:
        """Ask the run to end; a paused one wakes up to do so."""
        self.cancel_reason = reason
        self.going.set()

    def add_message(self, message: MessageFrame) -> None:
        """Queue *message* once, however often it comes."""
        if message.id not in self._seen:
            self._seen.add(message.id)
            self.messages.append(message)

    @property
    def heard(self) -> list[int]:
        """The numbers of the messages that were taken out of the queue."""
        waiting = {message.id for message in self.messages}
        return sorted(self._seen - waiting)

    def heard_before(self, numbers: Iterable[int]) -> None:
        """Take no message of these *numbers*: they were heard on another machine."""
        self._seen |= set(numbers)
        known = [one for one in self.messages if one.id in set(numbers)]
        for message in known:
            self.messages.remove(message)

    @property
    def is_paused(self) -> bool:
        """Whether a pause is wanted."""
        return not self.going.is_set()


class Archive(Protocol):
    """Where a run's checkpoints are kept; a run in a terminal has none."""

    async def put(self, kind: Literal["talk", "tree"], data: bytes | Path) -> Part:
        """Store one part; raise `RunFailed` when it cannot be stored now."""
        ...

    async def get(self, part: Part, target: Path) -> Path:
        """Copy a part to the file *target*; raise `RunFailed` for one that is gone or broken."""
        ...

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Say where the run stands; returns when that is stored, or will be in its turn."""
        ...

    async def say_paused(self, *, is_paused: bool) -> None:
        """Say whether the run waits between two steps."""
        ...


class Link(Protocol):
    """What a run says to the world and hears from it."""

    control: Control

    async def emit(self, kind: EventKind, data: dict[str, Any]) -> None:
        """Record one event; durable before it returns, delivered when the line is up."""
        ...

    async def clone_token(self) -> str:
        """Return a read token for the repository, empty when none is needed."""
        ...

    async def search(self, query: str, k: int) -> Found:
        """Ask the index for at most *k* pieces; what hinders it is a sentence in the answer."""
        ...

    async def upload_bundle(self, path: Path) -> str:
        """Hand over the bundle at *path*; return its SHA-256 in hex."""
        ...

"""What the gateway needs of the coordinator: what runs are to do, and a place for what they say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain import Run
from runner.protocol import CancelFrame, MessageFrame, PauseFrame, ResumeFrame
from runner.spec import Checkpoint, Outcome, RunSpec, Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What people want of a run now; *cancel_reason* is None while nobody stops it."""

    is_paused: bool = False
    cancel_reason: str | None = None
    messages: tuple[MessageFrame, ...] = ()


@dataclass(slots=True)
class Told:
    """What was told of them over one line."""

    is_paused: bool
    is_cancelled: bool = False
    last_message: int = 0

    def news(self, wishes: Wishes) -> list[PauseFrame | ResumeFrame | CancelFrame | MessageFrame]:
        """Return what must be told of *wishes* now, and take it for told."""
        frames: list[PauseFrame | ResumeFrame | CancelFrame | MessageFrame] = []
        if wishes.is_paused != self.is_paused:
            self.is_paused = wishes.is_paused
            frames.append(PauseFrame() if wishes.is_paused else ResumeFrame())
        for message in wishes.messages:
            if message.id > self.last_message:
                self.last_message = message.id
                frames.append(message)
        if wishes.cancel_reason is not None and not self.is_cancelled:
            self.is_cancelled = True
            frames.append(CancelFrame(reason=wishes.cancel_reason))
        return frames


class Desk(Protocol):
    """What the gateway needs of the coordinator."""

    async def run_of(self, token_hash: str) -> Run | None:
        """Return the open or closed run of a token."""
        ...

    async def spec_of(self, run: Run) -> RunSpec:
        """Return what the run is to do.

        Raise `GitHubRefused` or `NotFound` when asking again would not help, `Unavailable` else.
        """
        ...

    async def refuse(self, run: Run, reason: str) -> None:
        """End a run whose spec there will never be; *reason* is what people are told."""
        ...

    async def wishes_for(self, run: Run) -> Wishes:
        """Return what people want of the run now."""
        ...

    async def renew(self, run: Run) -> None:
        """Move the lease's end: the runner was heard."""
        ...

    async def record(
        self, run_id: str, seq: int, kind: str, data: dict[str, Any], at: datetime
    ) -> bool:
        """Store an event once."""
        ...

    async def record_result(self, run_id: str, seq: int, outcome: Outcome) -> bool:
        """Store the result once."""
        ...

    async def record_checkpoint(self, run: Run, seq: int, checkpoint: Checkpoint) -> bool:
        """Store where the run came to, once."""
        ...

    async def note_pause(self, run: Run, *, is_paused: bool) -> None:
        """Note whether the run waits between two steps, with its work kept."""
        ...

    async def clone_token(self, run: Run) -> str:
        """Return a read token for the run's repository; raise `CadenceError`."""
        ...

    async def search(self, run: Run, query: str, k: int) -> tuple[str, tuple[Snippet, ...]]:
        """Return how the index searched and what it found; raise `CadenceError`."""
        ...

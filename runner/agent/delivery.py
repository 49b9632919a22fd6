"""What a run says, delivered in order over one line after the other until it is stored."""

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from runner.agent.outbox import Outbox
from runner.channel import Channel
from runner.notes import note_for
from runner.protocol import CheckpointFrame, EventFrame, PausedFrame, ResultFrame

_REFUSALS = 3  # of one frame, until a note goes in its place
Numbered = EventFrame | ResultFrame | CheckpointFrame
log = structlog.get_logger()


class Delivery:
    """Numbers frames and keeps them; a slow coordinator costs disk, then time, never memory."""

    def __init__(self, outbox: Outbox, run_id: str) -> None:
        self._outbox = outbox
        self._run_id = run_id
        self._stirred = asyncio.Event()
        self._gave_up = False
        self._waits: bool | None = None  # nobody need be told of a run that never waited
        self._refused_at, self._refusals = 0, 0

    @property
    def last_seq(self) -> int:
        """The number of the last frame that was said."""
        return self._outbox.last_seq

    async def say(self, make: Callable[[int], Numbered], *, is_last: bool = False) -> None:
        """Keep what *make* makes of the next number; wait while there is no room for it.

        The last frame of a run has room of its own. Raise `OutboxFull`.
        """
        while True:
            text = make(self._outbox.last_seq + 1).to_json()
            if is_last or self._gave_up or self._outbox.has_room(len(text.encode())):
                break
            await self._stirred.wait()
        self._outbox.add(text)
        self._stir()

    def say_waits(self, *, waits: bool) -> None:
        """Say whether the run waits, on this line and all that come."""
        self._waits = waits
        self._stir()

    def stored(self, seq: int) -> None:
        """Forget what the coordinator has stored."""
        self._outbox.ack(seq)
        self._stir()

    async def all_stored(self) -> None:
        """Return when the coordinator has stored everything, or nobody hopes for it any more."""
        while not self._outbox.is_empty and not self._gave_up:
            await self._stirred.wait()

    async def flow(self, channel: Channel, *, acked: int, can_keep: bool) -> None:
        """Deliver over *channel* what comes after *acked*, for ever or until it is down.

        That the run waits is said when everything before it is stored: its machine may be given
        back at once.
        """
        self._outbox.begin_after(acked)
        self.stored(acked)
        sent = acked
        told: bool | None = None
        with contextlib.suppress(ConnectionError):
            while True:
                seq = self._outbox.may_go(sent)
                if seq is not None:
                    await channel.say(self._outbox.read(seq))
                    sent = seq
                elif (
                    can_keep and self._waits != told and (self._outbox.is_empty or not self._waits)
                ):
                    told = self._waits
                    frame = PausedFrame(run_id=self._run_id, is_paused=bool(told))
                    await channel.say(frame.to_json())
                else:
                    await self._stirred.wait()

    def refused(self) -> None:
        """Put a note in the place of a frame that the coordinator refused again and again."""
        first = self._outbox.first_seq
        self._refusals = self._refusals + 1 if first == self._refused_at else 1
        self._refused_at = first
        if self._refusals >= _REFUSALS and not self._outbox.is_empty:
            note = note_for(self._outbox.read(first))
            log.warning("frame refused, a note goes instead", seq=first)
            if note is not None:
                self._outbox.stand_in(note.to_json())

    def give_up(self) -> None:
        """Let nobody wait any more."""
        self._gave_up = True
        self._stir()

    def close(self) -> None:
        """Let the file go; nothing can be said any more."""
        self._outbox.close()

    def _stir(self) -> None:
        """Wake everybody who waits for a change."""
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()

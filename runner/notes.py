"""Notes that are stored in the place of frames which the other side cannot read.

Numbers have no gaps, so a frame that nobody can read would hold up everything behind it.
"""

import re
from datetime import UTC, datetime

from runner.protocol import EventFrame, EventKind, ResultFrame
from runner.spec import Outcome

# All versions write these three first, so that even a frame that is no JSON can be told apart.
_HEAD = re.compile(
    r'\{\s*"type"\s*:\s*"(\w{1,40})"\s*,\s*"runId"\s*:\s*"([^"\\]{1,200})"\s*,\s*"seq"\s*:\s*(\d{1,15})\b'
)
_EVENT = "The machine said something that its coordinator does not understand."
_RESULT = "The machine told how it ended in a way that its coordinator does not understand."


def note_for(text: str) -> EventFrame | ResultFrame | None:
    """Return what stands under the number of the frame *text*, None for one without a number."""
    head = _HEAD.match(text)
    if head is None:
        return None
    kind, run_id, seq = head[1], head[2], int(head[3])
    if kind == "result":
        return ResultFrame(run_id=run_id, seq=seq, outcome=Outcome(status="failed", reason=_RESULT))
    return EventFrame(
        run_id=run_id,
        seq=seq,
        at=datetime.now(UTC),
        kind=EventKind.LOG,
        data={"level": "warning", "text": _EVENT},
    )

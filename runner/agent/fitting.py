"""What a run says, made to fit a frame: cut visibly, and of characters that travel everywhere."""

import json
from typing import Any

from runner.plain import plain
from runner.protocol import MAX_FRAME_BYTES
from runner.spec import Outcome

ROOM = MAX_FRAME_BYTES - 64 * 1024  # of a frame, for its data
_TOO_MUCH = {"cut": "this was too large to be shown"}


def fitting(data: dict[str, Any]) -> dict[str, Any]:
    """Return *data* so that it fits a frame; what is too long or too deep is cut, and shows it."""
    clean = plain(data)
    for most in (None, 100_000, 10_000, 1_000):
        fit = clean if most is None else {key: _cut(value, most) for key, value in clean.items()}
        if len(json.dumps(fit).encode()) <= ROOM:
            return dict(fit)
    return dict(_TOO_MUCH)


def fitting_outcome(outcome: Outcome) -> Outcome:
    """Return *outcome* so that it fits a frame."""
    fit = fitting(outcome.model_dump(mode="json"))
    if fit == _TOO_MUCH:  # nobody's words are that long
        return Outcome(status=outcome.status, reason="What came of it was too large to be told.")
    return Outcome.model_validate(fit)


def _cut(value: Any, most: int) -> Any:
    if isinstance(value, str) and len(value) > most:
        return f"{value[:most]} [... {len(value) - most} more characters]"
    if isinstance(value, dict):
        kept = {key: _cut(each, most) for key, each in list(value.items())[:most]}
        return kept | ({"...": f"{len(value) - most} more"} if len(value) > most else {})
    if isinstance(value, list):
        cut = [_cut(each, most) for each in value[:most]]
        return cut + ([f"[... {len(value) - most} more]"] if len(value) > most else [])
    return value

"""Values as every database and every reader of JSON takes them."""

import math
from typing import Any

DEEPEST = 50  # readers of JSON give up somewhere below
_SHOWN = "\N{REPLACEMENT CHARACTER}"


def plain(value: Any, deepest: int = DEEPEST) -> Any:
    """Return *value* without NUL, half characters, numbers that are none, and endless depth."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict | list | tuple) and deepest == 0:
        return "[... too deep to be shown]"
    if isinstance(value, dict):
        return {plain_text(str(key)): plain(each, deepest - 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, deepest - 1) for each in value]
    return value


def plain_text(text: str) -> str:
    """Return *text* with a mark in the place of every NUL and every half of a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", _SHOWN)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text

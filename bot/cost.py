"""What models cost, from the dated price file beside this module: pure."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot.errors import InvalidRequest

_FILE = Path(__file__).with_name("models.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrice:
    """US dollars per million tokens, by kind."""

    input: float
    output: float
    cache_write_5m: float
    cache_write_1h: float
    cache_read: float


def newest(family: str) -> str:
    """Return the newest model of *family* (``sonnet``, ``haiku``, ``opus``) that has a price."""
    for name, entry in _entries().items():
        if entry["family"] == family:
            return name
    raise InvalidRequest(f"no model of the family {family} is known")


def names() -> tuple[str, ...]:
    """Return the models that have a price, newest first in each family."""
    return tuple(_entries())


def price(model: str, *, at: date | None = None) -> ModelPrice:
    """Return the price of *model* on the day *at*, the newest when None."""
    entry = _entries().get(model)
    if entry is None:
        raise InvalidRequest(f"the model {model} is not known; known are {', '.join(names())}")
    fitting = [p for p in entry["prices"] if at is None or date.fromisoformat(p["from"]) <= at]
    if not fitting:
        raise InvalidRequest(f"the model {model} had no price on {at}")
    newest_price = max(fitting, key=lambda p: str(p["from"]))
    return ModelPrice(**{name: newest_price[name] for name in ModelPrice.__dataclass_fields__})


@cache
def _entries() -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = json.loads(_FILE.read_text())["models"]
    return entries

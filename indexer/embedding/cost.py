"""What embeddings cost, from the dated price file beside this module."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("embeddings.json")


def price(model: str, *, at: date | None = None) -> float | None:
    """Return US dollars per million tokens of *model* on the day *at*, the newest when None.

    None when the price is not known, as with every model that somebody runs herself.
    """
    entries: list[dict[str, Any]] = _models().get(model, [])
    fitting = [one for one in entries if at is None or date.fromisoformat(one["from"]) <= at]
    newest = max(fitting, key=lambda one: str(one["from"]), default=None)
    return None if newest is None else float(newest["input"])


@cache
def _models() -> dict[str, list[dict[str, Any]]]:
    models: dict[str, list[dict[str, Any]]] = json.loads(_FILE.read_text())["models"]
    return models


@dataclass(slots=True, kw_only=True)
class EmbeddingsUsage:
    """What an embedder asked for since it was made, or since `taken`.

    *estimated* is the part of *tokens* that the endpoint did not count for us. *skipped* are texts
    that the endpoint could not embed whatever was tried.
    """

    model: str
    requests: int = 0
    texts: int = 0
    tokens: int = 0
    estimated: int = 0
    skipped: int = 0

    @property
    def cost_usd(self) -> float | None:
        """US dollars, None when the model's price is not known."""
        per_million = price(self.model)
        return None if per_million is None else self.tokens * per_million / 1_000_000

    def add(self, texts: int, tokens: int, *, is_estimate: bool) -> None:
        """Count one answered request."""
        self.requests += 1
        self.texts += texts
        self.tokens += tokens
        self.estimated += tokens if is_estimate else 0

    def taken(self) -> "EmbeddingsUsage":
        """Return what was counted, and begin anew."""
        counts = ("requests", "texts", "tokens", "estimated", "skipped")
        found = {name: getattr(self, name) for name in counts}
        for name in counts:
            setattr(self, name, 0)
        return EmbeddingsUsage(model=self.model, **found)

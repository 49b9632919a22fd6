"""The dev kit with a clock: stand-ins in this process that note when they were called."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from deploy.devkit.anthropic import AnthropicStandIn
from deploy.devkit.github.records import Exchange
from tests.bench import programs
from tests.fakes.github import Town, town


class TimedModel(AnthropicStandIn):
    """The model's side; *spans* are (asked, answered) of the message requests, wall clock."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.spans: list[tuple[float, float]] = []
        self.on_asked: Callable[[], None] = lambda: None

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        asked = time.time()
        if request.path == "/v1/messages":
            self.on_asked()
        try:
            answer: web.StreamResponse = await super()._guard(request, handler)
            return answer
        finally:
            if request.path == "/v1/messages":
                self.spans.append((asked, time.time()))


class TimedCalls(list[Exchange]):
    """GitHub's log of calls; *ended* holds when each was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: list[float] = []

    def append(self, call: Exchange) -> None:
        self.ended.append(time.time())
        super().append(call)

    def asked(self, method: str, ending: str, *, since: float) -> float | None:
        """Return when the first such call after *since* came in."""
        for call, ended in zip(self, self.ended, strict=True):
            is_it = call.method == method and call.path.endswith(ending)
            if is_it and ended >= since:
                return ended - call.duration_s
        return None

    def spent_s(self, *, since: float, until: float) -> float:
        """Return how long GitHub itself took between two moments, calls side by side once."""
        covered, last = 0.0, since
        pairs = sorted(
            (ended - call.duration_s, ended) for call, ended in zip(self, self.ended, strict=True)
        )
        for began, ended in pairs:
            began, ended = max(began, last), min(ended, until)
            if ended > began:
                covered, last = covered + ended - began, ended
        return covered


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything that a coordinator talks to, and the coordinator."""

    town: Town
    model: TimedModel
    calls: TimedCalls
    place: Path
    settings: dict[str, str]

    def coordinator(self) -> contextlib.AbstractAsyncContextManager[programs.Program]:
        """Start the coordinator on this scene."""
        secret = self.town.app.webhook_secret
        return programs.coordinator(self.place, secret=secret, settings=self.settings)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Look into the coordinator's database."""
        path = self.place / "data" / "cadence.sqlite3"
        with contextlib.closing(sqlite3.connect(path, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()


@contextlib.asynccontextmanager
async def scene(place: Path, scenario: dict[str, Any]) -> AsyncIterator[Scene]:
    """Put up the stand-ins in *place*."""
    async with town(place / "github") as opened, TimedModel(scenario) as model:
        calls = TimedCalls()
        opened.github.site.exchanges = calls
        app = opened.app
        settings = {
            "GITHUB_URL": opened.github.url,
            "GITHUB_API_URL": opened.github.api_url,
            "GITHUB_APP_ID": str(app.app_id),
            "GITHUB_APP_SLUG": app.slug,
            "GITHUB_PRIVATE_KEY": app.private_key_pem,
            "ANTHROPIC_API_KEY": model.key,
            "ANTHROPIC_BASE_URL": model.url,
            "CADENCE_AGENTS_PER_INSTALLATION": "1",
        }
        yield Scene(town=opened, model=model, calls=calls, place=place, settings=settings)


def moment(text: str) -> float:
    """Return the moment that SQLite keeps as *text*, in UTC, as a time stamp."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


async def until(claim: Callable[[], Any], what: str, *, seconds: float = 60) -> Any:
    """Wait until *claim* is true and return what it said."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if said := claim():
            return said
        await asyncio.sleep(0.02)
    raise RuntimeError(f"waited in vain for {what}")

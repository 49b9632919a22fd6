"""A publisher on the GitHub stand-in, with what a test needs round it."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.domain import Agent
from bot.github.app import GitHubApp
from bot.publisher import Published, Publisher
from bot.texts.pull_body import Places
from deploy.devkit.github import GitHubStandIn
from runner.redact import Redactor
from runner.spec import Outcome
from tests.fakes.github import REPO, Town, town
from tests.fakes.workshop import BOT, Workshop, agent_on


@dataclass(frozen=True, kw_only=True)
class Press:
    """The stand-in, a publisher on it, and the agent whose work is published."""

    town: Town
    app: GitHubApp
    publisher: Publisher
    agent: Agent
    issue: int
    workshop: Workshop

    @property
    def github(self) -> GitHubStandIn:
        """The stand-in."""
        return self.town.github

    async def publish(self, **changes: Any) -> Published:
        """Publish the workshop's work."""
        bundle = self.workshop.bundle()
        outcome = self.workshop.outcome(bundle, **changes)
        return await self.publisher.publish(self.agent, outcome, bundle)

    async def publish_as(self, outcome: Outcome, bundle: Path | None) -> Published:
        """Publish exactly this."""
        return await self.publisher.publish(self.agent, outcome, bundle)


def app_of(session: aiohttp.ClientSession, place: Town, **options: Any) -> GitHubApp:
    """Return our App on the stand-in."""
    return GitHubApp(
        session,
        api_url=place.github.api_url,
        app_id=place.app.app_id,
        private_key_pem=place.app.private_key_pem,
        slug=place.app.slug,
        **options,
    )


def publisher_on(
    app: GitHubApp,
    url: str,
    root: Path,
    *,
    checkpoint: Callable[[str], None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Publisher:
    """Return a publisher for the stand-in at *url*."""
    return Publisher(
        app,
        root,
        Redactor(),
        lambda name: f"{url}/{name}.git",
        author=BOT,
        places=Places(base_url="http://127.0.0.1:3000", web_url=url),
        checkpoint=checkpoint or (lambda _step: None),
        environment=environment,
    )


@contextlib.asynccontextmanager
async def press(root: Path) -> AsyncIterator[Press]:
    """Start everything below *root*."""
    async with town(root / "github") as place, aiohttp.ClientSession() as session:
        issue = place.github.open_issue(REPO, "dana", "area() is wrong")
        comment = place.github.comment(REPO, issue.number, "dana", "@cadence fix this")
        repository = place.github.world.repository(REPO)
        app = app_of(session, place)
        yield Press(
            town=place,
            app=app,
            publisher=publisher_on(app, place.github.url, root / "mirrors"),
            agent=agent_on(
                installation_id=place.installation_id,
                repository_id=repository.id,
                repository=REPO,
                issue=issue.number,
                comment_id=comment.id,
            ),
            issue=issue.number,
            workshop=Workshop(root / "work", repository.path),
        )

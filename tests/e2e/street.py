"""Many small stories in one world: each has its own account, repository and lines for the model.

One coordinator serves them all, some at a time, so that a story costs hardly more than its run.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy.devkit.anthropic.scenario import Script, Structured
from tests.e2e.plays import CHECK, CONFIG, FIX
from tests.e2e.world import BOT, World, world
from tests.fakes.github import FILES

Json = dict[str, Any]
Story = Callable[["Place"], Awaitable[None]]
ENDS = ("### ✅", "### 📝", "### 😕", "### ⏹️ Stopped", "### 🤷")
TREE = {**FILES, ".github/cadence.yml": CONFIG, "check.py": CHECK}
STATUS = "<!-- cadence:agent:"
ALL_S = 450


class Place:
    """One story's account, repository and installation."""

    def __init__(self, made: World, name: str) -> None:
        self.world = made
        self.github = made.github
        self.name = name
        self.repo = f"{name}/widgets"
        self.number = 0

    async def built(self) -> None:
        """Make the repository, with a writer and a reader, and install the App on it."""
        await self.github.repository(self.repo, files=TREE)
        self.github.grant(self.repo, "dana", "write")
        self.github.grant(self.repo, "rita", "read")
        self.github.install(self.name)

    def play(self, *turns: Json) -> None:
        """Say what the model says in this story from now on; by default it mends the area."""
        scenario = self.world.llm.scenario
        scenario.scenarios[:] = [one for one in scenario.scenarios if one.when != f"{self.name}/"]
        facts = {"when": f"{self.name}/", "turns": list(turns or FIX["turns"])}
        scenario.scenarios.append(Script.model_validate(facts))
        triage = {"kind": "change", "restated": "x", "question_to_ask": "", "closes_issue": True}
        scenario.structured.append(Structured(when=self.name, answer=triage))

    def issue(self, body: str = "It adds.") -> None:
        """Open an issue whose title names the story."""
        title = f"Area is wrong {self.name}"
        self.number = self.github.open_issue(self.repo, "dana", title, body).number

    def say(self, words: str, *, author: str = "dana") -> int:
        """Mention us under the issue; return the comment's id."""
        return self.github.comment(self.repo, self.number, author, f"@cadence {words}").id

    def ask(self, words: str = "please fix this") -> int:
        """Open an issue and mention us; return the comment's id."""
        self.issue()
        return self.say(words)

    def comments(self) -> list[str]:
        """Return what we wrote under the issue."""
        found = self.github.comments(self.repo, self.number)
        return [c.body for c in found if c.author.login == BOT]

    def statuses(self) -> list[str]:
        """Return the status comments, one for each agent, oldest first."""
        return [comment for comment in self.comments() if comment.startswith(STATUS)]

    async def until(self, claim: Callable[[], Any], what: str) -> Any:
        """Wait until *claim* is true and return what it said."""
        return await self.world.until(claim, f"{self.name}: {what}", seconds=ALL_S / 2)

    async def ended(self, *words: str, agents: int = 1) -> None:
        """Wait for the end of the last of so many *agents*: its comment holds all *words*."""

        def over() -> str:
            told = self.statuses()
            is_over = len(told) >= agents and any(end in told[-1] for end in ENDS)
            return told[-1] if is_over else ""

        told = await self.until(over, "an end")
        assert [word for word in words if word not in told] == [], told
        assert len(self.statuses()) == agents

    async def answered(self, *words: str) -> None:
        """Wait for a comment of ours, not a status, that holds all *words*."""

        def is_there() -> bool:
            others = [one for one in self.comments() if not one.startswith(STATUS)]
            return any(all(word in one for word in words) for one in others)

        await self.until(is_there, f"an answer with {words}")

    async def reacts(self, content: str, *, comment: int | None = None) -> None:
        """Wait until *content* is our one reaction to the issue or to *comment*."""

        def is_alone() -> bool:
            found = self.github.reactions(self.repo, self.number, comment_id=comment)
            return [one.content for one in found] == [content]

        await self.until(is_alone, f"{content} alone")

    def requests(self) -> list[Json]:
        """Return what the model was asked in this story, triage left out."""
        mark = f"repository {self.name}/"
        return [m for m in self.world.llm.messages if mark in str(m["messages"][0])]

    def has_logged(self, words: str) -> bool:
        """Whether an agent of this repository told *words*."""
        path = self.world.root / "data" / "cadence.sqlite3"
        query = (
            "SELECT count(*) FROM agent_events AS e JOIN agents AS a ON a.id = e.agent_id"
            " WHERE a.task LIKE ? AND e.data LIKE ?"
        )
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            found = database.execute(query, (f'%"{self.repo}"%', f"%{words}%")).fetchone()
        return bool(found[0])


@asynccontextmanager
async def street(root: Path) -> AsyncIterator[World]:
    """Open a world without stories and start its coordinator."""
    async with world(root, {}) as made:
        await made.start()
        yield made


async def hold(made: World, stories: Sequence[Story], subtests: pytest.Subtests) -> None:
    """Play the stories, some at a time, and report each as a test of its own."""
    turns = asyncio.Semaphore(5)

    async def one(number: int, story: Story) -> None:
        async with turns:
            place = Place(made, f"p{number:02d}q")
            await place.built()
            await story(place)

    async with asyncio.timeout(ALL_S):
        tasks = [asyncio.create_task(one(n, story)) for n, story in enumerate(stories)]
        await asyncio.wait(tasks)
    for story, task in zip(stories, tasks, strict=True):
        with subtests.test(getattr(story, "__name__", "").replace("_", " ")):
            task.result()

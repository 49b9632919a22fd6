"""What people on GitHub are told, with a real database and the stand-in's REST API."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database
from bot.domain import Agent, Phase, Requester, Source, Task
from bot.github.app import GitHubApp
from bot.github.client import Client
from bot.reporter import Reporter
from deploy.devkit.github import GitHubStandIn, Reaction
from runner.redact import Redactor
from tests.fakes.gallery import ANSWER, CHANGE
from tests.fakes.github import REPO, Town, town
from tests.fakes.press import app_of

GAP_S = 0.2
LATER = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=900)


@pytest.fixture
def database_url(store_url: str) -> str:
    return store_url


@dataclass(frozen=True, kw_only=True)
class Newsroom:
    """The stand-in, agents, and a reporter that can be stopped and started."""

    town: Town
    agents: Agents
    bus: Bus
    app: GitHubApp

    @property
    def github(self) -> GitHubStandIn:
        return self.town.github

    def reporter(self, *, gap_s: float = GAP_S) -> Reporter:
        return Reporter(
            self.agents,
            self.bus,
            self.app,
            Redactor(),
            base_url="http://127.0.0.1:3000",
            web_url=self.github.url,
            budget_usd=3.0,
            min_gap_s=gap_s,
            sweep_s=0.3,
        )

    @contextlib.asynccontextmanager
    async def reporting(self, *, gap_s: float = GAP_S) -> AsyncIterator[None]:
        task = asyncio.create_task(self.reporter(gap_s=gap_s).run())
        try:
            yield
            assert not task.done(), "the reporter's loop ended"
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def ask(self, words: str = "@cadence fix this") -> Agent:
        """Let dana write a comment on a new issue; return the agent of it."""
        issue = self.github.open_issue(REPO, "dana", "area() is wrong")
        comment = self.github.comment(REPO, issue.number, "dana", words)
        agent, _ = await self.agents.create(
            Task(
                installation_id=self.town.installation_id,
                repository_id=self.github.world.repository(REPO).id,
                repository=REPO,
                instruction=words,
                source=Source.ISSUE_COMMENT,
                source_ref=f"comment:{comment.id}",
                requester=Requester(id=7, login="dana"),
                issue=issue.number,
                issue_title=issue.title,
                comment_id=comment.id,
            )
        )
        return agent

    async def start(self, agent: Agent) -> None:
        await self.agents.start(agent.id, model="claude-sonnet-5", deadline_at=LATER)

    def reactions(self, agent: Agent) -> list[Reaction]:
        assert agent.task.issue is not None
        return self.github.reactions(REPO, agent.task.issue, comment_id=agent.task.comment_id)

    def emoji(self, agent: Agent) -> list[str]:
        return sorted(reaction.content for reaction in self.reactions(agent))

    def told(self, agent: Agent) -> list[str]:
        """Return the texts of our comments under the agent's issue."""
        assert agent.task.issue is not None
        found = self.github.comments(REPO, agent.task.issue)
        return [c.body for c in found if c.author.login == "cadence[bot]"]

    def calls(self, method: str, path: str) -> list[int]:
        return [c.status for c in self.github.requests if c.method == method and path in c.path]

    async def until_told(self, agent: Agent, words: str) -> None:
        await until(lambda: any(words in text for text in self.told(agent)))

    async def until_quiet(self) -> None:
        async with asyncio.timeout(20):
            while await self.agents.unreported():  # noqa: ASYNC110 - as in `until`
                await asyncio.sleep(0.01)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - the stand-in is outside and tells nobody
            await asyncio.sleep(0.01)


async def at_once(_wait_s: float) -> None:
    """Let the client be impatient: what is tried here is the reporter's own patience."""


@pytest.fixture
async def room(tmp_path: Path, agents: Agents, bus: Bus) -> AsyncIterator[Newsroom]:
    async with town(tmp_path / "github") as place, aiohttp.ClientSession() as session:
        client = Client(session, api_url=place.github.api_url, user_agent="cadence", sleep=at_once)
        app = app_of(session, place, client=client)
        yield Newsroom(town=place, agents=agents, bus=bus, app=app)


async def test_eyes_come_first_then_one_comment(room: Newsroom) -> None:
    async with room.reporting():
        agent = await room.ask()
        await room.until_told(agent, "Waiting for its turn")

    posts = [c.path for c in room.github.requests if c.method == "POST" and "issues" in c.path]
    assert posts[0].endswith(f"/comments/{agent.task.comment_id}/reactions")
    assert posts[1].endswith(f"/issues/{agent.task.issue}/comments")
    assert room.emoji(agent) == ["eyes"]
    assert len(room.told(agent)) == 1


async def test_done_agent_has_its_rocket_and_its_pull_request_in_the_same_comment(
    room: Newsroom,
) -> None:
    async with room.reporting():
        agent = await room.ask()
        await room.until_told(agent, "Waiting")
        await room.start(agent)
        await room.until_told(agent, "Starting a machine")
        await room.agents.set_pull(agent.id, number=12, url="http://x/pull/12", branch="b")
        await room.agents.complete(agent.id, CHANGE.model_dump(mode="json", by_alias=True))
        await room.until_told(agent, "[pull request #12](http://x/pull/12) is ready for review")
        await room.until_quiet()

    assert room.emoji(agent) == ["rocket"]
    assert len(room.told(agent)) == 1


async def test_failed_agent_has_its_reason_and_a_confused_face(room: Newsroom) -> None:
    async with room.reporting():
        agent = await room.ask()
        await room.start(agent)
        await room.agents.fail(agent.id, "the tests could not be mended")
        await room.until_told(agent, "The tests could not be mended.")
        await room.until_quiet()

    assert room.emoji(agent) == ["confused"]


async def test_answer_is_the_comment(room: Newsroom) -> None:
    async with room.reporting():
        agent = await room.ask("@cadence where is area()?")
        await room.start(agent)
        await room.agents.complete(agent.id, ANSWER.model_dump(mode="json", by_alias=True))
        await room.until_told(agent, ANSWER.answer)
        await room.until_quiet()

    assert room.emoji(agent) == ["rocket"]


async def test_edits_keep_their_distance_and_the_last_state_gets_there(room: Newsroom) -> None:
    async with room.reporting(gap_s=0.5):
        agent = await room.ask()
        await room.until_told(agent, "Waiting")
        await room.start(agent)
        for phase in (Phase.CLONING, Phase.SETUP, Phase.WORKING, Phase.VERIFYING):
            await room.agents.reach(agent.id, phase)
        await room.until_told(agent, "Running the tests")
        await room.until_quiet()

    assert len(room.calls("PATCH", "/issues/comments/")) == 1


async def test_text_that_is_the_same_is_not_sent_again(room: Newsroom) -> None:
    async with room.reporting():
        agent = await room.ask()
        await room.until_told(agent, "Waiting")
        await room.agents.say(agent.id, "hurry", author="dana", source_ref="comment:77")
        await room.until_quiet()

    assert room.calls("PATCH", "/issues/comments/") == []


async def test_reporter_that_starts_late_tells_what_happened_meanwhile(room: Newsroom) -> None:
    agent = await room.ask()
    await room.start(agent)
    await room.agents.fail(agent.id, "nobody was there")

    async with room.reporting():
        await room.until_told(agent, "Nobody was there.")
        await room.until_quiet()

    assert room.emoji(agent) == ["confused"]
    assert len(room.told(agent)) == 1


@pytest.mark.parametrize("words", ["Waiting", "Starting"])
async def test_killed_between_writing_the_comment_and_noting_it_there_is_still_one(
    room: Newsroom, words: str
) -> None:
    async with room.reporting():
        agent = await room.ask()
        await room.until_told(agent, "Waiting")
        await room.until_quiet()
    await room.agents.set_comment(agent.id, None)
    await room.start(agent)

    async with room.reporting():
        await room.until_told(agent, "Starting a machine")
        await room.until_quiet()

    assert len(room.told(agent)) == 1


async def test_answer_lost_on_its_way_makes_no_second_comment(room: Newsroom) -> None:
    path = r"/issues/\d+/comments$"
    room.github.fault(path, method="POST", status=502, is_after=True)

    async with room.reporting():
        agent = await room.ask()
        await room.until_quiet()

    assert len(room.told(agent)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 503}, id="503"),
        pytest.param({"status": 429, "retry_after_s": 2, "times": 4}, id="429"),
        pytest.param({"is_secondary": True, "retry_after_s": 6, "times": 1}, id="secondary"),
        pytest.param({"is_cut": True}, id="cut"),
    ],
)
async def test_github_in_trouble_delays_the_news_and_loses_none(
    room: Newsroom, fault: dict[str, Any]
) -> None:
    async with room.reporting():
        agent = await room.ask()
        await room.until_told(agent, "Waiting")
        room.github.fault(r"/issues/comments/\d+$", method="PATCH", **{"times": 5, **fault})
        await room.start(agent)
        await room.agents.fail(agent.id, "the end")
        await room.until_told(agent, "The end.")
        await room.until_quiet()

    assert room.emoji(agent) == ["confused"]


async def test_trouble_of_one_agent_is_not_the_others(room: Newsroom) -> None:
    async with room.reporting():
        first = await room.ask()
        await room.until_told(first, "Waiting")
        room.github.fault(
            rf"/issues/comments/{(await room.agents.get(first.id)).comment_id}$",
            method="PATCH",
            status=500,
            times=1_000,
        )
        await room.start(first)
        second = await room.ask()
        await room.until_told(second, "Waiting")
        await room.start(second)
        await room.until_told(second, "Starting a machine")


@pytest.mark.parametrize("event", ["deleted", "locked", "uninstalled"])
async def test_where_nobody_can_be_told_it_is_given_up_and_others_go_on(
    room: Newsroom, event: str
) -> None:
    async with room.reporting():
        agent = await room.ask()
        await room.until_told(agent, "Waiting")
        await room.until_quiet()
        other = await room.ask()
        await room.until_told(other, "Waiting")
        assert agent.task.issue is not None
        if event == "deleted":
            room.github.delete_issue(REPO, agent.task.issue, "dana")
        elif event == "locked":
            room.github.lock_issue(REPO, agent.task.issue)
            ours = (await room.agents.get(agent.id)).comment_id
            room.github.fault(rf"/issues/comments/{ours}$", status=403, message="issue is locked")
        else:
            room.github.uninstall(room.town.installation_id)
        await room.start(agent)
        await room.until_quiet()
        await room.agents.fail(agent.id, "too late")
        await room.until_quiet()

        assert await room.agents.unreported() == []
        if event != "uninstalled":
            await room.start(other)
            await room.until_told(other, "Starting a machine")


async def test_comment_that_a_person_deleted_comes_back_once_at_the_end(room: Newsroom) -> None:
    async with room.reporting():
        agent = await room.ask()
        await room.until_told(agent, "Waiting")
        await room.until_quiet()
        assert agent.task.issue is not None
        ours = room.github.comments(REPO, agent.task.issue)[-1]
        room.github.delete_comment(REPO, agent.task.issue, ours)
        await room.start(agent)
        for phase in (Phase.CLONING, Phase.WORKING):
            await room.agents.reach(agent.id, phase)
            await room.until_quiet()
        assert room.told(agent) == []
        await room.agents.fail(agent.id, "the end")
        await room.until_quiet()

    assert len(room.told(agent)) == 1
    assert "The end." in room.told(agent)[0]
    assert len(room.calls("PATCH", "/issues/comments/")) == 1


async def test_words_that_are_gone_keep_nobody_from_being_told(room: Newsroom) -> None:
    agent = await room.ask()
    assert agent.task.issue is not None
    theirs = room.github.comments(REPO, agent.task.issue)[0]
    room.github.delete_comment(REPO, agent.task.issue, theirs)

    async with room.reporting():
        await room.until_told(agent, "Waiting")


async def test_secret_in_a_reason_reaches_nobody(room: Newsroom) -> None:
    secret = "ghp_" + "aB3dE5fG7h" * 4
    async with room.reporting():
        agent = await room.ask()
        await room.start(agent)
        await room.agents.fail(agent.id, f"git said: bad token {secret}")
        await room.until_told(agent, "bad token")
        await room.until_quiet()

    assert secret not in "".join(room.told(agent))


async def test_task_without_an_issue_is_told_nowhere(room: Newsroom) -> None:
    task = Task(
        installation_id=room.town.installation_id,
        repository_id=1,
        repository=REPO,
        instruction="fix",
        source=Source.API,
        source_ref="api:1",
        requester=Requester(id=7, login="dana"),
    )

    async with room.reporting():
        await room.agents.create(task)
        await room.until_quiet()

    assert room.calls("POST", "/issues") == []


class CountedAgents(Agents):
    """Knows how often the reporter looked at an agent."""

    def __init__(self, database: Database, bus: Bus) -> None:
        super().__init__(database, bus)
        self.looks: Counter[str] = Counter()

    async def get(self, agent_id: str) -> Agent:
        self.looks[agent_id] += 1
        return await super().get(agent_id)


async def test_task_that_is_told_nowhere_is_not_looked_at_with_every_event(
    room: Newsroom, database: Database
) -> None:
    agents = CountedAgents(database, room.bus)
    room = replace(room, agents=agents)
    async with room.reporting(gap_s=60.0):
        task = (await room.ask()).task
        silent, _ = await agents.create(replace(task, issue=None, source_ref="voice:2"))
        await room.until_quiet()
        await room.start(silent)
        other = await room.ask()  # its news come later
        await room.until_told(other, "Waiting")

    assert agents.looks[silent.id] == 1


async def test_given_up_agent_costs_no_more_calls(room: Newsroom) -> None:
    async with room.reporting():
        agent = await room.ask()
        await room.until_told(agent, "Waiting")
        await room.until_quiet()
        room.github.uninstall(room.town.installation_id)
        await room.start(agent)
        await room.until_quiet()
        calls = len(room.github.requests)
        await room.agents.fail(agent.id, "too late")
        await room.until_quiet()

    assert len(room.github.requests) == calls


async def test_place_in_the_queue_moves_on_without_news_of_ones_own(room: Newsroom) -> None:
    async with room.reporting():
        first = await room.ask()
        await room.until_told(first, "Waiting")
        second = await room.ask()
        await room.until_told(second, "1 agent is ahead")
        await room.until_quiet()
        await room.start(first)
        await until(lambda: not any("ahead" in text for text in room.told(second)))


async def test_news_after_the_end_are_told_and_do_not_pile_up(room: Newsroom) -> None:
    async with room.reporting():
        agent = await room.ask()
        await room.start(agent)
        await room.agents.fail(agent.id, "the end")
        await room.until_quiet()
        await room.agents.set_pull(agent.id, number=12, url="http://x/pull/12", branch="b")
        await room.until_quiet()

    assert len(room.told(agent)) == 1
    assert room.emoji(agent) == ["confused"]


async def test_many_agents_at_once_have_one_comment_each(room: Newsroom) -> None:
    agents = [await room.ask() for _ in range(25)]

    async with room.reporting():
        await room.until_quiet()

    assert [len(room.told(agent)) for agent in agents] == [1] * 25

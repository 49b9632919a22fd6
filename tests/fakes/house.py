"""A house for spoken commands with a memory: agents on a real database, repositories by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.agents import Agents
from bot.db.engine import Database
from bot.db.voice_commands import VoiceCommands
from bot.domain import Agent, Options, Requester, Source, Task
from bot.errors import NotFound
from mobile_api.agents.views import agent_view
from mobile_api.auth.people import Person
from mobile_api.hearing.ear import Ear
from mobile_api.voice.commands import Commands
from mobile_api.voice.intent import Reader
from mobile_api.voice.seams import Known, NoSuchBranch

MARA = Person(id=7, login="mara")
REPOS = ("crumb/oven-controller", "crumb/order-portal", "crumb/menu-api")


class FakeHouse:
    """`People` and `Doing`: what is done stands in `done`, and truly happens to the agents."""

    def __init__(self, agents: Agents, repos: tuple[str, ...] = REPOS) -> None:
        self.agents = agents
        self.repos = repos
        self.language = "auto"
        self.default_repo: str | None = None
        self.branches = {"main", "develop"}
        self.done: list[tuple[str, int]] = []

    async def known(self, person: Person) -> Known:
        mine = [a for a in await self.agents.recent() if a.task.requester.id == person.id]
        return Known(
            repos=self.repos, agents=tuple(sorted(mine, key=lambda a: a.number)),
            default_repo=self.default_repo, language=self.language,
        )  # fmt: skip

    async def create(
        self, person: Person, repo: str, task: str, branch: str | None, *, ref: str
    ) -> Agent:
        if repo not in self.repos:
            raise NotFound("there is no such repository")
        if branch is not None and branch not in self.branches:
            raise NoSuchBranch(f"branch: there is no branch {branch}")
        agent, _ = await self.agents.create(task_of(person, repo, task, ref=ref, branch=branch))
        self.done.append(("create", agent.number))
        return agent

    async def pause(self, person: Person, agent: Agent, *, seen: int) -> Agent:
        return await self._did(
            "pause", await self.agents.pause(agent.id, by=person.login, seen=seen)
        )

    async def resume(self, person: Person, agent: Agent, *, seen: int) -> Agent:
        return await self._did(
            "resume", await self.agents.resume(agent.id, by=person.login, seen=seen)
        )

    async def stop(self, person: Person, agent: Agent, *, seen: int) -> Agent:
        return await self._did(
            "stop", await self.agents.cancel(agent.id, by=person.login, seen=seen)
        )

    async def _did(self, what: str, agent: Agent) -> Agent:
        self.done.append((what, agent.number))
        return agent

    async def working(self, repo: str, task: str) -> Agent:
        """Return a new agent of Mara's that runs."""
        ref = f"test:{len(await self.agents.recent())}"
        agent, _ = await self.agents.create(task_of(MARA, repo, task, ref=ref))
        return await self.agents.start(
            agent.id, model="m", deadline_at=datetime.now(UTC) + timedelta(hours=1)
        )


def task_of(person: Person, repo: str, task: str, *, ref: str, branch: str | None = None) -> Task:
    """Return a task of *person*."""
    return Task(
        installation_id=1, repository_id=1, repository=repo, instruction=task,
        source=Source.MOBILE_APP, source_ref=ref, options=Options(base=branch),
        requester=Requester(id=person.id, login=person.login),
    )  # fmt: skip


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)  # no two commands at once
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def commands_of(
    database: Database,
    house: FakeHouse,
    *,
    ear: Ear | None = None,
    reader: Reader | None = None,
    now: Callable[[], datetime] | None = None,
) -> Commands:
    """Return the service as a coordinator has it."""
    more: dict[str, Any] = {"now": now} if now else {}
    return Commands(
        VoiceCommands(database), house, house,
        lambda agent: agent_view(agent, web_url="https://github.test"),
        ear=ear, reader=reader, **more,
    )  # fmt: skip

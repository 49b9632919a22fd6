"""The seams of spoken commands over the people's API: the same rights, the same road."""

from bot.db.agent_lists import Wanted
from bot.domain import Agent, Options, Source
from bot.errors import InvalidRequest
from bot.life.agent_lists import AgentLists
from mobile_api.agents.acts import Acts, Wish
from mobile_api.auth.people import Person
from mobile_api.auth.reach import Reaches
from mobile_api.settings_api import Choices
from mobile_api.voice.seams import Known, NoSuchBranch

_RECENT = 50


class House:
    """`People` and `Doing` for real."""

    def __init__(self, acts: Acts, lists: AgentLists, reaches: Reaches, choices: Choices) -> None:
        self._acts = acts
        self._lists = lists
        self._reaches = reaches
        self._choices = choices

    async def known(self, person: Person) -> Known:
        """Return what the person may use and has."""
        reaches = await self._reaches.repos(person)
        ids = await self._reaches.ids(person)
        choices = await self._choices.of(person)
        recent = await self._lists.page(
            Wanted(person_id=person.id, repository_ids=ids), limit=_RECENT
        )
        alive = await self._lists.page(
            Wanted(person_id=person.id, repository_ids=ids, is_active=True), limit=_RECENT
        )
        agents = {agent.id: agent for agent in (*recent, *alive)}
        return Known(
            repos=tuple(one.full_name for one in reaches if not one.is_archived),
            agents=tuple(sorted(agents.values(), key=lambda agent: agent.number)),
            default_repo=choices.default_repo,
            language=choices.language,
        )

    async def create(
        self, person: Person, repo: str, task: str, branch: str | None, *, ref: str
    ) -> Agent:
        """Return the agent made for *ref*; raise `NoSuchBranch`."""
        choices = await self._choices.of(person)
        options = Options(model=choices.default_model, base=branch, budget_usd=choices.budget_usd)
        wish = Wish(
            repository=repo, task=task, source=Source.MOBILE_APP, source_ref=ref, options=options
        )
        try:
            agent, _ = await self._acts.create(person, wish)
        except InvalidRequest as error:
            if branch is not None and str(error).startswith("branch:"):
                raise NoSuchBranch(str(error)) from error
            raise
        return agent

    async def pause(self, person: Person, agent: Agent, *, seen: int) -> Agent:
        """Hold the agent."""
        return await self._acts.pause(person, agent, seen=seen)

    async def resume(self, person: Person, agent: Agent, *, seen: int) -> Agent:
        """Let the agent go on."""
        return await self._acts.resume(person, agent, seen=seen)

    async def stop(self, person: Person, agent: Agent, *, seen: int) -> Agent:
        """End the agent."""
        return await self._acts.stop(person, agent, seen=seen)

"""Does what was decided, with the rights and the state of things as they are now."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain import Agent
from bot.errors import (
    IllegalTransition,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RepositoryUnusable,
)
from mobile_api.auth.people import Person
from mobile_api.speech import saying
from mobile_api.speech.frame import Frame, Intent
from mobile_api.voice.outcomes import Action, Outcome, refused
from mobile_api.voice.seams import Doing, Known, NoSuchBranch

_REFUSALS = (InvalidRequest, NotFound, PermissionDenied, QuotaExceeded, RepositoryUnusable)
_BACK = {
    Intent.CREATE: Intent.STOP,
    Intent.PAUSE: Intent.RESUME,
    Intent.RESUME: Intent.PAUSE,
}


class Hands:
    """Carries actions out; what cannot be done is told, nothing is raised for it."""

    def __init__(self, doing: Doing) -> None:
        self._doing = doing

    async def do(
        self, person: Person, action: Action, known: Known, language: str, *, ref: str
    ) -> Outcome:
        """Return what came of *action*; *ref* makes a new agent one, however often it is tried."""
        frame = _frame_of(action)
        try:
            if action.verb is Intent.CREATE:
                return await self._create(person, action, language, ref=ref)
            return await self._steer(person, action, known, language)
        except NoSuchBranch:
            return _ask_default_branch(action, language)
        except IllegalTransition:
            who = saying.sentence(saying.who([n for _, n, _ in action.agents], language))
            return refused("changed", frame, known, language, who=who)
        except _REFUSALS as error:
            return refused("failed", frame, known, language, why=str(error))

    async def _create(self, person: Person, action: Action, language: str, *, ref: str) -> Outcome:
        agent = await self._doing.create(person, action.repo, action.task, action.branch, ref=ref)
        table = saying.phrases(language)
        who = saying.sentence(saying.who([agent.number], language))
        reply = table.sentences["started"].format(who=who, repo=agent.task.repository)
        speech = table.sentences["started"].format(who=who, repo=saying.repo_name(action.repo))
        return Outcome(
            state="done", reply=reply, speech=speech, agents=(agent,),
            action=_back(action, (agent,)), frame=_frame_of(action),
        )  # fmt: skip

    async def _steer(self, person: Person, action: Action, known: Known, language: str) -> Outcome:
        act: Callable[..., Awaitable[Agent]] = {
            Intent.PAUSE: self._doing.pause,
            Intent.RESUME: self._doing.resume,
            Intent.STOP: self._doing.stop,
        }[action.verb]
        by_id: dict[str, Agent] = {agent.id: agent for agent in known.agents}
        done: list[Agent] = []
        for agent_id, number, seen in action.agents:
            if agent_id not in by_id:
                raise NotFound(f"there is no agent {number}")
            try:
                done.append(await act(person, by_id[agent_id], seen=seen))
            except IllegalTransition:
                if len(action.agents) == 1:
                    raise
        if not done:
            raise IllegalTransition("all of them changed")
        who = saying.sentence(saying.who([agent.number for agent in done], language))
        said = saying.sentence(saying.phrases(language).done[action.verb].format(who=who))
        if action.undoes:
            said = saying.phrases(language).sentences["undone"]
        return Outcome(
            state="done", reply=said, speech=said, agents=tuple(done),
            action=_back(action, tuple(done)), frame=_frame_of(action),
        )  # fmt: skip


def _back(action: Action, done: tuple[Agent, ...]) -> Action | None:
    """Return what takes *action* back; nothing does for a stop, or for what is a taking back."""
    back = _BACK.get(action.verb)
    if back is None or action.undoes:
        return None
    agents = tuple((a.id, a.number, a.version) for a in done)
    return Action(verb=back, agents=agents, undoes=action.verb.value)


def _ask_default_branch(action: Action, language: str) -> Outcome:
    table = saying.phrases(language)
    said = table.sentences["ask default branch"]
    return Outcome(
        state="needs_confirmation",
        reply=said.format(repo=action.repo, branch=action.branch),
        speech=said.format(repo=saying.repo_name(action.repo), branch=action.branch),
        action=replace(action, branch=None), asks=True, frame=_frame_of(action),
    )  # fmt: skip


def _frame_of(action: Action) -> Frame:
    return Frame(
        intent=action.verb, repo=action.repo or None, task=action.task or None,
        agents=tuple(agent_id for agent_id, _, _ in action.agents), branch=action.branch,
        source="grammar", confidence=1.0,
    )  # fmt: skip

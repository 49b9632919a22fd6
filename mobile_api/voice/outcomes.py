"""What follows from what was understood: act, ask, let choose, or refuse. Nothing is done here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain import Agent
from mobile_api.speech import saying
from mobile_api.speech.frame import ACTING, ELIGIBLE, EVERYTHING, Frame, Intent
from mobile_api.speech.tasks import is_irreversible
from mobile_api.voice.seams import Known, state_of, title_of
from mobile_api.voice.views import CandidateView, State

_MOST = 6
_UNKNOWN = {
    "several": "two",
    "negated": "negated",
    "forgotten": "forgotten",
    "injection": "refused",
    "nothing": "silence",
    "mixed": "mixed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that can be done at once, or after a yes: names are resolved, versions bound."""

    verb: Intent
    agents: tuple[tuple[str, int, int], ...] = ()  # id, number, version
    repo: str = ""
    task: str = ""
    branch: str | None = None
    undoes: str = ""  # the verb that this takes back

    def to_json(self) -> dict[str, Any]:
        """Return the action as it is stored."""
        return {
            "verb": self.verb.value, "agents": [list(one) for one in self.agents],
            "repo": self.repo, "task": self.task, "branch": self.branch, "undoes": self.undoes,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Action":
        """Return a stored action."""
        agents = tuple((str(i), int(number), int(version)) for i, number, version in data["agents"])
        return cls(
            verb=Intent(data["verb"]), agents=agents, repo=data["repo"], task=data["task"],
            branch=data["branch"], undoes=data["undoes"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is told; an *action* with the state ``done`` is still to be done."""

    state: State
    reply: str
    speech: str = ""
    action: Action | None = None
    agents: tuple[Agent, ...] = ()
    candidates: tuple[CandidateView, ...] = ()
    asks: bool = False
    frame: Frame = field(default_factory=lambda: Frame(intent=Intent.UNKNOWN))


def decided(frame: Frame, known: Known, language: str) -> Outcome:
    """Return what follows from *frame*."""
    if frame.intent is Intent.UNKNOWN:
        return refused(_UNKNOWN.get(frame.reason, "not understood"), frame, known, language)
    if frame.intent is Intent.CREATE:
        return _create(frame, known, language)
    if frame.agent_candidates:
        return _which_agent(frame, known, language)
    agents = _meant(frame, known)
    if not agents:
        return _nobody(frame, known, language)
    if frame.intent is Intent.STATUS:
        return _status(frame, agents, language)
    verb = saying.phrases(language).verbs[frame.intent]
    who = saying.who([agent.number for agent in agents], language)
    action = Action(verb=frame.intent, agents=tuple((a.id, a.number, a.version) for a in agents))
    ask = saying.phrases(language).sentences["ask"].format(verb=verb, who=who)
    reply = f"{ask} {_titles(agents)}".strip() if len(agents) <= 3 else ask
    asks = frame.needs_confirmation or len(agents) != 1
    return Outcome(
        state="needs_confirmation" if asks else "done", reply=reply, speech=ask, action=action,
        agents=agents, asks=asks, frame=frame,
    )  # fmt: skip


def trusted_less(frame: Frame) -> Frame:
    """Return *frame* of words that may be others: everything acting is asked about."""
    return replace(frame, needs_confirmation=True) if frame.intent in ACTING else frame


def refused(key: str, frame: Frame, known: Known, language: str, **more: str) -> Outcome:
    """Return a refusal with the sentence called *key*."""
    example = saying.repo_name(known.repos[0]) if known.repos else "cadence web"
    said = saying.phrases(language).sentences[key].format(repo=example, **more)
    return Outcome(state="rejected", reply=said, speech=said, frame=frame)


def _meant(frame: Frame, known: Known) -> tuple[Agent, ...]:
    able = ELIGIBLE.get(frame.intent)
    if frame.agents == EVERYTHING:
        return tuple(a for a in known.agents if able is None or state_of(a) in able)
    by_id: dict[str, Agent] = {agent.id: agent for agent in known.agents}
    return tuple(by_id[one] for one in frame.agents if one in by_id)


def _nobody(frame: Frame, known: Known, language: str) -> Outcome:
    verb = saying.phrases(language).verbs.get(frame.intent, "")
    if not known.agents:
        return refused("no agents", frame, known, language)
    if frame.agents == EVERYTHING:
        return refused("nothing to", frame, known, language, verb=verb)
    key = "ineligible" if frame.reason == "ineligible" and verb else "none fits"
    return refused(key, frame, known, language, verb=verb)


def _which_agent(frame: Frame, known: Known, language: str) -> Outcome:
    by_id: dict[str, Agent] = {agent.id: agent for agent in known.agents}
    agents = tuple(by_id[one] for one in frame.agent_candidates[:_MOST] if one in by_id)
    table = saying.phrases(language)
    candidates = tuple(
        CandidateView(
            id=a.id, kind="agent", label=f"{a.number} · {title_of(a)}",
            detail=f"{a.task.repository} · {state_of(a)}",
        )
        for a in agents
    )  # fmt: skip
    numbers = saying.listed([saying.number(a.number, language) for a in agents], language)
    speech = table.sentences["which agent"].format(names=numbers)
    names = saying.listed([f"{a.number} ({title_of(a)})" for a in agents], language)
    return Outcome(
        state="needs_choice", reply=table.sentences["which agent"].format(names=names),
        speech=speech, candidates=candidates, agents=agents, frame=frame,
    )  # fmt: skip


def _status(frame: Frame, agents: tuple[Agent, ...], language: str) -> Outcome:
    shown = [a for a in agents if not a.status.is_final] if len(agents) > 1 else list(agents)
    shown = shown or list(agents[-5:])
    said = _one(shown[0], language) if len(shown) == 1 else _counted(shown, language)
    reply = f"{said} {_titles(shown)}" if len(shown) <= 3 else said
    return Outcome(state="done", reply=reply, speech=said, agents=tuple(shown), frame=frame)


def _one(agent: Agent, language: str) -> str:
    table = saying.phrases(language)
    who, state = saying.who([agent.number], language), table.states[state_of(agent)]
    if state_of(agent) != "running":
        return saying.sentence(table.sentences["one"].format(who=who, state=state))
    said = table.sentences["one on"].format(
        who=who, state=state, percent=saying.percent(agent.progress, language),
        money=saying.money(agent.cost_usd + agent.machine_usd, language),
    )  # fmt: skip
    return saying.sentence(said)


def _counted(agents: Sequence[Agent], language: str) -> str:
    table = saying.phrases(language)
    counts = Counter(state_of(agent) for agent in agents)
    parts = [
        table.sentences["counted"].format(
            count=saying.number(count, language), state=table.states[state]
        )
        for state, count in counts.items()
    ]
    count = saying.number(len(agents), language)
    said = table.sentences["several"].format(count=count, counts=saying.listed(parts, language))
    return saying.sentence(said)


def _create(frame: Frame, known: Known, language: str) -> Outcome:
    if frame.repo is None:
        return _which_repo(frame, known, language)
    action = Action(verb=Intent.CREATE, repo=frame.repo, task=frame.task or "", branch=frame.branch)
    table = saying.phrases(language)
    if not frame.task:
        said = table.sentences["no task"]
        return Outcome(
            state="needs_choice", reply=said, speech=said, action=action, asks=True, frame=frame
        )
    key = "ask irreversible" if is_irreversible(frame.task) else "ask create"
    spoken_repo = saying.repo_name(frame.repo)
    speech = table.sentences[key].format(repo=spoken_repo, task=saying.shortened(frame.task))
    reply = table.sentences[key].format(repo=frame.repo, task=frame.task)
    asks = frame.needs_confirmation
    return Outcome(
        state="needs_confirmation" if asks else "done", reply=reply, speech=speech, action=action,
        asks=asks, frame=frame,
    )  # fmt: skip


def _which_repo(frame: Frame, known: Known, language: str) -> Outcome:
    table = saying.phrases(language)
    repos = (frame.repo_candidates or known.repos)[:_MOST]
    if not repos:
        return refused("no repo", frame, known, language)
    key = "which repo" if frame.repo_candidates else "no repo"
    names = saying.listed([saying.repo_name(repo) for repo in repos], language)
    candidates = tuple(
        CandidateView(id=repo, kind="repo", label=repo, detail=frame.task or "") for repo in repos
    )
    said = table.sentences[key].format(names=names)
    return Outcome(
        state="needs_choice", reply=said, speech=said, candidates=candidates, frame=frame
    )


def _titles(agents: Sequence[Agent]) -> str:
    return "(" + "; ".join(f"{a.number}: {title_of(a)}" for a in agents) + ")"

"""Which events of an agent are news for its person: pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain import Agent, AgentEvent
from mobile_api.agents.views import title_of

KINDS = ("question", "answer", "pull request", "failed", "completed", "cancelled")
_MOST = 180


class Kind(StrEnum):
    """What happened, in the words of the API."""

    QUESTION = "question"
    ANSWERED = "answered"
    PULL_REQUEST = "pullRequest"
    FAILED = "failed"
    BUDGET = "budget"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One piece of news; *text* is a sentence."""

    kind: Kind
    agent_id: str
    seq: int
    title: str
    text: str

    @property
    def is_urgent(self) -> bool:
        """Whether it is worth a notification on a phone that nobody looks at."""
        return self.kind not in {Kind.ANSWERED, Kind.DONE}


def news_of(event: AgentEvent, agent: Agent) -> News | None:
    """Return what *event* of *agent* is to its person, None when it is no news."""
    found = _told(event.kind, event.data, agent)
    if found is None:
        return None
    kind, text = found
    return News(
        kind=kind, agent_id=agent.id, seq=event.seq, title=title_of(agent), text=_short(text)
    )


def _told(kind: str, data: dict[str, Any], agent: Agent) -> tuple[Kind, str] | None:
    if kind == "question":
        return Kind.QUESTION, str(data.get("text", ""))
    if kind == "answer":
        return Kind.ANSWERED, f"{data.get('by', 'Somebody')} answered: {data.get('text', '')}"
    if kind == "pull request":
        where = agent.task.repository
        return Kind.PULL_REQUEST, f"Pull request #{data.get('number')} on {where} is ready"
    if kind == "failed":
        reason = str(data.get("reason") or "It did not get there")
        # The runner's own words for it: `runner.agent.budget`.
        is_budget = reason.startswith("The budget of ")
        return (Kind.BUDGET if is_budget else Kind.FAILED), reason
    if kind == "completed" and agent.pr_number is None:
        return Kind.DONE, "Done, without a pull request"
    return None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST else line[: _MOST - 1].rstrip() + "…"

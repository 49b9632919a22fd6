"""What an event of a run makes of an agent: pure, and progress never goes back."""

from dataclasses import replace
from typing import Any

from bot.domain import PHASE_PROGRESS, Agent, AgentStatus, Phase

# The tests are run once before anything is changed, between setup (10) and work (20).
_BASELINE_PROGRESS = 15


def in_phase(agent: Agent, phase: Phase) -> Agent:
    """Return *agent* in *phase*; tests before the work has begun are no sign of its end."""
    reached = PHASE_PROGRESS[phase]
    if phase is Phase.VERIFYING and agent.progress < PHASE_PROGRESS[Phase.WORKING]:
        reached = _BASELINE_PROGRESS
    return replace(agent, phase=phase, progress=min(max(agent.progress, reached), 99))


def may_change(kind: str, data: dict[str, Any]) -> bool:
    """Whether such an event may change more of its agent than how far its log goes."""
    if kind == "tool_result":
        return data.get("name") == "ask"
    return kind in {"phase", "plan", "question", "usage"}


def applied(agent: Agent, kind: str, data: dict[str, Any]) -> Agent:
    """Return *agent* after an event of its run; kinds that change nothing give it back."""
    if kind == "phase" and data.get("phase") in Phase.__members__.values():
        return in_phase(agent, Phase(data["phase"]))
    if kind == "plan":
        return _with_plan(agent, data.get("items"))
    if kind == "question":
        return replace(agent, question=_question(agent, data))
    if kind == "tool_result" and data.get("name") == "ask":  # it waits no longer
        return replace(agent, question=None)
    return agent


def _question(agent: Agent, data: dict[str, Any]) -> dict[str, Any]:
    """Return an open question; its id is the number of the event that asks it."""
    options = data.get("options")
    return {
        "id": str(agent.seq + 1),
        "text": str(data.get("text", ""))[:2_000],
        "options": [str(one)[:200] for one in options[:10]] if isinstance(options, list) else [],
    }


def needs_running(agent: Agent, status: AgentStatus) -> bool:
    """Whether *agent* must run before it can be *status*: work can end while it is paused."""
    waits = agent.status in {AgentStatus.PAUSED, AgentStatus.PENDING}
    return waits and status is AgentStatus.COMPLETED


def _with_plan(agent: Agent, items: object) -> Agent:
    if not isinstance(items, list):
        return agent
    plan = tuple(
        {"text": str(item.get("text", ""))[:500], "done": bool(item.get("done"))}
        for item in items[:50]
        if isinstance(item, dict)
    )
    if not plan:
        return agent
    low, high = PHASE_PROGRESS[Phase.WORKING], PHASE_PROGRESS[Phase.VERIFYING]
    share = sum(item["done"] is True for item in plan) / len(plan)
    ticked = round(low + (high - low) * share)
    return replace(agent, plan=plan, progress=max(agent.progress, ticked))

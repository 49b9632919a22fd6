"""What starting, going on, ending and answering make of an agent: pure."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain import PHASE_PROGRESS, Agent, AgentStatus, Phase
from bot.life.progress import needs_running


def started(agent: Agent, *, model: str, deadline_at: datetime, now: datetime) -> Agent:
    """Return *agent* at work; one that runs already stays as it is and keeps its deadline."""
    if agent.status is not AgentStatus.PENDING:
        return agent
    return replace(
        agent.moved_to(AgentStatus.RUNNING),
        phase=Phase.STARTING,
        progress=max(agent.progress, PHASE_PROGRESS[Phase.STARTING]),
        model=model,
        started_at=now,
        deadline_at=deadline_at,
    )


def resumed(agent: Agent, *, now: datetime) -> Agent:
    """Return *agent* going on; its clock stood while it was paused."""
    # One that was paused in the queue has not started yet.
    if agent.status is AgentStatus.PAUSED and agent.started_at is None:
        return agent.moved_to(AgentStatus.PENDING)
    going = agent.moved_to(AgentStatus.RUNNING)
    if agent.deadline_at is None or agent.updated_at is None:
        return going
    # Its last change was about the pause.
    return replace(going, deadline_at=agent.deadline_at + (now - agent.updated_at))


def cancelled(agent: Agent, *, by: str, now: datetime) -> Agent:
    """Return *agent* stopped: at once while it waits, else its runner hands over its work."""
    over = agent.moved_to(AgentStatus.CANCELLED)
    if agent.started_at is not None:
        return replace(agent, question=None)
    return replace(over, reason=f"stopped by @{by}", completed_at=now, question=None)


def ended(
    agent: Agent, status: AgentStatus, *, reason: str, result: dict[str, Any], now: datetime
) -> Agent:
    """Return *agent* at its end; a second time changes nothing."""
    if agent.status is status:  # the same step again, after a kill
        return agent
    before = agent.moved_to(AgentStatus.RUNNING) if needs_running(agent, status) else agent
    return replace(
        before.moved_to(status),
        phase=Phase.DONE,
        progress=100 if status is AgentStatus.COMPLETED else agent.progress,
        reason=reason,
        question=None,
        result=result or agent.result,
        completed_at=now,
    )

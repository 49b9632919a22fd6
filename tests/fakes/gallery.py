"""Agents in every state that people see, for golden texts and for looking at."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain import Agent, AgentEvent, AgentStatus, Phase
from bot.publishing.bundles import FileChange
from bot.texts.pull_body import Places
from bot.texts.status_comment import View
from runner.spec import Outcome, Tokens, Verification
from tests.fakes.workshop import PASSED, agent_on

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
PLACES = Places(base_url="https://cadence.example", web_url="https://github.com")
PLAN = (
    {"text": "Reproduce the wrong area with a test", "done": True},
    {"text": "Multiply in `area()` instead of adding", "done": True},
    {"text": "Run the whole test suite", "done": False},
)
FAILED = Verification(
    command="python -m pytest -q",
    outcome="failed",
    exit_code=1,
    seconds=12.3,
    output_tail="E   assert 5 == 6\n1 failed in 0.1s",
    baseline_outcome="passed",
    baseline_exit_code=0,
)
CHANGE = Outcome(
    status="completed",
    kind="change",
    title="Multiply width and height in area()",
    summary=(
        "`area()` returned the **sum** of its sides, so every size came out wrong.\n\n"
        "- `area()` multiplies now\n- a test holds the rule"
    ),
    doubts="Negative sides are still accepted; the issue does not say what they should do.",
    verification=PASSED,
    closes_issue=True,
    base_sha="a" * 40,
    head_sha="b" * 40,
    files_changed=2,
    lines_added=9,
    lines_removed=1,
    steps=14,
    cost_usd=0.42,
    model="claude-sonnet-5",
    seconds=187.0,
)
TOKENS = Tokens(input=18_204, output=3_100, cache_read=92_000)
COUNTED = CHANGE.model_copy(update={"tokens": TOKENS})
SIZES = {"fly": "2 shared CPUs, 4 GB"}
ON_FLY = {"place": "fly", "machine_seconds": 360.0, "machine_usd": 0.0087}
AWAY = "On a Fly Machine: your VPS was away."
FILES = (
    FileChange(path="widgets.py", added=1, removed=1),
    FileChange(path="tests/test_widgets.py", added=8, removed=0),
)
AGENT = replace(
    agent_on(installation_id=1, repository_id=2, repository="acme/widgets", comment_id=880001),
    created_at=START,
    updated_at=START + timedelta(seconds=1),
)


def working(**changes: object) -> Agent:
    """Return the agent three minutes into its work."""
    agent = replace(
        AGENT,
        status=AgentStatus.RUNNING,
        phase=Phase.WORKING,
        plan=PLAN,
        model="claude-sonnet-5",
        cost_usd=0.42,
        started_at=START + timedelta(seconds=4),
        updated_at=START + timedelta(minutes=3, seconds=11),
    )
    return replace(agent, **changes)  # type: ignore[arg-type]  # any field of Agent


def ended(status: AgentStatus, outcome: Outcome | None = None, **changes: object) -> Agent:
    """Return the agent at its end."""
    result = {} if outcome is None else outcome.model_dump(mode="json", by_alias=True)
    result["publish"] = changes.pop("publish", {"branch": AGENT.branch, "headSha": "b" * 40})
    over = START + timedelta(minutes=3, seconds=20)
    known = {"status": status, "phase": Phase.DONE, "result": result, "completed_at": over}
    return working(**{**known, **changes})


def view(agent: Agent, **changes: object) -> View:
    """Return what the comment about *agent* shows."""
    known = {"agent": agent, "base_url": PLACES.base_url, "web_url": PLACES.web_url}
    return View(**{**known, **changes})  # type: ignore[arg-type]  # any field of View


def event(kind: str, data: Mapping[str, object]) -> AgentEvent:
    """Return one event of the agent."""
    return AgentEvent(agent_id=AGENT.id, seq=1, kind=kind, data=dict(data), at=START)


_DONE = {"pr_number": 12, "pr_url": "https://github.com/acme/widgets/pull/12"}
_DONE_PLAN = tuple({**item, "done": True} for item in PLAN)
_ON_FLY: dict[str, object] = {"plan": _DONE_PLAN, **_DONE, **ON_FLY}
_SPENT = CHANGE.model_copy(
    update={
        "status": "failed",
        "reason": "the budget of $3.00 is spent",
        "summary": "The cause is in `area()`. The fix is in place; two tests still fail.",
        "verification": FAILED,
    }
)
ANSWER = Outcome(
    status="completed",
    kind="answer",
    answer=(
        "`area()` lives in [`widgets.py`](https://github.com/acme/widgets/blob/main/widgets.py) "
        "and is called from two places:\n\n```python\nfrom widgets import area\n\n"
        "@lru_cache\ndef size(w, h):\n    return area(w, h)\n```\n\n1. `cli.py`, line 12\n"
        "2. `report.py`, line 40\n\nNothing else depends on it."
    ),
)
_NOTHING = Outcome(
    status="completed",
    kind="nothing",
    reason="the test passes on main already, since 3f2a1b",
    summary="I ran the test of the issue 20 times on `main`; it passed each time.",
)

SCENES: dict[str, View] = {
    "queued": view(replace(AGENT, status=AgentStatus.PENDING), ahead=2),
    "starting": view(working(phase=Phase.STARTING, plan=(), cost_usd=0.0)),
    "working": view(working()),
    "verifying": view(working(phase=Phase.VERIFYING), verification=FAILED),
    "paused": view(working(status=AgentStatus.PAUSED), paused_by="dana"),
    "asking": view(working(status=AgentStatus.PAUSED), question="Should negative sides raise?"),
    "stopping": view(working(status=AgentStatus.CANCELLED)),
    "done": view(ended(AgentStatus.COMPLETED, CHANGE, plan=_DONE_PLAN, **_DONE)),
    "on Fly": view(ended(AgentStatus.COMPLETED, COUNTED, **_ON_FLY), sizes=SIZES),
    "VPS away": view(
        ended(AgentStatus.COMPLETED, COUNTED, place_note=AWAY, **_ON_FLY), sizes=SIZES
    ),
    "moved on": view(working(place_note=AWAY, **ON_FLY)),
    "unverified": view(
        ended(
            AgentStatus.COMPLETED,
            CHANGE.model_copy(update={"verification": Verification()}),
            **_DONE,
        )
    ),
    "failed": view(ended(AgentStatus.FAILED, _SPENT, reason="the budget of $3.00 is spent")),
    "refused": view(
        ended(
            AgentStatus.FAILED,
            CHANGE,
            reason="the change to `settings.py` adds what looks like a secret",
            publish={"error": "x", "refused": True},
        )
    ),
    "cancelled": view(
        ended(
            AgentStatus.CANCELLED,
            _SPENT.model_copy(update={"status": "cancelled"}),
            reason="stopped by @dana",
        )
    ),
    "lost": view(ended(AgentStatus.FAILED, None, reason="its machine ended without a word")),
    "answer": view(ended(AgentStatus.COMPLETED, ANSWER)),
    "nothing": view(ended(AgentStatus.COMPLETED, _NOTHING)),
}

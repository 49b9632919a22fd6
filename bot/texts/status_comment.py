"""The one comment that tells how an agent does: pure text, edited in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain import Agent, AgentStatus, Phase
from bot.texts import prose
from bot.texts.evidence import is_verified, lasted, verdict
from bot.texts.receipt import machine_words, receipt
from bot.texts.telling import Answered
from runner.spec import Outcome, Tokens, Verification

MAX_CHARACTERS = 65_536  # GitHub's limit for a comment; each part below has its own
_PLAN_ITEMS = 25

_DOING = {
    Phase.QUEUED: "🕐 Waiting for its turn",
    Phase.STARTING: "⏳ Starting a machine",
    Phase.CLONING: "⏳ Cloning the repository",
    Phase.SETUP: "⏳ Setting up the project",
    Phase.WORKING: "⏳ Working",
    Phase.VERIFYING: "🔎 Running the tests",
    Phase.PUBLISHING: "📦 Publishing",
    Phase.DONE: "⏳ Finishing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that the comment shows; *ahead* counts the agents that wait before this one.

    *sizes* says how large the machines of a place are (``{"fly": "2 shared CPUs, 4 GB"}``).
    """

    agent: Agent
    base_url: str
    web_url: str = "https://github.com"
    handle: str = "cadence"
    budget_usd: float = 3.0
    ahead: int = 0
    verification: Verification | None = None
    paused_by: str = ""
    stopped_by: str = ""
    question: str = ""
    sizes: Mapping[str, str] = field(default_factory=dict)
    answered: Answered | None = None


def marker(agent_id: str) -> str:
    """Return the hidden first line by which the comment is found again."""
    return f"<!-- cadence:agent:{agent_id} -->"


def is_over(agent: Agent) -> bool:
    """Whether nothing more will happen; a stopped agent first hands over its work."""
    return agent.status.is_final and agent.completed_at is not None


def outcome_of(agent: Agent) -> Outcome | None:
    """Return how the agent's last run ended, None before that."""
    return Outcome.model_validate(agent.result) if agent.result.get("status") else None


def render(view: View) -> str:
    """Return the comment's Markdown, never longer than GitHub takes."""
    parts = _ended(view) if is_over(view.agent) else _going(view)
    return "\n\n".join([marker(view.agent.id), *(part for part in parts if part)])


def _going(view: View) -> list[str]:
    agent = view.agent
    return [
        f"### {_headline(view)}",
        _explained(view),
        _answered(view.answered),
        _plan(agent),
        f"Last check: {verdict(view.verification)}" if view.verification else "",
        _facts(view),
        _verbs(view),
    ]


def _headline(view: View) -> str:
    agent = view.agent
    if agent.status is AgentStatus.CANCELLED:
        return "⏹️ Stopping"
    if view.question:
        return "❓ A question for you"
    if agent.status is AgentStatus.PAUSED:
        return "⏸️ Paused" + (f" by {prose.one_line(view.paused_by)}" if view.paused_by else "")
    return _DOING[agent.phase]


def _explained(view: View) -> str:
    agent = view.agent
    if agent.status is AgentStatus.CANCELLED:
        return "The work so far is being saved to the branch."
    if view.question:
        return f"{prose.quoted(view.question)}\n\nAnswer with `@{view.handle} …`."
    if agent.status is AgentStatus.PENDING and view.ahead:
        others = "1 agent is" if view.ahead == 1 else f"{view.ahead} agents are"
        return f"{others} ahead in the queue."
    return ""


def _answered(answered: Answered | None) -> str:
    """Say what was answered elsewhere; an answer that stands here is not repeated."""
    if answered is None or not answered.is_from_app:
        return ""
    said = prose.quoted(answered.text)
    return f"{prose.one_line(answered.by)} answered in the app:\n\n{said}"


def _plan(agent: Agent) -> str:
    rows = [
        f"- [{'x' if item.get('done') else ' '}] {prose.one_line(str(item.get('text', '')))}"
        for item in agent.plan[:_PLAN_ITEMS]
    ]
    if len(agent.plan) > _PLAN_ITEMS:
        rows.append(f"- … and {len(agent.plan) - _PLAN_ITEMS} more")
    return "\n".join(rows)


def _facts(view: View) -> str:
    """Return time, cost, model, log; as of the last event, so it is the same twice.

    In the end the cost has a line of its own, and so has what people should know of the place.
    """
    agent = view.agent
    whole = _receipt(view) if is_over(agent) else ""
    facts = []
    until = agent.completed_at or agent.updated_at
    if agent.started_at is not None and until is not None:
        facts.append(lasted(max(1.0, round((until - agent.started_at).total_seconds()))))
    if not whole:
        facts += _so_far(view)
    if agent.model:
        facts.append(prose.code(agent.model))
    words = "log" if is_over(agent) else "live log"
    facts.append(f"[{words}]({view.base_url}/agents/{agent.id})")
    rows = (" · ".join(facts), whole, prose.one_line(agent.place_note))
    return "  \n".join(filter(None, rows))


def _so_far(view: View) -> list[str]:
    agent = view.agent
    cost = f"${agent.cost_usd:.2f} of ${view.budget_usd:.2f}"
    return [*([cost] if agent.started_at else []), *filter(None, [machine_words(agent)])]


def _receipt(view: View) -> str:
    outcome = outcome_of(view.agent)
    tokens = outcome.tokens if outcome else Tokens()
    return receipt(view.agent, tokens=tokens, sizes=view.sizes)


def _verbs(view: View) -> str:
    agent, handle = view.agent, view.handle
    if agent.status is AgentStatus.CANCELLED:
        return ""
    first = "resume" if agent.status is AgentStatus.PAUSED else "pause"
    return (
        f"<sub>`@{handle} {first}` · `@{handle} stop` · anything else after `@{handle}` "
        "goes to the agent</sub>"
    )


def _ended(view: View) -> list[str]:
    agent = view.agent
    outcome = outcome_of(agent)
    if agent.status is AgentStatus.COMPLETED:
        return _completed(view, outcome or Outcome(status="completed"))
    headline, reason = "### 😕 Not finished", agent.reason or (outcome.reason if outcome else "")
    if agent.status is AgentStatus.CANCELLED:
        headline, reason = _stopped(reason)
    tried = outcome.summary if outcome else ""
    heading = "What was done" if outcome and outcome.status == "completed" else "What was tried"
    tests = outcome.verification if outcome and outcome.kind == "change" else None
    return [
        headline,
        _sentence(reason),
        _where(view, outcome),
        f"**{heading}**\n\n{prose.neutral(tried, limit=4_000, lines=40)}" if tried else "",
        verdict(tests) if tests else "",
        _folded_plan(agent),
        _facts(view),
        f"<sub>`@{view.handle} retry` starts again</sub>",
    ]


def _stopped(reason: str) -> tuple[str, str]:
    """Return the headline and what is left to say; mostly the reason says it all."""
    if reason.startswith("stopped by ") and len(reason) < 100:
        return f"### ⏹️ Stopped by {prose.one_line(reason.removeprefix('stopped by '))}", ""
    return "### ⏹️ Stopped", reason


def _completed(view: View, outcome: Outcome) -> list[str]:
    if outcome.kind == "answer":
        return [prose.neutral(outcome.answer, limit=60_000, lines=5_000), "---", _facts(view)]
    if outcome.kind == "nothing":
        reason = outcome.reason or view.agent.reason
        said = prose.neutral(outcome.summary, limit=4_000, lines=40)
        head = "### 🤷 Nothing to change"
        return [head, _sentence(reason), said, _folded_plan(view.agent), _facts(view)]
    return [
        f"### {_pull_headline(view.agent, outcome)}",
        prose.one_line(outcome.title),
        verdict(outcome.verification),
        _where(view, outcome) if view.agent.pr_number is None else "",
        _note(view.agent),
        _folded_plan(view.agent),
        _facts(view),
    ]


def _pull_headline(agent: Agent, outcome: Outcome) -> str:
    if agent.pr_number is None:
        return "✅ Done"
    link = f"[pull request #{agent.pr_number}]({agent.pr_url})"
    if is_verified(outcome):
        return f"✅ Done: {link} is ready for review"
    return f"📝 Done, but not verified: {link}"


def _where(view: View, outcome: Outcome | None) -> str:
    """Say where the work is; nothing when none left the machine."""
    facts = view.agent.result.get("publish") or {}
    branch = facts.get("branch", "")
    if facts.get("refused"):
        return "Nothing was pushed."
    if outcome is None or not branch:
        return ""
    repository = f"{view.web_url}/{view.agent.task.repository}"
    size = f"{_files(outcome.files_changed)}, +{outcome.lines_added} -{outcome.lines_removed}"
    link = f"[{prose.code(branch)}]({repository}/tree/{branch})"
    return f"The work so far ({size}) is on {link} ([compare]({repository}/compare/{branch}))."


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _note(agent: Agent) -> str:
    facts = agent.result.get("publish") or {}
    return _sentence(str(facts.get("note", "")))


def _sentence(text: str) -> str:
    """Return *text* with a capital and a full stop."""
    line = prose.one_line(text, limit=600)
    if not line:
        return ""
    return line[0].upper() + line[1:] + ("" if line[-1] in ".!?…" else ".")


def _folded_plan(agent: Agent) -> str:
    if not agent.plan:
        return ""
    done = sum(item.get("done") is True for item in agent.plan)
    return (
        f"<details><summary>Plan: {done} of {len(agent.plan)} done</summary>\n\n"
        f"{_plan(agent)}\n\n</details>"
    )

"""The pull request's title and text: pure, in a fixed order, at most 60 lines.

What was asked · what changed and why · files · evidence · doubts · cost, machine and network ·
``Closes #n``. Numbers come from git and the harness; only the summary and the doubts are the
model's words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain import Agent
from bot.publishing.bundles import FileChange
from bot.texts import prose
from bot.texts.evidence import is_verified, lasted, table, verdict
from bot.texts.receipt import receipt
from runner.spec import Outcome

MAX_LINES = 60
_FILES = 8
_OUTPUT_LINES = 12
_HOSTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where people find things: GitHub's pages and our own.

    *sizes* says how large the machines of a place are (``{"fly": "2 shared CPUs, 4 GB"}``).
    """

    base_url: str
    web_url: str = "https://github.com"
    sizes: Mapping[str, str] = field(default_factory=dict)


def marker(agent_id: str) -> str:
    """Return the hidden first line that names the agent."""
    return f"<!-- cadence:agent:{agent_id} -->"


def title(agent: Agent, outcome: Outcome) -> str:
    """Return the pull request's title."""
    wanted = outcome.title or agent.task.issue_title or agent.task.instruction
    return prose.title(wanted) or f"Cadence: {agent.branch}"


def render(agent: Agent, outcome: Outcome, files: Sequence[FileChange], *, places: Places) -> str:
    """Return the pull request's text."""
    head = [
        marker(agent.id),
        _asked(agent, places),
        "### What changed and why",
        prose.neutral(outcome.summary, limit=3_000, lines=10)
        or "_The agent gave no summary; the diff speaks for itself._",
        _files(files),
        "### Evidence",
    ]
    tail = [_doubts(outcome), "---", _receipt(agent, outcome, places), _reference(agent, outcome)]
    used = len("\n\n".join([*filter(None, head), *filter(None, tail)]).split("\n"))
    evidence = _evidence(outcome, room=MAX_LINES - used - 2)
    return "\n\n".join(part for part in [*head, evidence, *tail] if part)


def _asked(agent: Agent, places: Places) -> str:
    task = agent.task
    login = task.requester.login
    who = f"[{prose.one_line(login)}]({places.web_url}/{login})"
    where = ""
    if task.issue is not None:
        where = f" in #{task.issue}"
        if task.comment_id is not None:
            issue = f"{places.web_url}/{task.repository}/issues/{task.issue}"
            where += f" ([comment]({issue}#issuecomment-{task.comment_id}))"
    words = task.instruction or task.issue_title
    return f"{who} asked{where}:\n\n{prose.quoted(words, limit=500, lines=4)}"


def _files(files: Sequence[FileChange]) -> str:
    added = sum(file.added or 0 for file in files)
    removed = sum(file.removed or 0 for file in files)
    count = "1 file" if len(files) == 1 else f"{len(files)} files"
    rows = [f"**{count}**, +{added} -{removed}:", ""]
    for file in files[:_FILES]:
        lines = "binary" if file.added is None else f"+{file.added} -{file.removed}"
        rows.append(f"- {prose.code(file.path)} {lines}")
    if len(files) > _FILES:
        rows.append(f"- … and {len(files) - _FILES} more")
    return "\n".join(rows)


def _evidence(outcome: Outcome, *, room: int) -> str:
    verification = outcome.verification
    if verification.outcome == "none":
        return (
            f"{verdict(verification)} Somebody should try the change before it is merged. "
            "Name its command as `verify:` in `.github/cadence.yml`, and the next agent runs it."
        )
    parts = [table(verification)]
    if not is_verified(outcome):
        parts.append("**Not verified**: somebody should look into this before it is merged.")
    output = prose.plain(verification.output_tail).strip("\n")
    lines = min(_OUTPUT_LINES, room - 12)  # the table, the fold and the blank lines around
    if output and lines > 0:
        kept = "\n".join(row[:300] for row in output.split("\n")[-lines:])
        parts.append(
            "<details><summary>The end of the output</summary>\n\n"
            f"{prose.fenced(kept)}\n\n</details>"
        )
    return "\n\n".join(parts)


def _doubts(outcome: Outcome) -> str:
    words = prose.neutral(outcome.doubts, limit=1_500, lines=5)
    return f"### Not done, or in doubt\n\n{words}" if words else ""


def _receipt(agent: Agent, outcome: Outcome, places: Places) -> str:
    cost = max(agent.cost_usd, outcome.cost_usd)
    whole = receipt(agent, tokens=outcome.tokens, model_usd=cost, sizes=places.sizes)
    facts = [
        prose.code(outcome.model or agent.model) if outcome.model or agent.model else "",
        "1 step" if outcome.steps == 1 else f"{outcome.steps} steps",
        "" if whole else f"${cost:.2f}",
        lasted(outcome.seconds),
        f"[log]({places.base_url}/agents/{agent.id})",
    ]
    rows = [" · ".join(fact for fact in facts if fact), *([whole] if whole else [])]
    if agent.place_note:
        rows.append(prose.one_line(agent.place_note))
    if outcome.sandbox != "bubblewrap":
        rows.append(
            f"⚠️ **Reduced isolation**: this ran with sandbox {prose.code(outcome.sandbox)}."
        )
    if outcome.hosts_contacted:
        rows.append(f"Hosts contacted: {_hosts(outcome.hosts_contacted)}.")
    if outcome.hosts_blocked:
        allow = ", ".join(_bare(host) for host in outcome.hosts_blocked[:_HOSTS])
        rows.append(
            f"Hosts blocked: {_hosts(outcome.hosts_blocked)}. To allow them, add "
            f"{prose.code(f'egress: {{allow: [{allow}]}}', limit=900)} to `.github/cadence.yml`."
        )
    return "  \n".join(rows)


def _hosts(hosts: Sequence[str]) -> str:
    named = ", ".join(prose.code(host, limit=100) for host in hosts[:_HOSTS])
    return named if len(hosts) <= _HOSTS else f"{named} and {len(hosts) - _HOSTS} more"


def _bare(host: str) -> str:
    return "".join(c for c in host if c.isascii() and (c.isalnum() or c in ".-"))[:100]


def _reference(agent: Agent, outcome: Outcome) -> str:
    if agent.task.issue is None:
        return ""
    closes = outcome.closes_issue and is_verified(outcome)
    return f"{'Closes' if closes else 'Refs'} #{agent.task.issue}"

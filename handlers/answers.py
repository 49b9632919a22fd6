"""The few sentences that the doors say themselves; everything else is the reporter's."""

from bot.domain import Agent, AgentStatus
from bot.quota import MonthUsedUp
from handlers.payload import Person

_STATE = {
    AgentStatus.PENDING: "waits for its turn",
    AgentStatus.RUNNING: "is at work",
    AgentStatus.PAUSED: "is paused",
    AgentStatus.COMPLETED: "is done",
    AgentStatus.FAILED: "did not get there",
    AgentStatus.CANCELLED: "was stopped",
}


def help_text(slug: str) -> str:
    """Return how to talk to us."""
    rows = (
        ("…", "work on this issue, or answer a question about it"),
        ("status", "say how the agent is doing"),
        ("pause` / `resume", "hold its work between two steps, and go on"),
        ("stop", "end it; what is done so far stays on its branch"),
        ("retry", "start again once it has ended"),
    )
    table = "\n".join(f"| `@{slug} {verb}` | {meaning} |" for verb, meaning in rows)
    return (
        f"Write to me like this:\n\n| | |\n| --- | --- |\n{table}\n\n"
        "While an agent is at work, any other text after my name goes to it. At the start or the "
        "end of a request you may add `model=…`, `base=<branch>` and `budget=<US dollars>`."
    )


def status_text(agent: Agent | None) -> str:
    """Return how the newest agent of an issue is doing."""
    if agent is None:
        return "No agent has worked on this yet."
    facts = [f"The agent {_STATE[agent.status]}"]
    if not agent.status.is_final:
        facts.append(f"{agent.phase}, {agent.progress} %")
    if agent.cost_usd:
        facts.append(f"${agent.cost_usd:.2f} so far")
    if agent.pr_number is not None:
        facts.append(f"pull request #{agent.pr_number}")
    if agent.comment_id is not None:
        facts.append(f"[details](#issuecomment-{agent.comment_id})")
    return " · ".join(facts)


def refusal_text(person: Person, slug: str) -> str:
    """Return why somebody cannot give us work, and what to do."""
    return (
        f"Thanks, @{person.login}. I take work only from people who can write to this "
        f"repository; one of them can ask me here with `@{slug} …`."
    )


def limit_text(person: Person, limit: MonthUsedUp, slug: str) -> str:
    """Return how many agents there were, when the month ends, and what can be done until then."""
    had, account = agents_text(limit.used), limit.account
    return (
        f"Thanks, @{person.login}. I have not started: the free plan has "
        f"{agents_text(limit.limit)} a month, and {account} has had {had} in "
        f"{limit.ends_on:%B}. The month ends on {limit.ends_on:%-d %B %Y} (UTC); from "
        f"{limit.again_on:%-d %B} on, ask me again with `@{slug} …`.\n\n"
        f"Until then: on the Pro plan there is no monthly limit, and the owner of {account} can "
        f"ask for it. Whoever runs this Cadence gives it with `cadence plans set {account} pro`, "
        "or sets another limit with `CADENCE_FREE_AGENTS`."
    )


def agents_text(count: int) -> str:
    """Return a number of agents in words."""
    return f"{count or 'no'} agent{'s' * (count != 1)}"


def problems_text(problems: tuple[str, ...]) -> str:
    """Return what is wrong with the options of a request."""
    return "I have not started: " + " ".join(problems)


NOBODY_AT_WORK = "No agent is at work here."
NOTHING_TO_RETRY = "There is nothing to retry: no agent has worked on this yet."
STILL_AT_WORK = "The agent is still at work; stop it first, or tell it what to do differently."
LOCKED = "This conversation is locked, so I could not report here: unlock it and ask again."


def no_branch_text(base: str) -> str:
    """Return that there is no such branch."""
    return f"I have not started: there is no branch `{base}`."

"""The words of this package: what is known of a person, what was meant, what it comes to."""

from dataclasses import dataclass, field
from enum import StrEnum

EVERYTHING = ("*",)


class Intent(StrEnum):
    """What a person wants."""

    CREATE = "create_agent"
    STATUS = "check_status"
    PAUSE = "pause_agent"
    RESUME = "resume_agent"
    STOP = "stop_agent"
    UNKNOWN = "unknown"


ACTING = frozenset({Intent.CREATE, Intent.PAUSE, Intent.RESUME, Intent.STOP})

# What can be done to an agent in which state.
ELIGIBLE: dict[Intent, frozenset[str]] = {
    Intent.PAUSE: frozenset({"running", "queued", "waiting"}),
    Intent.RESUME: frozenset({"paused"}),
    Intent.STOP: frozenset({"running", "queued", "waiting", "paused"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAgent:
    """An agent that the person may mean; *started* sorts as text (ISO 8601).

    *status* is queued, running, waiting, paused, completed, failed or cancelled.
    """

    id: str
    number: int
    title: str
    repo: str
    status: str
    started: str = ""
    branch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the person can speak about; *focus* is the agent on the screen or last spoken of."""

    repos: tuple[str, ...] = ()
    agents: tuple[KnownAgent, ...] = ()
    focus: str | None = None
    default_repo: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """How agents were spoken of: every part that is set narrows.

    *noun* says that a word for an agent was there ("agent", "one"); *pronoun* that nothing more
    was said than "it"; *or_all* that without a focus it means everything; *title* are the words of
    a topic with those that also tell a state ("dead letter topic").
    """

    everything: bool = False
    plural: bool = False
    pronoun: bool = False
    noun: bool = False
    other: bool = False
    or_all: bool = False
    numbers: tuple[int, ...] = ()
    statuses: frozenset[str] = frozenset()
    recency: str = ""
    count: int = 0
    topic: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    excluding: "Reference | None" = None
    parts: "tuple[Reference, ...]" = ()

    @property
    def is_vague(self) -> bool:
        """Whether it says no more than "it"."""
        return self.pronoun and not (self.numbers or self.topic or self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A sentence taken apart: surface phrases only, nothing chosen yet.

    *repo* is the phrase for a repository, empty when none was said; *reason* says why a sentence
    is not a command (``negated``, ``several``, ``nothing``); *evidence* is False when a part
    was not found in the transcript.
    """

    intent: Intent
    reference: Reference | None = None
    repo: str = ""
    branch: str | None = None
    task: str | None = None
    reason: str = ""
    language: str = "en"
    evidence: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a sentence comes to; *agents* are ids, or `EVERYTHING`."""

    intent: Intent
    repo: str | None = None
    agents: tuple[str, ...] = ()
    branch: str | None = None
    task: str | None = None
    needs_confirmation: bool = False
    agent_candidates: tuple[str, ...] = ()
    repo_candidates: tuple[str, ...] = ()
    reason: str = ""
    source: str = "none"
    language: str = "en"
    confidence: float = 0.0
    notes: frozenset[str] = field(default_factory=frozenset)

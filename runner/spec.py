"""What a run is given and what it gives back, as frozen values with camelCase names on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_serializer
from pydantic.alias_generators import to_camel

CHECKPOINT_FORMAT = 1


class Wire(BaseModel):
    """A frozen value with camelCase names on the wire."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore"
    )

    def to_json(self) -> str:
        """Return the wire form; secrets are written out, so never log it."""
        return self.model_dump_json(by_alias=True)


class Verification(Wire):
    """What the harness measured: one command, its true exit code, the tail of its output.

    *outcome* is ``passed``, ``failed``, ``timed_out``, ``inert`` (the command is not there, exit
    127) or ``none`` (there is no command); the *baseline* is the same command before the change.
    """

    command: str = ""
    origin: str = ""  # "cadence.yml", "detected: pyproject.toml", ""
    outcome: Literal["passed", "failed", "timed_out", "inert", "none"] = "none"
    exit_code: int | None = None
    seconds: float = 0.0
    output_tail: str = ""
    baseline_outcome: Literal["passed", "failed", "timed_out", "inert", "none"] = "none"
    baseline_exit_code: int | None = None


class Tokens(Wire):
    """Tokens by kind, as the Messages API reports them."""

    input: int = 0
    output: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            input=self.input + other.input,
            output=self.output + other.output,
            cache_write_5m=self.cache_write_5m + other.cache_write_5m,
            cache_write_1h=self.cache_write_1h + other.cache_write_1h,
            cache_read=self.cache_read + other.cache_read,
        )


class Price(Wire):
    """US dollars per million tokens, by kind."""

    input: float
    output: float
    cache_write_5m: float
    cache_write_1h: float
    cache_read: float

    def cost_usd(self, tokens: Tokens) -> float:
        """Return what *tokens* cost in US dollars."""
        total = (
            tokens.input * self.input
            + tokens.output * self.output
            + tokens.cache_write_5m * self.cache_write_5m
            + tokens.cache_write_1h * self.cache_write_1h
            + tokens.cache_read * self.cache_read
        )
        return total / 1_000_000


class ModelSpec(Wire):
    """Which model, where, and what it costs; the key lives in the runner's memory only."""

    name: str
    triage_name: str
    base_url: str
    api_key: SecretStr
    price: Price
    triage_price: Price
    max_tokens: int = 16_000

    @field_serializer("api_key", when_used="json")
    def _written_out(self, value: SecretStr) -> str:
        return value.get_secret_value()


class Budget(Wire):
    """Where an agent must stop; soft is a wrap-up note, hard is the end."""

    steps: int = 120
    usd: float = 3.0
    soft_minutes: float = 45.0
    hard_minutes: float = 55.0
    repair_rounds: int = 2


class Person(Wire):
    """A name and an address for a commit."""

    name: str
    email: str


class Remark(Wire):
    """A text by somebody, as it stood when the task was triggered: data, never an instruction."""

    author: str
    permission: str = "unknown"
    body: str
    at: datetime | None = None


class Snippet(Wire):
    """A piece of a file that the index thinks relevant; lines count from 1, inclusive."""

    path: str
    start_line: int
    end_line: int
    text: str
    reason: str = ""


class TreeState(Wire):
    """The working tree of a checkpoint, as git names in the bundles of its parts.

    *snapshot* is a commit of all files but the ignored ones, *state* one of the staged tree and
    the exclusions; *head_ref* is the branch that was checked out, empty when none was.
    """

    base_sha: str
    start: str
    head: str
    snapshot: str
    state: str
    agent_head: str
    head_ref: str = ""


class Part(Wire):
    """One file of a checkpoint, named by its SHA-256: a piece of the talk, or a bundle."""

    kind: Literal["talk", "tree"]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int


class Checkpoint(Wire):
    """An agent's conversation and working tree after a step; its *parts* lie in the store."""

    format: int = CHECKPOINT_FORMAT
    number: int = Field(ge=1)
    run_id: str
    step: int
    tree: TreeState | None = None
    parts: tuple[Part, ...] = ()

    @property
    def size(self) -> int:
        """The bytes of all parts."""
        return sum(part.bytes for part in self.parts)


class RunSpec(Wire):
    """Everything that a run needs; handed over by `AssignFrame` and kept in memory only.

    *checkpoint* is where an earlier run came to, *resumed* why it goes on here: its machine was
    ``lost``, or it was ``paused``. *spent_usd* is what earlier runs cost, part of the budget.
    """

    run_id: str
    agent_id: str
    number: int
    attempt: int = 1
    repository: str
    clone_url: str
    base: str
    branch: str
    issue: int | None = None
    issue_title: str = ""
    issue_body: str = ""
    issue_author: str = ""
    instruction: str
    requester: str
    wants_answer_only: bool = False
    remarks: tuple[Remark, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    author: Person
    co_author: Person | None = None
    model: ModelSpec
    budget: Budget = Budget()
    allow_workflows: bool = False
    max_clone_mb: int = 2_000
    sandbox: Literal["bubblewrap", "none"] = "bubblewrap"
    egress_allow: tuple[str, ...] = ()
    checkpoint: Checkpoint | None = None
    resumed: Literal["", "paused", "lost"] = ""
    spent_usd: float = 0.0


class Outcome(Wire):
    """How a run ended.

    *status* is ``completed``, ``failed`` or ``cancelled``; *kind* says what came of it: ``change``
    (there is a bundle), ``answer`` or ``nothing``. *reason* is one honest sentence when it is not
    a change. *bundle_sha256* names the file that was uploaded before this frame.
    """

    status: Literal["completed", "failed", "cancelled"]
    kind: Literal["change", "answer", "nothing"] = "nothing"
    reason: str = ""
    title: str = ""
    summary: str = ""
    doubts: str = ""
    answer: str = ""
    closes_issue: bool = False
    verification: Verification = Verification()
    base_sha: str = ""
    head_sha: str = ""
    bundle_sha256: str = ""
    files_changed: int = 0
    lines_added: int = 0
    lines_removed: int = 0
    steps: int = 0
    tokens: Tokens = Tokens()
    cost_usd: float = 0.0
    model: str = ""
    seconds: float = 0.0
    hosts_contacted: tuple[str, ...] = ()
    hosts_blocked: tuple[str, ...] = ()
    sandbox: str = "bubblewrap"

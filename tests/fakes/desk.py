"""A desk with memory: what a coordinator would store, in lists."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from bot.domain import AgentId, Run, RunId
from bot.errors import CadenceError, GitHubRefused, Unavailable
from runner.lines.desk import Wishes
from runner.spec import Budget, Checkpoint, ModelSpec, Outcome, Person, Price, RunSpec, Snippet

PRICE = Price(input=2, output=10, cache_write_5m=2.5, cache_write_1h=4, cache_read=0.2)
MODEL = ModelSpec(
    name="claude-sonnet-5-5",
    triage_name="claude-haiku-5-5",
    base_url="http://127.0.0.1:9",
    api_key=SecretStr("k" + "ey"),
    price=PRICE,
    triage_price=PRICE,
)
SPEC = RunSpec(
    run_id="run-1",
    agent_id="agent-1",
    number=1,
    repository="acme/widgets",
    clone_url="http://127.0.0.1:9/acme/widgets.git",
    base="main",
    branch="cadence/7-fix",
    issue=7,
    instruction="please fix this",
    requester="dana",
    author=Person(name="cadence[bot]", email="1+cadence[bot]@users.noreply.github.com"),
    model=MODEL,
    budget=Budget(),
)


@dataclass
class FakeDesk:
    """See `runner.lines.desk.Desk`."""

    token_hashes: dict[str, Run] = field(default_factory=dict)
    events: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    outcome: Outcome | None = None
    wishes: Wishes = field(default_factory=Wishes)
    renewed: int = 0
    token: str = "read-token"
    spec: RunSpec = SPEC
    refusal: CadenceError | None = None
    queries: list[tuple[str, int]] = field(default_factory=list)
    searching: int = 0
    checkpoints: list[Checkpoint] = field(default_factory=list)
    pauses: list[bool] = field(default_factory=list)
    index: Callable[[str, int], Awaitable[tuple[Snippet, ...]]] | None = None

    def run(self, token_hash: str, **changes: Any) -> Run:
        run = Run(id=RunId("run-1"), agent_id=AgentId("agent-1"), attempt=1, **changes)
        self.token_hashes[token_hash] = run
        return run

    def known(self, token_hash: str, run_id: str) -> None:
        """Know another run; its spec is that of the first."""
        run = Run(id=RunId(run_id), agent_id=AgentId("agent-1"), attempt=1)
        self.token_hashes[token_hash] = run

    async def run_of(self, token_hash: str) -> Run | None:
        return self.token_hashes.get(token_hash)

    async def spec_of(self, run: Run) -> RunSpec:
        if self.refusal is not None:
            raise self.refusal
        return self.spec

    async def refuse(self, run: Run, reason: str) -> None:
        self.outcome = Outcome(status="failed", reason=reason)

    async def wishes_for(self, run: Run) -> Wishes:
        return self.wishes

    async def renew(self, run: Run) -> None:
        self.renewed += 1

    async def record(
        self, run_id: str, seq: int, kind: str, data: dict[str, Any], at: datetime
    ) -> bool:
        if any(seq <= known for known, _, _ in self.events):
            return False
        self.events.append((seq, kind, data))
        return True

    async def record_result(self, run_id: str, seq: int, outcome: Outcome) -> bool:
        self.outcome = outcome
        return True

    async def record_checkpoint(self, run: Run, seq: int, checkpoint: Checkpoint) -> bool:
        self.checkpoints.append(checkpoint)
        return True

    async def note_pause(self, run: Run, *, is_paused: bool) -> None:
        self.pauses.append(is_paused)

    async def clone_token(self, run: Run) -> str:
        if not self.token:
            raise GitHubRefused("the App may not read acme/widgets")
        return self.token

    async def search(self, run: Run, query: str, k: int) -> tuple[str, tuple[Snippet, ...]]:
        self.queries.append((query, k))
        if self.index is None:
            raise Unavailable("this coordinator has no index")
        self.searching += 1
        try:
            return "lexical", await self.index(query, k)
        finally:
            self.searching -= 1

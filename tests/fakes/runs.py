"""Whole runs in a test: a repository, a model that plays turns, a line with memory."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from deploy.devkit.anthropic import AnthropicStandIn
from runner.agent.harness import Conditions, run
from runner.spec import Budget, ModelSpec, Outcome, Person, Price, RunSpec
from tests.fakes.line import Line, git, make_repository

PRICE = Price(input=2, output=10, cache_write_5m=2.5, cache_write_1h=4, cache_read=0.1)
SMALL = Price(input=0.1, output=0.5, cache_write_5m=0.125, cache_write_1h=0.2, cache_read=0.01)
CHANGE = {"kind": "change", "restated": "Fix it.", "question_to_ask": "", "closes_issue": True}
QUESTION = CHANGE | {"kind": "question"}
FILES = {
    "area.py": "def area(width, height):\n    return width + height\n",
    "test.sh": 'test "$(python3 -c "import area; print(area.area(2, 3))")" = 6\n',
    ".github/cadence.yml": "verify: sh test.sh\n",
}
FIX = {"file_path": "area.py", "old_string": "width + height", "new_string": "width * height"}
BREAK = {"file_path": "area.py", "old_string": "def area", "new_string": "def aera"}
DONE = {
    "title": "Multiply the sides of an area",
    "summary": "The sides were added.",
    "doubts": "",
    "closes_issue": True,
}


def use(name: str, /, **arguments: Any) -> dict[str, Any]:
    """Return a turn in which the model uses one tool."""
    return {"content": [{"type": "tool_use", "name": name, "input": arguments}]}


def say(text: str, **more: Any) -> dict[str, Any]:
    """Return a turn in which the model says *text*."""
    return {"content": [{"type": "text", "text": text}], **more}


@dataclass
class Play:
    """One run and everything that can be set about it; `run` plays it."""

    home: Path
    turns: list[dict[str, Any]]
    files: dict[str, str] = field(default_factory=lambda: dict(FILES))
    triage: Any = field(default_factory=lambda: dict(CHANGE))
    faults: list[dict[str, Any]] = field(default_factory=list)
    scenario: dict[str, Any] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    spec: dict[str, Any] = field(default_factory=dict)
    conditions: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    model: str = "claude-sonnet-5-5"

    def __post_init__(self) -> None:
        self.repository = make_repository(self.home / "repository", self.files)
        self.line = Line(self.home)
        self.llm = AnthropicStandIn(
            {"turns": self.turns, "triage": self.triage, "faults": self.faults, **self.scenario}
        )
        self.seconds = 0.0

    async def run(self) -> Outcome:
        root = self.home / "run"
        root.mkdir()
        conditions = {"max_retries": 1, "retry_wait_s": 0.01} | self.conditions
        async with self.llm:
            began = time.monotonic()
            outcome = await run(
                self.make_spec(),
                self.line,
                root=root,
                conditions=Conditions(allow_file=True, **conditions),
            )
            self.seconds = time.monotonic() - began
        shutil.rmtree(root, ignore_errors=True)
        return outcome

    def make_spec(self) -> RunSpec:
        facts: dict[str, Any] = {
            "run_id": "a1-1",
            "agent_id": "a1",
            "number": 1,
            "repository": "ada/shapes",
            "clone_url": str(self.repository),
            "base": "main",
            "branch": "cadence/7-areas",
            "issue": 7,
            "issue_title": "Areas are too small",
            "issue_body": "2 by 3 is 5",
            "issue_author": "grace",
            "instruction": "fix this",
            "requester": "ada",
            "author": Person(name="cadence[bot]", email="1+cadence[bot]@users.noreply.github.com"),
            "co_author": Person(name="ada", email="7+ada@users.noreply.github.com"),
            "model": ModelSpec(
                name=self.model,
                triage_name="claude-haiku-5-5",
                base_url=self.llm.url,
                api_key=SecretStr(self.key or self.llm.key),
                price=PRICE,
                triage_price=SMALL,
            ),
            "budget": self.budget,
            "sandbox": "none",
        }
        return RunSpec(**(facts | self.spec))

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The requests of the agent, without the triage."""
        return [body for body in self.llm.messages if "tools" in body]

    def heard(self, step: int) -> str:
        """Everything in the last user message of request number *step*, from 0."""
        return words_in(self.steps[step]["messages"][-1]["content"])

    def fetched(self, *arguments: str) -> str:
        """Fetch the bundle into the repository and ask git about it."""
        assert self.line.bundle is not None
        git(self.repository, "fetch", "-q", str(self.line.bundle), "+refs/heads/*:refs/got/*")
        return git(self.repository, *arguments)


def words_in(content: Any) -> str:
    """Return all text in message content."""
    if isinstance(content, str):
        return content
    return "\n".join(
        words_in(part["content"]) if part["type"] == "tool_result" else part.get("text", "")
        for part in content
    )


Player = Callable[..., Play]

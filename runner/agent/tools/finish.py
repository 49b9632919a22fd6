"""``finish``: the agent's own words about its work; what was measured is told by the harness."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from runner.agent.course import Finish
from runner.agent.seams import ToolRetry
from runner.agent.tools.base import Arguments, Content, Tool


class _Finish(Arguments):
    title: str = Field(default="", max_length=200)
    summary: str = Field(default="", max_length=6_000)
    doubts: str = Field(default="", max_length=4_000)
    closes_issue: bool = False
    answer: str = Field(default="", max_length=20_000)


class FinishTool(Tool):
    """Ends the agent's work."""

    title = "finish"
    description = (
        "End your work. For a change: `title` (imperative, at most 65 characters, no trailing "
        "full stop), `summary` (what was wrong and what you changed, for a reviewer), `doubts` "
        "(honestly: what is not done, not tested, assumed; empty if nothing), `closes_issue` "
        "(true only when the whole issue is done). For a question, or when nothing should be "
        "changed: `answer` in Markdown. Files are committed afterwards; do not commit yourself."
    )
    schema: Mapping[str, Any] = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "summary": {"type": "string"},
            "doubts": {"type": "string"},
            "closes_issue": {"type": "boolean"},
            "answer": {"type": "string"},
        },
    }

    async def execute(self, arguments: dict[str, Any]) -> Content:
        """Take the words down."""
        said = _Finish.model_validate(arguments)
        if not (said.title.strip() or said.answer.strip()):
            raise ToolRetry("finish: give a `title` and `summary`, or an `answer`")
        self.course.finish = Finish(**said.model_dump())
        return "Noted."

"""The SDK's file and shell tools, described as the SDK does, executed by the hands."""

from functools import cache
from pathlib import Path
from typing import Any

from anthropic.lib.tools.agent_toolset import AgentToolContext, beta_agent_toolset_20260401

from runner.agent.course import Course
from runner.agent.seams import Hands
from runner.agent.tools.base import Content, Tool

_CHANGING = {"bash", "write", "edit"}
_MORE = {
    "bash": (
        " The working directory and variables last from call to call. Output is cut to head and "
        "tail; a non-zero exit code is reported as an error. Commands end after 120 s unless "
        "`timeout_ms` says more (30 minutes at most)."
    ),
    "read": " `view_range` is [first line, last line], counted from 1.",
}


@cache
def definitions() -> tuple[dict[str, Any], ...]:
    """Return name, description and input schema of the SDK's reference tools, plainly put."""
    tools = beta_agent_toolset_20260401(AgentToolContext(workdir=Path("/")))
    return tuple(
        {
            "name": tool.name,
            "description": tool.description + _MORE.get(tool.name, ""),
            "input_schema": _plain(tool.input_schema),
        }
        for tool in tools
    )


def _plain(schema: Any) -> dict[str, Any]:
    """Return *schema* without the titles and nulls that pydantic adds; every token is paid for."""
    properties = {}
    for name, about in schema["properties"].items():
        choices = [one for one in about.get("anyOf", [about]) if one.get("type") != "null"]
        properties[name] = {key: value for key, value in choices[0].items() if key != "title"}
    plain = {"type": "object", "properties": properties}
    return plain | {"required": schema["required"]} if "required" in schema else plain


class HandTool(Tool):
    """One of the SDK's tools; the work is done elsewhere."""

    def __init__(self, course: Course, hands: Hands, definition: dict[str, Any]) -> None:
        super().__init__(course)
        self.title = definition["name"]
        self.description = definition["description"]
        self.schema = definition["input_schema"]
        self._hands = hands

    async def execute(self, arguments: dict[str, Any]) -> Content:
        """Hand the call over."""
        if self.title in _CHANGING:
            self.course.is_touched = True
        return await self._hands.call(self.title, arguments)


def hand_tools(course: Course, hands: Hands) -> list[Tool]:
    """Return bash, read, write, edit, glob and grep."""
    return [HandTool(course, hands, definition) for definition in definitions()]

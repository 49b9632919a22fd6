"""``update_plan``: the checklist that people see."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from runner.agent.course import PlanItem
from runner.agent.tools.base import Arguments, Content, Tool
from runner.protocol import EventKind


class _Item(Arguments):
    text: str = Field(min_length=1, max_length=200, description="One short imperative line.")
    done: bool


class _Plan(Arguments):
    items: list[_Item] = Field(min_length=1, max_length=20)


class UpdatePlan(Tool):
    """Shows the plan."""

    title = "update_plan"
    description = (
        "Show your plan as a checklist to the people who watch. Call it once before you change "
        "anything (3 to 7 items) and again whenever an item is done; always send the whole list."
    )
    schema: Mapping[str, Any] = {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "text": {"type": "string", "description": "one short imperative line"},
                        "done": {"type": "boolean"},
                    },
                    "required": ["text", "done"],
                },
            }
        },
        "required": ["items"],
    }

    async def execute(self, arguments: dict[str, Any]) -> Content:
        """Keep and show the plan."""
        plan = _Plan.model_validate(arguments)
        self.course.plan = tuple(PlanItem(item.text, item.done) for item in plan.items)
        items = [item.model_dump() for item in plan.items]
        await self.course.emit(EventKind.PLAN, {"items": items})
        return f"{sum(item.done for item in plan.items)} of {len(items)} items are done."

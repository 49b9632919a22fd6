"""All tools of an agent, in the order in which the model sees them."""

from runner.agent.course import Course
from runner.agent.seams import Hands
from runner.agent.tools.ask import Ask
from runner.agent.tools.base import Tool
from runner.agent.tools.finish import FinishTool
from runner.agent.tools.hands import hand_tools
from runner.agent.tools.search_code import SearchCode
from runner.agent.tools.update_plan import UpdatePlan


def all_tools(course: Course, hands: Hands, *, ask_wait_s: float) -> list[Tool]:
    """Return the six that the hands execute and four of our own."""
    return [
        *hand_tools(course, hands),
        SearchCode(course, hands),
        UpdatePlan(course),
        Ask(course, wait_s=ask_wait_s),
        FinishTool(course),
    ]

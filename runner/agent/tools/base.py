"""What all tools of the agent share: they tell what they do, and no error of theirs is lost."""

import time
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from anthropic.lib.tools import BetaAsyncBuiltinFunctionTool, ToolError
from pydantic import BaseModel, ConfigDict, ValidationError

from runner.agent.course import Course
from runner.agent.process import cut
from runner.agent.seams import RunFailed, ToolFailed, ToolRetry
from runner.protocol import EventKind

_EVENT_HALF = 2_000
_LAST_ERROR_CHARS = 500

Content = str | list[dict[str, Any]]


class Arguments(BaseModel):
    """What a tool of ours takes; anything else is the model's mistake."""

    model_config = ConfigDict(extra="forbid")


class Tool(BetaAsyncBuiltinFunctionTool):
    """One tool; subclasses say what it is called and what it does."""

    title: str
    description: str
    schema: Mapping[str, Any]
    is_marked = False  # the last tool carries the cache mark for all

    def __init__(self, course: Course) -> None:
        self.course = course

    @property
    def name(self) -> str:
        """The name that the model uses."""
        return self.title

    def to_dict(self) -> Any:
        """Return the definition that goes to the API."""
        definition: dict[str, Any] = {
            "name": self.title,
            "description": self.description,
            "input_schema": dict(self.schema),
        }
        if self.is_marked:
            definition["cache_control"] = {"type": "ephemeral"}
        return definition

    @abstractmethod
    async def execute(self, arguments: dict[str, Any]) -> Content:
        """Do it; raise `ToolRetry` with what the model should read, `ToolFailed` to end the run."""

    async def call(self, input: object) -> Any:
        """Do it for the SDK's tool runner and tell everybody."""
        arguments = dict(input) if isinstance(input, Mapping) else {}
        call_id = self.course.take_call(self.title)
        await tell_call(self.course, call_id, self.title, arguments)
        began = time.monotonic()
        content, is_error = await self._attempt(arguments)
        seconds = time.monotonic() - began
        await tell_result(
            self.course, call_id, self.title, content, is_error=is_error, seconds=seconds
        )
        self.course.guard.observe(self.title, arguments, _plain(content), is_error=is_error)
        if is_error:
            raise ToolError(str(content))
        return content

    async def _attempt(self, arguments: dict[str, Any]) -> tuple[Content, bool]:
        if self.course.fatal is not None:
            return "not executed: the run is ending", True
        try:
            return await self.execute(arguments) or "[no output]", False
        except ToolRetry as retry:
            return str(retry) or f"{self.title} failed", True
        except ValidationError as error:
            return f"{self.title}: {_complaints(error)}", True
        except ToolFailed as failed:
            self.course.fatal = RunFailed(str(failed))
            return str(failed), True


async def tell_call(course: Course, call_id: str, name: str, arguments: dict[str, Any]) -> None:
    """Emit that a tool was asked for."""
    data = {"id": call_id, "name": name, "input": shortened(arguments)}
    await course.emit(EventKind.TOOL_CALL, data)


async def tell_result(
    course: Course,
    call_id: str,
    name: str,
    content: Content,
    *,
    is_error: bool,
    seconds: float,
) -> None:
    """Emit what a tool answered, cut to head and tail."""
    text = cut(_plain(content), head=_EVENT_HALF, tail=_EVENT_HALF)
    if is_error:
        course.last_error = f"{name}: {text[-_LAST_ERROR_CHARS:]}"
    data = {
        "id": call_id,
        "name": name,
        "isError": is_error,
        "output": text,
        "seconds": round(seconds, 3),
    }
    await course.emit(EventKind.TOOL_RESULT, data)


def shortened(value: Any) -> Any:
    """Return *value* with its long strings cut to head and tail."""
    if isinstance(value, str):
        return cut(value, head=_EVENT_HALF, tail=_EVENT_HALF)
    if isinstance(value, dict):
        return {str(key): shortened(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shortened(each) for each in value[:100]]
    return value


def _plain(content: Content) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(block.get("text", f"[{block.get('type')}]")) for block in content)


def _complaints(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'input'}: {one['msg']}" for one in error.errors()[:5]
    )

"""``ask``: a question to the people, where the task came from."""

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from runner.agent.course import Course
from runner.agent.seams import ToolRetry
from runner.agent.tools.base import Arguments, Content, Tool
from runner.protocol import EventKind

WAIT_S = 600.0
MAX_QUESTIONS = 3
_LOOK_S = 0.1


class _Question(Arguments):
    question: str = Field(min_length=1, max_length=2_000)


class Ask(Tool):
    """Asks and waits, with the clock stopped, but not for ever."""

    title = "ask"
    description = (
        "Ask the person who gave the task one question and wait for the answer. Only when you "
        "cannot find out yourself and a wrong guess would waste the work; offer the choices that "
        "you see. Without an answer in time you go on with your best judgement."
    )
    schema: Mapping[str, Any] = {
        "type": "object",
        "properties": {"question": {"type": "string"}},
        "required": ["question"],
    }

    def __init__(self, course: Course, *, wait_s: float = WAIT_S) -> None:
        super().__init__(course)
        self._wait_s = wait_s

    async def execute(self, arguments: dict[str, Any]) -> Content:
        """Ask, wait, return the answer."""
        asked = _Question.model_validate(arguments)
        if self.course.asked >= MAX_QUESTIONS:
            raise ToolRetry(f"ask: {MAX_QUESTIONS} questions are enough; decide yourself")
        self.course.asked += 1
        await self.course.emit(EventKind.QUESTION, {"text": asked.question})
        with self.course.clock.stopped():
            answered = await self._wait()
        if not answered:
            await self.course.log("Nobody answered; going on with the best judgement.")
            return (
                f"Nobody answered within {self._wait_s / 60:.0f} minutes. Go on with your best "
                "judgement and name the assumption in `doubts`."
            )
        message = self.course.control.messages.popleft()
        await self.course.log(f"{message.author} answered: {message.text}")
        return f"{message.author} answered:\n{message.text}"

    async def _wait(self) -> bool:
        control = self.course.control
        deadline = asyncio.get_running_loop().time() + self._wait_s
        # Control is a plain value that the link writes; it tells nobody, so look now and then.
        while not control.messages and control.cancel_reason is None:
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(_LOOK_S)
        return bool(control.messages)

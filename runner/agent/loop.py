"""The agentic step: one conversation with the model, driven by the SDK's tool runner.

The history is ours: one linear list, only ever appended to. The runner is made anew from it
whenever an answer ends without tools or the line breaks; nothing that was done is done twice.
"""

import asyncio
import warnings
from typing import Any

import anthropic
import httpx2

from runner.agent.course import Course, Finish
from runner.agent.model import explain, is_passing, tokens_of
from runner.agent.prompts import text
from runner.agent.sanitize import clean, label
from runner.agent.seams import RunFailed
from runner.agent.tools.base import Tool, tell_call, tell_result
from runner.protocol import EventKind

_CACHE = {"type": "ephemeral"}
_EMPTY = 3  # answers without a word or a call in a row
_CUT_OFF = 5  # answers in a row that ran into the output limit
_BREAKS = 6  # broken answers in a row
_BETAS = ["compact-2026-01-12"]
_COMPACT = {"edits": [{"type": "compact_20260112"}]}
_REFUSED = (
    "The model declined to work on this task. Nothing can be done about it from here; "
    "put the task in other words, or take another model."
)
_TOO_LONG = "The conversation has grown too long for the model, also after it was compacted."
FINISHED = "finished"

Block = dict[str, Any]


class Conversation:
    """One agent's talk with the model; `work` may be called again with more words."""

    def __init__(
        self,
        course: Course,
        client: anthropic.AsyncAnthropic,
        tools: list[Tool],
        system: str,
        *,
        retry_wait_s: float = 1.0,
    ) -> None:
        self.history: list[Any] = []
        self._course = course
        self._client = client
        self._tools = tools
        tools[-1].is_marked = True
        self._names = {tool.name for tool in tools}
        self._retry_wait_s = retry_wait_s
        self._last_text = ""
        self._fixed: dict[str, Any] = {
            "model": course.spec.model.name,
            "max_tokens": course.spec.model.max_tokens,
            "system": [{"type": "text", "text": system, "cache_control": _CACHE}],
            # Moves by itself with the last message; tools, system and context have the other three.
            "cache_control": _CACHE,
            "context_management": _COMPACT,
            "betas": _BETAS,
        }
        # The SDK warns about tools that the model invented; they are answered in `_settle`.
        warnings.filterwarnings("ignore", message=r"Tool '.*' not found", category=UserWarning)

    async def work(self, words: str) -> Finish:
        """Say *words* and let the agent work until it finishes."""
        opening: Block = {"type": "text", "text": words}
        if not self.history:
            opening["cache_control"] = _CACHE
        self._say([opening])
        return await self.go_on()

    def remember(self, history: list[Any], note: str) -> None:
        """Take over a history from another machine; *note* says what is different here."""
        self.history = history
        if history[-1]["role"] == "user":
            content = history[-1]["content"]
            if isinstance(content, str):
                content = [{"type": "text", "text": content}]
            history[-1]["content"] = [*content, {"type": "text", "text": note}]
        else:
            self._say([{"type": "text", "text": note}])

    async def go_on(self) -> Finish:
        """Let the agent work until it finishes."""
        course = self._course
        course.finish = None
        reminded = False
        empty = cut_off = 0
        while True:
            self._say(await self._between())
            await self._keep()
            stop, is_empty = await self._patient_leg()
            if stop == FINISHED and course.finish is not None:
                return course.finish
            empty = empty + 1 if is_empty else 0
            cut_off = cut_off + 1 if stop == "max_tokens" else 0
            self._give_up(stop, empty=empty, cut_off=cut_off)
            if stop == "max_tokens":
                self._say([{"type": "text", "text": text("cut_off")}])
            elif stop in (FINISHED, "continue") or course.control.messages:
                continue
            elif reminded and not is_empty:
                return Finish(answer=self._last_text, summary=self._last_text, is_formal=False)
            else:
                reminded = True
                self._say([{"type": "text", "text": text("reminder")}])

    def _give_up(self, stop: str, *, empty: int, cut_off: int) -> None:
        """Raise `RunFailed` when going on makes no sense."""
        if stop == "refusal":
            raise RunFailed(_REFUSED)
        if stop == "model_context_window_exceeded":
            raise RunFailed(_TOO_LONG)
        if empty >= _EMPTY:
            raise RunFailed(f"The model said nothing {_EMPTY} times in a row.")
        if cut_off >= _CUT_OFF:
            raise RunFailed(f"The model ran into its output limit {_CUT_OFF} times in a row.")

    async def _keep(self) -> None:
        """Let the work up to here outlive the machine, before the model is asked again."""
        if self._course.keep is not None:
            await self._course.keep()

    def _say(self, blocks: list[Block]) -> None:
        if blocks:
            self.history.append({"role": "user", "content": blocks})

    async def _between(self) -> list[Block]:
        """Do what is due between two steps; return what the model should read next."""
        course = self._course
        await course.obey()
        if course.fatal is not None:
            raise course.fatal
        course.meter.check()
        notes = []
        while course.control.messages:
            message = course.control.messages.popleft()
            await course.log(f"Message from {message.author}: {message.text}")
            who = f"Message from @{label(message.author)}, who may give you instructions:"
            notes.append(f"{who}\n{clean(message.text)}")
        for note in (course.guard.note(), course.meter.wrap_up()):
            if note:
                notes.append(f"Note of the harness: {note}")
                await course.log(note)
        return [{"type": "text", "text": note} for note in notes]

    async def _patient_leg(self) -> tuple[str, bool]:
        """Go a leg; when the line breaks in the middle of an answer, go on from what is whole."""
        course, breaks, said = self._course, 0, len(self.history)
        while True:
            try:
                return await self._leg()
            except (anthropic.AnthropicError, httpx2.HTTPError, ValueError) as error:
                breaks = breaks + 1 if len(self.history) == said else 1
                said = len(self.history)
                if not is_passing(error) or breaks >= _BREAKS:
                    raise explain(error, course.spec.model) from error
                await course.log("The model's answer broke off; asking again.", level="warning")
                await asyncio.sleep(self._retry_wait_s * 2 ** (breaks - 1))
                await course.obey()
                course.meter.check()

    async def _leg(self) -> tuple[str, bool]:
        """Run the SDK's tool runner; return why it stopped and whether the answer was empty."""
        runner = self._client.beta.messages.tool_runner(
            **self._fixed,
            messages=self.history.copy(),
            tools=self._tools,
            stream=True,
            thread=False,
        )
        try:
            async for stream in runner:
                reply = await _whole(stream)
                await self._heard(reply)
                content = self._kept(reply)
                if reply.stop_reason in ("pause_turn", "compaction"):
                    await self._course.obey()
                    self._course.meter.check()
                elif reply.stop_reason != "tool_use":
                    self._close_calls(reply)
                    return reply.stop_reason, not content
                else:
                    stop = await self._settle(runner, reply, is_whole=len(content))
                    if stop:
                        return stop, not content
        finally:
            await runner.close()
        return "end_turn", False

    async def _heard(self, reply: Any) -> None:
        """Count and tell one answer of the model."""
        course = self._course
        tokens = tokens_of(reply.usage)
        course.meter.steps += 1
        cost_usd = course.meter.add(tokens, course.spec.model.price)
        words = "\n\n".join(one.text for one in reply.content if one.type == "text").strip()
        if words:
            self._last_text = words
            await course.emit(EventKind.TEXT, {"text": words})
        await course.used(tokens, cost_usd, course.spec.model.name)

    def _kept(self, reply: Any) -> list[Any]:
        """Append the answer to the history, without the empty texts that the API refuses."""
        blocks = [one for one in reply.content if getattr(one, "text", None) != ""]
        content = [one.to_dict(mode="json", exclude_unset=True) for one in blocks]
        if content:
            self.history.append({"role": "assistant", "content": content})
        return content

    def _close_calls(self, reply: Any) -> None:
        """Answer calls of a turn that ended without running them: none may stay open."""
        self._say([_not_run(one.id) for one in reply.content if one.type == "tool_use"])

    async def _settle(self, runner: Any, reply: Any, *, is_whole: int) -> str:
        """Run the tools, add what is due, and return why the leg ends, if it does."""
        course = self._course
        calls = [one for one in reply.content if one.type == "tool_use"]
        course.calls.clear()
        course.calls.extend((one.id, one.name) for one in calls)
        answer = await runner.generate_tool_call_response()
        if answer is None:
            return "end_turn"
        await self._explain_unknown(calls, answer["content"])
        self.history.append(answer)
        if course.fatal is not None:
            raise course.fatal
        if course.finish is not None:
            if not course.control.messages:
                return FINISHED
            course.finish = None  # somebody said something just now: it is not over
        # The runner appends this very value, so what is added here goes out with the results.
        answer["content"].extend(await self._between())
        await self._keep()
        return "" if is_whole == len(reply.content) else "continue"

    async def _explain_unknown(self, calls: list[Any], results: list[Block]) -> None:
        """Tell the model, and those who watch, about calls of tools that do not exist."""
        course = self._course
        for call, result in zip(calls, results, strict=True):
            if call.name in self._names:
                continue
            known = ", ".join(sorted(self._names))
            words = f"There is no tool named {call.name}. There are: {known}."
            result["content"] = words
            arguments = call.input if isinstance(call.input, dict) else {}
            await tell_call(course, call.id, call.name, arguments)
            await tell_result(course, call.id, call.name, words, is_error=True, seconds=0.0)
            course.guard.observe(call.name, arguments, words, is_error=True)


async def _whole(stream: Any) -> Any:
    """Return the answer; raise `ValueError` for one that ended early or was none at all."""
    try:
        reply = await stream.get_final_message()
    except AssertionError as error:  # the SDK's way to say that no message came
        raise ValueError("the answer held no message") from error
    if reply.stop_reason is None:
        raise ValueError("the answer ended in the middle")
    return reply


def _not_run(call_id: str) -> Block:
    return {
        "type": "tool_result",
        "tool_use_id": call_id,
        "content": "Not executed: the answer ended before the call was complete.",
        "is_error": True,
    }

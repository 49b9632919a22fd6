"""What the stand-in says: turns, structured answers and faults, read from a dict or a file.

The turn is found from the conversation in the request alone, so a request that is sent again gets
the same answer, and any number of conversations go on side by side.
"""

import json
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field

Json = dict[str, Any]

OUT_OF_TURNS = "The scenario has no more turns, so I stop here."

_STATUS_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid")


class When(_Value):
    """What the last user message must look like for a turn to be played; else it is skipped."""

    last_tool_error: bool | None = None
    contains: str | None = None
    lacks: str | None = None

    def is_met(self, message: Json) -> bool:
        """Return whether the user's *message* fulfils all conditions."""
        text = text_of(message)
        if self.contains is not None and self.contains not in text:
            return False
        if self.lacks is not None and self.lacks in text:
            return False
        return self.last_tool_error is None or self.last_tool_error == _has_tool_error(message)


class Turn(_Value):
    """One answer of the model: content blocks as the API returns them."""

    content: list[Json] = Field(min_length=1)
    stop_reason: str | None = None
    usage: Json | None = None
    delay_s: float = 0.0
    when: When | None = None

    @property
    def reason(self) -> str:
        """The stop reason: the one given, else what follows from the content."""
        if self.stop_reason:
            return self.stop_reason
        uses_tools = any(block["type"] == "tool_use" for block in self.content)
        return "tool_use" if uses_tools else "end_turn"


class Fault(_Value):
    """Something that goes wrong, *times* times: at request number *at*, at *turn*, or now.

    *at* and *turn* count from 1; *at* counts every message request, retries too. *status* is
    answered before the model speaks; *cut* closes the connection in mid-answer; *stream_error* is
    an error event in mid-stream; *garbage* answers 200 with something that is not a message.
    """

    at: int | None = None
    turn: int | None = None
    times: int = 1
    status: int | None = None
    type: str | None = None
    message: str | None = None
    retry_after: float | None = None
    delay_s: float = 0.0
    cut: bool = False
    stream_error: str | None = None
    garbage: bool = False

    @property
    def error_type(self) -> str:
        """The error type that goes with the status."""
        return self.type or _STATUS_TYPES.get(self.status or 500, "api_error")

    def takes(self, *, request: int, turn: int | None) -> bool:
        """Return whether this fault hits request number *request*, which plays *turn*."""
        if self.times <= 0:
            return False
        if self.at is not None:
            return request >= self.at
        return self.turn is None or self.turn == turn


class Structured(_Value):
    """The answer to a request for JSON whose prompt contains *when*."""

    when: str = ""
    answer: Json | str


class Script(_Value):
    """The turns of the conversations whose first user message contains *when*."""

    when: str = ""
    turns: list[Turn] = Field(default_factory=list)
    loop: bool = False

    def turn_for(self, messages: list[Json]) -> tuple[int, Turn]:
        """Return the number (from 1) and the turn that answers *messages*.

        The conversation so far is played again to see which turns it used up. When none is left,
        the last is repeated if the script loops; else a closing sentence ends the turn.
        """
        position, last_user = 0, messages[0]
        for message in messages:
            if message["role"] == "assistant" and not _is_only_a_summary(message):
                position = self._next(position, last_user) + 1
            elif message["role"] == "user":
                last_user = message
        position = self._next(position, last_user)
        if position < len(self.turns):
            return position + 1, self.turns[position]
        if self.loop and self.turns:
            return len(self.turns), self.turns[-1]
        return position + 1, Turn(content=[{"type": "text", "text": OUT_OF_TURNS}])

    def _next(self, position: int, last_user: Json) -> int:
        while position < len(self.turns):
            when = self.turns[position].when
            if when is None or when.is_met(last_user):
                return position
            position += 1
        return position


class Scenario(Script):
    """Everything the stand-in says: the default script, others by their first message, faults.

    *compact_above* and *context_window* are tokens: from when on a conversation that asks for it is
    compacted (else the request's own trigger), and from when on a prompt is refused.
    """

    when: Literal[""] = ""
    compact_above: int | None = None
    context_window: int | None = None
    triage: Json | str | None = None
    structured: list[Structured] = Field(default_factory=list)
    scenarios: list[Script] = Field(default_factory=list)
    faults: list[Fault] = Field(default_factory=list)

    @classmethod
    def load(cls, source: "Json | Path | Scenario") -> Self:
        """Return the scenario in *source*: a dict, or a JSON or YAML file."""
        if isinstance(source, Scenario):
            source = source.model_dump()
        if isinstance(source, Path):
            text = source.read_text(encoding="utf-8")
            source = json.loads(text) if source.suffix == ".json" else yaml.safe_load(text)
        return cls.model_validate(source)

    def script_for(self, messages: list[Json]) -> Script:
        """Return the script for the conversation that *messages* began."""
        opening = text_of(messages[0])
        return next((one for one in self.scenarios if one.when in opening), self)

    def structured_answer(self, body: Json) -> Json | str | None:
        """Return the answer to a request for JSON, None when the scenario has none."""
        prompt = "\n".join(text_of(message) for message in body["messages"])
        prompt += "\n" + text_of({"content": body.get("system", "")})
        for one in self.structured:
            if one.when in prompt:
                return one.answer
        return self.triage

    def take_fault(self, *, request: int, turn: int | None) -> Fault | None:
        """Return the fault that hits this request, used up by one."""
        for fault in self.faults:
            if fault.takes(request=request, turn=turn):
                fault.times -= 1
                return fault
        return None


def text_of(message: Json) -> str:
    """Return all text in a message, tool results included."""
    content = message.get("content", "")
    if isinstance(content, str):
        return content
    parts = []
    for block in content:
        if block.get("type") == "tool_result":
            parts.append(text_of(block))
        elif "text" in block:
            parts.append(str(block["text"]))
    return "\n".join(parts)


def _has_tool_error(message: Json) -> bool:
    content = message.get("content")
    blocks = content if isinstance(content, list) else []
    return any(block.get("type") == "tool_result" and block.get("is_error") for block in blocks)


def _is_only_a_summary(message: Json) -> bool:
    content = message["content"]
    return isinstance(content, list) and all(b.get("type") == "compaction" for b in content)

"""Short ways to talk to the model's stand-in through the SDK's client."""

from typing import Any

from anthropic import AsyncAnthropic
from anthropic.types import Message, MessageParam

MODEL = "claude-sonnet-5-5"


async def create(client: AsyncAnthropic, *messages: MessageParam, **more: Any) -> Message:
    found: Message = await client.messages.create(
        model=MODEL, max_tokens=100, messages=messages or [user("go")], **more
    )
    return found


def user(text: str) -> MessageParam:
    return {"role": "user", "content": text}


def said(message: Message) -> MessageParam:
    return {"role": "assistant", "content": message.content}


def answered(message: Message, text: str, *, is_error: bool = False) -> MessageParam:
    uses = [block.id for block in message.content if block.type == "tool_use"]
    return {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": each, "content": text, "is_error": is_error}
            for each in uses
        ],
    }


def text_of(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")

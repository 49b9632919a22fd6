"""What the API demands of a request beyond its shape."""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_MAX_CACHE_MARKS = 4
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
# On these the docs call a forced tool choice an error; JSON is asked for with output_config.
_NO_FORCED_TOOLS = ("claude-sonnet-5-5", "claude-opus-5-5")


def broken_rule(body: Json) -> str | None:
    """Return the first rule that *body*, of valid shape, breaks; None if it breaks none."""
    for rule in (_threads, _tool_names, _tool_choice, _cache_marks, _empty_text, _pairs):
        broken = rule(body)
        if broken:
            return broken
    return None


def _threads(body: Json) -> str | None:
    if body.get("thread"):
        return "thread: this stand-in keeps no conversations: pass thread=False"
    return None


def _tool_names(body: Json) -> str | None:
    names = [tool["name"] for tool in body.get("tools", ()) if "name" in tool]
    for index, name in enumerate(names):
        if not _TOOL_NAME.fullmatch(name):
            return f"tools.{index}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
    return "tools: Tool names must be unique." if len(set(names)) < len(names) else None


def _tool_choice(body: Json) -> str | None:
    kind = (body.get("tool_choice") or {}).get("type")
    if kind in ("any", "tool") and body["model"] in _NO_FORCED_TOOLS:
        return f"tool_choice: forced tool use is not supported by {body['model']}"
    return None


def _content(message: Json) -> list[Json]:
    content = message["content"]
    return content if isinstance(content, list) else []


def _marked(body: Json) -> Iterator[Json]:
    yield from body.get("tools", ())
    if isinstance(body.get("system"), list):
        yield from body["system"]
    for message in body["messages"]:
        yield from _content(message)
    yield body


def _cache_marks(body: Json) -> str | None:
    count = sum(1 for block in _marked(body) if block.get("cache_control"))
    if count > _MAX_CACHE_MARKS:
        return f"A maximum of 4 blocks with cache_control may be provided. Found {count}."
    return None


def _empty_text(body: Json) -> str | None:
    for index, message in enumerate(body["messages"]):
        if message["content"] == "" or message["content"] == []:
            return f"messages.{index}: all messages must have non-empty content"
        for block in _content(message):
            if block.get("type") == "text" and not block["text"]:
                return "messages: text content blocks must be non-empty"
    return None


def _turns(messages: list[Json]) -> list[tuple[int, str, list[Json]]]:
    """Return index, role and blocks of each turn; neighbours of one role are one turn."""
    turns: list[tuple[int, str, list[Json]]] = []
    for index, message in enumerate(messages):
        if message["role"] == "system":
            continue
        if turns and turns[-1][1] == message["role"]:
            turns[-1][2].extend(_content(message))
        else:
            turns.append((index, message["role"], list(_content(message))))
    return turns


def _ids(blocks: list[Json], kind: str, key: str) -> list[str]:
    return [block[key] for block in blocks if block.get("type") == kind]


def _pairs(body: Json) -> str | None:
    waiting: list[str] = []
    before = 0
    for index, role, blocks in _turns(body["messages"]):
        results = _ids(blocks, "tool_result", "tool_use_id") if role == "user" else []
        missing = [each for each in waiting if each not in results]
        if missing:
            return _unanswered(before, missing)
        strange = [each for each in results if each not in waiting]
        if strange:
            return (
                f"messages.{index}: unexpected `tool_use_id` found in `tool_result` blocks: "
                f"{', '.join(strange)}. Each `tool_result` block must have a corresponding "
                "`tool_use` block in the previous message."
            )
        if len(set(results)) < len(results):
            return f"messages.{index}: each tool_use must have a single result."
        waiting, before = _ids(blocks, "tool_use", "id"), index
        if len(set(waiting)) < len(waiting):
            return f"messages.{index}: `tool_use` ids must be unique"
    return _unanswered(before, waiting) if waiting else None


def _unanswered(index: int, ids: list[str]) -> str:
    return (
        f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately "
        f"after: {', '.join(ids)}. Each `tool_use` block must have a corresponding `tool_result` "
        "block in the next message."
    )

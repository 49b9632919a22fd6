"""One answer as the API gives it: a whole message, or the events that stream it."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from deploy.devkit.anthropic.scenario import Turn
from deploy.devkit.anthropic.usage import output_tokens

Json = dict[str, Any]

_MOST_PIECES = 24
_LEAST_PIECE = 12


def message(turn: Turn, *, model: str, seed: str, usage: Json) -> Json:
    """Return *turn* as a whole message; equal *seed* means equal ids."""
    content = [_block(block, f"{seed}.{index}") for index, block in enumerate(turn.content)]
    spoken = [block for block in content if block["type"] != "compaction"]
    counted = {**usage, "output_tokens": output_tokens(spoken), **(turn.usage or {})}
    if "iterations" in usage:
        own = {key: value for key, value in counted.items() if key != "iterations"}
        counted["iterations"] = [*usage["iterations"], {"type": "message", **own}]
    return {
        "id": "msg_" + _id(seed),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": turn.reason,
        "stop_sequence": None,
        "usage": {"service_tier": "standard", **counted},
    }


def events(whole: Json) -> Iterator[Json]:
    """Yield the events that stream the message *whole*."""
    usage = whole["usage"]
    early = {key: value for key, value in usage.items() if key != "iterations"}
    opened = {**whole, "content": [], "stop_reason": None, "usage": {**early, "output_tokens": 1}}
    yield {"type": "message_start", "message": opened}
    yield {"type": "ping"}
    for index, block in enumerate(whole["content"]):
        empty, deltas = _taken_apart(block)
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    kept = (
        *("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"),
        "iterations",
    )
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None},
        "usage": {
            **{key: usage[key] for key in kept if key in usage},
            "output_tokens": usage["output_tokens"],
        },
    }
    yield {"type": "message_stop"}


def sse(event: Json) -> bytes:
    """Return *event* in the form of a server-sent event."""
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _id(seed: str) -> str:
    return "01" + hashlib.sha256(seed.encode()).hexdigest()[:22]


def _block(block: Json, seed: str) -> Json:
    kind = block["type"]
    if kind == "tool_use":
        return {"id": "toolu_" + _id(seed), "input": {}, **block}
    if kind == "thinking":
        return {"thinking": "", "signature": "c2ln" + _id(seed), **block}
    if kind == "text":
        return {"citations": None, **block}
    return dict(block)


def _pieces(text: str) -> Iterator[str]:
    size = max(_LEAST_PIECE, -(-len(text) // _MOST_PIECES))
    for start in range(0, len(text), size):
        yield text[start : start + size]


def _taken_apart(block: Json) -> tuple[Json, Iterator[Json]]:
    kind = block["type"]
    if kind == "text":
        deltas = ({"type": "text_delta", "text": piece} for piece in _pieces(block["text"]))
        return {**block, "text": ""}, deltas
    if kind == "tool_use":
        return {**block, "input": {}}, _input_deltas(block["input"])
    if kind == "thinking":
        return {**block, "thinking": "", "signature": ""}, _thinking_deltas(block)
    if kind == "compaction":
        delta = {"type": "compaction_delta", "content": block.get("content")}
        return {**block, "content": None}, iter([delta])
    return block, iter(())


def _input_deltas(value: Json) -> Iterator[Json]:
    yield {"type": "input_json_delta", "partial_json": ""}
    if value:
        for piece in _pieces(json.dumps(value, ensure_ascii=False)):
            yield {"type": "input_json_delta", "partial_json": piece}


def _thinking_deltas(block: Json) -> Iterator[Json]:
    for piece in _pieces(block["thinking"]):
        yield {"type": "thinking_delta", "thinking": piece}
    yield {"type": "signature_delta", "signature": block["signature"]}

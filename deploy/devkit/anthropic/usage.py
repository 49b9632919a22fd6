"""Tokens as the API would count them, roughly: four characters each, and a prompt cache."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_MIN_CACHEABLE_TOKENS = 1024
_LOOKBACK_BLOCKS = 20


def tokens_in(value: object) -> int:
    """Return about how many tokens *value* is, a string or JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return max(1, -(-len(text) // 4))


def _blocks(body: Json) -> Iterator[tuple[str, Json]]:
    for tool in body.get("tools", ()):
        yield "tool", tool
    system = body.get("system", ())
    for block in [{"type": "text", "text": system}] if isinstance(system, str) else system:
        yield "system", block
    for message in body["messages"]:
        content = message["content"]
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            yield message["role"], block


class PromptCache:
    """Which prompt prefixes were written, so that a later request can read them."""

    def __init__(self) -> None:
        self._written: set[str] = set()

    def usage(self, body: Json, *, owner: str) -> Json:
        """Return the input side of ``usage`` for the request *body*, and remember its prefixes."""
        digest = hashlib.sha256(f"{owner}\0{body['model']}".encode())
        prefixes, totals, marks, total = [], [], [], 0
        for role, block in _blocks(body):
            mark = block.get("cache_control")
            plain = {key: value for key, value in block.items() if key != "cache_control"}
            text = json.dumps(plain, sort_keys=True)
            digest.update(f"{role}\0{text}\0".encode())
            total += tokens_in(text)
            prefixes.append(digest.hexdigest())
            totals.append(total)
            marks.append(mark)
        if body.get("cache_control") and marks:
            marks[-1] = marks[-1] or body["cache_control"]
        return self._split(prefixes, totals, marks)

    def _split(self, prefixes: list[str], totals: list[int], marks: list[Json | None]) -> Json:
        read, written = 0, {"5m": 0, "1h": 0}
        marked = [
            (index, mark)
            for index, mark in enumerate(marks)
            if mark and totals[index] >= _MIN_CACHEABLE_TOKENS
        ]
        for index, _ in marked:
            for back in range(index, max(-1, index - _LOOKBACK_BLOCKS), -1):
                if prefixes[back] in self._written:
                    read = max(read, totals[back])
                    break
        reached = read
        for index, mark in marked:
            if totals[index] > reached:
                written[mark.get("ttl", "5m")] += totals[index] - reached
                reached = totals[index]
            self._written.add(prefixes[index])
        return {
            "input_tokens": (totals[-1] if totals else 0) - reached,
            "cache_creation_input_tokens": sum(written.values()),
            "cache_read_input_tokens": read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": written["5m"],
                "ephemeral_1h_input_tokens": written["1h"],
            },
        }


def output_tokens(content: list[Json]) -> int:
    """Return about how many tokens the model wrote."""
    return sum(tokens_in(block) for block in content)

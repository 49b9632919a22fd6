"""Compaction on the server's side: a long conversation goes on from a summary of itself.

As the API documents it: above the trigger the answer begins with a ``compaction`` block, and what
came before the last such block in a request is not read any more.
"""

from typing import Any

from deploy.devkit.anthropic.usage import PromptCache, output_tokens, tokens_in

Json = dict[str, Any]

_EDIT = "compact_20260112"
_TRIGGER_TOKENS = 150_000
_LEAST_TRIGGER_TOKENS = 50_000
BETA = "compact-2026-01-12"


def edit_in(body: Json) -> Json | None:
    """Return the edit that asks for compaction, None when there is none."""
    edits = (body.get("context_management") or {}).get("edits") or ()
    return next((edit for edit in edits if edit["type"] == _EDIT), None)


def broken_rule(body: Json, betas: str) -> str | None:
    """Return what is wrong with the edit in *body*, sent with *betas*; None if nothing is."""
    edit = edit_in(body)
    if edit is None:
        return None
    if BETA not in betas:
        return f"context_management: {_EDIT} needs the anthropic-beta {BETA}"
    if (edit.get("trigger") or {}).get("value", _TRIGGER_TOKENS) < _LEAST_TRIGGER_TOKENS:
        return f"context_management: trigger must be at least {_LEAST_TRIGGER_TOKENS} tokens"
    return None


def visible(body: Json) -> Json:
    """Return *body* without what came before its last summary."""
    messages = body["messages"]
    for index in range(len(messages) - 1, -1, -1):
        content = messages[index]["content"]
        for place in range(len(content) - 1, -1, -1) if isinstance(content, list) else ():
            block = content[place]
            if block.get("type") == "compaction" and block.get("content"):
                rest = {**messages[index], "content": content[place:]}
                return {**body, "messages": [rest, *messages[index + 1 :]]}
    return body


def prompt_tokens(body: Json) -> int:
    """Return about how many tokens the model reads of *body*."""
    seen = visible(body)
    parts = (seen.get("tools") or (), seen.get("system") or "", seen["messages"])
    return sum(tokens_in(part) for part in parts if part)


def is_due(body: Json, *, above: int | None) -> bool:
    """Return whether *body* is to be compacted: the trigger is *above*, else the request's."""
    edit = edit_in(body)
    if edit is None:
        return False
    asked = (edit.get("trigger") or {}).get("value", _TRIGGER_TOKENS)
    return prompt_tokens(body) > (asked if above is None else above)


def summary_of(body: Json) -> Json:
    """Return the block that stands for the conversation in *body*."""
    count = len(visible(body)["messages"])
    return {"type": "compaction", "content": f"Summary of the {count} messages so far."}


def usage(body: Json, summary: Json, cache: PromptCache, *, owner: str) -> Json:
    """Return the usage of a compacted answer; that of the summary's pass is an iteration."""
    reading = cache.usage(visible(body), owner=owner)
    going_on = {"role": "assistant", "content": [summary]}
    after = cache.usage({**body, "messages": [going_on]}, owner=owner)
    written = output_tokens([summary])
    first = {**reading, "type": "compaction", "output_tokens": written}
    return {**after, "iterations": [first]}

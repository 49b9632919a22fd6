"""The JSON that ``cadence parse`` reads and writes."""

from collections.abc import Mapping
from typing import Any

from mobile_api.speech.frame import Context, Frame, KnownAgent


def context_of(data: Mapping[str, Any]) -> Context:
    """Return the context that *data* describes."""
    agents = tuple(
        KnownAgent(
            id=str(a["id"]), number=int(a.get("number", 0)), title=str(a.get("title", "")),
            repo=str(a.get("repo", "")), status=str(a.get("status", "running")),
            started=str(a.get("started", "")), branch=str(a.get("branch", "")),
        )
        for a in data.get("agents") or ()
    )  # fmt: skip
    focus = data.get("focus")
    return Context(
        repos=tuple(map(str, data.get("repos") or ())), agents=agents, focus=focus and str(focus)
    )


def frame_to_json(frame: Frame) -> dict[str, Any]:
    """Return *frame* as the line that the scorer reads."""
    out: dict[str, Any] = {
        "intent": frame.intent.value,
        "entities": {
            "repo": frame.repo,
            "agents": list(frame.agents),
            "branch": frame.branch,
            "task": frame.task,
        },
        "needs_confirmation": frame.needs_confirmation,
        "source": frame.source,
    }
    if frame.agent_candidates:
        out["agent_candidates"] = list(frame.agent_candidates)
    if frame.repo_candidates:
        out["repo_candidates"] = list(frame.repo_candidates)
    if frame.reason:
        out["reason"] = frame.reason
    return out

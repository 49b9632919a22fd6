"""What the stand-in of the API makes of a sentence: enough grammar for the app's tests."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.phone_api import PhoneApi

NO_CHANGES: dict[str, Any] = {
    "filesChanged": 0,
    "linesAdded": 0,
    "linesRemoved": 0,
    "prUrl": None,
    "prNumber": None,
    "estimatedCost": 0.0,
}
QR = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4" '
    'fill="#fff"/><path d="M0 0h2v2H0zM3 0h1v1H3zM2 2h1v1H2zM0 3h1v1H0zM3 3h1v1H3z"/></svg>'
)
_VERBS = {"stop": "stop_agent", "pause": "pause_agent", "resume": "resume_agent"}


def blank_agent(agent_id: str, number: int, title: str) -> dict[str, Any]:
    at = datetime.now(UTC) - timedelta(minutes=40 - number)
    return {
        "id": agent_id,
        "number": number,
        "userId": 7,
        "repoUrl": "https://github.example/acme/cadence-backend",
        "repoName": "acme/cadence-backend",
        "branch": f"cadence/{number}-work",
        "taskDescription": title,
        "title": title,
        "status": "pending",
        "phase": "queued",
        "progress": 0,
        "model": "claude-sonnet-5-5",
        "source": "MOBILE_APP",
        "plan": [],
        "question": None,
        "reason": None,
        "place": "local",
        "placeNote": None,
        "version": 1,
        "metadata": dict(NO_CHANGES),
        "createdAt": at.isoformat(),
        "updatedAt": at.isoformat(),
        "startedAt": at.isoformat(),
        "completedAt": None,
    }


def _command(api: PhoneApi, transcript: str, **more: Any) -> dict[str, Any]:
    command: dict[str, Any] = {
        "id": secrets.token_hex(6),
        "transcript": transcript,
        "intent": "unknown",
        "entities": {"repo": None, "agents": [], "branch": None, "task": None},
        "confidence": 0.9,
        "processingTimeMs": 3,
        "state": "done",
        "language": "en",
        "timings": {},
        "source": "grammar",
    } | more
    command["speech"] = command.get("speech") or command["reply"]
    api.commands[command["id"]] = command
    return command


async def understood(api: PhoneApi, transcript: str) -> dict[str, Any]:
    """Return the answer to *transcript*."""
    words = transcript.lower()
    found = re.search(r"\b(stop|pause|resume)\b(?:.*?(\d+))?", words)
    if found:
        return await _steer(api, transcript, found[1], found[2])
    if "how are" in words or "status" in words:
        active = [a for a in api.agents.values() if a["status"] in {"running", "paused"}]
        reply = f"{len(active)} agents are at work."
        return _command(api, transcript, intent="check_status", reply=reply, agents=active)
    if words.startswith(("fix", "add", "update", "upgrade")):
        agent = api.add(transcript, status="running", phase="starting")
        await api.tell("agent", agent)
        return _command(
            api,
            transcript,
            intent="create_agent",
            reply=f"Agent {agent['number']} started on cadence-backend.",
            agent=agent,
            undoes=agent["id"],
            undoUntil=(datetime.now(UTC) + timedelta(seconds=10)).isoformat(),
        )
    return _command(
        api, transcript, state="rejected", reply="I did not understand that. Try: pause agent one."
    )


async def _steer(api: PhoneApi, transcript: str, verb: str, number: str | None) -> dict[str, Any]:
    active = [a for a in api.agents.values() if a["status"] in {"running", "paused"}]
    chosen = [a for a in active if str(a["number"]) == number] if number else active
    if len(chosen) != 1:
        return _command(
            api,
            transcript,
            intent=_VERBS[verb],
            state="needs_choice",
            reply="Which one do you mean?",
            candidates=[
                {"id": a["id"], "kind": "agent", "label": a["title"], "detail": a["repoName"]}
                for a in active
            ],
            verb=verb,
        )
    return await _do(api, transcript, verb, chosen[0]["id"])


async def _do(api: PhoneApi, transcript: str, verb: str, agent_id: str) -> dict[str, Any]:
    agent = api.agents[agent_id]
    if verb == "stop":
        until = datetime.now(UTC) + timedelta(seconds=api.confirm_s)
        return _command(
            api,
            transcript,
            intent="stop_agent",
            state="needs_confirmation",
            reply=f"Stop agent {agent['number']}?",
            verb=verb,
            target=agent_id,
            confirm={
                "action": "stop_agent",
                "summary": f"Stop agent {agent['number']}, “{agent['title']}”?",
                "expiresAt": until.isoformat(),
            },
        )
    changed = await api.change(agent_id, status="paused" if verb == "pause" else "running")
    said = f"Agent {agent['number']} is {changed['status']}."
    return _command(api, transcript, intent=_VERBS[verb], reply=said, agent=changed)


async def settled(api: PhoneApi, command: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Return what an answer to a confirmation or a choice leads to."""
    if "transcript" in body:
        return await understood(api, body["transcript"])
    if "choice" in body:
        return await _do(api, command["transcript"], command["verb"], body["choice"])
    if "undoes" in command and body["answer"] == "no":
        agent = await api.change(command["undoes"], status="cancelled")
        return _command(api, command["transcript"], reply="Taken back.", agent=agent)
    if body["answer"] == "no":
        return _command(api, command["transcript"], reply="Nothing was done.")
    agent = await api.change(command["target"], status="cancelled")
    said = f"Agent {agent['number']} is stopped."
    return _command(api, command["transcript"], intent="stop_agent", reply=said, agent=agent)

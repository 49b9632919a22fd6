"""Triage: one cheap call that says what kind of request this is. It never blocks a run."""

from dataclasses import dataclass
from typing import Any, Literal

import anthropic
import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from runner.agent.model import tokens_of
from runner.agent.prompts import text
from runner.agent.sanitize import block, clean
from runner.spec import RunSpec, Tokens

_MAX_TOKENS = 1_000
_TIMEOUT_S = 30.0
_ISSUE_CHARS = 6_000
_NONE = Tokens()


class Verdict(BaseModel):
    """What the request is; fields have no defaults, so that the schema demands them all."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["question", "change", "review", "unclear"]
    restated: str
    question_to_ask: str
    closes_issue: bool


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["question", "change", "review", "unclear"]},
        "restated": {"type": "string"},
        "question_to_ask": {"type": "string"},
        "closes_issue": {"type": "boolean"},
    },
    "required": ["kind", "restated", "question_to_ask", "closes_issue"],
    "additionalProperties": False,
}

_CHANGE = Verdict(kind="change", restated="", question_to_ask="", closes_issue=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """The verdict, what it used, and why it is only the default, if it is."""

    verdict: Verdict
    tokens: Tokens = _NONE
    problem: str = ""


async def triage(client: anthropic.AsyncAnthropic, spec: RunSpec, *, nonce: str) -> Triage:
    """Sort the request of *spec*; whatever goes wrong, it counts as a change."""
    try:
        answer = await client.with_options(max_retries=1, timeout=_TIMEOUT_S).messages.create(
            model=spec.model.triage_name,
            max_tokens=_MAX_TOKENS,
            system=text("triage"),
            messages=[{"role": "user", "content": _request(spec, nonce)}],
            output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
        )
    except (anthropic.AnthropicError, httpx2.HTTPError, ValueError) as error:
        return Triage(verdict=_CHANGE, problem=f"it failed ({type(error).__name__})")
    tokens = tokens_of(answer.usage)
    said = "".join(part.text for part in answer.content if part.type == "text")
    try:
        return Triage(verdict=Verdict.model_validate_json(said), tokens=tokens)
    except ValidationError:
        return Triage(verdict=_CHANGE, tokens=tokens, problem="its answer made no sense")


def _request(spec: RunSpec, nonce: str) -> str:
    parts = [f"The request, by @{spec.requester}:\n\n{clean(spec.instruction, limit=_ISSUE_CHARS)}"]
    if spec.issue is not None:
        issue = f"{spec.issue_title}\n\n{spec.issue_body}"[:_ISSUE_CHARS]
        parts.append(block("issue", issue, nonce=nonce, author=spec.issue_author))
    return "\n\n".join(parts)

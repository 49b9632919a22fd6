"""Headers, error bodies and the list of models, as the API sends them."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from aiohttp import web

from deploy.devkit.anthropic.scenario import Fault

Json = dict[str, Any]

_MESSAGES = {
    401: "invalid x-api-key",
    403: "Your API key does not have permission to use the specified resource.",
    429: "This request would exceed your organization's rate limit.",
    500: "Internal server error",
    529: "Overloaded",
}
_LIMITS = {
    "requests": 4000,
    "tokens": 2_400_000,
    "input-tokens": 2_000_000,
    "output-tokens": 400_000,
}


class Refusal(Exception):
    """The API says no: a status, an error type and a sentence."""

    def __init__(
        self, status: int, kind: str, message: str, *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.retry_after_s = retry_after_s

    @classmethod
    def of(cls, fault: Fault) -> Self:
        """Return the refusal that the scenario's *fault* asks for."""
        status = fault.status or 500
        message = fault.message or _MESSAGES.get(status, "The scenario says no.")
        return cls(status, fault.error_type, message, retry_after_s=fault.retry_after)


def headers() -> dict[str, str]:
    """Return the headers that every answer carries."""
    reset = (datetime.now(UTC) + timedelta(minutes=1)).isoformat(timespec="seconds")
    found = {
        "request-id": _request_id(),
        "anthropic-organization-id": str(uuid.UUID(int=1)),
        "via": "1.1 devkit",
    }
    for name, limit in _LIMITS.items():
        found[f"anthropic-ratelimit-{name}-limit"] = str(limit)
        found[f"anthropic-ratelimit-{name}-remaining"] = str(limit - 1)
        found[f"anthropic-ratelimit-{name}-reset"] = reset.replace("+00:00", "Z")
    return found


def error_response(refusal: Refusal) -> web.Response:
    """Return *refusal* as the API's error body."""
    sent = headers()
    if refusal.retry_after_s is not None:
        sent["retry-after"] = f"{refusal.retry_after_s:g}"
    if refusal.status == 429:
        sent["anthropic-ratelimit-requests-remaining"] = "0"
    body = {
        "type": "error",
        "error": {"type": refusal.kind, "message": str(refusal)},
        "request_id": sent["request-id"],
    }
    return web.json_response(body, status=refusal.status, headers=sent)


def models_page(ids: tuple[str, ...]) -> Json:
    """Return the one page of models; only id and name are facts, the rest is filled in."""
    day = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {
            "id": each,
            "type": "model",
            "display_name": each.removeprefix("claude-").replace("-", " ").title(),
            "created_at": (day - timedelta(days=index)).isoformat(),
            "lifecycle": "active",
        }
        for index, each in enumerate(ids)
    ]
    return {"data": rows, "has_more": False, "first_id": ids[0], "last_id": ids[-1]}


def _request_id() -> str:
    return f"req_{uuid.uuid4().hex[:24]}"

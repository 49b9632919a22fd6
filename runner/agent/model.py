"""The model: the SDK's client as we use it, what a call used, and what an error means to people."""

import math
from typing import Any

import anthropic
import httpx2

from runner.agent.seams import RunFailed
from runner.spec import ModelSpec, Tokens

MAX_RETRIES = 8
_TIMEOUT = anthropic.Timeout(300.0, connect=10.0)
_PASSING = ("overloaded_error", "api_error", "rate_limit_error", "timeout_error")


def make_client(spec: ModelSpec, *, max_retries: int = MAX_RETRIES) -> anthropic.AsyncAnthropic:
    """Return a client for *spec*; it retries what the API says may be retried."""
    return anthropic.AsyncAnthropic(
        api_key=spec.api_key.get_secret_value(),
        base_url=spec.base_url,
        max_retries=max_retries,
        timeout=_TIMEOUT,
    )


def tokens_of(usage: Any) -> Tokens:
    """Return the tokens of one answer by kind; passes of server-side compaction are counted too."""
    passes = [part for part in (getattr(usage, "iterations", None) or ()) if _is_counted(part)]
    total = Tokens()
    for part in passes or [usage]:
        total += _tokens(part)
    return total


def _is_counted(part: Any) -> bool:
    return getattr(part, "input_tokens", None) is not None


def _tokens(usage: Any) -> Tokens:
    written = getattr(usage, "cache_creation_input_tokens", None) or 0
    details = getattr(usage, "cache_creation", None)
    hour = getattr(details, "ephemeral_1h_input_tokens", 0) or 0 if details else 0
    return Tokens(
        input=usage.input_tokens or 0,
        output=usage.output_tokens or 0,
        cache_write_5m=max(written - hour, 0),
        cache_write_1h=hour,
        cache_read=getattr(usage, "cache_read_input_tokens", None) or 0,
    )


def is_passing(error: BaseException) -> bool:
    """Whether *error* came in the middle of an answer and asking again may work."""
    if isinstance(error, anthropic.APIStatusError):
        return error.status_code == 200 and error_type(error) in _PASSING
    # A cut stream, or one that ended in the middle of a tool's arguments.
    return isinstance(error, anthropic.APIConnectionError | httpx2.TransportError | ValueError)


def error_type(error: anthropic.APIStatusError) -> str:
    """Return the API's own name of *error*, empty when it gave none."""
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error")
    return str(inner.get("type", "")) if isinstance(inner, dict) else ""


def explain(error: BaseException, spec: ModelSpec) -> RunFailed:
    """Return *error* as the honest end of a run."""
    if isinstance(error, anthropic.APIStatusError):
        return RunFailed(_sentence(error, spec))
    if isinstance(error, anthropic.APITimeoutError):
        return RunFailed("The model's API did not answer in time, also when asked again.")
    if isinstance(error, anthropic.APIResponseValidationError | ValueError):
        return RunFailed("The model's API sent an answer that makes no sense, again and again.")
    return RunFailed("The connection to the model's API broke, again and again.")


def _sentence(error: anthropic.APIStatusError, spec: ModelSpec) -> str:
    status = error.status_code
    said = _said(error)
    if status == 400 and "too long" in said:
        return "The conversation has grown too long for the model."
    if status == 429:
        wait = _retry_after(error)
        return f"The model's API allows no more requests at the moment, even after waiting{wait}."
    known = {
        400: f"The model's API refused the request: {said}",
        401: "The model's API does not accept the key: it is wrong, expired or revoked.",
        402: "The model's API asks for payment: the account's credit is used up.",
        403: "The key may not use the model's API here (403).",
        404: f"The model {spec.name} is not known to the API, or the key may not use it.",
        413: "The request grew larger than the model's API takes.",
        529: "The model's API is overloaded, also when asked again.",
    }
    if status in known:
        return known[status]
    if status == 200:
        return f"The model's API broke off its answers: {error_type(error) or 'unknown error'}."
    if status >= 500:
        return f"The model's API is out of order (status {status}), also when asked again."
    return f"The model's API refused the request with status {status}: {said}"


def _said(error: anthropic.APIStatusError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error")
    return str(inner.get("message", ""))[:300] if isinstance(inner, dict) else ""


def _retry_after(error: anthropic.APIStatusError) -> str:
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return ""
    return f"; it says to come back in {math.ceil(seconds)} s"

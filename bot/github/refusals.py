"""What an answer of GitHub means when it is not yes: pure, one error for each."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors import (
    CadenceError,
    GitHubRefused,
    InstallationGone,
    NotFound,
    RateLimited,
    RepositoryUnusable,
    Unavailable,
)

_WORDS = 200
_GONE = frozenset({404, 410, 451})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the *data* is JSON or None; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    data: Any = None
    next_url: str = ""

    @property
    def is_good(self) -> bool:
        """Whether GitHub did what was asked."""
        return 200 <= self.status < 300


def words(data: Any) -> str:
    """Return what GitHub said, on one line and cut."""
    if not isinstance(data, dict):
        return ""
    details = data.get("errors")
    said = [data.get("message")]
    if isinstance(details, list):
        said += [_detail(entry) for entry in details[:5]]
    elif isinstance(details, str):
        said.append(details)
    line = "; ".join(" ".join(part.split()) for part in said if isinstance(part, str) and part)
    printable = "".join(c for c in line if c.isprintable())
    return printable if len(printable) <= _WORDS else printable[: _WORDS - 1] + "…"


def _detail(entry: Any) -> str | None:
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, dict):
        return None
    named = entry.get("message")
    return named if isinstance(named, str) else f"{entry.get('field')} is {entry.get('code')}"


def is_rate_limit(answer: Answer) -> bool:
    """Whether GitHub asks for patience, by its primary or one of its secondary limits.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if answer.status == 429:
        return True
    if answer.status != 403:
        return False
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    said = words(answer.data).lower()
    return (
        spent
        or "retry-after" in answer.headers
        or "rate limit" in said
        or "abuse detection" in said
    )


def patience_s(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Return the seconds that GitHub asks us to wait, None when it names none."""
    at = time.time() if now is None else now
    named = headers.get("retry-after", "")
    if named.isascii() and named.isdigit() and len(named) < 10:
        return float(named)
    if named:
        try:
            date = parsedate_to_datetime(named)
        except ValueError:
            return None
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(0.0, date.timestamp() - at)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isascii() and reset.isdigit():
        return max(0.0, float(reset) - at)
    return None


def error_for(answer: Answer, *, doing: str) -> CadenceError:
    """Return the error that *answer* to *doing* ("read the issue") means."""
    said = words(answer.data)
    if is_rate_limit(answer):
        wait_s = patience_s(answer.headers)
        return RateLimited(
            "GitHub asks us to slow down", retry_after_s=60.0 if wait_s is None else wait_s
        )
    if answer.status >= 500:
        return Unavailable(
            f"GitHub could not {doing} (HTTP {answer.status})",
            retry_after_s=patience_s(answer.headers),
        )
    lower = said.lower()
    if answer.status == 403 and "suspended" in lower:
        return InstallationGone("the App's installation is suspended", status=403)
    if answer.status == 403 and ("archived" in lower or "read-only" in lower):
        return RepositoryUnusable("the repository is archived", status=403)
    if answer.status == 409 and "empty" in lower:
        return RepositoryUnusable("the repository is empty", status=409)
    if answer.status in _GONE:
        return NotFound(f"GitHub could not {doing}: there is no such thing (any more)")
    if answer.status == 401:
        return GitHubRefused(f"GitHub does not accept our credentials to {doing}", status=401)
    because = f": {said}" if said else f" (HTTP {answer.status})"
    return GitHubRefused(f"GitHub refused to {doing}{because}", status=answer.status)


def mint_error(answer: Answer, *, permissions: Mapping[str, str]) -> CadenceError:
    """Return why there is no token for an installation."""
    said = words(answer.data)
    if is_rate_limit(answer) or answer.status >= 500:
        return error_for(answer, doing="give out a token")
    if answer.status in {403, 404, 410}:
        state = "suspended" if "suspended" in said.lower() else "not there any more"
        return InstallationGone(f"the App's installation is {state}", status=answer.status)
    if answer.status == 401:
        return InstallationGone("GitHub does not accept the App's id or key", status=401)
    if answer.status == 422 and "repositor" in said.lower():
        return NotFound("the App is not installed on that repository")
    if answer.status == 422 and "permission" in said.lower():
        asked = ", ".join(f"{name}: {level}" for name, level in sorted(permissions.items()))
        return GitHubRefused(f"the App was not granted what it needs ({asked})", status=422)
    return error_for(answer, doing="give out a token")


def parse_time(text: Any) -> datetime | None:
    """Return GitHub's time (``2026-11-20T10:00:00Z``) or None when *text* is none."""
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)

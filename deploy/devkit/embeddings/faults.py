"""What goes wrong on demand."""

from typing import Any

from pydantic import BaseModel, ConfigDict

Json = dict[str, Any]

ALWAYS = 1_000_000_000
_TYPES = {
    400: ("invalid_request_error", None, "The request is not valid."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", "unsupported_country", "Not here."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    500: ("server_error", None, "The server had an error while processing your request."),
    503: ("server_error", None, "The engine is currently overloaded, please try again later."),
}


class Fault(BaseModel):
    """Something that goes wrong *times* times: from request number *at* on, or now.

    With *contains* only requests that hold such a text are hit. *status* is answered in place of
    vectors; *delay_s* comes first; *cut* closes the connection, *drip* sends one byte after
    the other without end, *garbage* answers 200 with a page.
    The others spoil the answer: *dimensions* gives vectors of that length, *missing* leaves so many
    out, *value* (``nan``, ``inf`` or ``0``) fills the vectors of the texts that were hit.
    """

    model_config = ConfigDict(extra="forbid")

    at: int = 1
    times: int = 1
    contains: str | None = None
    status: int | None = None
    code: str | None = None
    message: str | None = None
    retry_after: float | str | None = None
    delay_s: float = 0.0
    cut: bool = False
    drip: bool = False
    garbage: bool = False
    dimensions: int | None = None
    missing: int = 0
    value: str | None = None

    def takes(self, texts: list[str], *, request: int) -> bool:
        """Return whether this hits request number *request*, which holds *texts*."""
        return self.times > 0 and request >= self.at and any(map(self.hits, texts))

    def hits(self, text: str) -> bool:
        """Return whether *text* is one of those that are hit."""
        return self.contains is None or self.contains in text


class Refusal(Exception):
    """The API says no: a status, and what its error body holds."""

    def __init__(
        self,
        status: int,
        message: str | None = None,
        *,
        code: str | None = None,
        param: str | None = None,
        retry_after: float | str | None = None,
    ) -> None:
        kind, usual_code, usual_message = _TYPES.get(status, ("invalid_request_error", None, "No."))
        super().__init__(message or usual_message)
        self.status = status
        self.kind = kind
        self.code = code or usual_code
        self.param = param
        self.retry_after = retry_after

    def body(self) -> Json:
        """Return the API's error body."""
        error = {
            "message": str(self),
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }
        return {"error": error}

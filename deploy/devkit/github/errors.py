"""GitHub's refusals."""

from collections.abc import Mapping, Sequence

from deploy.devkit.github.records import Json

DOCS = "https://docs.github.com/rest"


class Refused(Exception):
    """GitHub says no, in its own words."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Json | str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def body(self) -> Json:
        """Return the refusal as JSON."""
        body: Json = {"message": self.message}
        if self.errors:
            body["errors"] = self.errors
        return {**body, "documentation_url": DOCS, "status": str(self.status)}


def not_found() -> Refused:
    """Return the refusal that does not say whether the thing exists."""
    return Refused(404, "Not Found")


def invalid(resource: str, field: str, code: str = "invalid", message: str = "") -> Refused:
    """Return the refusal of one field."""
    error: Json = {"resource": resource, "field": field, "code": code}
    if message:
        error["message"] = message
    return Refused(422, "Validation Failed", errors=[error])


def custom(resource: str, message: str) -> Refused:
    """Return the refusal that explains itself."""
    error = {"resource": resource, "code": "custom", "message": message}
    return Refused(422, "Validation Failed", errors=[error])

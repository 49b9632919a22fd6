"""What goes wrong, on demand."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Json = dict[str, Any]
Kind = Literal[
    "status",
    "lost_answer",
    "garbled",
    "sold_out",
    "action_fails",
    "action_hangs",
    "never_boots",
    "ignores_shutdown",
    "stays_off",
    "rate_limit",
]


class Fault(BaseModel):
    """Something that goes wrong the next *times*, when it was to do with *after* others before.

    ``status``: the request is refused with *status*, *code* and *message*. ``lost_answer``: it is
    done, and the line is cut before the answer. ``garbled``: it is done, and *message* is all that
    is answered. ``sold_out``: no server at *location* (anywhere
    when empty). ``action_fails``, ``action_hangs``: the action *command* does. ``never_boots``: the
    server runs and nothing on it starts. ``ignores_shutdown``: it does. ``stays_off``: it does not
    come back after a change of type. ``rate_limit``: 429, with *retry_after* when given. *method*
    and *path* (its beginning) say which requests it is about.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    times: int = Field(1, ge=1)
    after: int = Field(0, ge=0)
    method: str = ""
    path: str = ""
    location: str = ""
    command: str = ""
    status: int = 500
    code: str = "server_error"
    message: str = "the API is in trouble"
    retry_after: float | None = None


class Faults:
    """The faults that are still to come, in order."""

    def __init__(self) -> None:
        self.coming: list[Fault] = []

    def take(self, *kinds: Kind, **facts: str) -> Fault | None:
        """Return the next fault of one of *kinds* that fits *facts*, and count it."""
        for fault in self.coming:
            if fault.kind in kinds and _fits(fault, facts):
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.times == 0:
                    self.coming.remove(fault)
                return fault
        return None


def _fits(fault: Fault, facts: dict[str, str]) -> bool:
    for name, value in facts.items():
        wanted = getattr(fault, name)
        if wanted and not (value.startswith(wanted) if name == "path" else value == wanted):
            return False
    return True


class Refusal(Exception):
    """An error answer, as the API words it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Json | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.body = {"error": {"code": code, "message": message, "details": details}}

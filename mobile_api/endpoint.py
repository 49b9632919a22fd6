"""One route of the API, with everything that its description and its guard need to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from mobile_api.problems import Handler
from mobile_api.rates import Rate

API = Rate("api", 600)
CREATE = Rate("create", 30)
VOICE = Rate("voice", 60)
AUTH = Rate("auth", 60)
CLAIM = Rate("claim", 10)

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A route; what it takes and gives are models.

    *answers* maps each good status to its model, None for one without a body; *media* are the
    types of a body, *shape* the schema of one that is no JSON; *gives* is the type of the answer.
    *is_open* routes work for people who are not signed in. *is_keyed* ones take an
    ``Idempotency-Key``. *problems* are the statuses of refusals beyond the usual ones.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    tag: str
    answers: Mapping[int, type[BaseModel] | None]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    media: tuple[str, ...] = (JSON,)
    shape: Mapping[str, Any] | None = None
    gives: str = JSON
    rate: Rate = API
    is_open: bool = False
    is_keyed: bool = False
    most_bytes: int = 128 * 1024
    problems: tuple[int, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

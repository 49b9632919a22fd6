"""The person behind a request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is signed in; *id* is GitHub's number."""

    id: int
    login: str

"""What notifications look like on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from mobile_api.wire import Moment, Page, Wire

Outcome = Literal["sent", "suppressed", "no_devices", "failed"]


class PushKeyView(Wire):
    """What a browser subscribes with."""

    public_key: str


class PushKeys(Wire):
    """A browser's own keys, in base64url."""

    p256dh: Annotated[
        str,
        # Its name on the wire is no camelCase.
        Field(alias="p256dh", min_length=80, max_length=200, pattern=r"^[A-Za-z0-9_=-]+$"),
    ]
    auth: Annotated[str, Field(min_length=16, max_length=60, pattern=r"^[A-Za-z0-9_=-]+$")]


class SubscriptionAsked(Wire):
    """What ``PushManager.subscribe`` gave, and what to call the device."""

    endpoint: Annotated[str, Field(min_length=10, max_length=2000)]
    keys: PushKeys
    device: Annotated[str, Field(max_length=200)] = ""


class SubscriptionView(Wire):
    """A device that will be woken."""

    id: str


class LookAsked(Wire):
    """Proof that somebody looks: sent every ten seconds while the page is visible and in use.

    *live* says that news comes to the page: one that lost its stream shows nothing new.
    """

    agent_id: Annotated[str, Field(max_length=36)] | None = None
    visible: bool
    live: bool = False


class TestView(Wire):
    """What became of a test."""

    __test__ = False  # not one of pytest's

    outcome: Outcome
    detail: str


class LogQuery(Page):
    """How many."""


class LogEntry(Wire):
    """One notification and what became of it."""

    at: Moment
    kind: str
    agent_id: str | None
    outcome: Outcome
    detail: str


class LogView(Wire):
    """The newest notifications, newest first."""

    items: list[LogEntry]


class Payload(Wire):
    """What the service worker gets."""

    title: str
    body: str
    tag: str
    url: str
    kind: str

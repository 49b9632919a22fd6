"""What sign-ins, sessions and pairings look like on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from mobile_api.wire import Moment, Wire

Device = Annotated[str, Field(max_length=200)]


class RefreshAsked(Wire):
    """A native app's refresh token; a browser sends its cookie instead."""

    refresh_token: Annotated[str, Field(min_length=20, max_length=200)] | None = None


class Tokens(Wire):
    """What a native app keeps; *expiresIn* are seconds of the access token."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the word of RFC 6749


class SessionView(Wire):
    """One device that is signed in."""

    id: str
    device: str
    created_at: Moment
    last_seen_at: Moment
    current: bool


class SessionList(Wire):
    """All devices that are signed in."""

    items: list[SessionView]


class PairCode(Wire):
    """What a new phone reads from the screen: works once, for two minutes."""

    code: str
    url: str
    qr_svg: str
    expires_at: Moment


class PairClaim(Wire):
    """What the new phone sends."""

    code: Annotated[str, Field(min_length=8, max_length=20)]
    device: Device = ""
    native: bool = False


class Features(Wire):
    """What this Cadence can do."""

    voice: bool
    push: bool


class Me(Wire):
    """Who is signed in; *csrfToken* goes into the header ``X-CSRF-Token``."""

    id: int
    login: str
    name: str
    avatar_url: str
    csrf_token: str
    language: str
    features: Features
    stt_low_trust: bool

"""Who sends a request, and sessions from their beginning to their end.

A browser proves itself with cookies, and with a header that only our own pages can set; a native
app with ``Authorization: Bearer``. A token alone does not suffice: its session must live.
"""

import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from aiohttp import web

from bot.bus import Bus
from bot.db.sessions import Reused, Session, Sessions
from bot.errors import PermissionDenied
from bot.github.auth import utc_now
from mobile_api.auth import cookies
from mobile_api.auth.people import Person
from mobile_api.auth.tokens import SESSION_LIFE, Claims, Issued, Signer, fresh, hash_of, is_access
from mobile_api.problems import Unauthenticated

TOPIC = "sessions"  # a key is a person whose sessions changed
DEVICE_CHARS = 100
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NOBODY = "sign in first: with the session's cookies, or with Authorization: Bearer"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A request's proof; *by_cookie* where a browser added it by itself."""

    person: Person
    session_id: str
    by_cookie: bool


_SIGNED = web.RequestKey("signed", Signed)


def person_of(request: web.Request) -> Person:
    """Return who sends *request*; raise `Unauthenticated`."""
    return signed_of(request).person


def signed_of(request: web.Request) -> Signed:
    """Return the proof of *request*; raise `Unauthenticated`."""
    signed: Signed | None = request.get(_SIGNED)
    if signed is None:
        raise Unauthenticated(_NOBODY)
    return signed


class Keeper:
    """Begins, proves, renews and ends sessions."""

    def __init__(
        self,
        sessions: Sessions,
        signer: Signer,
        bus: Bus,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.rows = sessions
        self.signer = signer
        self.now = now
        self._bus = bus

    async def begin(self, person: Person, *, device: str, kind: str) -> Issued:
        """Begin a session with an id that nobody knew before."""
        now, refresh = self.now(), fresh()
        session = Session(
            id=str(uuid.uuid4()),
            person_id=person.id,
            login=person.login,
            device=device_name(device),
            kind=kind,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SESSION_LIFE,
        )
        await self.rows.add(session, hash_of(refresh))
        log.info("session began", person_id=person.id, session_id=session.id, kind=kind)
        return self._issued(session, refresh)

    async def renew(self, refresh: str) -> Issued:
        """Return new tokens for a refresh token, which is used up then.

        One that was used up before ends its session; raise `Unauthenticated`.
        """
        new, now = fresh(), self.now()
        try:
            session = await self.rows.rotate(
                hash_of(refresh), hash_of(new), now=now, expires_at=now + SESSION_LIFE
            )
        except Reused as reused:
            log.warning("refresh token used twice", session_id=reused.session_id)
            self._bus.notify(TOPIC, str(reused.person_id))
            raise Unauthenticated("this sign-in was used twice and is over") from reused
        if session is None:
            raise Unauthenticated("this sign-in is over")
        return self._issued(session, new)

    async def admit(self, request: web.Request) -> None:
        """Note who sends *request*, if anybody; raise `Unauthenticated` for a false proof.

        Raise `PermissionDenied` for a change that may come from a foreign page.
        """
        token, by_cookie = _token(request)
        if not token:
            return
        claims = self.signer.read(token)
        if not await self.is_alive(claims):
            raise Unauthenticated("this session is over")
        if by_cookie and request.method not in _SAFE:
            self.check_page(request, claims.session_id)
        request[_SIGNED] = Signed(
            person=Person(id=claims.person_id, login=claims.login),
            session_id=claims.session_id,
            by_cookie=by_cookie,
        )

    async def is_alive(self, claims: Claims) -> bool:
        """Whether the session of *claims* still lives."""
        session = await self.rows.get(claims.session_id)
        return (
            session is not None
            and session.person_id == claims.person_id
            and session.expires_at > self.now()
        )

    async def still(self, signed: Signed) -> bool:
        """Whether a proof that was good is so still."""
        claims = Claims(
            person_id=signed.person.id, login=signed.person.login, session_id=signed.session_id
        )
        return await self.is_alive(claims)

    def check_page(self, request: web.Request, session_id: str) -> None:
        """Raise `PermissionDenied` unless one of our own pages sent *request*."""
        sent = request.headers.get("X-CSRF-Token", "").encode()
        kept = cookies.value(request.cookies, cookies.CSRF).encode()
        good = self.signer.csrf(session_id).encode()
        if not (hmac.compare_digest(sent, good) and hmac.compare_digest(kept, good)):
            raise PermissionDenied("the header X-CSRF-Token does not match this session")
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            raise PermissionDenied("this request comes from another site")

    async def end(self, person: Person, session_id: str) -> bool:
        """End one session of *person*; False when there is none such."""
        ended = await self.rows.end(person.id, session_id)
        self._bus.notify(TOPIC, str(person.id))
        return ended

    async def end_all(self, person_id: int) -> None:
        """End every session of a person."""
        count = await self.rows.end_all(person_id)
        log.info("sessions ended", person_id=person_id, count=count)
        self._bus.notify(TOPIC, str(person_id))

    def _issued(self, session: Session, refresh: str) -> Issued:
        claims = Claims(person_id=session.person_id, login=session.login, session_id=session.id)
        return Issued(
            access=self.signer.access(claims, now=self.now()),
            refresh=refresh,
            csrf=self.signer.csrf(session.id),
        )


def device_name(text: str) -> str:
    """Return *text* as one short line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:DEVICE_CHARS] or "a device"


def _token(request: web.Request) -> tuple[str, bool]:
    """Return the access token, and whether a browser added it by itself."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        # A token of GitHub's is for the routes that take one.
        return (given.strip(), False) if is_access(given.strip()) else ("", False)
    return cookies.value(request.cookies, cookies.ACCESS), True

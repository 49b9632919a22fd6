"""The cookies of the web app: what only we read, and the one that its pages repeat."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from mobile_api.auth.tokens import ACCESS_LIFE, SESSION_LIFE, Issued

ACCESS, REFRESH, CSRF, SIGN_IN = (
    "cadence_access",
    "cadence_refresh",
    "cadence_csrf",
    "cadence_signin",
)
AUTH_PATH = "/api/auth"
SIGN_IN_S = 600


@dataclass(frozen=True, slots=True)
class Cookies:
    """Sets and deletes them; *is_secure* where people come by HTTPS."""

    is_secure: bool

    def give(self, response: web.StreamResponse, issued: Issued) -> None:
        """Hand a session to the browser."""
        life_s = int(SESSION_LIFE.total_seconds())
        access_s = int(ACCESS_LIFE.total_seconds())
        self._set(response, ACCESS, issued.access, max_age=access_s, samesite="Lax")
        self._set(
            response, REFRESH, issued.refresh, max_age=life_s, path=AUTH_PATH, samesite="Strict"
        )
        self._set(response, CSRF, issued.csrf, max_age=life_s, samesite="Strict", httponly=False)

    def take(self, response: web.StreamResponse) -> None:
        """Delete what `give` gave."""
        for name, path in ((ACCESS, "/"), (REFRESH, AUTH_PATH), (CSRF, "/")):
            self._set(response, name, "", max_age=0, path=path, samesite="Strict")

    def note_sign_in(self, response: web.StreamResponse, sealed: str) -> None:
        """Bind a sign-in that begins to this browser."""
        self._set(response, SIGN_IN, sealed, max_age=SIGN_IN_S, path=AUTH_PATH, samesite="Lax")

    def forget_sign_in(self, response: web.StreamResponse) -> None:
        """End what `note_sign_in` began."""
        self._set(response, SIGN_IN, "", max_age=0, path=AUTH_PATH, samesite="Lax")

    def _set(
        self,
        response: web.StreamResponse,
        name: str,
        value: str,
        *,
        max_age: int,
        samesite: str,
        path: str = "/",
        httponly: bool = True,
    ) -> None:
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            path=path,
            secure=self.is_secure,
            httponly=httponly,
            samesite=samesite,
        )


def value(cookies: Mapping[str, str], name: str) -> str:
    """Return a cookie's value, empty when it is not there or too long to be one of ours."""
    found = cookies.get(name, "")
    return found if len(found) <= 4096 else ""

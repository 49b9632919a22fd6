"""Who we are towards GitHub: the App's signed word and the tokens that it buys."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import jwt

from bot.errors import BadSettings

# GitHub refuses a life of more than ten minutes, counted from an issue time that we put into the
# past because clocks differ.
# https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
_BACKDATED_S = 60
_LIFE_S = 9 * 60
_RENEWED_BEFORE_S = 2 * 60

REFRESHED_BEFORE = timedelta(minutes=5)

Permissions = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An installation token; it never prints its value, which may have any length."""

    value: str = field(repr=False)
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it can still be used for a while."""
        return now + REFRESHED_BEFORE < self.expires_at


class AppKey:
    """The App's private key; signs the short-lived word (JWT) that names the App."""

    def __init__(
        self, app_id: int, private_key_pem: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._app_id = app_id
        self._pem = private_key_pem
        self._clock = clock
        self._skew_s = 0.0
        self._signed = ""
        self._expires_at = 0.0

    def word(self) -> str:
        """Return a signed word that is good for minutes; raise `BadSettings` for a bad key."""
        now = self._clock() + self._skew_s
        if now + _RENEWED_BEFORE_S > self._expires_at:
            claims = {
                "iat": int(now) - _BACKDATED_S,
                "exp": int(now) + _LIFE_S,
                "iss": str(self._app_id),
            }
            try:
                self._signed = jwt.encode(claims, self._pem, algorithm="RS256")
            # What is wrong with a key comes as any of these from the libraries below.
            except (jwt.PyJWTError, ValueError, TypeError) as error:
                raise BadSettings("GITHUB_PRIVATE_KEY is not an RSA key in PEM form") from error
            self._expires_at = now + _LIFE_S
        return self._signed

    def learn_time(self, served_at: datetime) -> bool:
        """Set the clock by GitHub's; return whether ours was wrong enough to be refused."""
        skew_s = served_at.timestamp() - self._clock()
        is_news = abs(skew_s - self._skew_s) > _BACKDATED_S / 2
        if is_news:
            self._skew_s = skew_s
            self._expires_at = 0.0
        return is_news


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)

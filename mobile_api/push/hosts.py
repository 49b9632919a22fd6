"""Which addresses a browser may give us to call: those of push services, nothing else."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.errors import InvalidRequest

MOST_CHARS = 2_000
_LOOPBACK = ("127.0.0.1", "localhost")


class PushHosts:
    """*allowed* are names, or ``*.name`` for everything below; loopback is for tests."""

    def __init__(self, allowed: Sequence[str], *, loopback: bool = False) -> None:
        self._names = {name.lower() for name in allowed if not name.startswith("*.")}
        self._suffixes = tuple(name[1:].lower() for name in allowed if name.startswith("*."))
        self._loopback = loopback

    def check(self, endpoint: str) -> None:
        """Raise `InvalidRequest` unless *endpoint* is an address of a push service."""
        if not self._is_good(endpoint):
            raise InvalidRequest("endpoint: that is no address of a push service that we know")

    def _is_good(self, endpoint: str) -> bool:
        if len(endpoint) > MOST_CHARS or not endpoint.isascii() or not endpoint.isprintable():
            return False
        try:
            parts = urlsplit(endpoint)
            port, host = parts.port, (parts.hostname or "").lower()
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None or "\\" in endpoint:
            return False
        if self._loopback and parts.scheme == "http" and host in _LOOPBACK:
            return True
        is_known = host in self._names or host.endswith(self._suffixes or ("\0",))
        return parts.scheme == "https" and port in {None, 443} and is_known

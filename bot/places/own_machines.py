"""Daemons on machines of people's own: let in with a token, and shut out."""

import hashlib
import secrets

from pydantic import SecretStr

from bot.db.daemons import Daemons
from bot.db.servers import Servers
from bot.errors import InvalidRequest, NotFound
from bot.machine import Daemon


class OwnMachines:
    """The daemons that run on no server of ours."""

    def __init__(self, servers: Servers, daemons: Daemons) -> None:
        self._servers = servers
        self._daemons = daemons

    async def admit(
        self, installation_id: int, *, name: str, created_by: str = ""
    ) -> tuple[Daemon, SecretStr]:
        """Let a daemon in; its token is told this once, and kept as a hash."""
        of_this = await self._daemons.of_installation(installation_id)
        if any(daemon.name == name for daemon in of_this):
            raise InvalidRequest(f"there is a daemon {name!r} already: remove it first")
        token, token_hash = new_token()
        daemon = await self._daemons.add(
            installation_id, name=name, token_hash=token_hash, created_by=created_by
        )
        return daemon, token

    async def shut_out(self, name: str) -> Daemon:
        """Let the daemon of that name, or id, in no more."""
        found = [
            one
            for one in await self._daemons.all()
            if name in (one.name, one.id)
            and one.revoked_at is None
            and await self._servers.of_daemon(one.id) is None
        ]
        if not found:
            raise NotFound(f"there is no server and no daemon {name!r}")
        if len(found) > 1:
            ids = ", ".join(one.id for one in found)
            raise InvalidRequest(f"several accounts have a daemon {name!r}: say which of {ids}")
        await self._daemons.revoke(found[0].id)
        return found[0]


def new_token() -> tuple[SecretStr, str]:
    """Return a fresh token and the hash of it that is kept."""
    token = secrets.token_urlsafe(32)
    return SecretStr(token), hashlib.sha256(token.encode()).hexdigest()

"""Servers that we rent for people's daemons: created, resized, removed; each step may be killed.

The row is there before the server is, everything at the provider carries the row's id, and every
step looks before it does: whoever runs the same command again goes on where it was.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.db.daemons import Daemons
from bot.db.servers import OVER, Servers
from bot.errors import CadenceError, InvalidRequest, MachineUnavailable, NotFound, Unavailable
from bot.machine import Daemon, Server, ServerState
from bot.places.own_machines import new_token
from runner.machines.cloud_init import FirstWords, render
from runner.machines.hetzner import Hetzner, Rented, ServerOrder
from runner.machines.hetzner_prices import Offer

PROVIDER = "hetzner"
_HOSTNAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LIVING = tuple(state for state in ServerState if state not in OVER)
log = structlog.get_logger()
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How servers are rented: at which of the *locations* first, and what they install.

    A server has *boot_s* for its daemon to connect, looked for every *look_s*. *usd_rate* is what
    one unit of the account's currency is worth in US dollars; 0 when nobody said.
    """

    coordinator_url: str
    package: str
    version: str
    kind: str = "cx23"
    image: str = "debian-12"
    locations: tuple[str, ...] = ("fsn1", "nbg1", "hel1")
    ssh_key: str = ""
    boot_s: float = 600.0
    look_s: float = 2.0
    usd_rate: float = 0.0


class Fleet:
    """All rented servers."""

    def __init__(
        self,
        servers: Servers,
        daemons: Daemons,
        provider: Hetzner,
        terms: Terms,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._servers = servers
        self._daemons = daemons
        self._provider = provider
        self._terms = terms
        self._now = now

    async def create(
        self,
        installation_id: int,
        *,
        name: str,
        kind: str = "",
        created_by: str = "",
        tell: Tell = lambda _: None,
    ) -> Server:
        """Rent a server and wait until its daemon has connected; go on with one that was begun.

        When a step fails, all that was made is taken back and the row says why.
        """
        if not _HOSTNAME.fullmatch(name):
            raise InvalidRequest("a server's name is letters, digits and dashes, as a host name is")
        kind = kind or self._terms.kind
        async with self._servers.alone(name):
            # This first hash is of a token that nobody knows: `_order` makes the real one.
            _, unknown = new_token()
            server = await self._servers.order(
                installation_id,
                name=name,
                kind=kind,
                provider=PROVIDER,
                token_hash=unknown,
                created_by=created_by,
            )
            _check(server, installation_id, kind)
            return server if server.state is ServerState.READY else await self._made(server, tell)

    async def resize(self, name: str, kind: str, *, tell: Tell = lambda _: None) -> Server:
        """Make the server a *kind* and wait until its daemon is back."""
        async with self._servers.alone(name):
            return await self._resized(await self._living(name), kind, tell)

    async def destroy(self, name: str) -> Server:
        """Remove a server and let its daemon in no more; what is gone is fine."""
        server = await self._servers.named(name)
        if server is None:
            raise NotFound(f"there is no server {name!r}")
        if server.state in OVER:
            return server
        return await self._end(server, ServerState.GONE, reason=server.reason)

    async def destroy_orphans(self) -> list[str]:
        """Remove what the provider has of ours and no living row knows; return the ids."""
        # In this order: what is there by now had its row before.
        there = await self._provider.owners()
        orphans = sorted(there - {server.id for server in await self._servers.all()})
        for server_id in orphans:
            await self._provider.remove(server_id)
            log.info("orphan removed", server_id=server_id)
        return orphans

    async def _made(self, server: Server, tell: Tell) -> Server:
        try:
            await self._rented(server, tell)
            tell("waiting for the daemon to connect")
            await self._heard(server.daemon_id, since=None)
            return await self._become(
                server, ServerState.READY, only_from=(ServerState.BOOTING,), ready_at=self._now()
            )
        except CadenceError as error:
            tell(f"taking back what was made: {error}")
            await self._take_back(server, error)
            raise

    async def _rented(self, server: Server, tell: Tell) -> Rented:
        """Let the server be there and run, created now or by whoever was killed before us."""
        mark = await self._daemons.token_mark(server.daemon_id)
        rented = await self._provider.adopt(server.id, mark)
        if rented is None:
            tell(f"renting a {server.kind} at Hetzner")
            rented = await self._provider.rent(await self._order(server))
        offer = _offer_at(await self._provider.offers(rented.kind), rented.location)
        values = {
            "provider_id": rented.id,
            "kind": rented.kind,
            "location": rented.location,
            **({} if offer is None else self._priced(offer)),
        }
        before = ServerState.ORDERED, ServerState.BOOTING
        await self._become(server, ServerState.BOOTING, only_from=before, **values)
        tell(f"{server.name} runs in {rented.location} at {rented.address}")
        return rented

    async def _order(self, server: Server) -> ServerOrder:
        """Return the order, with a fresh token: the one before, if any, went down with us."""
        token, token_hash = new_token()
        words = FirstWords(
            coordinator_url=self._terms.coordinator_url,
            token=token,
            package=self._terms.package,
            version=self._terms.version,
            has_ssh=bool(self._terms.ssh_key),
        )
        user_data = render(words)
        await self._daemons.set_token(server.daemon_id, token_hash)
        return ServerOrder(
            server_id=server.id,
            name=server.name,
            kind=server.kind,
            locations=self._terms.locations,
            image=self._terms.image,
            user_data=user_data,
            token_mark=await self._daemons.token_mark(server.daemon_id),
            ssh_key=self._terms.ssh_key,
        )

    async def _resized(self, server: Server, kind: str, tell: Tell) -> Server:
        if server.state not in (ServerState.READY, ServerState.RESIZING):
            raise InvalidRequest(f"{server.name} is {server.state}: it cannot be resized now")
        before = ServerState.READY, ServerState.RESIZING
        offer = _offer_at(await self._provider.offers(kind), server.location)
        if offer is None:
            raise InvalidRequest(f"Hetzner does not sell {kind} in {server.location}")
        await self._become(server, ServerState.RESIZING, only_from=before)
        tell(f"switching {server.name} off, to come back as {kind}")
        try:
            rented = await self._provider.resize(server.id, kind)
        except CadenceError as error:
            # It is on again in its old size, if the provider answers at all.
            reason = f"not resized to {kind}: {error}"
            await self._become(server, ServerState.READY, only_from=before, reason=reason)
            raise
        await self._servers.set(server.id, kind=rented.kind, **self._priced(offer))
        since = self._now()  # it beats every few seconds; what came before was before
        tell("waiting for the daemon to connect")
        await self._heard(server.daemon_id, since=since)
        return await self._become(server, ServerState.READY, only_from=before, reason="")

    async def _heard(self, daemon_id: str, *, since: datetime | None) -> None:
        """Wait until the daemon was heard of, after *since* when given."""
        try:
            async with asyncio.timeout(self._terms.boot_s):
                while not _was_seen(await self._daemons.get(daemon_id), since):  # noqa: ASYNC110 - seen by another process
                    await asyncio.sleep(self._terms.look_s)
        except TimeoutError as error:
            raise MachineUnavailable(
                f"the server runs, but its daemon did not connect within {self._terms.boot_s:g} s: "
                "can it reach the coordinator, and pip its package?"
            ) from error

    async def _take_back(self, server: Server, error: CadenceError) -> None:
        try:
            await self._end(server, ServerState.FAILED, reason=str(error))
        except CadenceError as stuck:
            raise Unavailable(
                f"{error}; not all that was made could be taken back ({stuck}): "
                f"run `cadence vps destroy {server.name}` later"
            ) from error

    async def _end(self, server: Server, to: ServerState, *, reason: str) -> Server:
        """Remove everything, also when the row is over: we may have made something since."""
        await self._servers.move(server.id, ServerState.ENDING, only_from=_LIVING, reason=reason)
        await self._daemons.revoke(server.daemon_id)
        try:
            await self._provider.remove(server.id)
        except CadenceError as error:
            await self._servers.set(server.id, reason=f"{reason} not removed yet: {error}".strip())
            raise
        ending = (ServerState.ENDING,)
        await self._servers.move(server.id, to, only_from=ending, gone_at=self._now())
        return await self._servers.get(server.id) or server

    async def _become(
        self, server: Server, to: ServerState, *, only_from: Sequence[ServerState], **values: Any
    ) -> Server:
        moved = await self._servers.move(server.id, to, only_from=only_from, **values)
        found = await self._servers.get(server.id)
        if not moved or found is None:
            raise InvalidRequest(f"{server.name} was changed by somebody else meanwhile")
        return found

    async def _living(self, name: str) -> Server:
        server = await self._servers.named(name)
        if server is None or server.state in OVER:
            raise NotFound(f"there is no server {name!r}")
        return server

    def _priced(self, offer: Offer) -> dict[str, float]:
        rate = 1.0 if offer.price.currency == "USD" else self._terms.usd_rate
        return {"usd_per_hour": offer.price.hourly * rate}


def _check(server: Server, installation_id: int, kind: str) -> None:
    """Raise `InvalidRequest` when the one that has the name is not the one that is wanted."""
    if server.installation_id != installation_id:
        raise InvalidRequest(f"another account has a server {server.name!r}: take another name")
    if server.state in (ServerState.ENDING, ServerState.RESIZING):
        raise InvalidRequest(f"{server.name} is {server.state}: run that to its end first")
    if server.kind != kind:
        raise InvalidRequest(f"{server.name} is a {server.kind}: resize it instead")


def _was_seen(daemon: Daemon | None, since: datetime | None) -> bool:
    if daemon is None or daemon.revoked_at is not None:
        raise InvalidRequest("the daemon was shut out meanwhile")
    return daemon.seen_at is not None and (since is None or daemon.seen_at > since)


def _offer_at(offers: Sequence[Offer], location: str) -> Offer | None:
    return next((offer for offer in offers if offer.location == location), None)

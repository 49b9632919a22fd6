"""What is rented, as we and as the provider know it, and what it costs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.db.daemons import Daemons
from bot.db.servers import OVER, Servers
from bot.machine import Daemon, Server
from runner.machines.hetzner import Hetzner, Rented
from runner.machines.hetzner_prices import Offer, Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is known of one server: our row, the provider's, and its daemon.

    Without a *rented* one the provider has no such server; with neither it is a machine of
    somebody's own, on which only the *daemon* is known.
    """

    server_id: str
    server: Server | None = None
    rented: Rented | None = None
    daemon: Daemon | None = None
    is_orphan: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a server costs, and cost so far."""

    server: Server
    price: Price
    hours: float
    so_far: float


class Inventory:
    """The view of all servers and daemons; it changes nothing."""

    def __init__(
        self,
        servers: Servers,
        daemons: Daemons,
        provider: Hetzner,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._servers = servers
        self._daemons = daemons
        self._provider = provider
        self._now = now

    async def everything(self) -> list[Listed]:
        """Return servers, then daemons elsewhere, then orphans: what we pay for and do not know."""
        # In this order: what is there by now had its row before.
        there = {rented.server_id: rented for rented in await self._provider.all()}
        left = await self._provider.owners()
        rows = {server.id: server for server in await self._servers.all(over=True)}
        daemons = {daemon.id: daemon for daemon in await self._daemons.all()}
        living = [server for server in rows.values() if server.state not in OVER]
        found = [
            Listed(
                server_id=server.id,
                server=server,
                rented=there.get(server.id),
                daemon=daemons.get(server.daemon_id),
            )
            for server in living
        ]
        ours = {server.daemon_id for server in rows.values()}
        elsewhere = [one for one in daemons.values() if one.id not in ours and not one.revoked_at]
        orphans = sorted(left - {server.id for server in living})
        return [
            *found,
            *(Listed(server_id="", daemon=one) for one in elsewhere),
            *(
                Listed(server_id=one, server=rows.get(one), rented=there.get(one), is_orphan=True)
                for one in orphans
            ),
        ]

    async def costs(self, *, over: bool = False) -> list[Cost]:
        """Return what each server costs by the provider's own prices; with *over*, old ones too."""
        offers: dict[str, list[Offer]] = {}
        costs = []
        for server in await self._servers.all(over=over):
            if server.kind not in offers:
                offers[server.kind] = await self._provider.offers(server.kind)
            at = [one for one in offers[server.kind] if one.location == server.location]
            if not at or server.created_at is None:  # it never was anywhere
                continue
            until = server.gone_at or self._now()
            price = at[0].price
            hours = (until - server.created_at).total_seconds() / 3600
            so_far = price.so_far(server.created_at, until)
            costs.append(Cost(server=server, price=price, hours=hours, so_far=so_far))
        return costs

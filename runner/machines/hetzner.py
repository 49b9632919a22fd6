"""Servers at Hetzner: every call looks before it creates, and may be made again after a kill.

All that belongs to one server carries the label ``cadence-server``, so that it can be found, gone
on with, and removed, whatever we remember of it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from hcloud.images import Image
from hcloud.locations import Location
from hcloud.server_types import BoundServerType, ServerType
from hcloud.servers import BoundServer, ServerCreatePublicNetwork

from bot.errors import InvalidRequest, MachineUnavailable, NotFound
from runner.machines.hetzner_api import Api, SoldOut, Taken, Unsure
from runner.machines.hetzner_parts import MARK, OWNER, TOKEN, Parts
from runner.machines.hetzner_prices import Offer, Price

_MOST_USER_DATA = 32 * 1024
_LOOKS = 4
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOrder:
    """What is to be rented; *token_mark* tells whose token is in the *user_data*."""

    server_id: str
    name: str
    kind: str
    locations: tuple[str, ...]
    image: str
    user_data: str
    token_mark: str
    ssh_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rented:
    """A server as Hetzner has it."""

    id: str
    name: str
    server_id: str
    status: str
    kind: str
    location: str
    address: str
    token_mark: str
    created_at: datetime | None


class Hetzner:
    """The servers of one project that carry our *mark*."""

    def __init__(self, api: Api, *, mark: str, off_s: float = 60.0) -> None:
        self._api = api
        self._mark = mark
        self._off_s = off_s
        self._parts = Parts(api, mark)
        self._pricing: Mapping[str, Any] = {}

    async def offers(self, kind: str) -> list[Offer]:
        """Return where *kind* is sold and for how much; raise `NotFound` when there is none."""
        found = await self._api.call(self._api.client.server_types.get_by_name, kind)
        if found is None:
            raise NotFound(f"Hetzner has no server type {kind!r}")
        if not self._pricing:
            client = self._api.client
            self._pricing = await self._api.call(
                lambda: client.request("GET", "/pricing")["pricing"]
            )
        return _offers(found, self._pricing)

    async def find(self, server_id: str) -> Rented | None:
        """Return the server that carries the id, None when there is none."""
        server = await self._find(server_id)
        return None if server is None else _rented(server)

    async def all(self) -> list[Rented]:
        """Return every server that carries our mark."""
        selector = f"{MARK}={self._mark}"
        servers = await self._api.call(self._api.client.servers.get_all, label_selector=selector)
        return [_rented(server) for server in servers]

    async def owners(self) -> set[str]:
        """Return the ids of all servers of which anything at all is left."""
        servers = {rented.server_id for rented in await self.all()}
        return servers | await self._parts.owners()

    async def adopt(self, server_id: str, token_mark: str) -> Rented | None:
        """Go on with a server that an earlier call created, until it runs.

        One with another token than ours would never be let in: it is deleted.
        """
        server = await self._find(server_id)
        if server is None:
            return None
        if (server.labels or {}).get(TOKEN) != token_mark:
            await self._delete(server)
            return None
        actions = await self._api.call(self._api.client.servers.get_actions, server)
        await self._api.done(*(one for one in actions if one.command in _BIRTH))
        return await self._running(server)

    async def rent(self, order: ServerOrder) -> Rented:
        """Create the server at the first location that has room, and wait until it runs.

        Raise `MachineUnavailable` when there is no room anywhere.
        """
        if len(order.user_data.encode()) > _MOST_USER_DATA:
            raise InvalidRequest(
                "the server's user data is larger than the 32 KiB that Hetzner takes"
            )
        for location in await self._with_room(order):
            try:
                return await self._rent_at(order, location)
            except SoldOut:
                log.info("sold out", kind=order.kind, location=location)
                await self.remove(order.server_id)
        places = ", ".join(order.locations)
        raise MachineUnavailable(f"{order.kind} is sold out at Hetzner in {places}")

    async def resize(self, server_id: str, kind: str) -> Rented:
        """Make the server a *kind*; it is off meanwhile, and on again whatever happens.

        The disk stays as it is, so that the way back is open.
        """
        server = await self._find(server_id)
        if server is None:
            raise NotFound("Hetzner does not know the server any more")
        try:
            if server.server_type is not None and server.server_type.name != kind:
                await self._off(server)
                change = self._api.client.servers.change_type
                wanted = ServerType(name=kind)
                await self._api.done(
                    await self._api.call(change, server, wanted, upgrade_disk=False)
                )
        finally:
            rented = await self._running(server)
        return rented

    async def remove(self, server_id: str) -> None:
        """Remove the server and all that belongs to it; what is gone is fine."""
        server = await self._find(server_id)
        if server is not None:
            await self._delete(server)
        await self._parts.remove(server_id)

    async def _with_room(self, order: ServerOrder) -> list[str]:
        offers = {offer.location: offer for offer in await self.offers(order.kind)}
        sold = [place for place in order.locations if place in offers]
        if not sold:
            places = ", ".join(sorted(offers)) or "nowhere"
            raise InvalidRequest(f"Hetzner sells {order.kind} in other locations only: {places}")
        return [place for place in sold if offers[place].is_available]

    async def _rent_at(self, order: ServerOrder, location: str) -> Rented:
        last: Exception | None = None
        for _ in range(_LOOKS):
            try:
                return await self._create(order, location)
            except (Taken, Unsure) as error:
                last = error
                # Created all the same, or the name is a stranger's: look.
                adopted = await self.adopt(order.server_id, order.token_mark)
                if adopted is not None:
                    return adopted
                if isinstance(error, Taken):
                    await self._no_stranger(order)
                await asyncio.sleep(self._api.poll_s)
        raise MachineUnavailable(f"no server after {_LOOKS} tries: {last}") from last

    async def _create(self, order: ServerOrder, location: str) -> Rented:
        keys = [await self._parts.key(order.server_id, order.name, order.ssh_key)]
        firewall = await self._parts.firewall(order.server_id, order.name, bool(order.ssh_key))
        address = await self._parts.address(order.server_id, order.name, location)
        made = await self._api.call(
            self._api.client.servers.create,
            again=False,
            name=order.name,
            server_type=ServerType(name=order.kind),
            image=Image(name=order.image),
            location=Location(name=location),
            ssh_keys=[key for key in keys if key is not None],
            firewalls=[firewall],
            public_net=ServerCreatePublicNetwork(ipv4=address),
            user_data=order.user_data,
            labels={**self._parts.labels(order.server_id), TOKEN: order.token_mark},
        )
        await self._api.done(made.action, *made.next_actions)
        return await self._running(made.server)

    async def _no_stranger(self, order: ServerOrder) -> None:
        other = await self._api.call(self._api.client.servers.get_by_name, order.name)
        if other is not None and (other.labels or {}).get(OWNER) != order.server_id:
            raise InvalidRequest(f"the Hetzner project has another server {order.name!r}")

    async def _find(self, server_id: str) -> BoundServer | None:
        selector = f"{OWNER}={server_id}"
        found = await self._api.call(self._api.client.servers.get_all, label_selector=selector)
        return found[0] if found else None

    async def _running(self, server: BoundServer) -> Rented:
        server = await self._api.call(self._api.client.servers.get_by_id, server.id)
        if server.status == server.STATUS_OFF:
            await self._api.done(await self._api.call(self._api.client.servers.power_on, server))
            server = await self._api.call(self._api.client.servers.get_by_id, server.id)
        return _rented(server)

    async def _off(self, server: BoundServer) -> None:
        """Shut the server down; pull the plug when it does not follow."""
        servers = self._api.client.servers
        if server.status == server.STATUS_OFF:
            return
        await self._api.done(await self._api.call(servers.shutdown, server))
        try:
            async with asyncio.timeout(self._off_s):
                while (await self._api.call(servers.get_by_id, server.id)).status != "off":  # noqa: ASYNC110 - Hetzner tells nobody
                    await asyncio.sleep(self._api.poll_s)
        except TimeoutError:
            await self._api.done(await self._api.call(servers.power_off, server))

    async def _delete(self, server: BoundServer) -> None:
        try:
            await self._api.done(await self._api.call(self._api.client.servers.delete, server))
        except NotFound:
            return


_BIRTH = ("create_server", "start_server")


def _rented(server: BoundServer) -> Rented:
    labels = server.labels or {}
    address = server.public_net.ipv4 if server.public_net is not None else None
    return Rented(
        id=str(server.id),
        name=server.name or "",
        server_id=labels.get(OWNER, ""),
        status=server.status or "",
        kind=(server.server_type.name or "") if server.server_type is not None else "",
        location=(server.location.name or "") if server.location is not None else "",
        address=address.ip if address is not None else "",
        token_mark=labels.get(TOKEN, ""),
        created_at=server.created,
    )


def _offers(kind: BoundServerType, pricing: Mapping[str, Any]) -> list[Offer]:
    said = {place.location.name: place.available for place in kind.locations or ()}
    addresses = {
        price["location"]: _price(price, pricing["currency"])
        for entry in pricing.get("primary_ips", ())
        if entry["type"] == "ipv4"
        for price in entry["prices"]
    }
    nothing = Price(currency=pricing["currency"], hourly=0.0, monthly=0.0)
    return [
        Offer(
            kind=kind.name or "",
            location=price["location"],
            price=_price(price, pricing["currency"]).plus(
                addresses.get(price["location"], nothing)
            ),
            cores=kind.cores or 0,
            memory_gb=float(kind.memory or 0),
            disk_gb=kind.disk or 0,
            is_available=said.get(price["location"]) is not False,
        )
        for price in kind.prices or ()
    ]


def _price(entry: Mapping[str, Any], currency: str) -> Price:
    return Price(
        currency=currency,
        hourly=float(entry["price_hourly"]["gross"]),
        monthly=float(entry["price_monthly"]["gross"]),
    )

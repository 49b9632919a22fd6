"""What a server at Hetzner needs beside itself: a firewall, an address, a key to get in."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from typing import Any

from hcloud.firewalls import BoundFirewall, FirewallRule
from hcloud.locations import Location
from hcloud.primary_ips import BoundPrimaryIP
from hcloud.ssh_keys import BoundSSHKey

from bot.errors import InvalidRequest, NotFound
from runner.machines.hetzner_api import Api, Taken, Unsure

OWNER = "cadence-server"
MARK = "cadence-coordinator"
TOKEN = "cadence-token"  # noqa: S105 - the label's name; its value is the beginning of a hash
_ANYWHERE = ["0.0.0.0/0", "::/0"]


class Parts:
    """Firewalls, addresses and keys by the server that they belong to."""

    def __init__(self, api: Api, mark: str) -> None:
        self._api = api
        self._mark = mark

    def labels(self, server_id: str) -> dict[str, str]:
        """Return what everything of a server is labelled with."""
        return {OWNER: server_id, MARK: self._mark}

    async def firewall(self, server_id: str, name: str, has_ssh: bool) -> BoundFirewall:
        """Return the firewall: without a rule it lets nothing in."""
        firewalls = self._api.client.firewalls
        ssh = FirewallRule(
            direction=FirewallRule.DIRECTION_IN,
            protocol=FirewallRule.PROTOCOL_TCP,
            port="22",
            source_ips=_ANYWHERE,
            description="ssh, by key only",
        )
        found: BoundFirewall = await self._made(
            server_id,
            firewalls.get_all,
            lambda: (
                firewalls.create(
                    name=name,
                    rules=[ssh] if has_ssh else [],
                    labels=self.labels(server_id),  # type: ignore[arg-type]  # their type is wrong
                ).firewall
            ),
        )
        return found

    async def address(self, server_id: str, name: str, location: str) -> BoundPrimaryIP:
        """Return an address at *location*; one elsewhere is given back. It ends with the server."""
        ips = self._api.client.primary_ips
        for other in await self._of(ips.get_all, server_id):
            if other.location is None or other.location.name != location:
                await self._gone(ips.delete, other)
        found: BoundPrimaryIP = await self._made(
            server_id,
            ips.get_all,
            lambda: (
                ips.create(
                    type="ipv4",
                    name=name,
                    location=Location(name=location),
                    auto_delete=True,
                    labels=self.labels(server_id),
                ).primary_ip
            ),
        )
        return found

    async def key(self, server_id: str, name: str, public_key: str) -> BoundSSHKey | None:
        """Return the key of people who may log in, None when nobody may.

        A project has a key once only: one that is there already is used, and never removed.
        """
        if not public_key:
            return None
        keys = self._api.client.ssh_keys
        print_ = fingerprint(public_key)
        there = await self._api.call(keys.get_by_fingerprint, print_)
        if there is not None:
            return there
        found: BoundSSHKey = await self._made(
            server_id,
            keys.get_all,
            lambda: keys.create(name=name, public_key=public_key, labels=self.labels(server_id)),
        )
        return found

    async def owners(self) -> set[str]:
        """Return the ids of the servers of which parts are there."""
        selector = f"{MARK}={self._mark}"
        found: set[str] = set()
        for list_all, _ in self._kinds():
            parts = await self._api.call(list_all, label_selector=selector)
            found |= {part.labels.get(OWNER, "") for part in parts}
        return found - {""}

    async def remove(self, server_id: str) -> None:
        """Remove all parts of a server that is gone."""
        for list_all, delete in self._kinds():
            for part in await self._of(list_all, server_id):
                await self._gone(delete, part)

    def _kinds(self) -> list[tuple[Callable[..., list[Any]], Callable[..., Any]]]:
        client = self._api.client
        return [
            (client.firewalls.get_all, client.firewalls.delete),
            (client.primary_ips.get_all, client.primary_ips.delete),
            (client.ssh_keys.get_all, client.ssh_keys.delete),
        ]

    async def _of(self, list_all: Callable[..., list[Any]], server_id: str) -> list[Any]:
        return await self._api.call(list_all, label_selector=f"{OWNER}={server_id}")

    async def _made(
        self, server_id: str, list_all: Callable[..., list[Any]], create: Callable[[], Any]
    ) -> Any:
        found = await self._of(list_all, server_id)
        if found:
            return found[0]
        try:
            return await self._api.call(create, again=False)
        except (Taken, Unsure):
            found = await self._of(list_all, server_id)
            if found:
                return found[0]
            raise

    async def _gone(self, delete: Callable[..., Any], part: Any) -> None:
        try:
            await self._api.call(delete, part)
        except NotFound:
            return


def fingerprint(public_key: str) -> str:
    """Return the fingerprint by which Hetzner tells keys apart; raise `InvalidRequest`."""
    try:
        blob = base64.b64decode(public_key.split()[1], validate=True)
    except (IndexError, binascii.Error) as error:
        raise InvalidRequest("the ssh key is no public key, as in ~/.ssh/id_ed25519.pub") from error
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[at : at + 2] for at in range(0, 32, 2))

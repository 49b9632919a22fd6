"""A project: its servers, firewalls, addresses and keys, and the rules they live by."""

import base64
import binascii
import hashlib
import itertools
import re
from datetime import UTC, datetime
from typing import Any

from deploy.devkit.hetzner import catalog
from deploy.devkit.hetzner.actions import Action, Actions
from deploy.devkit.hetzner.faults import Faults, Refusal
from deploy.devkit.hetzner.labels import checked
from deploy.devkit.hetzner.machines import Machines

Json = dict[str, Any]
_HOSTNAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?")


class World:
    """Everything that a token sees; *limit* is how many servers the project may have."""

    def __init__(
        self, machines: Machines, *, action_s: float, limit: int, currency: str = "EUR"
    ) -> None:
        self.machines = machines
        self.limit = limit
        self.currency = currency
        self.faults = Faults()
        self.actions = Actions(self.faults, lasts_s=action_s)
        self.servers: dict[int, Json] = {}
        self.firewalls: dict[int, Json] = {}
        self.primary_ips: dict[int, Json] = {}
        self.ssh_keys: dict[int, Json] = {}
        self.user_data: dict[int, str] = {}
        self.numbers = itertools.count(1)

    @property
    def is_empty(self) -> bool:
        """Whether nothing that costs or clutters is left."""
        return not any((self.servers, self.firewalls, self.primary_ips, self.ssh_keys))

    def new(self, rows: dict[int, Json], name: Any, kind: str, labels: Any, **facts: Any) -> Json:
        """Put a row with a fresh id and a name of its own among *rows*."""
        if not isinstance(name, str) or not name:
            raise Refusal(422, "invalid_input", "invalid input in field 'name'")
        if any(row["name"] == name for row in rows.values()):
            details = {"fields": [{"name": "name"}]}
            raise Refusal(409, "uniqueness_error", f"{kind} name is already used", details=details)
        row = {
            "id": next(self.numbers),
            "name": name,
            "labels": checked(labels),
            "created": datetime.now(UTC).isoformat(),
            **facts,
        }
        rows[row["id"]] = row
        return row

    def get(self, rows: dict[int, Json], number: int, kind: str) -> Json:
        """Return a row; refuse as the API does where there is none."""
        if number not in rows:
            raise Refusal(404, "not_found", f"{kind} with ID '{number}' not found")
        return rows[number]

    def new_firewall(self, asked: Json) -> Json:
        """Create a firewall; no rule means that nothing comes in."""
        rules = [
            {
                "direction": rule["direction"],
                "protocol": rule["protocol"],
                "port": rule.get("port"),
                "source_ips": rule.get("source_ips", []),
                "destination_ips": rule.get("destination_ips", []),
                "description": rule.get("description"),
            }
            for rule in asked.get("rules", ())
        ]
        name, labels = asked.get("name", ""), asked.get("labels")
        return self.new(self.firewalls, name, "firewall", labels, rules=rules, applied_to=[])

    def drop_firewall(self, number: int) -> None:
        """Delete a firewall that protects nothing."""
        if self.get(self.firewalls, number, "firewall")["applied_to"]:
            raise Refusal(422, "resource_in_use", "firewall is still in use")
        del self.firewalls[number]

    def new_address(self, asked: Json) -> Json:
        """Create a primary IP at a location."""
        location = catalog.find(catalog.LOCATIONS, asked.get("location", ""))
        if asked.get("type") not in ("ipv4", "ipv6") or location is None:
            raise Refusal(422, "invalid_input", "invalid input in field 'location'")
        return self._address(
            asked["type"],
            asked.get("name", ""),
            location,
            labels=asked.get("labels"),
            auto_delete=bool(asked.get("auto_delete")),
        )

    def _address(
        self, kind: str, name: str, location: Json, *, labels: Any, auto_delete: bool
    ) -> Json:
        row = self.new(
            self.primary_ips,
            name,
            "primary_ip",
            labels,
            type=kind,
            ip="",
            dns_ptr=[],
            location=location,
            blocked=False,
            protection={"delete": False},
            assignee_id=None,
            assignee_type="server",
            auto_delete=auto_delete,
        )
        number = row["id"]
        row["ip"] = f"203.0.113.{number % 250}" if kind == "ipv4" else f"2001:db8:{number:x}::/64"
        return row

    def drop_address(self, number: int) -> None:
        """Delete a primary IP that nobody has."""
        if self.get(self.primary_ips, number, "primary_ip")["assignee_id"] is not None:
            raise Refusal(422, "must_be_unassigned", "primary IP must be unassigned")
        del self.primary_ips[number]

    def new_key(self, asked: Json) -> Json:
        """Create an ssh key; each key is there once."""
        public_key = str(asked.get("public_key", ""))
        try:
            blob = base64.b64decode(public_key.split()[1], validate=True)
        except (IndexError, binascii.Error) as error:
            said = "invalid input in field 'public_key'"
            raise Refusal(422, "invalid_input", said) from error
        digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
        fingerprint = ":".join(re.findall("..", digest))
        if any(key["fingerprint"] == fingerprint for key in self.ssh_keys.values()):
            said = "SSH key with the same fingerprint already exists"
            raise Refusal(409, "uniqueness_error", said)
        return self.new(
            self.ssh_keys,
            asked.get("name", ""),
            "ssh_key",
            asked.get("labels"),
            fingerprint=fingerprint,
            public_key=public_key,
        )

    def new_server(self, asked: Json) -> tuple[Json, list[Action]]:
        """Create a server and everything that it needs; it boots by and by."""
        kind, image, location = self._chosen(asked)
        if not _HOSTNAME.fullmatch(str(asked.get("name", ""))):
            raise Refusal(422, "invalid_input", "invalid input in field 'name'")
        if len(asked.get("user_data", "").encode()) > 32768:
            raise Refusal(422, "invalid_input", "invalid input in field 'user_data': too long")
        firewalls = [
            self.get(self.firewalls, one["firewall"], "firewall")
            for one in asked.get("firewalls", ())
        ]
        keys = [one for one in asked.get("ssh_keys", ()) if not self._has_key(one)]
        if keys:
            raise Refusal(422, "invalid_input", "SSH key not found")
        self._can_place(asked, location)
        given = self._given_address(asked, location)
        server = self.new(
            self.servers,
            asked["name"],
            "server",
            asked.get("labels"),
            **_fresh(kind, image, location),
        )
        number = server["id"]
        address = given or self._address(
            "ipv4", f"primary_ip-{number}-4", location, labels=None, auto_delete=True
        )
        six = self._address(
            "ipv6", f"primary_ip-{number}-6", location, labels=None, auto_delete=True
        )
        for one in (address, six):
            one["assignee_id"] = number
        for wall in firewalls:
            wall["applied_to"].append({"type": "server", "server": {"id": number}})
        server["public_net"] = _public_net(address, six, firewalls)
        self.user_data[number] = asked.get("user_data", "")
        return server, self._birth(server, starts=asked.get("start_after_create", True))

    def _has_key(self, wanted: int | str) -> bool:
        return any(wanted in (key["id"], key["name"]) for key in self.ssh_keys.values())

    def _chosen(self, asked: Json) -> tuple[Json, Json, Json]:
        kind = catalog.find(catalog.SERVER_TYPES, asked.get("server_type", ""))
        if kind is None:
            raise Refusal(422, "invalid_input", "server type not found")
        facts = {"architecture": kind["architecture"]}
        image = catalog.find(catalog.IMAGES, asked.get("image", ""), **facts)
        if image is None:
            raise Refusal(422, "invalid_input", "image not found")
        location = catalog.find(catalog.LOCATIONS, asked.get("location") or "fsn1")
        if location is None:
            raise Refusal(422, "invalid_input", "location not found")
        if all(price["location"] != location["name"] for price in kind["prices"]):
            raise Refusal(422, "invalid_input", "unsupported location for server type")
        return kind, image, location

    def _can_place(self, asked: Json, location: Json) -> None:
        if any(row["name"] == asked["name"] for row in self.servers.values()):
            raise Refusal(409, "uniqueness_error", "server name is already used")
        if len(self.servers) >= self.limit:
            details = {"limits": [{"name": "server_limit"}]}
            said = "server limit exceeded"
            raise Refusal(403, "resource_limit_exceeded", said, details=details)
        if self.faults.take("sold_out", location=location["name"]) is not None:
            raise Refusal(412, "resource_unavailable", "error during placement")

    def _given_address(self, asked: Json, location: Json) -> Json | None:
        number = (asked.get("public_net") or {}).get("ipv4")
        if number is None:
            return None
        address = self.get(self.primary_ips, number, "primary_ip")
        if address["location"]["name"] != location["name"]:
            said = "primary IP is in a different location"
            raise Refusal(422, "primary_ip_datacenter_mismatch", said)
        if address["assignee_id"] is not None:
            raise Refusal(422, "primary_ip_assigned", "primary IP is already assigned")
        return address

    def _birth(self, server: Json, *, starts: bool) -> list[Action]:
        async def made() -> None:
            server["status"] = "starting" if starts else "off"

        async def started() -> None:
            await self.switch_on(server)

        number = server["id"]
        create = self.actions.start("create_server", "server", number, made)
        if not starts:
            return [create]
        return [create, self.actions.start("start_server", "server", number, started, after=create)]

    async def switch_on(self, server: Json) -> None:
        """Let the server run, and what is on it, unless it is not to boot."""
        server["status"] = "running"
        if self.faults.take("never_boots") is None:
            number = server["id"]
            await self.machines.power_on(number, server["name"], self.user_data[number])


def _fresh(kind: Json, image: Json, location: Json) -> Json:
    return {
        "status": "initializing",
        "server_type": kind,
        "location": location,
        "image": image,
        "iso": None,
        "rescue_enabled": False,
        "locked": False,
        "backup_window": None,
        "outgoing_traffic": 0,
        "ingoing_traffic": 0,
        "included_traffic": 20 * 1024**4,
        "primary_disk_size": kind["disk"],
        "protection": {"delete": False, "rebuild": False},
        "volumes": [],
        "load_balancers": [],
        "private_net": [],
        "placement_group": None,
    }


def _public_net(four: Json, six: Json, firewalls: list[Json]) -> Json:
    return {
        "ipv4": {"id": four["id"], "ip": four["ip"], "blocked": False, "dns_ptr": "static.example"},
        "ipv6": {"id": six["id"], "ip": six["ip"], "blocked": False, "dns_ptr": []},
        "floating_ips": [],
        "firewalls": [{"id": wall["id"], "status": "applied"} for wall in firewalls],
    }

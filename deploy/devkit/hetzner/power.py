"""What is done to a server that is there: switched, resized, deleted."""

from typing import Any

from deploy.devkit.hetzner import catalog
from deploy.devkit.hetzner.actions import Action
from deploy.devkit.hetzner.faults import Refusal
from deploy.devkit.hetzner.world import World

Json = dict[str, Any]
_NAMES = {
    "poweron": "start_server",
    "poweroff": "stop_server",
    "shutdown": "shutdown_server",
    "change_type": "change_server_type",
}


class Power:
    """The actions on servers; one at a time on each."""

    def __init__(self, world: World) -> None:
        self._world = world

    def act(self, number: int, what: str, asked: Json) -> Action:
        """Start an action on a server."""
        server = self._world.get(self._world.servers, number, "server")
        if what not in _NAMES:
            raise Refusal(404, "not_found", "no such action")
        if self._world.actions.running_on("server", number):
            raise Refusal(423, "locked", "server is locked")
        if what == "change_type":
            return self._change_type(server, asked)

        async def effect() -> None:
            await self._switch(server, what)

        return self._world.actions.start(_NAMES[what], "server", number, effect)

    def delete(self, number: int) -> Action:
        """Delete a server, with the addresses that go with it."""
        server = self._world.get(self._world.servers, number, "server")
        if server["protection"]["delete"]:
            raise Refusal(423, "protected", "server deletion is protected")
        server["status"] = "deleting"

        async def effect() -> None:
            await self._world.machines.power_off(number)
            self._forget(number)

        return self._world.actions.start("delete_server", "server", number, effect)

    async def _switch(self, server: Json, what: str) -> None:
        if what == "poweron":
            await self._world.switch_on(server)
            return
        if what == "shutdown" and self._world.faults.take("ignores_shutdown") is not None:
            return
        await self._world.machines.power_off(server["id"], politely=what == "shutdown")
        server["status"] = "off"

    def _change_type(self, server: Json, asked: Json) -> Action:
        kind = catalog.find(catalog.SERVER_TYPES, asked.get("server_type", ""))
        if kind is None:
            raise Refusal(422, "invalid_input", "server type not found")
        if server["status"] != "off":
            raise Refusal(422, "server_not_stopped", "server must be stopped")
        fits = kind["architecture"] == server["server_type"]["architecture"]
        if not fits or kind["disk"] < server["primary_disk_size"]:
            raise Refusal(422, "invalid_server_type", "server type does not fit the server's disk")
        place = server["location"]["name"]
        if self._world.faults.take("sold_out", location=place) is not None:
            raise Refusal(412, "resource_unavailable", "server type is currently unavailable")

        async def effect() -> None:
            server["server_type"] = kind
            if asked.get("upgrade_disk"):
                server["primary_disk_size"] = kind["disk"]
            # "This copies the content of its disk, and starts it again."
            if self._world.faults.take("stays_off") is None:
                await self._world.switch_on(server)

        return self._world.actions.start("change_server_type", "server", server["id"], effect)

    def _forget(self, number: int) -> None:
        world = self._world
        world.servers.pop(number, None)
        for wall in world.firewalls.values():
            wall["applied_to"] = [
                one for one in wall["applied_to"] if one["server"]["id"] != number
            ]
        for address in list(world.primary_ips.values()):
            if address["assignee_id"] == number:
                address["assignee_id"] = None
                if address["auto_delete"]:
                    del world.primary_ips[address["id"]]

"""Machines from Fly: one app and network an installation, machines for one run each."""

from datetime import datetime
from typing import Any

import structlog
from pydantic import SecretStr

from bot.errors import MachineUnavailable, Unavailable
from bot.machine import Machine
from runner.machines.fly_api import Conflict, FlyApi, Json
from runner.machines.provider import Rented

_MARK = "cadence_coordinator"
_OURS = "cadence_machine"
# What a machine may reach by its private network: nothing. The public side is the entrypoint's.
_POLICY = {
    "name": "cadence-only-out",
    "selector": {"all": True},
    "rules": [
        {
            "action": "allow",
            "direction": "egress",
            "ports": [{"protocol": "tcp", "port": 443}, {"protocol": "udp", "port": 53}],
        }
    ],
}
log = structlog.get_logger()


class Fly:
    """See `runner.machines.provider.Provider` for the promises."""

    def __init__(
        self,
        api: FlyApi,
        *,
        org: str,
        prefix: str,
        regions: tuple[str, ...],
        coordinator_url: str,
        mark: str,
    ) -> None:
        self._api = api
        self._org = org
        self._prefix = prefix
        self._regions = regions
        self._coordinator_url = coordinator_url
        self._mark = mark
        self._apps: set[str] = set()

    def app_of(self, installation_id: int) -> str:
        """Return the name of the installation's app."""
        return f"{self._prefix}-{installation_id}"

    async def create(self, machine: Machine, token: SecretStr, *, boots: bool) -> Rented:
        """Create the machine in the first region with room, unless an earlier call did."""
        await self._app(machine.app)
        reason = "there is no region to look in"
        for region in self._regions:
            body = {
                "name": f"cadence-{machine.id}",
                "region": region,
                "skip_launch": not boots,
                "config": self._config(machine, token),
            }
            try:
                return await self._created(machine, body)
            except MachineUnavailable as error:
                log.warning("no room for a machine", region=region, reason=str(error))
                reason = str(error)
        raise MachineUnavailable(f"no region of {', '.join(self._regions)} has room: {reason}")

    async def _created(self, machine: Machine, body: Json) -> Rented:
        """Create it; when the answer was lost, or the name is taken, it may be there already."""
        try:
            return _rented(await self._api.create_machine(machine.app, body), machine.app)
        except Unavailable as error:
            if isinstance(error, MachineUnavailable) and not isinstance(error, Conflict):
                raise
            found = await self._api.machines(machine.app, {_OURS: machine.id})
            if found:
                return _rented(found[0], machine.app)
            if isinstance(error, Conflict):
                raise
        return _rented(await self._api.create_machine(machine.app, body), machine.app)

    def _config(self, machine: Machine, token: SecretStr) -> Json:
        if "@sha256:" not in machine.image:
            log.warning("an image without a digest may be another one tomorrow")
        return {
            "image": machine.image,
            "guest": {
                "cpu_kind": machine.guest.cpu_kind,
                "cpus": machine.guest.cpus,
                "memory_mb": machine.guest.memory_mb,
            },
            "env": {
                "CADENCE_URL": self._coordinator_url,
                "CADENCE_MACHINE_TOKEN": token.get_secret_value(),
            },
            "metadata": {
                _OURS: machine.id,
                _MARK: self._mark,
                "cadence_installation": str(machine.installation_id),
            },
            "auto_destroy": True,
            "restart": {"policy": "no"},
            "services": [],
        }

    async def _app(self, app: str) -> None:
        if app in self._apps:
            return
        if await self._api.app(app) is None:
            await self._api.create_app(app, org=self._org, network=app)
            await self._api.put_policy(app, _POLICY)
        self._apps.add(app)

    async def start(self, machine: Machine) -> None:
        """Start a stopped machine, or wake a suspended one."""
        await self._api.start(machine.app, machine.provider_id)

    async def suspend(self, machine: Machine) -> None:
        """Put a machine to sleep."""
        await self._api.suspend(machine.app, machine.provider_id)

    async def destroy(self, machine: Machine) -> None:
        """Destroy a machine; one whose creation's answer was lost is looked for."""
        provider_id = machine.provider_id
        if not provider_id:
            found = await self._api.machines(machine.app, {_OURS: machine.id})
            provider_id = str(found[0]["id"]) if found else ""
        if provider_id:
            await self._api.destroy(machine.app, provider_id)

    async def look(self, machine: Machine) -> Rented | None:
        """Return how the machine is; None when it is gone."""
        if not machine.provider_id:
            found = await self._api.machines(machine.app, {_OURS: machine.id})
            return _rented(found[0], machine.app) if found else None
        one = await self._api.machine(machine.app, machine.provider_id)
        if one is None or one.get("state") in {"destroyed", "destroying"}:
            return None
        return _rented(one, machine.app)

    async def all(self) -> list[Rented]:
        """Return the machines that carry this coordinator's mark."""
        found = await self._api.org_machines(self._org)
        return [
            _rented(one, str(one.get("app_name") or ""))
            for one in found
            if _metadata(one).get(_MARK) == self._mark and one.get("state") != "destroyed"
        ]


def _metadata(one: Json) -> dict[str, Any]:
    metadata = (one.get("config") or {}).get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _rented(one: Json, app: str) -> Rented:
    created = str(one.get("created_at") or "")
    return Rented(
        provider_id=str(one["id"]),
        app=app,
        state=str(one.get("state") or ""),
        region=str(one.get("region") or ""),
        machine_id=str(_metadata(one).get(_OURS) or ""),
        created_at=datetime.fromisoformat(created) if created else None,
    )

"""Machines from Fly: one app and network an installation, machines for one run each."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from pydantic import SecretStr
from yarl import URL

from bot.errors import MachineUnavailable, NotFound, RateLimited, Unavailable
from bot.machine import Machine
from runner.machines.fly_api import FlyApi
from runner.machines.fly_errors import Conflict, FlyRefused, NameTaken, NoRoom, Unsent
from runner.machines.fly_policies import POLICY, only_out
from runner.machines.fly_values import FlyConfig, FlyMachine, FlyOrder
from runner.machines.provider import Rented

_MARK = "cadence_coordinator"
_OURS = "cadence_machine"
_SLEEP_S = 30.0  # Fly: to fall asleep can take over 15 seconds
_LOOKS_S = (0.0, 1.0, 2.0, 4.0)  # lists lag behind
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
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._org = org
        self._prefix = prefix
        self._regions = regions
        self._coordinator_url = coordinator_url
        self._mark = mark
        self._sleep = sleep
        self._policy = only_out(URL(coordinator_url).port or 443, mark=mark)
        self._apps: set[str] = set()
        self._turns: dict[str, asyncio.Lock] = {}

    def app_of(self, installation_id: int) -> str:
        """Return the name of the installation's app."""
        return f"{self._prefix}-{installation_id}"

    async def create(self, machine: Machine, token: SecretStr, *, boots: bool) -> Rented:
        """Create the machine in the first region with room, unless an earlier call did."""
        order = FlyOrder(
            name=f"cadence-{machine.id}", config=self._config(machine, token), boots=boots
        )
        try:
            return await self._in_a_region(machine, order)
        except NotFound:  # the app was removed, by us or by somebody else
            self._apps.discard(machine.app)
        try:
            return await self._in_a_region(machine, order)
        except NotFound as error:
            raise MachineUnavailable(f"the app {machine.app} is not there: {error}") from error

    async def _in_a_region(self, machine: Machine, order: FlyOrder) -> Rented:
        await self._app(machine.app)
        reason = "there is no region to look in"
        for region in self._regions:
            try:
                return _rented(await self._made(machine, order, region))
            except NoRoom as error:
                log.warning("no room for a machine", region=region, reason=str(error))
                reason = str(error)
        raise MachineUnavailable(f"no region of {', '.join(self._regions)} has room: {reason}")

    async def _made(self, machine: Machine, order: FlyOrder, region: str) -> FlyMachine:
        """Create it, or find it: its name is one living machine's of the app, so it is made once.

        Raise `Unavailable` when it stays open whether it was made.
        """
        problem: Unavailable | None = None
        for _ in range(2):
            try:
                return await self._api.create(machine.app, order, region=region)
            except (Conflict, NameTaken) as error:
                problem = error
                found = await self._seen(machine)
            except (MachineUnavailable, RateLimited, Unsent):
                raise
            except Unavailable as error:
                problem = error
                found = await self._found(machine)
            if found is not None:
                return found
        raise Unavailable(f"it is open whether the machine was made: {problem}") from problem

    async def _seen(self, machine: Machine) -> FlyMachine | None:
        """Return a machine that is there, though lists may not show it yet."""
        for pause_s in _LOOKS_S:
            await self._sleep(pause_s)
            if (found := await self._found(machine)) is not None:
                return found
        return None

    async def _found(self, machine: Machine) -> FlyMachine | None:
        """Return the machine by its mark, None when Fly shows none that lives."""
        shown = await self._api.machines(machine.app, {_OURS: machine.id})
        return next((one for one in shown if not one.is_over), None)

    def _config(self, machine: Machine, token: SecretStr) -> FlyConfig:
        return FlyConfig(
            image=machine.image,
            guest=machine.guest,
            env={
                "CADENCE_URL": SecretStr(self._coordinator_url),
                "CADENCE_MACHINE_TOKEN": token,
            },
            metadata={
                _OURS: machine.id,
                _MARK: self._mark,
                "cadence_installation": str(machine.installation_id),
            },
        )

    async def _app(self, app: str) -> None:
        """Have the app, on a network of its own and with our policy, before its first machine."""
        async with self._turns.setdefault(app, asyncio.Lock()):
            if app in self._apps:
                return
            found = await self._api.apps.get(app)
            if found is None:
                await self._api.apps.create(app, org=self._org, network=app)
                found = await self._api.apps.get(app)
            if found is not None and found.network not in {"", app}:
                raise FlyRefused(
                    f"the app {app} is on the network {found.network}, not on one of its own; "
                    "choose another CADENCE_FLY_APP_PREFIX"
                )
            await self._api.apps.put_policy(app, self._policy)
            self._apps.add(app)

    async def start(self, machine: Machine) -> None:
        """Start a stopped machine, or wake a suspended one, one still falling asleep too."""
        try:
            await self._api.start(machine.app, machine.provider_id)
        except Conflict:
            at = (machine.app, machine.provider_id)
            if not await self._api.wait(*at, "settled", timeout_s=_SLEEP_S):
                raise
            await self._api.start(*at)

    async def suspend(self, machine: Machine) -> None:
        """Put a machine to sleep; return when it sleeps."""
        at = (machine.app, machine.provider_id)
        await self._api.suspend(*at)
        if not await self._api.wait(*at, "suspended", timeout_s=_SLEEP_S):
            raise Unavailable("the machine did not fall asleep in time")

    async def destroy(self, machine: Machine) -> None:
        """Destroy a machine; one whose creation's answer was lost is looked for."""
        provider_id = machine.provider_id
        if not provider_id:
            found = await self._found(machine)
            provider_id = found.id if found else ""
        if provider_id:
            await self._api.destroy(machine.app, provider_id)

    async def look(self, machine: Machine) -> Rented | None:
        """Return how the machine is; None when it is gone."""
        if not machine.provider_id:
            found = await self._found(machine)
        else:
            found = await self._api.machine(machine.app, machine.provider_id)
        return None if found is None or found.is_over else _rented(found)

    async def apps(self) -> dict[str, int]:
        """Return the organisation's apps that are named as ours, with their installations."""
        shown = [one.name for one in await self._api.apps.all(self._org)]
        numbers = {name: name.removeprefix(f"{self._prefix}-") for name in shown}
        return {
            name: int(number)
            for name, number in numbers.items()
            if number.isdecimal() and self.app_of(int(number)) == name
        }

    async def remove_app(self, app: str, *, is_known: bool) -> bool:
        """Remove an app without machines; False when it has some, or is not ours."""
        async with self._turns.setdefault(app, asyncio.Lock()):
            try:
                policies = await self._api.apps.policies(app)
            except NotFound:
                return False
            marks = {one for one in policies if one.startswith(f"{POLICY}-")}
            if marks - {self._policy.name} or not (marks or is_known):
                return False
            if any(not one.is_gone for one in await self._api.machines(app)):
                return False
            self._apps.discard(app)
            await self._api.apps.delete(app)
            return True

    async def all(self) -> list[Rented]:
        """Return the machines that carry this coordinator's mark."""
        found, away = await self._api.org_machines(self._org)
        if away:
            log.warning("regions did not answer", regions=away)
        return [
            _rented(one)
            for one in found
            if one.metadata.get(_MARK) == self._mark and not one.is_over
        ]


def _rented(one: FlyMachine) -> Rented:
    return Rented(
        provider_id=one.id,
        app=one.app,
        state=one.state,
        region=one.region,
        machine_id=one.metadata.get(_OURS, ""),
        created_at=one.created_at,
    )

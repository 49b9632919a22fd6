"""Apps at Fly, each on a private network of its own, and what their machines may reach."""

from typing import Any

from bot.errors import NotFound, Unavailable
from runner.machines.fly_calls import Call, FlyCalls, path
from runner.machines.fly_errors import Conflict, NameTaken
from runner.machines.fly_limits import DELETE_APP
from runner.machines.fly_policies import FlyPolicy, policies_of
from runner.machines.fly_values import FlyApp

_POLICIES = "network_policies"


class FlyApps:
    """Calls by name; each raises as `runner.machines.fly_errors` says."""

    def __init__(self, calls: FlyCalls) -> None:
        self._ask = calls.ask
        self._end = calls.end

    async def create(self, app: str, *, org: str, network: str) -> None:
        """Create *app* on a private network; one that is there is fine: `get` tells whose it is."""
        # Fly's guide calls it app_name, its document name.
        body = {"app_name": app, "name": app, "org_slug": org, "network": network}
        try:
            await self._ask(Call("POST", path("apps"), "create app", "", body=body))
        except (Conflict, NameTaken):
            return

    async def get(self, app: str) -> FlyApp | None:
        """Return the app, None when there is none; one of somebody else's is refused."""
        try:
            return FlyApp.parsed(await self._ask(Call("GET", path("apps", app), "get app", app)))
        except NotFound:
            return None

    async def all(self, org: str) -> list[FlyApp]:
        """Return the apps of *org*; one that was deleted just now may still be shown."""
        where = path("apps", query={"org_slug": org})
        answer = await self._ask(Call("GET", where, "list apps", org))
        found = answer.get("apps") if isinstance(answer, dict) else None
        if not isinstance(found, list):
            raise Unavailable("Fly's answer shows no apps")
        return [FlyApp.parsed(one) for one in found]

    async def policies(self, app: str) -> list[str]:
        """Return the names of the policies of *app*; raise `NotFound` when there is none."""
        where = path("apps", app, _POLICIES)
        answer = await self._ask(Call("GET", where, "list policies", app))
        return [str(one.get("name") or "") for one in policies_of(answer)]

    async def delete(self, app: str) -> None:
        """Delete *app* and all of its machines; one that is gone is fine."""
        await self._end(Call("DELETE", path("apps", app), DELETE_APP, app))

    async def put_policy(self, app: str, policy: FlyPolicy) -> bool:
        """Have *app* keep to *policy*; False when it did already.

        Machines take a change when they start, so this comes before an app's first machine.
        """
        where = path("apps", app, _POLICIES)
        there = policies_of(await self._ask(Call("GET", where, "list policies", app)))
        mine = next((one for one in there if one.get("name") == policy.name), None)
        if mine is not None and policy.is_told_by(mine):
            return False
        body: dict[str, Any] = policy.to_json()
        if mine is not None and mine.get("id"):
            body["id"] = str(mine["id"])  # it replaces the one of that id
        await self._ask(Call("POST", where, "put policy", app, body=body))
        return True

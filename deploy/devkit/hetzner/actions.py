"""Actions: what takes its time, with progress, and may fail."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from deploy.devkit.hetzner.faults import Faults

Json = dict[str, Any]
Effect = Callable[[], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Action:
    """Something under way on a resource."""

    id: int
    command: str
    resources: list[Json]
    started: datetime
    lasts_s: float
    status: str = "running"
    finished: datetime | None = None
    error: Json | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def body(self) -> Json:
        """Return the action as the API shows it."""
        gone = (datetime.now(UTC) - self.started).total_seconds()
        done = 100 if self.finished else min(99, int(100 * gone / max(self.lasts_s, 1e-9)))
        return {
            "id": self.id,
            "command": self.command,
            "status": self.status,
            "progress": done,
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat() if self.finished else None,
            "resources": self.resources,
            "error": self.error,
        }

    def is_about(self, kind: str, number: int) -> bool:
        """Tell whether the action is on that resource."""
        return {"id": number, "type": kind} in self.resources


class Actions:
    """All actions of a project; each lasts *lasts_s*."""

    def __init__(self, faults: Faults, *, lasts_s: float) -> None:
        self.lasts_s = lasts_s
        self.all: dict[int, Action] = {}
        self._faults = faults
        self._tasks: set[asyncio.Task[None]] = set()

    def start(
        self, command: str, kind: str, number: int, effect: Effect, *, after: Action | None = None
    ) -> Action:
        """Start an action; its *effect* comes at its end, if it does not fail."""
        action = Action(
            id=1000 + len(self.all),
            command=command,
            resources=[{"id": number, "type": kind}],
            started=datetime.now(UTC),
            lasts_s=self.lasts_s,
        )
        self.all[action.id] = action
        task = asyncio.get_running_loop().create_task(self._live(action, effect, after))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return action

    def running_on(self, kind: str, number: int) -> bool:
        """Tell whether something is under way on the resource."""
        return any(
            one.status == "running" and one.is_about(kind, number) for one in self.all.values()
        )

    async def close(self) -> None:
        """Leave off."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _live(self, action: Action, effect: Effect, after: Action | None) -> None:
        if after is not None:
            await after.over.wait()
        if self._faults.take("action_hangs", command=action.command) is not None:
            return
        await asyncio.sleep(action.lasts_s)
        fault = self._faults.take("action_fails", command=action.command)
        if fault is not None:
            action.error = {"code": fault.code, "message": fault.message, "details": None}
        elif after is not None and after.error is not None:
            action.error = {"code": "action_failed", "message": "Action failed", "details": None}
        else:
            await effect()
        action.status = "error" if action.error else "success"
        action.finished = datetime.now(UTC)
        action.over.set()

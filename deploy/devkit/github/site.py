"""The parts of one stand-in, put together, and what it counted."""

import time
from pathlib import Path

from deploy.devkit.github.events import Events
from deploy.devkit.github.faults import Faults
from deploy.devkit.github.grants import Grants
from deploy.devkit.github.hooks import Hooks
from deploy.devkit.github.pulls import Pulls
from deploy.devkit.github.pushes import Pushes
from deploy.devkit.github.records import Exchange, Json
from deploy.devkit.github.verbs import Verbs
from deploy.devkit.github.world import World

WINDOW_S = 3600


class Site:
    """World, verbs and webhooks of one GitHub, with its log of calls and its rate limits."""

    def __init__(self, root: Path) -> None:
        self.world = World(root)
        self.hooks = Hooks(self.world.next_id)
        self.events = Events(self.world, self.hooks)
        self.verbs = Verbs(self.world, self.events)
        self.pulls = Pulls(self.world, self.events, self.verbs)
        self.pushes = Pushes(self.world, self.events, self.pulls)
        self.faults = Faults()
        self.grants = Grants(self.world)
        self.sign_ins: list[dict[str, str]] = []
        self.exchanges: list[Exchange] = []
        self.manifests: dict[str, Json] = {}
        self.rate_limit = 5000
        self._used: dict[str, int] = {}
        self._reset = int(time.time()) + WINDOW_S

    def spend(self, caller: str, cost: int) -> Json:
        """Count *cost* calls of *caller* and return where it stands."""
        if time.time() >= self._reset:
            self._used.clear()
            self._reset = int(time.time()) + WINDOW_S
        used = self._used[caller] = self._used.get(caller, 0) + cost
        return {
            "limit": self.rate_limit,
            "used": min(used, self.rate_limit),
            "remaining": max(0, self.rate_limit - used),
            "reset": self._reset,
            "is_over": used > self.rate_limit,
        }

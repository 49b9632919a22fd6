"""Our side of Fly, as tests want it."""

import sys
from typing import Any

from bot.machine import Guest, Machine, MachineId, MachineState
from runner.machines.fly import Fly
from runner.machines.fly_api import FlyApi

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
IMAGE = "registry/runner@sha256:" + "0" * 64
APP = "runners-7"


async def no_sleep(_seconds: float) -> None:
    return


def machine(**changes: Any) -> Machine:
    """Return a machine that was ordered."""
    facts: dict[str, Any] = {
        "id": MachineId("m" * 32),
        "backend": "fly",
        "installation_id": 7,
        "state": MachineState.ORDERED,
        "app": APP,
        "guest": Guest(),
        "image": IMAGE,
    }
    return Machine(**(facts | changes))


def provider(api: FlyApi, **changes: Any) -> Fly:
    """Return the provider."""
    facts: dict[str, Any] = {
        "org": "acme",
        "prefix": "runners",
        "regions": ("fra", "ams"),
        "coordinator_url": "https://cadence.example",
        "mark": "mine",
        "sleep": no_sleep,
    }
    return Fly(api, **(facts | changes))

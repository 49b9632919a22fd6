"""What models and machines cost, from the dated price files beside this module: pure."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot.errors import InvalidRequest
from bot.machine import Guest

_FILE = Path(__file__).with_name("models.json")
_MACHINES = Path(__file__).with_name("machine_prices.json")
_HOUR_S = 3600
_HOURS_OF_30_DAYS = 30 * 24
_GB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrice:
    """US dollars per million tokens, by kind."""

    input: float
    output: float
    cache_write_5m: float
    cache_write_1h: float
    cache_read: float


def newest(family: str) -> str:
    """Return the newest model of *family* (``sonnet``, ``haiku``, ``opus``) that has a price."""
    for name, entry in _entries().items():
        if entry["family"] == family:
            return name
    raise InvalidRequest(f"no model of the family {family} is known")


def names() -> tuple[str, ...]:
    """Return the models that have a price, newest first in each family."""
    return tuple(_entries())


def price(model: str, *, at: date | None = None) -> ModelPrice:
    """Return the price of *model* on the day *at*, the newest when None."""
    entry = _entries().get(model)
    if entry is None:
        raise InvalidRequest(f"the model {model} is not known; known are {', '.join(names())}")
    newest_price = _of_the_day(entry["prices"], at)
    if newest_price is None:
        raise InvalidRequest(f"the model {model} had no price on {at}")
    return ModelPrice(**{name: newest_price[name] for name in ModelPrice.__dataclass_fields__})


def fly_usd_per_hour(guest: Guest, region: str = "", *, at: date | None = None) -> float:
    """Return what a Fly Machine that runs costs on the day *at*, the newest price when None.

    Without a *region* that has a price it is the dearest one's: a bill may be less, never more.
    """
    rates = _of_the_day(_fly(), at)
    if rates is None:
        raise InvalidRequest(f"no price of Fly's is known for {at}")
    if guest.cpu_kind not in rates["cpu"]:
        known = ", ".join(rates["cpu"])
        raise InvalidRequest(f"the CPU kind {guest.cpu_kind} is not known; known are {known}")
    included_mb = guest.cpus * rates["included_mb_per_cpu"][guest.cpu_kind]
    more_gb = max(guest.memory_mb - included_mb, 0) / _GB
    per_second = guest.cpus * rates["cpu"][guest.cpu_kind] + more_gb * rates["memory_gb"]
    factor = rates["regions"].get(region, max(rates["regions"].values()))
    return float(per_second * factor * _HOUR_S)


def fly_asleep_usd_per_hour(rootfs_gb: float, *, at: date | None = None) -> float:
    """Return what a Fly Machine costs that sleeps or was stopped: its root file system only."""
    rates = _of_the_day(_fly(), at)
    if rates is None:
        raise InvalidRequest(f"no price of Fly's is known for {at}")
    return float(rootfs_gb * rates["rootfs_gb_30_days"] / _HOURS_OF_30_DAYS)


def _of_the_day(prices: list[dict[str, Any]], at: date | None) -> dict[str, Any] | None:
    fitting = [p for p in prices if at is None or date.fromisoformat(p["from"]) <= at]
    return max(fitting, key=lambda p: str(p["from"]), default=None)


@cache
def _fly() -> list[dict[str, Any]]:
    prices: list[dict[str, Any]] = json.loads(_MACHINES.read_text())["fly"]
    return prices


@cache
def _entries() -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = json.loads(_FILE.read_text())["models"]
    return entries

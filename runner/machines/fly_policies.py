"""Network policies: what machines may reach, by port; there are no names in them.

https://fly.io/docs/machines/guides-examples/network-policies/: once a direction has a rule, all
else in it is denied; machines take a change when they restart; Fly's proxy is not covered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.errors import Unavailable

Json = dict[str, Any]


class Direction(StrEnum):
    """Which way traffic goes, seen from the machine."""

    IN = "ingress"
    OUT = "egress"


@dataclass(frozen=True, slots=True)
class Port:
    """A port that is open; *protocol* is ``tcp`` or ``udp``."""

    protocol: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyPolicy:
    """What all machines of an app may reach (*out*) and be reached by (*into*).

    A direction without ports is left as it is: all open.
    """

    name: str
    out: tuple[Port, ...] = ()
    into: tuple[Port, ...] = ()

    def to_json(self) -> Json:
        """Return the policy as the API takes it."""
        ways = ((Direction.OUT, self.out), (Direction.IN, self.into))
        return {
            "name": self.name,
            "selector": {"all": True},
            "rules": [_rule(way, ports) for way, ports in ways if ports],
        }

    def is_told_by(self, one: Json) -> bool:
        """Whether *one*, as Fly shows it, says the same."""
        mine = self.to_json()
        return bool(
            _object(one.get("selector")).get("all") is True
            and _facts(one.get("rules")) == _facts(mine["rules"])
        )


# There is no rule that says no: a direction is closed by opening a port on which nobody listens.
NOWHERE = Port("tcp", 9)


POLICY = "cadence-only-out"


def only_out(*ports: int, mark: str) -> FlyPolicy:
    """Return our policy: names, HTTPS and *ports* go out, nothing comes in, not from our own.

    Apps have no marks at Fly, their policies have names: *mark* says whose the app is.
    """
    out = [Port("udp", 53), *(Port("tcp", port) for port in sorted({443, *ports}))]
    return FlyPolicy(name=f"{POLICY}-{mark}", out=tuple(out), into=(NOWHERE,))


def policies_of(answer: Any) -> list[Json]:
    """Return the policies in a list's answer; the document does not show its form."""
    found = answer
    if isinstance(answer, dict):
        found = next((one for one in answer.values() if isinstance(one, list)), None)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unavailable("Fly's answer shows no policies")
    return found


def _rule(way: Direction, ports: Sequence[Port]) -> Json:
    shown = [{"protocol": one.protocol, "port": one.port} for one in ports]
    return {"action": "allow", "direction": str(way), "ports": shown}


def _facts(rules: Any) -> set[tuple[str, str, int]]:
    return {
        (str(rule.get("direction")), str(port.get("protocol")), int(port.get("port") or 0))
        for rule in (rules if isinstance(rules, list) else [])
        for port in rule.get("ports") or []
    }


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}

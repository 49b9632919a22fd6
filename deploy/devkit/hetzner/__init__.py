"""Hetzner's cloud API with real sockets: servers, actions, prices, and faults on demand."""

from deploy.devkit.hetzner.faults import Fault
from deploy.devkit.hetzner.machines import Command
from deploy.devkit.hetzner.server import HetznerStandIn

__all__ = ["Command", "Fault", "HetznerStandIn"]

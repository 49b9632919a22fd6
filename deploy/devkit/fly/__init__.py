"""A stand-in for Fly's Machines API whose machines are real processes on this machine."""

from deploy.devkit.fly.faults import Faults
from deploy.devkit.fly.lives import Durations
from deploy.devkit.fly.machines import FlyMachine
from deploy.devkit.fly.server import FlyStandIn

__all__ = ["Durations", "Faults", "FlyMachine", "FlyStandIn"]

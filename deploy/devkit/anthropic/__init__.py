"""A stand-in for Anthropic's Messages API: a real socket that plays a scenario."""

from deploy.devkit.anthropic.scenario import Fault, Scenario, Turn
from deploy.devkit.anthropic.server import AnthropicStandIn, RecordedRequest

__all__ = ["AnthropicStandIn", "Fault", "RecordedRequest", "Scenario", "Turn"]

"""``cadence setup``: the GitHub App, made from its manifest in the operator's browser."""

from bot.setup.conversion import App
from bot.setup.server import Setup, run

__all__ = ["App", "Setup", "run"]

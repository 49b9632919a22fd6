"""What an agent cost, in words: model and machine apart, honest to the cent."""

from bot.domain import Agent
from bot.evidence import lasted
from runner.spec import Tokens

_PLACES = {"local": "", "fly": "on Fly", "vps": "on your VPS"}


def whole_usd(agent: Agent) -> float:
    """Return what model and machines cost together, in US dollars."""
    return agent.cost_usd + agent.machine_usd


def machine_words(agent: Agent) -> str:
    """Return how long machines worked, where, and for how much; empty when nothing is known."""
    if not agent.machine_seconds:
        return ""
    where = _PLACES.get(agent.place, f"on {agent.place}")
    price = f", ${agent.machine_usd:.2f}" if agent.machine_usd else ""
    return " ".join(filter(None, ("machine", lasted(agent.machine_seconds), where))) + price


def token_words(tokens: Tokens) -> str:
    """Return the tokens by kind; empty when there were none."""
    kinds = (
        (tokens.input, "in"),
        (tokens.output, "out"),
        (tokens.cache_read, "cached"),
        (tokens.cache_write_5m + tokens.cache_write_1h, "written to the cache"),
    )
    return ", ".join(f"{count:,} {kind}" for count, kind in kinds if count)

"""What an agent cost, in words: model and machine apart and together, honest to the cent."""

from collections.abc import Mapping

from bot.domain import Agent
from bot.machine import Guest
from bot.texts.evidence import lasted
from runner.spec import Tokens

_PLACES = {"local": "", "fly": "on Fly", "vps": "on your VPS"}
_GB = 1024
_NO_TOKENS = Tokens()
_NO_SIZES: Mapping[str, str] = {}


def receipt(
    agent: Agent,
    *,
    tokens: Tokens = _NO_TOKENS,
    model_usd: float | None = None,
    sizes: Mapping[str, str] = _NO_SIZES,
) -> str:
    """Return the whole cost, then the model's and the machine's, in one line.

    Empty when neither the *tokens* nor the machine's time are known. *sizes* says how large the
    machines of a place are; one that costs us nothing has its time only.
    """
    of_model = agent.cost_usd if model_usd is None else model_usd
    counts, used = token_words(tokens), machine_time(agent)
    if not counts and not used:
        return ""
    whole, model, machine = in_cents(of_model, agent.machine_usd)
    parts = [f"model {_usd(model, of_model)}" + (f" ({counts})" if counts else "")]
    if used and agent.machine_usd:
        facts = ", ".join(filter(None, (used, sizes.get(agent.place, ""))))
        parts.append(f"machine {_usd(machine, agent.machine_usd)} ({facts})")
    elif used:
        parts.append(f"machine {used}")
    return f"{_usd(whole, of_model + agent.machine_usd)}: {', '.join(parts)}"


def machine_words(agent: Agent) -> str:
    """Return how long machines worked, where, and for how much; empty when nothing is known."""
    used = machine_time(agent)
    if not used:
        return ""
    cents = round(agent.machine_usd * 100)
    price = f", {_usd(cents, agent.machine_usd)}" if agent.machine_usd else ""
    return f"machine {used}{price}"


def machine_time(agent: Agent) -> str:
    """Return how long machines worked and where (``6 min on Fly``); empty when it is unknown."""
    if not agent.machine_seconds:
        return ""
    where = _PLACES.get(agent.place, f"on {agent.place}")
    return " ".join(filter(None, (lasted(agent.machine_seconds), where)))


def token_words(tokens: Tokens) -> str:
    """Return the tokens by kind; empty when there were none."""
    kinds = (
        (tokens.input, "in"),
        (tokens.output, "out"),
        (tokens.cache_read, "cached"),
        (tokens.cache_write_5m + tokens.cache_write_1h, "written to the cache"),
    )
    return ", ".join(f"{count:,} {kind}" for count, kind in kinds if count)


def size_words(guest: Guest) -> str:
    """Return a machine's size as people say it: ``2 shared CPUs, 4 GB``."""
    size = f"{guest.memory_mb} MB" if guest.memory_mb < _GB else f"{guest.memory_mb / _GB:g} GB"
    return f"{guest.cpus} {guest.cpu_kind} CPU{'s' * (guest.cpus != 1)}, {size}"


def in_cents(model_usd: float, machine_usd: float) -> tuple[int, int, int]:
    """Return the whole and its two parts in cents; the parts always make the whole.

    The whole and the model's part are rounded; the machine's is the rest, less than a cent off.
    """
    whole, model = round((model_usd + machine_usd) * 100), round(model_usd * 100)
    return whole, model, whole - model


def _usd(cents: int, exact: float) -> str:
    return "under $0.01" if exact > 0 and cents == 0 else f"${cents / 100:.2f}"

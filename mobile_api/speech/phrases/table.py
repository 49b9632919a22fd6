"""What a file of phrases holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Sentences with names in braces; *numbers* are the words from 0 on in one line, *verbs* by intent.

    *states* are what is said of an agent; *yes*, *no* and *ordinals* are answers of people.
    """

    numbers: str
    and_: str
    agent: str
    agents: str
    all_agents: str
    verbs: dict[str, str]
    done: dict[str, str]
    states: dict[str, str]
    sentences: dict[str, str]
    yes: frozenset[str]
    no: frozenset[str]
    ordinals: tuple[str, ...]

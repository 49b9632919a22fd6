"""Things as they are said aloud: names, numbers, money, agents."""

from collections.abc import Sequence

from mobile_api.speech.phrases import PHRASES
from mobile_api.speech.phrases.table import Phrases
from mobile_api.speech.spelling import name_parts

_LETTERS = {
    "api": "API", "ui": "UI", "ux": "UX", "sdk": "SDK", "cli": "CLI", "ios": "iOS", "db": "DB",
    "k8s": "Kubernetes", "js": "JavaScript", "ts": "TypeScript", "py": "Python", "svc": "service",
    "graphql": "GraphQL", "sql": "SQL", "aws": "AWS", "ml": "ML", "ai": "AI", "crm": "CRM",
    "cms": "CMS", "img": "image", "auth": "auth", "app": "app", "infra": "infra", "ehr": "EHR",
}  # fmt: skip
_MOST_TASK = 9


def phrases(language: str) -> Phrases:
    """Return the phrases of *language*, English when we have none."""
    return PHRASES.get(language[:2], PHRASES["en"])


def repo_name(repo: str) -> str:
    """Return a repository's name as it is said: "cadence-backend" is "cadence backend"."""
    return " ".join(_LETTERS.get(part, part) for part in name_parts(repo.rpartition("/")[2]))


def number(value: int, language: str) -> str:
    """Return a small number as a word, a large one in figures."""
    said = phrases(language).numbers.split()
    return said[value] if 0 <= value < len(said) else str(value)


def listed(names: Sequence[str], language: str) -> str:
    """Return "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {phrases(language).and_} {names[-1]}"


def who(numbers: Sequence[int], language: str) -> str:
    """Return the agents with these numbers, as they are spoken of."""
    table = phrases(language)
    said = [number(one, language) for one in numbers]
    if len(said) == 1:
        return table.agent.format(number=said[0])
    if len(said) > 3:
        return table.all_agents.format(count=number(len(said), language))
    return table.agents.format(numbers=listed(said, language))


def money(usd: float, language: str) -> str:
    """Return *usd* rounded as people say it: "about two dollars"."""
    table = phrases(language).sentences
    if usd < 0.005:
        return table["free"]
    if usd < 0.08:
        return table["a few cents"]
    if usd < 0.95:
        return table["cents"].format(count=number(round(usd * 10) * 10, language))
    whole = round(usd)
    return table["dollar"] if whole == 1 else table["dollars"].format(count=number(whole, language))


def percent(value: int, language: str) -> str:
    """Return a share rounded to tens."""
    return number(round(value / 10) * 10, language)


def shortened(task: str) -> str:
    """Return the first words of a task."""
    said = task.split()
    return " ".join(said) if len(said) <= _MOST_TASK else " ".join(said[:_MOST_TASK]) + " …"


def sentence(text: str) -> str:
    """Return *text* with a large first letter."""
    return text[:1].upper() + text[1:]

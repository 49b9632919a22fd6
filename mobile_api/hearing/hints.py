"""Words that a recogniser should expect: the person's own names, as they are spoken."""

from dataclasses import dataclass, field

from mobile_api.speech.frame import Context
from mobile_api.speech.spelling import name_parts
from mobile_api.speech.text import words

MOST = 100
_LONGEST = 50
_OWN = ("Cadence", "agent", "pause", "resume", "stop", "repository", "branch")
_SMALL = frozenset(["the", "a", "an", "to", "of", "in", "on", "for", "and", "with", "fix", "add"])
_ASK = {
    "en": "A voice command to a coding assistant about",
    "de": "Ein Sprachbefehl an einen Programmierassistenten, es geht um",
    "es": "Una orden de voz a un asistente de programación sobre",
    "fr": "Une commande vocale à un assistant de programmation, à propos de",
}


@dataclass(frozen=True, slots=True)
class Hints:
    """*terms* for services that take lists, *languages* that may be spoken, and the names."""

    terms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    context: Context = field(default_factory=Context)

    def sentence(self) -> str:
        """Return the terms as a sentence in the person's language, for services that take text."""
        ask = _ASK.get(self.languages[0] if self.languages else "en", _ASK["en"])
        return f"{ask} {', '.join(self.terms[:30])}."


def hints_for(context: Context, languages: tuple[str, ...]) -> Hints:
    """Return hints from what the person has, agents at work first."""
    alive = [a for a in context.agents if a.status in {"running", "queued", "waiting", "paused"}]
    terms: list[str] = []
    for agent in alive[:20]:
        terms += [word for word in words(agent.title) if word not in _SMALL and len(word) > 3]
    for repo in context.repos[:60]:
        name = repo.rpartition("/")[2]
        terms += [name, " ".join(name_parts(name))]
    terms += [agent.branch for agent in alive[:10] if agent.branch]
    kept = dict.fromkeys(t for t in (*_OWN, *terms) if 1 < len(t) <= _LONGEST)
    return Hints(tuple(kept)[:MOST], languages, context)

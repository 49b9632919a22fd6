"""What a person's words can point at: his agents, asked by the grammar while it reads."""

from mobile_api.speech import agents
from mobile_api.speech.frame import Context, Reference


class Known:
    """The agents of a context."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._fits: dict[Reference, frozenset[str]] = {}

    def __call__(self, reference: Reference) -> bool:
        """Return whether *reference* points at an agent at all."""
        return agents.grounded(reference, self._context)

    def surely(self, reference: Reference) -> bool:
        """Return whether each word of *reference* is one that speaks of an agent that is there."""
        if reference.parts:
            return all(self.surely(part) for part in reference.parts)
        if reference.excluding is not None and not self.surely(reference.excluding):
            return False
        return not reference.topic or bool(self.fits(reference))

    def fits(self, reference: Reference) -> frozenset[str]:
        """Return the ids of the agents that all words of *reference* fit, whatever they do now."""
        if reference not in self._fits:
            self._fits[reference] = agents.fitting(reference, self._context)
        return self._fits[reference]

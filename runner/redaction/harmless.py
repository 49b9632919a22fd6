"""Short texts in which there is no secret: names of fields, and words that come again and again."""

from collections.abc import Callable

_MOST = 4_000
_LONGEST = 64


class Harmless:
    """Remembers texts by their names; to be replaced when another secret becomes known."""

    def __init__(self) -> None:
        self._seen: set[tuple[str | None, str]] = set()

    def passed(self, name: str | None, text: str, redacted: Callable[[str], str]) -> str:
        """Return what *redacted* makes of *text*, the value of *name*; from memory if nothing."""
        if (name, text) in self._seen:
            return text
        clean = redacted(text)
        if clean == text and len(name or "") + len(text) <= _LONGEST:
            if len(self._seen) >= _MOST:
                self._seen.clear()
            self._seen.add((name, text))
        return clean

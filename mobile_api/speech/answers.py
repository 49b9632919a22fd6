"""What a person says to a question of ours: yes, no, "the second one"."""

from mobile_api.speech.numbers import number_of
from mobile_api.speech.phrases import PHRASES
from mobile_api.speech.text import clean, plain


def yes_or_no(transcript: str) -> bool | None:
    """Return True for a yes and False for a no, in any of our languages; None for all else."""
    said = _bare(transcript)
    for table in PHRASES.values():
        if said in {plain(word) for word in table.yes}:
            return True
        if said in {plain(word) for word in table.no}:
            return False
    return None


def chosen(transcript: str, count: int) -> int | None:
    """Return which of *count* things is chosen by its place in the list, from 0."""
    said = [word for word in _bare(transcript).split() if word not in _AROUND]
    if len(said) != 1:
        return None
    if said[0] in {"last", "letzte", "ultimo", "dernier"}:
        return count - 1
    for table in PHRASES.values():
        ordinals = [plain(word) for word in table.ordinals]
        if said[0] in ordinals:
            place = ordinals.index(said[0])
            return place if place < count else None
    return None


def spoken_number(transcript: str) -> int | None:
    """Return the number that "agent two" or "number two" or "two" says."""
    said = [word for word in _bare(transcript).split() if word not in _AROUND]
    return number_of(said[0]) if len(said) == 1 else None


_AROUND = frozenset(
    ["the", "one", "agent", "number", "please", "der", "die", "das", "el", "la", "le"]
)


def _bare(transcript: str) -> str:
    return " ".join(plain(clean(transcript)).replace(",", " ").replace(".", " ").split()).strip(
        " !?"
    )

"""Whether what a model says was truly said: its words must occur in the transcript."""

from mobile_api.speech.repos import same_word
from mobile_api.speech.spelling import canonical
from mobile_api.speech.text import words

_SHARE = 0.6
_SMALL = frozenset(["a", "an", "the", "to", "of", "and", "in", "on", "for", "it", "my", "our"])


def is_grounded(transcript: str, *phrases: str, task: str = "") -> bool:
    """Whether each of *phrases*, and most words of *task*, stand in *transcript*."""
    heard = set(words(transcript)) | set(canonical(" ".join(words(transcript))))
    if not all(_found(word, heard) for phrase in phrases for word in words(phrase)):
        return False
    content = [word for word in words(task) if word not in _SMALL]
    found = sum(_found(word, heard) for word in content)
    return not content or found >= _SHARE * len(content)


def _found(word: str, heard: set[str]) -> bool:
    return word in heard or any(same_word(word, other) for other in heard)

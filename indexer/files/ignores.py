"""What ``.gitignore`` files leave out, as git reads them.

A directory that is ignored is never entered, so nothing below it can be taken back in; that is
git's rule, too.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.files.wildmatch import PathPattern

NAME = ".gitignore"
_MAX_FILE = 1024 * 1024
_MAX_RULES = 5_000


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: PathPattern
    takes_back: bool


class Ignores:
    """The rules for one directory: its own, and those of all above it."""

    def __init__(self) -> None:
        self._groups: tuple[tuple[int, tuple[_Rule, ...]], ...] = ()

    def below(self, directory: str, content: bytes) -> "Ignores":
        """Return these rules and, before them, those of *content*, a file in *directory*.

        *directory* is relative to the root, which is empty.
        """
        rules = tuple(_rules(content))[: -_MAX_RULES - 1 : -1]
        if not rules:
            return self
        more = Ignores()
        length = len(os.fsencode(directory)) + 1 if directory else 0
        more._groups = ((length, rules), *self._groups)
        return more

    def leave_out(self, path: str, *, is_directory: bool) -> bool:
        """Whether *path* is ignored: the nearest file's last rule that speaks of it decides."""
        if not self._groups:
            return False
        whole = os.fsencode(path)
        name = whole[whole.rfind(b"/") + 1 :]
        for length, rules in self._groups:
            relative = whole[length:]
            for rule in rules:
                if rule.pattern.matches(relative, name, is_directory=is_directory):
                    return not rule.takes_back
        return False


def _rules(content: bytes) -> Iterator[_Rule]:
    for raw in content[:_MAX_FILE].removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = _without_trailing_spaces(raw.removesuffix(b"\r"))
        if line.startswith(b"#"):
            continue
        takes_back = line.startswith(b"!")
        pattern = PathPattern.of(line.removeprefix(b"!"))
        if pattern is not None:
            yield _Rule(pattern, takes_back)


def _without_trailing_spaces(line: bytes) -> bytes:
    stripped = line.rstrip(b" ")
    backslashes = len(stripped) - len(stripped.rstrip(b"\\"))
    # A space after an odd number of backslashes is meant.
    return stripped + b" " if backslashes % 2 and len(stripped) < len(line) else stripped

"""What ``.gitattributes`` files say of the paths of a repository, as git reads them.

Only what decides whether a file is read for the index, and as what, is kept: ``diff``, what
linguist looks at, and macros, such as ``binary``, that set them.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from indexer.files.left_out import NO_MARKS, Marks
from indexer.files.wildmatch import PathPattern
from indexer.languages import language_called

NAME = ".gitattributes"
# Git reads no longer lines (attr.h), and no more of a file than we do of any.
_MAX_LINE = 2_048
_MAX_FILE = 1024 * 1024
# For one path, all files above it together: each rule costs time for each path.
_MAX_RULES = 1_000
_MACRO = b"[attr]"
_KEPT = (
    b"diff",
    b"linguist-generated",
    b"linguist-vendored",
    b"linguist-language",
    b"linguist-documentation",
    b"linguist-detectable",
)
_BLANK = b" \t\r\n"
_ESCAPED = re.compile(rb"\\([abfnrtv\"\\]|[0-3][0-7]{2})")
_ESCAPES = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
    b'"': b'"',
    b"\\": b"\\",
}
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_VALID_NAME = re.compile(rb"[A-Za-z0-9_.][A-Za-z0-9_.-]*")

State = bool | bytes | None
States = tuple[tuple[bytes, State], ...]
_BINARY: States = ((b"diff", False),)


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: PathPattern
    states: States


_Chain = tuple[tuple[int, tuple[_Rule, ...]], ...]


class Attributes:
    """The ``.gitattributes`` files of one tree, each added before its directory is asked about."""

    def __init__(self) -> None:
        self._macros = {b"binary": _BINARY}
        self._rules: dict[str, tuple[_Rule, ...]] = {}
        self._chains: dict[str, _Chain] = {}

    def add(self, directory: str, content: bytes) -> None:
        """Take in the file of *directory*, empty for the root, whose file comes first."""
        lines = list(_lines(content))
        for words, states in lines if not directory else ():
            if words.startswith(_MACRO) and _is_name(words[len(_MACRO) :]):
                self._macros[words[len(_MACRO) :]] = states
        self._rules[directory] = tuple(self._rules_of(lines))

    def marks(self, path: str) -> Marks:
        """Return what is said of the file at *path*; the deepest file and its last line win."""
        directory, _, name = path.rpartition("/")
        chain = self._chain(directory)
        if not chain:
            return NO_MARKS
        found: dict[bytes, State] = {}
        whole, base = os.fsencode(path), os.fsencode(name)
        for length, rules in chain:
            relative = whole[length:]
            for rule in rules:
                if rule.pattern.matches(relative, base, is_directory=False):
                    self._fill(rule.states, found)
        return _marks(found)

    def _fill(self, states: States, found: dict[bytes, State]) -> None:
        for name, state in reversed(states):
            if name not in found:
                found[name] = state
                if state is True and name in self._macros:
                    self._fill(self._macros[name], found)

    def _chain(self, directory: str) -> _Chain:
        """Return the rules for what is in *directory*, the nearest first."""
        missing = []
        while directory not in self._chains:
            missing.append(directory)
            if not directory:
                break
            directory = directory.rpartition("/")[0]
        chain = self._chains.get(directory, ())
        for below in reversed(missing):
            if here := self._rules.get(below, ()):
                length = len(os.fsencode(below)) + 1 if below else 0
                chain = _capped(((length, here), *chain))
            self._chains[below] = chain
        return chain

    def _rules_of(self, lines: Iterable[tuple[bytes, States]]) -> list[_Rule]:
        rules = []
        for words, states in lines:
            matters = tuple(
                state for state in states if state[0] in _KEPT or state[0] in self._macros
            )
            if not matters or words.startswith((_MACRO, b"!")):
                continue
            pattern = PathPattern.of(words)
            if pattern is not None:
                rules.append(_Rule(pattern, matters))
        return rules[::-1]


def _capped(chain: _Chain) -> _Chain:
    """Return the nearest rules of *chain*, as many as a repository in good faith may have."""
    left = _MAX_RULES
    kept: list[tuple[int, tuple[_Rule, ...]]] = []
    for length, rules in chain:
        if left > 0:
            kept.append((length, rules[:left]))
        left -= len(rules)
    return tuple(kept)


def _marks(found: Mapping[bytes, State]) -> Marks:
    diff, named = found.get(b"diff"), found.get(b"linguist-language")
    counts = _claim(found.get(b"linguist-detectable"))
    if counts is None and _claim(found.get(b"linguist-documentation")):
        counts = False
    return Marks(
        generated=_claim(found.get(b"linguist-generated")),
        vendored=_claim(found.get(b"linguist-vendored")),
        binary=not diff if isinstance(diff, bool) else None,
        language=(language_called(os.fsdecode(named)) or "") if isinstance(named, bytes) else "",
        counts=counts,
    )


def _claim(state: State) -> bool | None:
    return state != b"false" if isinstance(state, bytes) else state


def _lines(content: bytes) -> Iterator[tuple[bytes, States]]:
    """Yield the pattern and the states of each line that git understands."""
    for raw in content[:_MAX_FILE].removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = raw.strip(_BLANK)
        if not line or line.startswith(b"#") or len(raw) >= _MAX_LINE:
            continue
        words, rest = _first_word(line)
        states = [_state(word) for word in rest.split()]
        if states and None not in states:
            yield words, tuple(state for state in states if state is not None)


def _first_word(line: bytes) -> tuple[bytes, bytes]:
    quoted = _QUOTED.match(line)
    if quoted is not None and not _ESCAPED.sub(b"", quoted[1]).count(b"\\"):
        return _ESCAPED.sub(_unescaped, quoted[1]), line[quoted.end() :]
    word, _, rest = line.replace(b"\t", b" ").partition(b" ")
    return word, rest


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return _ESCAPES[code] if code in _ESCAPES else bytes([int(code, 8)])


def _state(word: bytes) -> tuple[bytes, State] | None:
    """Return the attribute that *word* names and its state; None when git takes no such name."""
    name, equals, value = word.partition(b"=")
    state: State = value if equals else True
    if name[:1] in {b"-", b"!"}:
        state = False if name[:1] == b"-" else None
        name = name[1:]
    return (name, state) if _is_name(name) else None


def _is_name(name: bytes) -> bool:
    return _VALID_NAME.fullmatch(name) is not None and not name.startswith(b"builtin_")

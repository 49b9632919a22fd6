"""Git's patterns for paths, as it matches them: bytes, ``*`` within a name, ``**`` across them.

They come from strangers' repositories, so no pattern may take exponential time: the first match of
what follows a star is always as good as any later one, and atomic groups keep to it.
"""

import re
from dataclasses import dataclass

_CLASSES = {
    b"alnum": b"0-9A-Za-z",
    b"alpha": b"A-Za-z",
    b"blank": b" \\t",
    b"cntrl": b"\\x00-\\x1f\\x7f",
    b"digit": b"0-9",
    b"graph": b"\\x21-\\x7e",
    b"lower": b"a-z",
    b"print": b"\\x20-\\x7e",
    b"punct": b"\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e",
    b"space": b" \\t\\n\\r\\x0b\\x0c",
    b"upper": b"A-Z",
    b"xdigit": b"0-9A-Fa-f",
}
_NEVER = rb"(?!)"
_ACROSS = {b"**/": b"(?:[^/]*/)*", b"**/+": b"(?:[^/]*/)+", b"**": b"(?s:.*)"}
_SPECIAL = re.compile(rb"[*?\[\\]")


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A line of ``.gitignore`` or ``.gitattributes``, without its ``!`` and its attributes."""

    regex: re.Pattern[bytes]
    by_name: bool
    directories_only: bool

    @classmethod
    def of(cls, line: bytes) -> "PathPattern | None":
        """Return what *line* means, or None when it can match nothing."""
        pattern = line.removesuffix(b"/")
        by_name = b"/" not in pattern
        try:
            regex = re.compile(expression(pattern.removeprefix(b"/")))
        except (re.error, RecursionError, OverflowError):
            return None
        return cls(regex, by_name, pattern != line) if pattern else None

    def matches(self, relative: bytes, name: bytes, *, is_directory: bool) -> bool:
        """Whether the path *relative* to the file of the line, that ends with *name*, is meant."""
        if self.directories_only and not is_directory:
            return False
        return self.regex.fullmatch(name if self.by_name else relative) is not None


def expression(pattern: bytes) -> bytes:
    """Return the regular expression, for a whole path or name, that means git's *pattern*."""
    literal = _SPECIAL.search(pattern)
    if literal is None:
        return re.escape(pattern)
    # Git compares what stands before the first special character by itself, and only then looks
    # whether a ``**`` begins what is left: ``a**/b`` is ``a`` and ``**/b`` there.
    plain = pattern[: literal.start()]
    tokens = _tokens(pattern[literal.start() :])
    return _NEVER if tokens is None else re.escape(plain) + _joined(tokens)


def _tokens(pattern: bytes) -> list[bytes] | None:
    """Return the pieces of *pattern*, stars as b"*" and b"**"; None when it can match nothing."""
    tokens: list[bytes] = []
    at = 0
    while at < len(pattern):
        byte = pattern[at : at + 1]
        if byte == b"*":
            at, token = _star(pattern, at)
        elif byte == b"[":
            at, token = _bracket(pattern, at)
        elif byte == b"\\":
            at, token = at + 2, re.escape(pattern[at + 1 : at + 2]) or _NEVER
        else:
            at, token = at + 1, b"[^/]" if byte == b"?" else re.escape(byte)
        if token == _NEVER:
            return None
        tokens.append(token)
    return tokens


def _star(pattern: bytes, at: int) -> tuple[int, bytes]:
    end = at
    while pattern[end : end + 1] == b"*":
        end += 1
    starts = at == 0 or pattern[at - 1 : at] == b"/"
    if end - at < 2 or not starts:
        return end, b"*"
    if end == len(pattern):
        return end, b"**"
    if pattern[end : end + 1] == b"/":
        return end + 1, b"**/"
    if pattern[end : end + 2] == b"\\/":
        return end + 2, b"**/+"
    return end, b"*"


def _bracket(pattern: bytes, start: int) -> tuple[int, bytes]:
    """Return where the class that opens at *start* ends, and what it means."""
    at = start + 1
    negated = pattern[at : at + 1] in {b"!", b"^"}
    at += negated
    first = at
    members: list[bytes] = []
    while pattern[at : at + 1] != b"]" or at == first:
        at, member = _member(pattern, at)
        if member == _NEVER:
            return at, _NEVER
        members.append(member)
    inside = b"".join(members)
    if negated:
        return at + 1, b"(?:(?!/)[^" + inside + b"])" if inside else b"[^/]"
    return at + 1, b"(?:(?!/)[" + inside + b"])" if inside else _NEVER


def _member(pattern: bytes, at: int) -> tuple[int, bytes]:
    if pattern.startswith(b"[:", at) and (end := pattern.find(b"]", at + 2)) > 0:
        # "[:" without ":]" before the next "]" is an ordinary bracket.
        if pattern[end - 1 : end] == b":" and end - 1 >= at + 2:
            return end + 1, _CLASSES.get(pattern[at + 2 : end - 1], _NEVER)
        return at + 1, b"\\["
    at, low = _byte(pattern, at)
    if low is None:
        return at, _NEVER
    if pattern[at : at + 1] != b"-" or pattern[at + 1 : at + 2] in {b"]", b""}:
        return at, b"\\x%02x" % low
    at, high = _byte(pattern, at + 1)
    if high is None:
        return at, _NEVER
    # Git has compared the first byte by the time that it sees the range.
    return at, b"\\x%02x-\\x%02x" % (low, max(low, high))


def _byte(pattern: bytes, at: int) -> tuple[int, int | None]:
    if pattern[at : at + 1] == b"\\":
        at += 1
    return at + 1, pattern[at] if at < len(pattern) else None


def _joined(tokens: list[bytes]) -> bytes:
    """Return one expression; each run between two ``**/`` matches as early as it can."""
    parts: list[bytes] = []
    across = b""
    run: list[bytes] = []
    for token in tokens:
        if token in _ACROSS:
            parts.append(_run(across, run, last=False))
            across, run = _ACROSS[token], []
        else:
            run.append(token)
    return b"".join([*parts, _run(across, run, last=True)])


def _run(across: bytes, tokens: list[bytes], *, last: bool) -> bytes:
    stars = [at for at, token in enumerate(tokens) if token == b"*"]
    pieces = [b"".join(tokens[: stars[0]] if stars else tokens)]
    for at, end in zip(stars, [*stars, len(tokens)][1:], strict=False):
        fixed = b"".join(tokens[at + 1 : end])
        # The last star of all may have to reach further, up to the end.
        pieces.append(b"[^/]*" + fixed if end == len(tokens) else b"(?>[^/]*?" + fixed + b")")
    whole = b"".join(pieces)
    if not across:
        return whole
    return across + whole if last else b"(?>" + across + b"?" + whole + b")"

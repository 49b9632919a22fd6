"""What somebody asks for: an issue, a sentence or a word, taken apart."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.ranking.terms import WORD, split, terms_of

_LIMIT = 60_000  # characters; what comes later in a text says little that is new
_TITLE_LIMIT = 400
_TITLE = 20  # characters; what is shorter says too little by itself
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_URL = re.compile(r"https?://\S+")
_FENCE = re.compile(r"^[ \t]*(```|~~~)[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.S | re.M)
_SPAN = re.compile(r"`([^`\n]{1,200})`")
_CHECKBOX = re.compile(r"^[ \t]*[-*][ \t]*\[[ xX]\].*$", re.M)
# Headings and fields of issue templates: the same in every issue, so they find nothing.
_HEADING = re.compile(
    r"^[ \t]*(?:#+[ \t]*|\*\*)?[^\w\n]{0,3}(?:"
    r"describe the bug|to reproduce|steps to reproduce|"
    r"reproduction(?: steps)?|how to reproduce(?: the problem)?|expected (?:behaviou?r|results?)|"
    r"actual (?:behaviou?r|results?)|additional (?:context|info(?:rmation)?)|"
    r"environment(?: info)?|"
    r"screenshots?|your project|versions?|system info(?:rmation)?|what happened|problem|summary|"
    r"description|error logs?|prerequisites|checklist|validations|operating system|"
    r"minimal(?: reproducible)? (?:code|example)|(?:bug|regression) report|motivation|example|"
    r"logs|config|references)[ \t]*:?[ \t]*(?:\*\*|#+)?[ \t]*:?[ \t]*$",
    re.I | re.M,
)
_FIELD = re.compile(
    r"^[ \t]*[-*]?[ \t]*\**"
    r"(?:OS|Platform|Browser|Extra tools|Operating System|(?:[A-Za-z.]+ )?version)"
    r"\**[ \t]*:.*$",
    re.I | re.M,
)
# Names are looked for in words of bounded length only: no text can make a pattern slow.
_LONG_WORD = re.compile(r"[\w@.\-/\\:#]{3,300}")
_PATH = re.compile(r"(?:[\w@.\-]+[/\\])*[\w@\-.]*[\w@\-]\.[A-Za-z][A-Za-z0-9]{0,5}\b")
_JOINTS = frozenset(".:#/\\")
_DOTTED = re.compile(r"[^\W\d]\w*(?:(?:\.|::|#|/|\\)[^\W\d]\w*)+")
_SCOPE = re.compile(r"\s*\[?\w*\s*\(([^)]{2,60})\)!?:|\s*\[?([\w./ -]{2,40}?)\]?:\s")
_KINDS = frozenset({"fix", "feat", "perf", "chore", "refactor", "bug", "docs", "test", "style"})
_MAX_NAMES = 400
_MAX_WORD = 80
_SPACES = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A text to look for; weights are positive, names are as written.

    *spelled* has for each term a word of the text that it came from.
    """

    title: dict[str, float]
    terms: dict[str, float]
    title_sequence: list[str]
    prose_sequence: list[str]
    code_sequence: list[str]
    spelled: dict[str, str]
    identifiers: tuple[str, ...]
    title_identifiers: frozenset[str]
    paths: tuple[str, ...]
    dotted: tuple[str, ...]
    scope: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to look for: no words, or only the commonest ones."""
        return not (self.terms or self.identifiers or self.paths)


def gist(text: str) -> str:
    """Return what is embedded of *text*: its title, which says more than what follows it."""
    title, _, rest = _COMMENT.sub(" ", text[:_LIMIT]).strip().partition("\n")
    title = title.rstrip()
    return title[:_TITLE_LIMIT] if len(title) >= _TITLE else f"{title}\n{rest}"[:_TITLE_LIMIT]


def parse(text: str) -> Query:
    """Take *text* apart: its first line is the title; quoted code and code blocks are known."""
    # GitHub's forms end lines with CR and LF; runs of spaces would make the patterns slow.
    text = _SPACES.sub(" ", _shortened(text).replace("\r\n", "\n"))
    text = _COMMENT.sub(" ", text.strip())
    bare = _URL.sub(" ", text)
    title, _, body = bare.partition("\n")
    if len(title) > _TITLE_LIMIT:
        title, body = title[:_TITLE_LIMIT], title[_TITLE_LIMIT:] + "\n" + body
    code = "\n".join(match.group(2) for match in _FENCE.finditer(body))
    prose = _FENCE.sub("\n", body)
    spans = " ".join(_SPAN.findall(title + "\n" + prose))
    for boilerplate in (_FIELD, _HEADING, _CHECKBOX):
        prose = boilerplate.sub("", prose)
    words = dict.fromkeys(WORD.findall(bare))
    in_title, in_prose, in_code = terms_of(title), terms_of(prose), terms_of(code)
    weights: Counter[str] = Counter()
    for found, weight in ((in_title, 2.0), (in_prose, 1.0), (in_code, 0.5), (terms_of(spans), 1.0)):
        for term in found:
            weights[term] += weight  # type: ignore[assignment]  # a Counter of halves
    return Query(
        title={term: times**0.5 for term, times in Counter(in_title).items()},
        terms={term: weight**0.5 for term, weight in weights.items()},
        title_sequence=in_title,
        prose_sequence=in_prose,
        code_sequence=in_code,
        spelled=_spelled(words),
        identifiers=tuple(word for word in words if len(word) > 3),
        title_identifiers=frozenset(WORD.findall(title)),
        paths=_names(_PATH, text),
        dotted=_names(_DOTTED, bare),
        scope=_scope(title),
    )


def _spelled(words: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        low = word[:_MAX_WORD].lower()
        for term in split(word[:_MAX_WORD]):
            found.setdefault(
                term, low if low.startswith(term) and len(low) < len(term) + 4 else term
            )
    return found


def _shortened(text: str) -> str:
    if len(text) <= _LIMIT:
        return text
    return text[: _LIMIT // 2] + "\n" + text[-_LIMIT // 2 :]


def _names(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    found = dict.fromkeys(
        match.replace("\\", "/")
        for word in _LONG_WORD.findall(text)
        if not _JOINTS.isdisjoint(word)  # most words are just words
        for match in pattern.findall(word)
    )
    return tuple(found)[:_MAX_NAMES]


def _scope(title: str) -> tuple[str, ...]:
    """Return what a title says before its colon: ``fix(parser):`` and ``autodoc:``."""
    match = _SCOPE.match(title)
    if match is None:
        return ()
    said = re.split(r"[,/ ]+", match.group(1) or match.group(2) or "")
    return tuple(part for part in said if len(part) > 1 and part.lower() not in _KINDS)

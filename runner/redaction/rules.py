"""Rules that know a secret by its looks: own ones for what matters most, then gitleaks' data.

Every rule has keywords; only lines that hold one are searched, so that ordinary text costs a few
substring searches. All patterns are bounded, and stay within one line.
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from runner.redaction.grams import Keywords

_GITLEAKS = Path(__file__).with_name("rules") / "gitleaks.toml"

# Not used: what own rules do better (generic, keys, JWTs, headers, Terraform passwords), what
# spans many lines (Kubernetes), has no pattern (PKCS #12), and keys that are public by design.
_UNUSED_IDS = """
generic-api-key private-key jwt curl-auth-header curl-auth-user hashicorp-tf-password
kubernetes-secret-yaml pkcs12-file flutterwave-public-key mailgun-pub-key lob-pub-api-key
sourcegraph-access-token github-app-token github-fine-grained-pat github-oauth github-pat
github-refresh-token anthropic-api-key anthropic-admin-api-key slack-webhook-url
flyio-access-token vault-service-token aws-access-token stripe-access-token
"""
_UNUSED = frozenset(_UNUSED_IDS.split())
_NAMED = r"(?i)[\w.-]{0,50}?"
_NAMED_NESTED = r"[\w.-]{0,50}?(?i:[\w.-]{0,50}?"
_TERMINATOR = "(?:[\\x60'\"\\s;]|\\\\[nr]|$)"
_WIDE_LINE = 2048
_BEFORE = 128
_AFTER = 2048


@dataclass(frozen=True)
class Rule:
    """A pattern and when to try it; group 1, where there is one, is the secret."""

    name: str
    pattern: str
    keywords: tuple[str, ...]  # in lower case
    min_entropy: float = 0.0
    needs_digit: bool = False
    accept: Callable[[re.Match[str], str], bool] | None = None

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern)

    def spans(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the secrets between *start* and *end*, which lie on one line."""
        for found in self.regex.finditer(text, start, end):
            group = _secret_group(found)
            if self._is_secret(found, found[group]):
                yield found.span(group)

    def _is_secret(self, found: re.Match[str], value: str) -> bool:
        if not value or "[redacted" in value or is_filler(value):
            return False
        if self.needs_digit and not any(char.isdigit() for char in value):
            return False
        if self.min_entropy and entropy(value) < self.min_entropy:
            return False
        return self.accept is None or self.accept(found, value)


def _secret_group(found: re.Match[str]) -> int:
    """Return the group that holds the value: the named ones know their place, else the first."""
    places = found.re.groupindex
    if "quoted" in places:
        return places["quoted"] if found["quoted"] is not None else places["bare"]
    return next((index for index, value in enumerate(found.groups(), 1) if value), 0)


def entropy(value: str) -> float:
    """Return the Shannon entropy of *value* in bits per character."""
    size = len(value)
    counts = (value.count(char) / size for char in set(value))
    return -sum(share * math.log2(share) for share in counts)


_FILLER = re.compile(
    r"(?i)(?:x{6,}|\*{3,}|\.{3}|0{10,}|1234567890abcdef|abcdefghijklmnop|your[_-]|[_-]here\b|"
    r"example|placeholder|changeme|replace[_-]?me)"
)


def is_filler(value: str) -> bool:
    """Return whether *value* only shows where a secret would stand."""
    return len(set(value)) < 4 or _FILLER.search(value) is not None


def _scoped_flags(pattern: str) -> str:
    """Return Go's *pattern* with its mid-pattern flags scoped, as Python wants them."""
    pattern = pattern.replace("[[:alnum:]]", "[A-Za-z0-9]").replace(r"\z", r"\Z")
    flag = re.compile(r"\(\?([is])\)")
    while True:
        found = next((one for one in flag.finditer(pattern) if one.start() > 0), None)
        if found is None:
            return pattern
        end = _group_end(pattern, found.end())
        inner = pattern[found.end() : end]
        pattern = f"{pattern[: found.start()]}(?{found[1]}:{inner}){pattern[end:]}"


def _group_end(pattern: str, start: int) -> int:
    """Return where the group around *start* ends: its closing bracket, or the pattern's end."""
    depth, index, in_class = 0, start, False
    while index < len(pattern):
        char = pattern[index]
        if char == "\\":
            index += 1
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char == "(":
            depth += 1
        elif char == ")":
            if depth == 0:
                return index
            depth -= 1
        index += 1
    return index


def _from_gitleaks(row: dict[str, object]) -> Rule:
    pattern = str(row["regex"])
    is_named = pattern.startswith((_NAMED, _NAMED_NESTED))
    # The words before the name do not matter to us, and cost much.
    if pattern.startswith(_NAMED_NESTED):
        pattern = "(?i:" + pattern.removeprefix(_NAMED_NESTED)
    elif pattern.startswith(_NAMED):
        pattern = "(?i)" + pattern.removeprefix(_NAMED)
    pattern = pattern.replace(_TERMINATOR, r"(?![\w-])")
    keywords = row.get("keywords")
    floor = row.get("entropy")
    return Rule(
        name=str(row["id"]),
        pattern=_scoped_flags(pattern),
        keywords=tuple(keywords) if isinstance(keywords, list) else (),
        min_entropy=float(floor) if isinstance(floor, int | float) else 0.0,
        needs_digit=is_named,
    )


@cache
def gitleaks_rules() -> tuple[Rule, ...]:
    """Return the rules made from gitleaks' data."""
    with _GITLEAKS.open("rb") as file:
        rows = tomllib.load(file)["rules"]
    return tuple(_from_gitleaks(row) for row in rows if row["id"] not in _UNUSED)


class RuleSet:
    """Rules by keyword."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_keyword: dict[str, list[Rule]] = {}
        names = []
        for rule in rules:
            names.append(rule.name)
            for keyword in rule.keywords:
                self._by_keyword.setdefault(keyword, []).append(rule)
        self.names = frozenset(names)
        self._keywords = Keywords(self._by_keyword)

    def may_find_in(self, lowered: str) -> bool:
        """Return whether a rule is to be tried on *lowered*; without, there is nothing."""
        return self._keywords.is_any_in(lowered)

    def spans(self, text: str, lowered: str) -> Iterator[tuple[str, int, int]]:
        """Yield rule name, start and end of what the rules find in *text*."""
        tried: set[tuple[str, int]] = set()
        for keyword in self._keywords.found_in(lowered):
            for start, end in _places(lowered, keyword):
                for rule in self._by_keyword[keyword]:
                    if (rule.pattern, start) in tried:
                        continue
                    tried.add((rule.pattern, start))
                    for span in rule.spans(text, start, end):
                        yield (rule.name, *span)


def _places(lowered: str, keyword: str) -> Iterator[tuple[int, int]]:
    """Yield the lines, or the parts of very long lines, that hold *keyword*."""
    at = lowered.find(keyword)
    while at >= 0:
        start = lowered.rfind("\n", 0, at) + 1
        end = lowered.find("\n", at)
        end = len(lowered) if end < 0 else end
        if end - start > _WIDE_LINE:
            start, end = _neighbourhood(lowered, keyword, at, start, end)
        yield start, end
        at = lowered.find(keyword, max(end, at + 1))


def _neighbourhood(lowered: str, keyword: str, at: int, start: int, end: int) -> tuple[int, int]:
    """Return the part of the line from *start* to *end* that the keyword at *at* can reach."""
    last = at
    while True:
        following = lowered.find(keyword, last + 1, min(end, last + _AFTER))
        if following < 0:
            return max(start, at - _BEFORE), min(end, last + _AFTER)
        last = following

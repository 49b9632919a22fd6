"""The files to look at first in a repository that one does not know."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from indexer.files.kinds import Kind, kind_of
from indexer.languages import language_of

_MOST = 20
_LANDMARKS = tuple(
    (re.compile(pattern, re.I), reason, score)
    for pattern, reason, score in (
        (r"readme(\.\w+)?", "what it is", 1.0),
        (r"(contributing|agents|claude)(\.\w+)?", "how to work on it", 0.8),
        (r"(src/)?(\w+/)?__main__\.py|manage\.py", "where it starts", 0.9),
        (
            r"(src/|app/|cmd/[\w-]+/)?main\.(py|go|rs|c|cc|cpp|java|kt|ts|js|swift|dart)",
            "where it starts",
            0.9,
        ),
        (r"src/lib\.rs|(src/|lib/)?index\.(ts|js|tsx|mjs)", "where it starts", 0.85),
        (
            r"(src/)?app\.(py|ts|js|tsx|rb)|(src/)?server\.(ts|js|py|go)|config\.ru",
            "where it starts",
            0.8,
        ),
        (r"(config/routes\.rb|routes/(web|api)\.php|(\w+/)?urls\.py)", "what it answers to", 0.7),
        (
            r"\.github/workflows/(ci|test|tests|build|main)\.ya?ml|\.gitlab-ci\.yml",
            "how it is checked",
            0.5,
        ),
        (r"(makefile|justfile|tox\.ini|noxfile\.py|rakefile)", "how it is built and tested", 0.5),
        (r"(dockerfile|compose\.ya?ml|docker-compose\.ya?ml)", "how it is deployed", 0.4),
        (r"(docs/)?(architecture|design)(\.\w+)?", "how it is made", 0.7),
    )
)


@dataclass(frozen=True, slots=True)
class RelevantFile:
    """A file to look at; *score* is 0..1."""

    path: str
    reason: str
    priority: Literal["high", "medium", "low"]
    score: float


def landmarks(
    paths: Collection[str], manifests: Collection[str], entries: Collection[str]
) -> tuple[RelevantFile, ...]:
    """Return at most twenty files of *paths*: where it starts, what it says, how it is built."""
    found: dict[str, tuple[float, str]] = {}
    for path in paths:
        for pattern, reason, score in _LANDMARKS:
            if pattern.fullmatch(path):
                found[path] = max(found.get(path, (0.0, "")), (score, reason))
    for path in manifests:
        score = 0.75 if "/" not in path else 0.35
        if path in paths and not _is_lock(path):
            found[path] = max(found.get(path, (0.0, "")), (score, "what it needs"))
    for path in {*entries, *(f"src/{one}" for one in entries)}:
        if path in paths and kind_of(path, language_of(path, b"")) is Kind.CODE:
            found[path] = max(found.get(path, (0.0, "")), (0.95, "a manifest names it as a start"))
    best = sorted(found.items(), key=lambda one: (-one[1][0], one[0].count("/"), one[0]))[:_MOST]
    return tuple(
        RelevantFile(path, reason, _priority(score), score) for path, (score, reason) in best
    )


def _is_lock(path: str) -> bool:
    return path.endswith((".lock", "-lock.json", "-lock.yaml", "go.sum"))


def _priority(score: float) -> Literal["high", "medium", "low"]:
    if score >= 0.75:
        return "high"
    return "medium" if score >= 0.5 else "low"

"""Questions with known answers, made from a repository's own history.

A commit that says what was wrong and changed a few source files is a question: its message asks,
the files answer. It is asked of an older snapshot, which never holds the fix.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import InvalidRequest
from indexer.files.kinds import Kind, kind_of
from indexer.languages import is_code, language_of

_FIELDS = "%x1e%H%x1f%s%x1f%b%x1f"
_FIX = re.compile(
    r"\b(fix|bug|crash|error|wrong|incorrect|fail|broken|regression|issue|exception|panic|leak)",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"^(?:[A-Z][\w-]+-by:|change-id:|see |close[sd]?\b.*#\d+|fix(?:es|ed)? #\d+\.?$|updates #).*$",
    re.IGNORECASE | re.MULTILINE,
)
_PREFIX = re.compile(r"^(?:fix|feat|perf|chore|refactor)(?:\([^)]*\))?!?:\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\(#\d+\)$")
_SHORTEST = 80  # characters of a message's body
_MOST_FILES = 4
_COMMITS = 6_000
_APART = 400  # commits between two snapshots
_WITHIN = 150  # commits that a snapshot may be older than a question


@dataclass(frozen=True, slots=True)
class Question:
    """A message, the snapshot that it is asked of, and the files that were changed."""

    commit: str
    snapshot: str
    title: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Commit:
    """What a log says of a commit; *changes* are (status, path)."""

    id: str
    subject: str
    body: str
    changes: tuple[tuple[str, str], ...]


def questions(repo: Path, *, most: int) -> list[Question]:
    """Return up to *most* questions from the history of *repo*, spread over a few snapshots.

    Raise `InvalidRequest` when there is no history to ask about.
    """
    commits = list(log(repo))
    found: list[Question] = []
    starts = range(min(_WITHIN, max(len(commits) // 2, 1)), len(commits), _APART)
    for at in starts:
        paths = _paths(repo, commits[at].id)
        for commit in commits[max(at - _WITHIN, 0) : at]:
            question = asked(commit, commits[at].id)
            if question is not None and all(path in paths for path in question.answers):
                found.append(question)
        if len(found) >= most:
            break
    if not found:
        raise InvalidRequest("no commits in this history say what they fix in a few source files")
    return found[:most]


def asked(commit: Commit, snapshot: str) -> Question | None:
    """Return the question that *commit* is, if it is one."""
    body = re.sub(r"\n{3,}", "\n\n", _TRAILER.sub("", commit.body)).strip()
    title = _PREFIX.sub("", _NUMBER.sub("", commit.subject))
    sources = [(status, path) for status, path in commit.changes if is_source(path)]
    answers = tuple(path for status, path in sources if status == "M")
    is_good = (
        len(body) >= _SHORTEST
        and 1 <= len(answers) <= _MOST_FILES
        and len(answers) == len(sources)
        and _FIX.search(commit.subject + " " + body) is not None
    )
    return Question(commit.id, snapshot, title, f"{title}\n{body}", answers) if is_good else None


def is_source(path: str) -> bool:
    """Whether *path* is code, and neither a test nor documentation."""
    language = language_of(path, b"")
    return is_code(language) and kind_of(path, language) is Kind.CODE


def log(repo: Path) -> Iterator[Commit]:
    """Yield the commits of *repo*, newest first, without merges."""
    said = _git(
        repo,
        *("log", "--no-merges", "-n", str(_COMMITS), f"--format={_FIELDS}"),
        *("--name-status", "--no-renames", "HEAD"),
    )
    for record in said.split("\x1e")[1:]:
        commit, subject, body, changes = record.split("\x1f", 3)
        rows = (line.split("\t", 1) for line in changes.strip().split("\n") if "\t" in line)
        yield Commit(commit, subject, body, tuple((row[0], row[1]) for row in rows))


def _paths(repo: Path, commit: str) -> frozenset[str]:
    return frozenset(_git(repo, "ls-tree", "-r", "--name-only", commit).split("\n"))


def _git(repo: Path, *words: str) -> str:
    safe = (
        "-c",
        "core.quotePath=false",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "log.showSignature=false",
    )
    done = subprocess.run(
        ["git", *safe, "--no-pager", *words],
        cwd=repo,
        capture_output=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise InvalidRequest(f"{repo} is no git repository with a history")
    return done.stdout.decode("utf-8", "replace")


def git_directory(repo: Path) -> Path:
    """Return where git keeps the objects of *repo*."""
    return Path(repo, _git(repo, "rev-parse", "--git-dir").strip()).resolve()


def spread(found: Sequence[Question]) -> dict[str, list[Question]]:
    """Return *found* by snapshot."""
    groups: dict[str, list[Question]] = {}
    for question in found:
        groups.setdefault(question.snapshot, []).append(question)
    return groups

"""What Cadence does not publish: pure rules over paths, modes, sizes and commit messages.

Each raises `ForbiddenContent` with one sentence that names the file; secrets are never shown.
"""

import posixpath
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import ForbiddenContent
from bot.texts import prose

MAX_COMMITS = 100
MAX_FILES = 3_000
MAX_FILE_BYTES = 10_000_000
MAX_TOTAL_BYTES = 50_000_000

_SYMLINK, _GITLINK, _GONE = "120000", "160000", "000000"
_MODES = frozenset({"100644", "100755", _SYMLINK, _GONE})
_WORKFLOWS = (".github/workflows/", ".github/actions/")
_OWNERS = frozenset({"codeowners", ".github/codeowners", "docs/codeowners", ".gitlab/codeowners"})
# What a file system without case, HFS+ or NTFS takes for ".git"; git's own fsck knows most.
_DOT_GIT = re.compile(r"(?:\.git|git~[0-9]+)[. ]*(?::.*)?")
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CO_AUTHOR = re.compile(r"(?im)^\s*co-authored-by\s*:[^<\n]*<?([^>\n]*)>?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file in one commit, as git's raw diff names it; *old* and *new* are blob ids."""

    path: str
    old_mode: str
    new_mode: str
    old: str
    new: str

    @property
    def is_gone(self) -> bool:
        """Whether the commit removes the file."""
        return self.new_mode == _GONE

    @property
    def is_symlink(self) -> bool:
        """Whether the file is a symbolic link now."""
        return self.new_mode == _SYMLINK


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit of the work."""

    sha: str
    parents: tuple[str, ...]
    author_email: str
    committer_email: str
    message: str


def check_change(change: Change, *, allow_workflows: bool) -> None:
    """Refuse a path or a kind of file that is not published."""
    named = prose.code(change.path)
    _check_name(change.path, named)
    if change.new_mode == _GITLINK or change.path.casefold() == ".gitmodules":
        raise ForbiddenContent(f"the work adds or changes a submodule ({named})")
    if change.new_mode not in _MODES:
        raise ForbiddenContent(f"{named} is not an ordinary file")
    if allow_workflows:
        return
    folded = change.path.casefold()
    if folded.startswith(_WORKFLOWS):
        raise ForbiddenContent(
            f"the work changes the workflow file {named}, which the repository does not allow"
        )
    if folded in _OWNERS:
        raise ForbiddenContent(f"the work changes who owns the code ({named})")


def check_symlink(path: str, target: str) -> None:
    """Refuse a link that leads out of the repository or into git's own files."""
    named = prose.code(path)
    if target.startswith("/") or "\\" in target or ":" in target:
        raise ForbiddenContent(f"the symbolic link {named} is absolute")
    end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if end == ".." or end.startswith("../"):
        raise ForbiddenContent(f"the symbolic link {named} leads out of the repository")
    if any(_is_dot_git(part) for part in end.split("/")):
        raise ForbiddenContent(f"the symbolic link {named} leads into git's own files")


def check_commit(commit: Commit, *, parent: str, bot_email: str, co_authors: Sequence[str]) -> None:
    """Refuse a commit that is not one of ours, in a line, by our bot."""
    short = commit.sha[:10]
    if commit.parents != (parent,):
        raise ForbiddenContent(f"commit {short} is a merge or does not follow the one before it")
    if {commit.author_email.lower(), commit.committer_email.lower()} != {bot_email.lower()}:
        raise ForbiddenContent(f"commit {short} claims to be by somebody else")
    named = {address.strip().lower() for address in _CO_AUTHOR.findall(commit.message)}
    if named - {address.lower() for address in co_authors}:
        raise ForbiddenContent(f"commit {short} names a co-author who had no part in it")


def check_sizes(sizes: Sequence[tuple[str, int]]) -> None:
    """Refuse files, given as path and bytes, that are too large alone or together."""
    for path, size in sizes:
        if size > MAX_FILE_BYTES:
            raise ForbiddenContent(
                f"{prose.code(path)} has {_megabytes(size)}; "
                f"more than {_megabytes(MAX_FILE_BYTES)} is not published"
            )
    total = sum(size for _, size in sizes)
    if total > MAX_TOTAL_BYTES:
        raise ForbiddenContent(
            f"the changed files have {_megabytes(total)} together; "
            f"more than {_megabytes(MAX_TOTAL_BYTES)} is not published"
        )


def _check_name(path: str, named: str) -> None:
    if any(unicodedata.category(c) in {"Cc", "Cs"} or c in _BIDI for c in path):
        raise ForbiddenContent(f"the file name {named} holds characters that cannot be seen")
    parts = path.split("/")
    if any(part in {"", ".", ".."} or "\\" in part for part in parts):
        raise ForbiddenContent(f"{named} is not a path inside the repository")
    if any(_is_dot_git(part) for part in parts):
        raise ForbiddenContent(f"{named} reaches into git's own files")


def _is_dot_git(part: str) -> bool:
    # HFS+ ignores format characters: ".g\u200cit" is ".git" there.
    seen = "".join(c for c in part if unicodedata.category(c) != "Cf")
    return _DOT_GIT.fullmatch(seen.casefold()) is not None


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"

"""Which files are not read for the index, and why: judged by path, by size, then by content.

Rules in the manner of github-linguist, but more careful: a file is left out when it is surely not
written by the project's people. ``.gitattributes`` has the last word, both ways.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from indexer.files.generated import is_generated, is_minified
from indexer.files.left_out_names import (
    BINARY_EXTENSIONS,
    COPIED_FILES,
    GENERATED_DIRECTORIES,
    GENERATED_NAME,
    LOCK_FILES,
    MINIFIED_NAME,
    NEVER_ENTERED,
    OWN_CODE,
    PORTED_LIBRARY,
    VENDORED_AT_ROOT,
    VENDORED_DIRECTORIES,
)

SIZE_LIMIT = 1024 * 1024


class Reason(StrEnum):
    """Why a file is left out."""

    GENERATED = "generated"
    VENDORED = "vendored"
    BINARY = "binary"
    MINIFIED = "minified"
    TOO_LARGE = "too large"
    LFS_POINTER = "LFS pointer"
    SUBMODULE = "submodule"
    SYMLINK = "symlink"
    SPECIAL = "not a file"
    IGNORED = "ignored"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    BEYOND_LIMIT = "beyond the limit"


@dataclass(frozen=True, slots=True)
class Marks:
    """What ``.gitattributes`` says of a file; None, or no language, where it says nothing.

    *counts* is whether its language is one of the repository's: it is not when the file is
    documentation, or linguist is not to detect it.
    """

    generated: bool | None = None
    vendored: bool | None = None
    binary: bool | None = None
    language: str = ""
    counts: bool | None = None


NO_MARKS = Marks()

_LFS = re.compile(rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\r?\n")
_BOMS = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 8_000
_BAD_SHARE = 0.10
_WORST_SHARE = 0.30
_LFS_SIZE = 1_024
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\r\f\b\x1b\v"))


def why_left_out_by_path(
    path: str, size: int | None, *, marks: Marks = NO_MARKS, size_limit: int = SIZE_LIMIT
) -> Reason | None:
    """Return why the file at *path* need not be read, or None when its content has to be seen.

    *size* is in bytes, None when unknown. *marks* overrule what the path looks like.
    """
    if marked := _marked(marks):
        return marked
    names = path.lower().split("/")
    name = names[-1]
    if marks.vendored is None and _is_vendored(path, names):
        return Reason.VENDORED
    if marks.generated is None and _is_generated_by_name(names):
        return Reason.GENERATED
    if marks.binary is None and name.rpartition(".")[2] in BINARY_EXTENSIONS and "." in name:
        return Reason.BINARY
    if marks.generated is None and MINIFIED_NAME.search(name):
        return Reason.MINIFIED
    return Reason.TOO_LARGE if size is not None and size > size_limit else None


def why_left_out_by_content(
    path: str, data: bytes, *, marks: Marks = NO_MARKS, size_limit: int = SIZE_LIMIT
) -> Reason | None:
    """Return why the file at *path* that holds *data* is left out, or None to take it."""
    if marked := _marked(marks):
        return marked
    if len(data) > size_limit:
        return Reason.TOO_LARGE
    if len(data) < _LFS_SIZE and _LFS.match(data):
        return Reason.LFS_POINTER
    if marks.binary is None and is_binary(data):
        return Reason.BINARY
    if marks.generated is not None:
        return None
    if is_generated(path, data):
        return Reason.GENERATED
    return Reason.MINIFIED if is_minified(path, data) else None


def why_directory_left_out(name: str) -> Reason | None:
    """Return why there is no need to look into a directory called *name*, or None."""
    lower = name.lower()
    if lower in NEVER_ENTERED:
        return Reason.VENDORED
    return Reason.GENERATED if lower in GENERATED_DIRECTORIES else None


def is_binary(data: bytes) -> bool:
    """Whether *data* is no text: a NUL byte early, or too many bytes that are no UTF-8.

    Text in an old 8-bit encoding is text: its odd bytes are few, or letters among letters.
    """
    head = data[:_HEAD]
    if head[:2] in _BOMS:
        return False
    if b"\0" in head:
        return True
    if head.isascii():
        return len(head.translate(None, _CONTROLS)) < len(head) * (1 - _BAD_SHARE)
    text = head.decode("utf-8", "replace")
    # A character that the end of the head cuts in two is no bad byte.
    bad = text.count("\ufffd") - text.endswith("\ufffd")
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > len(head) * _BAD_SHARE or bad > len(head) * _WORST_SHARE


def _marked(marks: Marks) -> Reason | None:
    if marks.vendored:
        return Reason.VENDORED
    if marks.generated:
        return Reason.GENERATED
    return Reason.BINARY if marks.binary else None


def _is_vendored(path: str, names: list[str]) -> bool:
    directories = names[:-1]
    if names[-1] in COPIED_FILES or PORTED_LIBRARY.match(names[-1]):
        return True
    if not directories:
        return False
    # ``deps/lua/lua.c`` is somebody else's; ``deps/deps.go`` is a package that is called so.
    if (
        directories[0] in VENDORED_AT_ROOT and len(directories) > 1
    ) or not NEVER_ENTERED.isdisjoint(directories):
        return True
    for at, directory in enumerate(directories):
        if directory in VENDORED_DIRECTORIES and OWN_CODE.isdisjoint(directories[:at]):
            # ``Vendor`` in the middle is a namespace; the directory of a tool is lower case.
            return at == 0 or path.split("/")[at].islower()
    return "gradle" in directories and "wrapper" in directories


def _is_generated_by_name(names: list[str]) -> bool:
    return (
        names[-1] in LOCK_FILES
        or GENERATED_NAME.search(names[-1]) is not None
        or not GENERATED_DIRECTORIES.isdisjoint(names[:-1])
    )

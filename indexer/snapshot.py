"""The files of a repository at one commit, straight from git's objects: no work tree."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.errors import InvalidRequest, NotFound
from indexer.files.attributes import NAME as ATTRIBUTES
from indexer.files.attributes import Attributes
from indexer.files.git_objects import ObjectStore, is_object_id
from indexer.files.left_out import (
    NO_MARKS,
    SIZE_LIMIT,
    Marks,
    Reason,
    why_left_out_by_content,
    why_left_out_by_path,
)

FILE = "100644"
EXECUTABLE = "100755"
SYMLINK = "120000"
SUBMODULE = "160000"
DIRECTORY = "040000"
_FILES = frozenset({FILE, EXECUTABLE, "100664"})
_BY_MODE = {SYMLINK: Reason.SYMLINK, SUBMODULE: Reason.SUBMODULE}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a source, or something in its place that is not read.

    *oid* is git's id of the content, empty as long as nobody has read the file of a plain folder.
    *size* is in bytes, None when unknown. *stamp* changes when a file of a folder does; it is
    (0, 0) where *oid* says that better. *known* is why the source itself leaves it out: it stands
    for everything below it, too, when the mode is that of a directory.
    """

    path: str
    oid: str
    size: int | None
    mode: str
    stamp: tuple[int, int] = (0, 0)
    marks: Marks = NO_MARKS
    known: Reason | None = None

    def left_out(self, *, size_limit: int = SIZE_LIMIT) -> Reason | None:
        """Return why it need not be read, or None when `read` should be asked for it."""
        if self.known is not None:
            return self.known
        if self.mode not in _FILES:
            return _BY_MODE.get(self.mode, Reason.SPECIAL)
        return why_left_out_by_path(self.path, self.size, marks=self.marks, size_limit=size_limit)

    def content_left_out(
        self, data: bytes | None, *, size_limit: int = SIZE_LIMIT
    ) -> Reason | None:
        """Return why *data*, what `read` gave for it, is not taken, or None to take it."""
        if data is None and self.size is not None and self.size > size_limit:
            return Reason.TOO_LARGE
        if data is None:
            return Reason.UNREADABLE if self.stamp != (0, 0) else Reason.MISSING
        return why_left_out_by_content(self.path, data, marks=self.marks, size_limit=size_limit)


class Source(Protocol):
    """Where files come from: a commit, or a folder."""

    @property
    def commit(self) -> str:
        """The commit's id; empty for a plain folder."""
        ...

    def entries(self) -> Iterator[Entry]:
        """Yield everything there is, in an order that is the same every time."""
        ...

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """Yield each of *entries*, in order, with its content; its *oid* is right from here on.

        None stands for what cannot be read or has more bytes than the source's limit. Hand in all
        that are wanted at once, lazily if they are many: each call has its price.
        """
        ...


class GitSnapshot:
    """The tree of *commit*, a full id, in the repository *git_dir*: bare, shallow or partial.

    Blobs of more than *size_limit* bytes are never read. What a partial clone lacks is read as
    None; nothing is ever fetched. Raise `NotFound` when the commit is not there,
    `RepositoryUnusable` when there is no repository, `Unavailable` when git fails.
    """

    def __init__(self, git_dir: Path, commit: str, *, size_limit: int = SIZE_LIMIT) -> None:
        if not is_object_id(commit):
            raise InvalidRequest("a snapshot is of a commit's full id")
        self._store = ObjectStore(git_dir, sha256=len(commit) > 40)
        self._commit = commit
        self._size_limit = size_limit
        if self._store.resolve(f"{commit}^{{commit}}") is None:
            raise NotFound(f"the commit {commit[:12]} is not in the repository")

    @property
    def commit(self) -> str:
        """The commit's id."""
        return self._commit

    def entries(self) -> Iterator[Entry]:
        """Yield every file, symbolic link and submodule of the tree in git's order."""
        # What .gitattributes say of a path may stand further down than the path itself.
        listed = [_row(record) for record in self._store.records(*self._listing())]
        attributes = self._attributes(listed)
        for path, oid, size, mode in listed:
            known = Reason.MISSING if size is None and mode in _FILES else None
            yield Entry(path, oid, size, mode, marks=attributes.marks(path), known=known)

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """Yield each of *entries* with its content from one git process; see `Source`."""
        asked = ((entry.oid if self._is_wanted(entry) else None, entry) for entry in entries)
        return self._store.blobs(asked, size_limit=self._size_limit)

    def _is_wanted(self, entry: Entry) -> bool:
        return entry.mode in _FILES and (entry.size or 0) <= self._size_limit

    def _listing(self) -> tuple[str, ...]:
        return ("ls-tree", "-r", "-z", "--long", "--full-tree", self._commit)

    def _attributes(self, listed: list["_Row"]) -> Attributes:
        asked: list[tuple[str | None, str]] = [
            (oid, path.rpartition("/")[0])
            for path, oid, _, mode in listed
            if path.endswith(ATTRIBUTES)
            and path.rpartition("/")[2] == ATTRIBUTES
            and mode in _FILES
        ]
        attributes = Attributes()
        if asked:
            asked.sort(key=lambda one: one[1])  # the root's first
            for directory, data in self._store.blobs(asked, size_limit=self._size_limit):
                attributes.add(directory, data or b"")
        return attributes


_Row = tuple[str, str, int | None, str]


def _row(record: bytes) -> _Row:
    """Return path, id, size and mode of a line of ``ls-tree --long``."""
    meta, _, path = record.partition(b"\t")
    mode, _, oid, size = meta.decode("ascii").split()
    return os.fsdecode(path), oid, int(size) if size.isdigit() else None, mode

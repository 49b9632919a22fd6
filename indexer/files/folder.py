"""The files of a plain folder: what ``.gitignore`` leaves in, never through a symbolic link."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import FileIO
from pathlib import Path

from bot.errors import NotFound
from indexer.files.attributes import NAME as ATTRIBUTES
from indexer.files.ignores import NAME as IGNORES
from indexer.files.ignores import Ignores
from indexer.files.left_out import SIZE_LIMIT, Reason, why_directory_left_out
from indexer.files.work_tree import WorkTree, read_rules
from indexer.snapshot import DIRECTORY, EXECUTABLE, FILE, SUBMODULE, SYMLINK, Entry

_SPECIAL_MODE = "000000"
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
# A virtual environment, and what calls itself a cache (https://bford.info/cachedir/).
_TELLING = {"pyvenv.cfg": Reason.VENDORED, "CACHEDIR.TAG": Reason.GENERATED}


class Folder:
    """The folder *root* and what is below it, with the rules of the work tree it may be in.

    Ids of contents are computed while reading, as git would: until then they are empty. Files of
    more than *size_limit* bytes are never read. Raise `NotFound` when there is no such folder.
    """

    def __init__(self, root: Path, *, size_limit: int = SIZE_LIMIT) -> None:
        self._root = os.fspath(root.resolve())
        if not root.is_dir():
            raise NotFound(f"there is no folder {root}")
        self._size_limit = size_limit

    @property
    def commit(self) -> str:
        """Nothing: a folder has no commit."""
        return ""

    def entries(self) -> Iterator[Entry]:
        """Yield what is in the folder: of each directory first its files, then what is below."""
        tree = WorkTree.around(self._root)
        waiting = [("", tree.ignores)]
        while waiting:
            directory, ignores = waiting.pop()
            listing = self._listed(directory)
            if isinstance(listing, Entry):
                yield listing
                continue
            walk = _Walk(tree, directory, self._with_rules(tree, directory, ignores, listing))
            yield from walk.entries(listing)
            waiting.extend(reversed(walk.below))

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """Yield each of *entries* with its content, id, size and stamp; see `Source`."""
        for entry in entries:
            yield _read(self._root, entry, self._size_limit)

    def _listed(self, directory: str) -> list[os.DirEntry[str]] | Entry:
        """Return what is in *directory* in order, or an entry for all of it if nothing is taken."""
        try:
            with os.scandir(f"{self._root}/{directory}") as listing:
                found = sorted(listing, key=lambda one: one.name)
        except OSError:
            return Entry(directory, "", None, DIRECTORY, known=Reason.UNREADABLE)
        reasons = [_TELLING[one.name] for one in found if one.name in _TELLING]
        if reasons and directory:
            return Entry(directory, "", None, DIRECTORY, known=reasons[0])
        return found

    def _with_rules(
        self, tree: WorkTree, directory: str, ignores: Ignores, listing: list[os.DirEntry[str]]
    ) -> Ignores:
        names = {one.name for one in listing}
        place = tree.place(directory)
        if ATTRIBUTES in names:
            tree.attributes.add(place, read_rules(f"{self._root}/{directory}/{ATTRIBUTES}"))
        if IGNORES in names:
            return ignores.below(place, read_rules(f"{self._root}/{directory}/{IGNORES}"))
        return ignores


@dataclass(slots=True)
class _Walk:
    """One directory being listed; *below* are the directories to go on with."""

    tree: WorkTree
    directory: str
    ignores: Ignores
    below: list[tuple[str, Ignores]] = field(default_factory=list)

    def entries(self, listing: Iterable[os.DirEntry[str]]) -> Iterator[Entry]:
        for item in listing:
            if item.name == ".git":
                continue
            path = f"{self.directory}/{item.name}" if self.directory else item.name
            try:
                entry = self._entry(item, path)
            except OSError:
                entry = Entry(path, "", None, FILE, known=Reason.UNREADABLE)
            if entry is not None:
                yield entry

    def _entry(self, item: os.DirEntry[str], path: str) -> Entry | None:
        """Return the entry for *item*; None for a directory to go on with."""
        if item.is_dir(follow_symlinks=False):
            known = self._why_not_entered(item, path)
            if known is None:
                self.below.append((path, self.ignores))
                return None
            mode = SUBMODULE if known is Reason.SUBMODULE else DIRECTORY
            return Entry(path, "", None, mode, known=known)
        place = self.tree.place(path)
        known = Reason.IGNORED if self.ignores.leave_out(place, is_directory=False) else None
        if item.is_symlink():
            return Entry(path, "", None, SYMLINK, known=known)
        facts = item.stat(follow_symlinks=False)
        if not stat.S_ISREG(facts.st_mode):
            return Entry(path, "", None, _SPECIAL_MODE, known=known or Reason.SPECIAL)
        mode = EXECUTABLE if facts.st_mode & stat.S_IXUSR else FILE
        marks = self.tree.attributes.marks(place)
        return Entry(path, "", facts.st_size, mode, _stamp(facts), marks, known)

    def _why_not_entered(self, item: os.DirEntry[str], path: str) -> Reason | None:
        if self.ignores.leave_out(self.tree.place(path), is_directory=True):
            return Reason.IGNORED
        if self.tree.is_git and os.path.lexists(f"{item.path}/.git"):
            return Reason.SUBMODULE
        return why_directory_left_out(item.name)


def _stamp(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_mtime_ns, facts.st_ctime_ns


def _whole(file: FileIO, size: int, size_limit: int) -> bytes | None:
    """Return all of *file*, which may have grown or shrunk since; None if it is too much."""
    parts = []
    total = 0
    while block := file.read(max(size + 1 - total, 1)):
        parts.append(block)
        total += len(block)
        if total > size_limit:
            return None
    return b"".join(parts)


def _read(root: str, entry: Entry, size_limit: int) -> tuple[Entry, bytes | None]:
    try:
        descriptor = os.open(f"{root}/{entry.path}", _OPEN)
    except OSError:
        return entry, None
    with FileIO(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        entry = replace(entry, size=facts.st_size, stamp=_stamp(facts))
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > size_limit:
            return entry, None
        try:
            data = _whole(file, facts.st_size, size_limit)
        except OSError:
            return entry, None
    if data is None:
        return entry, None
    oid = hashlib.sha1(b"blob %d\0" % len(data), usedforsecurity=False)
    oid.update(data)
    return replace(entry, oid=oid.hexdigest(), size=len(data)), data

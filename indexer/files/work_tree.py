"""The work tree that a folder stands in: the rules from above it, and where its paths are in it."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from indexer.files.attributes import NAME as ATTRIBUTES
from indexer.files.attributes import Attributes
from indexer.files.ignores import NAME as IGNORES
from indexer.files.ignores import Ignores

_MAX_RULES_FILE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class WorkTree:
    """The rules that hold in a folder; *prefix* is where it is, below the top of the work tree."""

    prefix: str
    is_git: bool
    ignores: Ignores
    attributes: Attributes = field(default_factory=Attributes)

    @classmethod
    def around(cls, root: str) -> "WorkTree":
        """Return the work tree that *root* is in; *root* alone, if it is in none or ignored."""
        top = next((at for at in (Path(root), *Path(root).parents) if _has_git(at)), None)
        if top is None:
            return cls("", False, Ignores())
        tree = cls(_below(top, root), True, _excluded(top))
        return tree._from_above(top) or cls("", False, Ignores())

    def place(self, path: str) -> str:
        """Return where *path*, which is relative to the folder, is in the work tree."""
        return f"{self.prefix}/{path}".strip("/") if self.prefix else path

    def _from_above(self, top: Path) -> "WorkTree | None":
        """Return this with the rules of the directories above; None when they ignore the folder."""
        ignores, at = self.ignores, ""
        for name in self.prefix.split("/") if self.prefix else ():
            ignores = ignores.below(at, read_rules(f"{top}/{at}/{IGNORES}"))
            self.attributes.add(at, read_rules(f"{top}/{at}/{ATTRIBUTES}"))
            at = f"{at}/{name}".strip("/")
            if ignores.leave_out(at, is_directory=True):
                return None
        return WorkTree(self.prefix, self.is_git, ignores, self.attributes)


def read_rules(path: str) -> bytes:
    """Return what is in the file of rules at *path*; nothing when it is no readable plain file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        return os.read(descriptor, _MAX_RULES_FILE)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _has_git(directory: Path) -> bool:
    return os.path.lexists(directory / ".git")


def _below(top: Path, root: str) -> str:
    relative = Path(root).relative_to(top).as_posix()
    return "" if relative == "." else relative


def _excluded(top: Path) -> Ignores:
    """Return the rules that only this copy of the repository has."""
    git_dir = top / ".git"
    if git_dir.is_file():  # a linked work tree or a submodule
        said = os.fsdecode(read_rules(str(git_dir))).strip()
        git_dir = top / said.removeprefix("gitdir:").strip()
        common = os.fsdecode(read_rules(str(git_dir / "commondir"))).strip()
        git_dir = git_dir / common
    return Ignores().below("", read_rules(str(git_dir / "info" / "exclude")))

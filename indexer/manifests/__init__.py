"""Dependencies as manifests and lock files name them, one module an ecosystem."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """Something that a repository needs.

    *version* is what a lock file says, else the constraint as written; empty when unknown. *dev*
    is whether only work on the repository needs it.
    """

    name: str
    version: str
    ecosystem: str
    manifest: str
    dev: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one manifest says: its dependencies, the package's own name, files that it starts at."""

    dependencies: tuple[Dependency, ...] = ()
    own_name: str = ""
    entries: tuple[str, ...] = ()


class Unreadable(Exception):
    """A manifest is not what its name says; the message is a phrase."""


Reader = Callable[[str, str], Manifest]
Locks = Callable[[str], Mapping[str, str]]
NOTHING: Mapping[str, str] = MappingProxyType({})

"""Dependencies as manifests and lock files name them, one module an ecosystem."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


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


def dependency(
    name: str, version: Any, ecosystem: str, manifest: str, *, dev: bool = False
) -> Dependency:
    """Return a dependency; a *version* that is no text, or says any, counts as unknown."""
    said = version if isinstance(version, str) and version != "*" else ""
    return Dependency(name=name, version=said, ecosystem=ecosystem, manifest=manifest, dev=dev)


Reader = Callable[[str, str], Manifest]
Locks = Callable[[str], Mapping[str, str]]
NOTHING: Mapping[str, str] = MappingProxyType({})

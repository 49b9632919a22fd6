"""What a repository is made of: language, framework, dependencies, and where to begin."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from indexer.files.kinds import Kind, kind_of
from indexer.frameworks import frameworks
from indexer.landmarks import RelevantFile, landmarks
from indexer.languages import is_code
from indexer.manifests import Dependency, Manifest, Unreadable, javascript, jvm, others, python

_T = TypeVar("_T")
_MOST_DEPENDENCIES = 2_000
_MAX_TEXT = 1024 * 1024
_PAGES = frozenset({"html", "css", "scss", "less", "sass", "sql", "tex"})
Reader = Callable[[str, str], Manifest]
_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (r"pyproject\.toml", python.pyproject),
        (r"setup\.cfg", python.setup_cfg),
        (r"setup\.py", python.setup_py),
        (r"requirements[\w.-]*\.(?:txt|in)", python.requirements),
        (r"Pipfile", python.pipfile),
        (r"package\.json", javascript.package),
        (r"go\.mod", others.go_mod),
        (r"Cargo\.toml", others.cargo),
        (r"pom\.xml", jvm.pom),
        (r"build\.gradle(?:\.kts)?", jvm.gradle),
        (r"libs\.versions\.toml", jvm.catalog),
        (r"Gemfile|gems\.rb", others.gemfile),
        (r"[\w.-]+\.gemspec", others.gemspec),
        (r"composer\.json", others.composer),
        (r"[\w.-]+\.(?:cs|fs|vb)proj|Directory\.Packages\.props", others.csproj),
        (r"pubspec\.ya?ml", others.pubspec),
        (r"Package\.swift", others.package_swift),
        (r"mix\.exs", others.mix),
        (r"CMakeLists\.txt", others.cmake),
    )
)
_ANY = re.compile("|".join(pattern.pattern for pattern, _ in _READERS))
_LOCKS: Mapping[str, tuple[str, str, Callable[[str], Mapping[str, str]]]] = {
    "poetry.lock": ("pypi", "poetry", python.locked),
    "pdm.lock": ("pypi", "pdm", python.locked),
    "uv.lock": ("pypi", "uv", python.locked),
    "Pipfile.lock": ("pypi", "pipenv", python.pipfile_lock),
    "package-lock.json": ("npm", "npm", javascript.npm_lock),
    "pnpm-lock.yaml": ("npm", "pnpm", javascript.pnpm_lock),
    "yarn.lock": ("npm", "yarn", javascript.yarn_lock),
    "bun.lock": ("npm", "bun", javascript.bun_lock),
    "Cargo.lock": ("crates", "cargo", others.cargo_lock),
    "Gemfile.lock": ("rubygems", "bundler", others.gem_lock),
    "composer.lock": ("packagist", "composer", others.composer_lock),
    "pubspec.lock": ("pub", "pub", others.pub_lock),
    "Package.resolved": ("swift", "swift", others.swift_lock),
    "mix.lock": ("hex", "mix", others.mix_lock),
}
_MANAGERS = {
    "pypi": "pip",
    "npm": "npm",
    "go": "go",
    "crates": "cargo",
    "maven": "maven",
    "rubygems": "bundler",
    "packagist": "composer",
    "nuget": "dotnet",
    "pub": "pub",
    "hex": "mix",
    "swift": "swift",
    "cmake": "cmake",
    "gradle": "gradle",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebaseContext:
    """What is known of a repository without asking it anything.

    *languages* are bytes of code; *problems* are sentences about manifests that cannot be read.
    """

    framework: str
    frameworks: tuple[str, ...]
    language: str
    languages: Mapping[str, int]
    dependencies: tuple[Dependency, ...]
    package_manager: str
    relevant_files: tuple[RelevantFile, ...]
    problems: tuple[str, ...]
    analyzed_at: datetime

    def to_json(self) -> dict[str, Any]:
        """Return it as the API gives it."""
        return {
            "framework": self.framework,
            "language": self.language,
            "relevantFiles": [
                {
                    "path": _shown(one.path),
                    "reason": one.reason,
                    "priority": one.priority,
                    "score": one.score,
                }
                for one in self.relevant_files
            ],
            "dependencies": [
                {"name": one.name, "version": one.version, "dev": one.dev}
                for one in self.dependencies
            ],
            "analyzedAt": self.analyzed_at.isoformat(),
            "frameworks": list(self.frameworks),
            "languages": dict(self.languages),
            "packageManager": self.package_manager,
            "problems": list(self.problems),
        }


def is_manifest(path: str) -> bool:
    """Whether the file at *path* says what the repository needs; those of tests do not count."""
    name = path.rpartition("/")[2]
    is_known = name in _LOCKS or _reader(name) is not None
    return is_known and kind_of(path, "python") is Kind.CODE and path.count("/") <= 4


def codebase_context(
    manifests: Mapping[str, bytes],
    sizes: Mapping[str, int],
    paths: Collection[str],
    *,
    claimed: Collection[str] = (),
    now: datetime,
) -> CodebaseContext:
    """Return what *manifests*, bytes of code a language in *sizes*, and all *paths* tell.

    Languages that are *claimed* count, although they are data or pages.

    Never raises: a manifest that cannot be read is named in the problems.
    """
    problems: list[str] = []
    read = _read(manifests, problems)
    locked, manager = _locked(manifests, problems)
    dependencies = _versioned(read, locked)
    own = {one.own_name for one in read.values() if one.own_name}
    known = frameworks(dependencies, paths, own)
    languages = _languages(sizes, claimed)
    ecosystems = Counter(one.ecosystem for one in dependencies)
    main = ecosystems.most_common(1)[0][0] if ecosystems else ""
    entries = {entry for one in read.values() for entry in one.entries}
    return CodebaseContext(
        framework=known[0] if known else "",
        frameworks=known,
        language=next(iter(languages), ""),
        languages=languages,
        dependencies=dependencies,
        package_manager=manager.get(main) or _MANAGERS.get(main, ""),
        relevant_files=landmarks(set(paths), manifests.keys(), entries),
        problems=tuple(problems),
        analyzed_at=now,
    )


def _read(manifests: Mapping[str, bytes], problems: list[str]) -> dict[str, Manifest]:
    """Return what *manifests* say, those nearest to the root first."""
    read: dict[str, Manifest] = {}
    for path in sorted(manifests, key=lambda one: (one.count("/"), one)):
        reader = _reader(path.rpartition("/")[2])
        if reader is not None:
            found = _tried(path, manifests[path], partial(reader, path), problems)
            if found is not None:
                read[path] = found
    return read


def _languages(sizes: Mapping[str, int], claimed: Collection[str]) -> dict[str, int]:
    """Return the languages of *sizes* that people program in, and those *claimed*; most first."""
    code = {
        name: size
        for name, size in sizes.items()
        if name in claimed or (is_code(name) and name not in _PAGES)
    }
    return dict(sorted(code.items(), key=lambda one: (-one[1], one[0])))


def _reader(name: str) -> Reader | None:
    if _ANY.fullmatch(name) is None:  # as nearly all of them
        return None
    return next((reader for pattern, reader in _READERS if pattern.fullmatch(name)), None)


def _tried(path: str, data: bytes, read: Callable[[str], _T], problems: list[str]) -> _T | None:
    if len(data) > _MAX_TEXT:
        problems.append(f"{_shown(path)} is too large to be read")
        return None
    try:
        return read(data.decode("utf-8", "replace").removeprefix("\ufeff"))
    except Unreadable as error:
        problems.append(f"{_shown(path)} is {error}")
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        problems.append(f"{_shown(path)} is not what its name says")
    return None


def _locked(
    manifests: Mapping[str, bytes], problems: list[str]
) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """Return versions by ecosystem and name, and the package manager of each ecosystem."""
    versions: dict[tuple[str, str], str] = {}
    managers: dict[str, str] = {}
    for path in sorted(manifests, key=lambda one: (-one.count("/"), one)):
        lock = _LOCKS.get(path.rpartition("/")[2])
        if lock is None:
            continue
        ecosystem, manager, read = lock
        managers[ecosystem] = manager
        found = _tried(path, manifests[path], read, problems) or {}
        versions |= {(ecosystem, name): version for name, version in found.items()}
    return versions, managers


def _versioned(
    read: Mapping[str, Manifest], locked: Mapping[tuple[str, str], str]
) -> tuple[Dependency, ...]:
    """Return each dependency once: of the manifest nearest to the root, with its locked version."""
    found: dict[tuple[str, str], Dependency] = {}
    for manifest in read.values():
        for one in manifest.dependencies:
            key = (one.ecosystem, one.name)
            known = found.get(key)
            if known is None:
                found[key] = replace(one, version=locked.get(key, one.version))
            elif known.dev and not one.dev:
                found[key] = replace(known, dev=False)
    own = {one.own_name for one in read.values() if one.own_name}
    kept = [one for one in found.values() if one.name not in own]
    return tuple(sorted(kept, key=lambda one: (one.dev, one.name)))[:_MOST_DEPENDENCIES]


def _shown(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

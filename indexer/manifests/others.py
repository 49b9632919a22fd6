"""Go, Rust, Ruby, PHP, C#, Dart, Swift, Elixir, C and C++."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from indexer.manifests import Dependency, Manifest, Unreadable, dependency
from indexer.manifests.javascript import json_object
from indexer.manifests.python import toml

_GO = re.compile(r"^\s*(?:require\s+)?([\w.\-]+\.[\w.\-/~]+)\s+(v[^\s]+)(\s*//\s*indirect)?", re.M)
_GEM = re.compile(r"""^\s*gem\s*\(?\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?""", re.M)
_SPEC = re.compile(
    r"""add_(?:runtime_|(development_))?dependency\s*\(?\s*['"]([^'"]+)['"]"""
    r"""(?:\s*,\s*['"]([^'"]+)['"])?"""
)
_GEM_LOCK = re.compile(r"^ {4}([\w.\-]+) \(([^)]+)\)$", re.M)
_SWIFT = re.compile(
    r"""\.package\([^)]*?url:\s*"([^"]+)"(?:[^)]*?\b(?:from|exact):\s*"([^"]+)")?"""
)
# ``{:ecto, "~> 3.0", only: :test}``; other tuples have neither a version nor a place.
_MIX = re.compile(
    r"""\{\s*:(\w+)\s*,\s*(?:"([^"]+)"|(?=(?:git|github|path|in_umbrella|hex):))([^{}]*)\}"""
)
_MIX_VERSION = re.compile(r"[~><=!]*\s*\d")
_MIX_LOCK = re.compile(r"""^\s*"(\w+)":\s*\{:hex,\s*:\w+,\s*"([^"]+)\"""", re.M)
_CMAKE = re.compile(r"find_package\s*\(\s*([\w.+-]+)(?:\s+([\d.]+))?", re.I)


def go_mod(path: str, text: str) -> Manifest:
    """Read go.mod; what is only needed by others is left out."""
    own = re.search(r"^module\s+(\S+)", text, re.M)
    found = tuple(
        dependency(name, version, "go", path)
        for name, version, indirect in _GO.findall(text)
        if not indirect and not (own and name == own[1])
    )
    return Manifest(dependencies=found, own_name=own[1] if own else "")


def cargo(path: str, text: str) -> Manifest:
    """Read Cargo.toml, a workspace's too."""
    data = toml(text)
    found = list[Dependency]()
    for kind, dev in (
        ("dependencies", False),
        ("build-dependencies", True),
        ("dev-dependencies", True),
    ):
        for table in (data, data.get("workspace"), *_targets(data)):
            rows = table.get(kind) if isinstance(table, dict) else None
            for name, wanted in rows.items() if isinstance(rows, dict) else ():
                version = wanted.get("version", "") if isinstance(wanted, dict) else wanted
                found.append(dependency(name, version, "crates", path, dev=dev))
    package = data.get("package")
    own = package.get("name") if isinstance(package, dict) else ""
    return Manifest(dependencies=tuple(found), own_name=str(own or ""))


def cargo_lock(text: str) -> Mapping[str, str]:
    """Return the versions in Cargo.lock."""
    rows = toml(text).get("package") or []
    return {str(one["name"]): str(one["version"]) for one in rows if "version" in one}


def gemfile(path: str, text: str) -> Manifest:
    """Read a Gemfile."""
    found = (dependency(name, version, "rubygems", path) for name, version in _GEM.findall(text))
    return Manifest(dependencies=tuple(found))


def gemspec(path: str, text: str) -> Manifest:
    """Read a gem's own specification."""
    own = re.search(r"""\.name\s*=\s*['"]([^'"]+)['"]""", text)
    found = (
        dependency(name, version, "rubygems", path, dev=bool(dev))
        for dev, name, version in _SPEC.findall(text)
    )
    return Manifest(dependencies=tuple(found), own_name=own[1] if own else "")


def gem_lock(text: str) -> Mapping[str, str]:
    """Return the versions in Gemfile.lock."""
    return dict(_GEM_LOCK.findall(text))


def composer(path: str, text: str) -> Manifest:
    """Read composer.json; PHP and its extensions are no packages."""
    data = json_object(text)
    found = []
    for kind, dev in (("require", False), ("require-dev", True)):
        rows = data.get(kind)
        for name, version in rows.items() if isinstance(rows, dict) else ():
            if "/" in name:
                found.append(dependency(name, version, "packagist", path, dev=dev))
    return Manifest(dependencies=tuple(found), own_name=str(data.get("name") or ""))


def composer_lock(text: str) -> Mapping[str, str]:
    """Return the versions in composer.lock."""
    data = json_object(text)
    rows = [*(data.get("packages") or ()), *(data.get("packages-dev") or ())]
    return {str(one["name"]): str(one.get("version", "")) for one in rows if "name" in one}


def csproj(path: str, text: str) -> Manifest:
    """Read a project of .NET, or the versions that a folder of them shares."""
    try:
        root = fromstring(text.removeprefix("\ufeff").encode())
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        raise Unreadable("no XML") from error
    names = ("PackageReference", "PackageVersion", "FrameworkReference")
    found = [
        dependency(one.get("Include", ""), one.get("Version", ""), "nuget", path)
        for one in root.iter()
        if one.tag.rpartition("}")[2] in names and one.get("Include")
    ]
    if (sdk := root.get("Sdk")) is not None:
        found.append(dependency(sdk, "", "nuget", path))
    return Manifest(dependencies=tuple(found))


def pubspec(path: str, text: str) -> Manifest:
    """Read a Dart package."""
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable("no YAML") from error
    found = []
    for kind, dev in (("dependencies", False), ("dev_dependencies", True)):
        rows = data.get(kind) if isinstance(data, dict) else None
        for name, version in rows.items() if isinstance(rows, dict) else ():
            found.append(dependency(str(name), version, "pub", path, dev=dev))
    own = data.get("name") if isinstance(data, dict) else None
    return Manifest(dependencies=tuple(found), own_name=own if isinstance(own, str) else "")


def pub_lock(text: str) -> Mapping[str, str]:
    """Return the versions in pubspec.lock."""
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable("no YAML") from error
    rows = data.get("packages") if isinstance(data, dict) else None
    return _versions(rows.items() if isinstance(rows, dict) else ())


def package_swift(path: str, text: str) -> Manifest:
    """Read the packages that a Swift package names by address."""
    rows = _SWIFT.findall(text)
    names = ((url.rstrip("/").removesuffix(".git").rpartition("/")[2], v) for url, v in rows)
    return Manifest(dependencies=tuple(dependency(name, v, "swift", path) for name, v in names))


def swift_lock(text: str) -> Mapping[str, str]:
    """Return the versions in Package.resolved, of either format."""
    data = json_object(text)
    inner = data.get("object")
    pins = inner.get("pins") if isinstance(inner, dict) else data.get("pins")
    rows = [one for one in pins if isinstance(one, dict)] if isinstance(pins, list) else []
    return _versions((one.get("identity") or one.get("package"), one.get("state")) for one in rows)


def mix(path: str, text: str) -> Manifest:
    """Read mix.exs, which is a program: what its list of dependencies looks like."""
    own = re.search(r"\bapp:\s*:(\w+)", text)
    found = tuple(
        dependency(name, version, "hex", path, dev=re.search(r"\bonly:", more) is not None)
        for name, version, more in _MIX.findall(text)
        if not version or _MIX_VERSION.match(version)
    )
    return Manifest(dependencies=found, own_name=own[1] if own else "")


def mix_lock(text: str) -> Mapping[str, str]:
    """Return the versions in mix.lock."""
    return dict(_MIX_LOCK.findall(text))


def cmake(path: str, text: str) -> Manifest:
    """Read what a CMake project looks for."""
    found = (dependency(name, version, "cmake", path) for name, version in _CMAKE.findall(text))
    return Manifest(dependencies=tuple(found))


def _versions(rows: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Return name and version of *rows* that have both."""
    found = ((name, one.get("version")) for name, one in rows if isinstance(one, dict))
    return {str(name): version for name, version in found if name and isinstance(version, str)}


def _targets(data: Mapping[str, Any]) -> Iterator[Any]:
    targets = data.get("target")
    yield from targets.values() if isinstance(targets, dict) else ()

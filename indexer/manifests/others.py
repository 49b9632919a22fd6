"""Go, Rust, Java and Kotlin, Ruby, PHP, C#, Dart, Swift, C and C++."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from indexer.manifests import Dependency, Manifest, Unreadable
from indexer.manifests.javascript import json_object
from indexer.manifests.python import toml

_GO = re.compile(r"^\s*(?:require\s+)?([\w.\-]+\.[\w.\-/~]+)\s+(v[^\s]+)(\s*//\s*indirect)?", re.M)
_GEM = re.compile(r"""^\s*gem\s*\(?\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?""", re.M)
_SPEC = re.compile(
    r"""add_(?:runtime_|(development_))?dependency\s*\(?\s*['"]([^'"]+)['"]"""
    r"""(?:\s*,\s*['"]([^'"]+)['"])?"""
)
_GEM_LOCK = re.compile(r"^ {4}([\w.\-]+) \(([^)]+)\)$", re.M)
_GRADLE = re.compile(
    r"""\b(implementation|api|compileOnly|runtimeOnly|kapt|testImplementation|testRuntimeOnly"""
    r"""|androidTestImplementation|compile|testCompile)\b\s*\(?\s*(?:platform\s*\()?\s*"""
    r"""['"]([\w.\-]+:[\w.\-]+)(?::([^'"]+))?['"]"""
)
_PLUGIN = re.compile(r"""\bid\s*\(?\s*['"]([\w.\-]+)['"]\)?(?:\s*version\s*['"]([^'"]+)['"])?""")
_SWIFT = re.compile(r"""\.package\([^)]*?url:\s*"([^"]+)"[^)]*?(?:from:\s*"([^"]+)")?\)""")
_CMAKE = re.compile(r"find_package\s*\(\s*([\w.+-]+)(?:\s+([\d.]+))?", re.I)


def go_mod(path: str, text: str) -> Manifest:
    """Read go.mod; what is only needed by others is left out."""
    own = re.search(r"^module\s+(\S+)", text, re.M)
    found = tuple(
        _one(name, version, "go", path)
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
                found.append(_one(name, version, "crates", path, dev=dev))
    package = data.get("package")
    own = package.get("name") if isinstance(package, dict) else ""
    return Manifest(dependencies=tuple(found), own_name=str(own or ""))


def cargo_lock(text: str) -> Mapping[str, str]:
    """Return the versions in Cargo.lock."""
    rows = toml(text).get("package") or []
    return {str(one["name"]): str(one["version"]) for one in rows if "version" in one}


def pom(path: str, text: str) -> Manifest:
    """Read a Maven project; its own properties are put in."""
    try:
        root = fromstring(text.encode())
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        raise Unreadable("no XML") from error
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""

    def said(node: Any, name: str) -> str:
        return (node.findtext(f"{space}{name}") or "").strip()

    properties = {
        one.tag.removeprefix(space): (one.text or "").strip()
        for one in root.find(f"{space}properties") or ()
    }

    def filled(value: str) -> str:
        return re.sub(r"\$\{([^}]+)\}", lambda m: properties.get(m[1], m[0]), value)

    found = [
        _one(
            f"{said(one, 'groupId')}:{said(one, 'artifactId')}",
            filled(said(one, "version")),
            "maven",
            path,
            dev=said(one, "scope") == "test",
        )
        for one in root.iter(f"{space}dependency")
    ]
    parent = root.find(f"{space}parent")
    if parent is not None:
        name = f"{said(parent, 'groupId')}:{said(parent, 'artifactId')}"
        found.append(_one(name, filled(said(parent, "version")), "maven", path))
    return Manifest(dependencies=tuple(found), own_name=said(root, "artifactId"))


def gradle(path: str, text: str) -> Manifest:
    """Read the plain notations of a Gradle build file; it is a program and is not run."""
    found = [
        _one(name, version, "maven", path, dev="test" in kind.lower())
        for kind, name, version in _GRADLE.findall(text)
    ]
    found += [_one(name, version, "gradle", path) for name, version in _PLUGIN.findall(text)]
    return Manifest(dependencies=tuple(found))


def gemfile(path: str, text: str) -> Manifest:
    """Read a Gemfile."""
    found = (_one(name, version, "rubygems", path) for name, version in _GEM.findall(text))
    return Manifest(dependencies=tuple(found))


def gemspec(path: str, text: str) -> Manifest:
    """Read a gem's own specification."""
    own = re.search(r"""\.name\s*=\s*['"]([^'"]+)['"]""", text)
    found = (
        _one(name, version, "rubygems", path, dev=bool(dev))
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
                found.append(_one(name, version, "packagist", path, dev=dev))
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
        _one(one.get("Include", ""), one.get("Version", ""), "nuget", path)
        for one in root.iter()
        if one.tag.rpartition("}")[2] in names and one.get("Include")
    ]
    if (sdk := root.get("Sdk")) is not None:
        found.append(_one(sdk, "", "nuget", path))
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
            found.append(_one(str(name), version, "pub", path, dev=dev))
    return Manifest(dependencies=tuple(found))


def package_swift(path: str, text: str) -> Manifest:
    """Read the packages that a Swift package names by address."""
    rows = _SWIFT.findall(text)
    names = ((url.rstrip("/").removesuffix(".git").rpartition("/")[2], v) for url, v in rows)
    return Manifest(dependencies=tuple(_one(name, v, "swift", path) for name, v in names))


def cmake(path: str, text: str) -> Manifest:
    """Read what a CMake project looks for."""
    found = (_one(name, version, "cmake", path) for name, version in _CMAKE.findall(text))
    return Manifest(dependencies=tuple(found))


def _one(name: str, version: Any, ecosystem: str, path: str, *, dev: bool = False) -> Dependency:
    said = version if isinstance(version, str) and version != "*" else ""
    return Dependency(name=name, version=said, ecosystem=ecosystem, manifest=path, dev=dev)


def _targets(data: Mapping[str, Any]) -> Iterator[Any]:
    targets = data.get("target")
    yield from targets.values() if isinstance(targets, dict) else ()

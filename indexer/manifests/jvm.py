"""Java and Kotlin: Maven projects, Gradle build files and version catalogs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from indexer.manifests import Dependency, Manifest, Unreadable, dependency
from indexer.manifests.python import toml

_GRADLE = re.compile(
    r"""\b(implementation|api|compileOnly|runtimeOnly|kapt|testImplementation|testRuntimeOnly"""
    r"""|androidTestImplementation|compile|testCompile)\b\s*\(?\s*(?:platform\s*\()?\s*"""
    r"""['"]([\w.\-]+:[\w.\-]+)(?::([^'"]+))?['"]"""
)
_PLUGIN = re.compile(r"""\bid\s*\(?\s*['"]([\w.\-]+)['"]\)?(?:\s*version\s*['"]([^'"]+)['"])?""")


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
        dependency(
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
        found.append(dependency(name, filled(said(parent, "version")), "maven", path))
    return Manifest(dependencies=tuple(found), own_name=said(root, "artifactId"))


def gradle(path: str, text: str) -> Manifest:
    """Read the plain notations of a Gradle build file; it is a program and is not run."""
    found = [
        dependency(name, version, "maven", path, dev="test" in kind.lower())
        for kind, name, version in _GRADLE.findall(text)
    ]
    found += [dependency(name, version, "gradle", path) for name, version in _PLUGIN.findall(text)]
    return Manifest(dependencies=tuple(found))


def catalog(path: str, text: str) -> Manifest:
    """Read a version catalog of Gradle: libraries and plugins, with the versions they refer to."""
    data = toml(text)
    versions = data.get("versions")
    known = versions if isinstance(versions, dict) else {}
    return Manifest(dependencies=tuple(_catalogued(path, data, known)))


def _catalogued(
    path: str, data: Mapping[str, Any], versions: Mapping[str, Any]
) -> Iterator[Dependency]:
    for table, ecosystem in (("libraries", "maven"), ("plugins", "gradle")):
        rows = data.get(table)
        for row in rows.values() if isinstance(rows, dict) else ():
            if isinstance(row, str):  # "group:name:version", "plugin:version"
                name, _, version = row.rpartition(":")
                yield dependency(name or row, version if name else "", ecosystem, path)
            elif isinstance(row, dict):
                name = row.get("module") or row.get("id") or f"{row.get('group')}:{row.get('name')}"
                yield dependency(
                    str(name), _referred(row.get("version"), versions), ecosystem, path
                )


def _referred(version: Any, versions: Mapping[str, Any]) -> Any:
    """Return the version that a catalog's entry names, or refers to."""
    return versions.get(str(version.get("ref"))) if isinstance(version, dict) else version

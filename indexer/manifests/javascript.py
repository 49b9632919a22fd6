"""JavaScript: package.json and the locks of npm, pnpm, yarn and bun."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import yaml

from indexer.manifests import Dependency, Manifest, Unreadable

_KINDS = (
    ("dependencies", False),
    ("peerDependencies", False),
    ("optionalDependencies", False),
    ("devDependencies", True),
)
_YARN = re.compile(r'^"?(@?[^@"\s]+)@[^\n]*:\n  version:? "?([^"\n]+)"?', re.M)
_BUN = re.compile(r'^\s+"(@?[^"@/]+(?:/[^"@/]+)?)": \["(?:@?[^"@]+)@([^"]+)"', re.M)
_PNPM = re.compile(r"/?(@?[^@()]+)@([^@()]+)")


def package(path: str, text: str) -> Manifest:
    """Read package.json."""
    data = json_object(text)
    found: dict[str, Dependency] = {}
    for kind, dev in _KINDS:
        wanted = data.get(kind)
        for name, version in wanted.items() if isinstance(wanted, dict) else ():
            if isinstance(version, str):
                found.setdefault(
                    name,
                    Dependency(name=name, version=version, ecosystem="npm", manifest=path, dev=dev),
                )
    own = data.get("name")
    return Manifest(
        dependencies=tuple(found.values()),
        own_name=own if isinstance(own, str) else "",
        entries=tuple(_entries(data)),
    )


def npm_lock(text: str) -> Mapping[str, str]:
    """Return the versions in package-lock.json, of direct dependencies and others."""
    data = json_object(text)
    found = {}
    for where in ("dependencies", "packages"):
        rows = data.get(where)
        for name, one in rows.items() if isinstance(rows, dict) else ():
            short = name.rpartition("node_modules/")[2]
            is_top = name.count("node_modules/") <= 1
            if isinstance(one, dict) and isinstance(one.get("version"), str) and is_top and short:
                found[short] = one["version"]
    return found


def pnpm_lock(text: str) -> Mapping[str, str]:
    """Return the versions in pnpm-lock.yaml."""
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable("no YAML") from error
    packages = data.get("packages") if isinstance(data, dict) else None
    matches = (_PNPM.match(str(name)) for name in packages or ())
    return {match[1]: match[2] for match in matches if match}


def bun_lock(text: str) -> Mapping[str, str]:
    """Return the versions in bun.lock, which is JSON with commas too many."""
    return dict(_BUN.findall(text))


def yarn_lock(text: str) -> Mapping[str, str]:
    """Return the versions in yarn.lock, of either format."""
    return {match[1]: match[2].strip() for match in _YARN.finditer(text)}


def json_object(text: str) -> dict[str, Any]:
    """Return a JSON file as an object."""
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable("no JSON") from error
    if not isinstance(data, dict):
        raise Unreadable("no JSON object")
    return data


def _entries(data: Mapping[str, Any]) -> Iterator[str]:
    named = data.get("bin")
    values = named.values() if isinstance(named, dict) else [named]
    for value in (data.get("main"), data.get("module"), *values):
        if isinstance(value, str):
            yield value.removeprefix("./")

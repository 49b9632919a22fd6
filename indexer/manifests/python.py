"""Python: pyproject.toml, setup.py and setup.cfg, requirements files, Pipfile, locks."""

import ast
import configparser
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from indexer.manifests import Dependency, Manifest, Unreadable
from indexer.manifests.javascript import json_object

_DEV = ("dev", "test", "lint", "doc", "typing")


def pyproject(path: str, text: str) -> Manifest:
    """Read PEP 621, PEP 735 and poetry tables."""
    data = toml(text)
    project, poetry = _table(data, "project"), _table(data, "tool", "poetry")
    found = list(_required(path, _texts(project.get("dependencies"))))
    for name, lines in _table(project, "optional-dependencies").items():
        found += _required(path, _texts(lines), dev=_is_dev(name))
    for name, lines in _table(data, "dependency-groups").items():
        found += _required(path, _texts(lines), dev=_is_dev(name))
    found += _poetry(path, _table(poetry, "dependencies"), dev=False)
    found += _poetry(path, _table(poetry, "dev-dependencies"), dev=True)
    for name, group in _table(poetry, "group").items():
        found += _poetry(path, _table(group, "dependencies"), dev=_is_dev(name))
    own = project.get("name") or poetry.get("name") or ""
    scripts = {**_table(project, "scripts"), **_table(poetry, "scripts")}
    entries = tuple(
        value.partition(":")[0].replace(".", "/") + ".py"
        for value in scripts.values()
        if isinstance(value, str)
    )
    return Manifest(dependencies=tuple(found), own_name=str(own), entries=entries)


def pipfile_lock(text: str) -> Mapping[str, str]:
    """Return the versions in Pipfile.lock."""
    found = {}
    for table in ("develop", "default"):
        for name, one in _table(json_object(text), table).items():
            if isinstance(one, dict) and isinstance(one.get("version"), str):
                found[str(canonicalize_name(name))] = one["version"].removeprefix("==")
    return found


def setup_cfg(path: str, text: str) -> Manifest:
    """Read what setuptools reads."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise Unreadable("no configuration file") from error
    lines = parser.get("options", "install_requires", fallback="").splitlines()
    own = parser.get("metadata", "name", fallback="")
    return Manifest(dependencies=tuple(_required(path, lines)), own_name=own)


def setup_py(path: str, text: str) -> Manifest:
    """Read literal arguments of ``setup(...)``; nothing is ever executed."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unreadable("no Python") from error
    nodes = list(ast.walk(tree))
    calls = (node for node in nodes if isinstance(node, ast.Call))
    named = {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: list[Dependency] = []
    own = ""
    for call in calls:
        for argument in call.keywords:
            value = argument.value
            if argument.arg == "install_requires":
                found += _required(path, _literals(value, named))
            elif argument.arg == "name" and isinstance(value, ast.Constant):
                own = str(value.value)
    return Manifest(dependencies=tuple(found), own_name=own)


def requirements(path: str, text: str) -> Manifest:
    """Read a requirements file; options and addresses are passed over."""
    lines = (line.split(" #")[0].strip().rstrip("\\") for line in text.splitlines())
    wanted = [line.split(" --")[0] for line in lines if line and line[0] not in "#-"]
    return Manifest(dependencies=tuple(_required(path, wanted, dev=_is_dev(path))))


def pipfile(path: str, text: str) -> Manifest:
    """Read a Pipfile."""
    data = toml(text)
    found = [
        *_poetry(path, _table(data, "packages"), dev=False),
        *_poetry(path, _table(data, "dev-packages"), dev=True),
    ]
    return Manifest(dependencies=tuple(found))


def locked(text: str) -> Mapping[str, str]:
    """Return the versions in poetry.lock, uv.lock or pylock.toml."""
    packages = toml(text).get("package") or toml(text).get("packages") or []
    return {
        canonicalize_name(str(one["name"])): str(one["version"])
        for one in packages
        if isinstance(one, dict) and "name" in one and "version" in one
    }


def toml(text: str) -> dict[str, Any]:
    """Return a TOML file as a table."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable("no TOML") from error


def _required(path: str, lines: Iterable[str], *, dev: bool = False) -> Iterator[Dependency]:
    for line in lines:
        try:
            one = Requirement(line.strip())
        except InvalidRequirement:
            continue
        name = canonicalize_name(one.name)
        yield Dependency(
            name=name, version=str(one.specifier), ecosystem="pypi", manifest=path, dev=dev
        )


def _poetry(path: str, table: Mapping[str, Any], *, dev: bool) -> Iterator[Dependency]:
    for name, wanted in table.items():
        if name.lower() == "python":
            continue
        version = wanted.get("version", "") if isinstance(wanted, dict) else wanted
        said = version if isinstance(version, str) and version != "*" else ""
        yield Dependency(
            name=canonicalize_name(name), version=said, ecosystem="pypi", manifest=path, dev=dev
        )


def _literals(node: ast.expr, named: Mapping[str, ast.expr]) -> Iterator[str]:
    """Yield the texts in *node*, and in the variables that it names."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value
        elif isinstance(one, ast.Name) and one.id in named:
            yield from _literals(named[one.id], {})


def _table(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    found: Any = data
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _texts(lines: Any) -> list[str]:
    return [one for one in lines if isinstance(one, str)] if isinstance(lines, list) else []


def _is_dev(name: str) -> bool:
    return any(word in name.lower() for word in _DEV)

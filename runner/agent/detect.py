"""Guess a repository's own set-up and test commands from the files in its root; pure functions."""

import json
import re
import shlex
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# The files whose text `detect` and `detect_setup` look at.
WANTED = (
    "pyproject.toml",
    "pytest.ini",
    "tox.ini",
    "setup.cfg",
    "setup.py",
    "package.json",
    "Makefile",
    "GNUmakefile",
    "Gemfile",
    "composer.json",
)
_REQUIREMENTS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-test.txt",
    "requirements_dev.txt",
    "test-requirements.txt",
    "dev-requirements.txt",
)
_EXTRAS = ("test", "tests", "testing", "dev")
_NPM_DEFAULT = "no test specified"
_MAKE_TEST = re.compile(r"^test\s*:(?!=)", re.MULTILINE)
_EXTRA_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """A test command and where it was found, as the pull request shows it."""

    command: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The commands that install what a project needs."""

    commands: tuple[str, ...] = ()
    origin: str = ""


Texts = dict[str, str]
Names = frozenset[str]


def detect(names: Names, texts: Texts) -> Detected | None:
    """Return the repository's own test command, None when there is no sign of one."""
    for look in _LOOKS:
        if found := look(names, texts):
            command, source = found
            return Detected(command=command, origin=f"detected: {source}")
    return None


def _pytest(names: Names, texts: Texts) -> tuple[str, str] | None:
    tool = _toml(texts).get("tool", {})
    signs = {
        "pyproject.toml": isinstance(tool, dict) and "pytest" in tool,
        "pytest.ini": "pytest.ini" in names,
        "tox.ini": "[pytest]" in texts.get("tox.ini", "") or "pytest" in texts.get("tox.ini", ""),
        "setup.cfg": "[tool:pytest]" in texts.get("setup.cfg", ""),
    }
    source = next((source for source, is_there in signs.items() if is_there), None)
    return ("python -m pytest -q", source) if source else None


def _tox(_: Names, texts: Texts) -> tuple[str, str] | None:
    return ("python -m tox", "tox.ini") if "[testenv" in texts.get("tox.ini", "") else None


def _npm(_: Names, texts: Texts) -> tuple[str, str] | None:
    script = _json(texts, "package.json", "scripts").get("test")
    is_real = isinstance(script, str) and script.strip() and _NPM_DEFAULT not in script
    return ("npm test", "package.json") if is_real else None


def _by_file(name: str, command: str) -> Callable[[Names, Texts], tuple[str, str] | None]:
    return lambda names, _: (command, name) if name in names else None


def _ruby(names: Names, texts: Texts) -> tuple[str, str] | None:
    is_rspec = "spec" in names and "rspec" in texts.get("Gemfile", "rspec")
    if "Gemfile" not in names or not (is_rspec or "Rakefile" in names):
        return None
    return ("bundle exec rspec" if is_rspec else "bundle exec rake test", "Gemfile")


def _maven(names: Names, _: Texts) -> tuple[str, str] | None:
    if "pom.xml" not in names:
        return None
    return (f"{'./mvnw' if 'mvnw' in names else 'mvn'} -q -B test", "pom.xml")


def _gradle(names: Names, _: Texts) -> tuple[str, str] | None:
    source = next((name for name in ("build.gradle", "build.gradle.kts") if name in names), None)
    if source is None:
        return None
    return (f"{'./gradlew' if 'gradlew' in names else 'gradle'} test", source)


def _composer(names: Names, texts: Texts) -> tuple[str, str] | None:
    if "test" in _json(texts, "composer.json", "scripts"):
        return ("composer test", "composer.json")
    has_phpunit = {"phpunit.xml", "phpunit.xml.dist"} & names
    return ("vendor/bin/phpunit", sorted(has_phpunit)[0]) if has_phpunit else None


def _make(_: Names, texts: Texts) -> tuple[str, str] | None:
    for name in ("GNUmakefile", "Makefile"):
        if _MAKE_TEST.search(texts.get(name, "")):
            return ("make test", name)
    return None


def _python_tests(names: Names, _: Texts) -> tuple[str, str] | None:
    source = next((name for name in ("pyproject.toml", "setup.py") if name in names), None)
    if source is None or not names & {"tests", "test"}:
        return None
    return ("python -m pytest -q", source)


_LOOKS = (
    _pytest,
    _tox,
    _npm,
    _by_file("go.mod", "go test ./..."),
    _by_file("Cargo.toml", "cargo test"),
    _ruby,
    _maven,
    _gradle,
    _composer,
    _make,
    _python_tests,
)


def detect_setup(names: Names, texts: Texts) -> Setup:
    """Return what installs the project's dependencies; nothing of it lands in the tree's history.

    A Python project gets a virtual environment in the cage's home, first on the cage's PATH.
    """
    if {"pyproject.toml", "setup.py", "setup.cfg", *_REQUIREMENTS} & names:
        return _python_setup(names, texts)
    if "package.json" in names:
        return _node_setup(names, texts)
    return Setup()


def _python_setup(names: Names, texts: Texts) -> Setup:
    wanted = [f"-r {name}" for name in _REQUIREMENTS if name in names]
    project = _toml(texts)
    if "setup.py" in names or "project" in project or "build-system" in project:
        extras = _extras(project)
        wanted.append("-e " + shlex.quote(f".[{','.join(extras)}]" if extras else "."))
    wanted += [shlex.quote(requirement) for requirement in _group(project)]
    install = "python -m pip install -q"
    commands = ["python3 -m venv ~/venv", f"{install} {' '.join([*wanted, 'pytest'])}"]
    source = next(
        name
        for name in ("pyproject.toml", "setup.py", "setup.cfg", *_REQUIREMENTS)
        if name in names
    )
    return Setup(commands=tuple(commands), origin=f"detected: {source}")


def _extras(project: dict[str, Any]) -> list[str]:
    table = project.get("project", {})
    extras = table.get("optional-dependencies", {}) if isinstance(table, dict) else {}
    if not isinstance(extras, dict):
        return []
    return [name for name in extras if name in _EXTRAS and _EXTRA_NAME.match(name)]


def _group(project: dict[str, Any]) -> list[str]:
    """Return the requirements of the dependency group for tests (PEP 735)."""
    groups = project.get("dependency-groups", {})
    if not isinstance(groups, dict):
        return []
    name = next((name for name in _EXTRAS if name in groups), None)
    return _group_members(groups, name, frozenset()) if name else []


def _group_members(groups: dict[str, Any], name: str, seen: frozenset[str]) -> list[str]:
    members: list[str] = []
    for entry in groups.get(name, ()):
        if isinstance(entry, str):
            members.append(entry)
        elif isinstance(entry, dict) and (inner := str(entry.get("include-group"))) not in seen:
            members += _group_members(groups, inner, seen | {name})
    return members


def _node_setup(names: Names, texts: Texts) -> Setup:
    managers = {
        "package-lock.json": "npm ci",
        "npm-shrinkwrap.json": "npm ci",
        "pnpm-lock.yaml": "pnpm install --frozen-lockfile",
        "yarn.lock": "yarn install --frozen-lockfile",
    }
    for source, command in managers.items():
        if source in names:
            return Setup(commands=(command,), origin=f"detected: {source}")
    tables = ("dependencies", "devDependencies")
    if not any(_json(texts, "package.json", table) for table in tables):
        return Setup()
    command = "npm install --no-package-lock"
    return Setup(commands=(command,), origin="detected: package.json")


def _toml(texts: Texts) -> dict[str, Any]:
    try:
        return tomllib.loads(texts.get("pyproject.toml", ""))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _json(texts: Texts, name: str, table: str) -> dict[str, Any]:
    """Return one *table* of the JSON file *name*, empty when there is no such thing."""
    try:
        data = json.loads(texts.get(name, "{}"))
    except (ValueError, RecursionError):
        return {}
    found = data.get(table) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}

"""Which command a repository is tested with, and what its outcome means."""

from typing import Any

import pytest

from runner.agent.config import RepositoryConfig
from runner.agent.detect import detect, detect_setup
from runner.agent.seams import CommandResult
from runner.agent.verify import plan, verify

NPM_DEFAULT = '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'


@pytest.mark.parametrize(
    ("files", "command", "origin"),
    [
        ({"pyproject.toml": "[tool.pytest.ini_options]"}, "python -m pytest -q", "pyproject.toml"),
        ({"pyproject.toml": "[tool.pytest]"}, "python -m pytest -q", "pyproject.toml"),
        ({"pytest.ini": "[pytest]"}, "python -m pytest -q", "pytest.ini"),
        ({"setup.cfg": "[tool:pytest]"}, "python -m pytest -q", "setup.cfg"),
        ({"tox.ini": "[testenv]\ncommands = pytest"}, "python -m pytest -q", "tox.ini"),
        ({"tox.ini": "[testenv]\ncommands = nose2"}, "python -m tox", "tox.ini"),
        ({"setup.py": "", "tests": ""}, "python -m pytest -q", "setup.py"),
        ({"package.json": '{"scripts": {"test": "jest"}}'}, "npm test", "package.json"),
        ({"go.mod": "module x"}, "go test ./...", "go.mod"),
        ({"Cargo.toml": "[package]"}, "cargo test", "Cargo.toml"),
        ({"Gemfile": "gem 'rspec'", "spec": ""}, "bundle exec rspec", "Gemfile"),
        ({"Gemfile": "gem 'rake'", "Rakefile": ""}, "bundle exec rake test", "Gemfile"),
        ({"pom.xml": ""}, "mvn -q -B test", "pom.xml"),
        ({"pom.xml": "", "mvnw": ""}, "./mvnw -q -B test", "pom.xml"),
        ({"build.gradle.kts": "", "gradlew": ""}, "./gradlew test", "build.gradle.kts"),
        ({"composer.json": '{"scripts": {"test": "pest"}}'}, "composer test", "composer.json"),
        ({"phpunit.xml.dist": ""}, "vendor/bin/phpunit", "phpunit.xml.dist"),
        ({"Makefile": "all:\n\ttrue\n\ntest: all\n\t./t"}, "make test", "Makefile"),
        ({"package.json": NPM_DEFAULT, "Makefile": "test:\n\t./t"}, "make test", "Makefile"),
    ],
)
def test_command_is_found_and_says_where(files: dict[str, str], command: str, origin: str) -> None:
    found = detect(frozenset(files), files)

    assert found is not None
    assert (found.command, found.origin) == (command, f"detected: {origin}")


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"README.md": "pytest"},
        {"package.json": NPM_DEFAULT},
        {"package.json": "{broken"},
        {"package.json": "[]"},
        {"package.json": '{"scripts": {"test": 3}}'},
        {"pyproject.toml": "[broken"},
        {"pyproject.toml": "tool = 3"},
        {"Makefile": "testing:\n\ttrue\ntest := 3\n"},
    ],
)
def test_no_sign_is_no_command(files: dict[str, str]) -> None:
    assert detect(frozenset(files), files) is None


def test_python_project_is_installed_into_an_environment_outside_its_tree() -> None:
    project = """
[build-system]
requires = []
[project.optional-dependencies]
test = ["x"]
docs = ["y"]
[dependency-groups]
dev = ["ruff; python_version > '3'", {include-group = "more"}]
more = ["mypy", {include-group = "dev"}]
"""
    files = {"pyproject.toml": project, "requirements.txt": "evil"}

    setup = detect_setup(frozenset(files), files)

    assert setup.origin == "detected: pyproject.toml"
    assert setup.commands == (
        "python3 -m venv ~/venv",
        "python -m pip install -q -r requirements.txt -e '.[test]' "
        "'ruff; python_version > '\"'\"'3'\"'\"'' mypy pytest",
    )


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"package.json": "{}", "package-lock.json": "{}"}, "npm ci"),
        ({"package.json": "{}", "yarn.lock": ""}, "yarn install --frozen-lockfile"),
        ({"package.json": '{"dependencies": {"a": "1"}}'}, "npm install --no-package-lock"),
    ],
)
def test_node_project_is_installed_by_its_own_manager(files: dict[str, str], command: str) -> None:
    assert detect_setup(frozenset(files), files).commands == (command,)


def test_project_without_dependencies_needs_no_set_up() -> None:
    assert detect_setup(frozenset({"package.json"}), {"package.json": "{}"}).commands == ()
    assert detect_setup(frozenset({"go.mod"}), {"go.mod": ""}).commands == ()


def test_the_repositorys_own_words_win_over_what_is_detected() -> None:
    config = RepositoryConfig(setup=("make deps",), verify="make check")
    made = plan(config, frozenset({"pytest.ini"}), {"pytest.ini": ""})

    assert (made.setup, made.setup_origin) == (("make deps",), "cadence.yml")
    assert (made.verify, made.verify_origin) == ("make check", "cadence.yml")


class OneResult:
    """Hands that give one result."""

    isolation = "none"

    def __init__(self, result: CommandResult) -> None:
        self._result = result
        self.commands: list[str] = []

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        raise NotImplementedError

    async def run(
        self, command: str, *, timeout_s: float, env: dict[str, str] | None = None
    ) -> CommandResult:
        self.commands.append(command)
        return self._result


@pytest.mark.parametrize(
    ("exit_code", "output", "timed_out", "outcome", "shown_code"),
    [
        (0, "ok", False, "passed", 0),
        (1, "no", False, "failed", 1),
        (5, "no tests", False, "failed", 5),
        (127, "bash: x: command not found", False, "inert", 127),
        (126, "bash: x: Permission denied", False, "inert", 126),
        (1, "/v/bin/python: No module named pytest\n", False, "inert", 1),
        (1, "E   ModuleNotFoundError: No module named pytest_x", False, "failed", 1),
        (124, "...", True, "timed_out", None),
        (139, "", False, "failed", 139),
    ],
)
async def test_outcome_is_what_the_exit_code_says(
    exit_code: int, output: str, timed_out: bool, outcome: str, shown_code: int | None
) -> None:
    hands = OneResult(
        CommandResult(exit_code=exit_code, output=output, seconds=1.23456, timed_out=timed_out)
    )

    found = await verify(hands, "t", origin="cadence.yml")

    assert (found.outcome, found.exit_code, found.command) == (outcome, shown_code, "t")
    assert (found.origin, found.seconds) == ("cadence.yml", 1.235)


async def test_no_command_is_not_run_and_says_none() -> None:
    hands = OneResult(CommandResult(exit_code=0, output="", seconds=0))

    assert (await verify(hands, "")).outcome == "none"
    assert hands.commands == []


async def test_colours_and_the_beginning_of_long_output_are_left_out() -> None:
    long = "x" * 9_000 + "\x1b[31mred\x1b[0m end"
    found = await verify(OneResult(CommandResult(exit_code=1, output=long, seconds=0)), "t")

    assert found.output_tail.endswith("xred end")
    assert len(found.output_tail) == 4_000

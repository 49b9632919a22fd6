"""A module fits in the head, a function on the screen."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_PLACES = ("bot", "handlers", "runner", "indexer", "mobile_api", "deploy")
# Alembic writes a migration as one straight list of tables; nobody reads it as code.
_RECORDS = _ROOT / "bot/db/migrations/versions"
_MODULES = sorted(
    path
    for place in _PLACES
    for path in (_ROOT / place).rglob("*.py")
    if not path.is_relative_to(_RECORDS)
)


def _functions(module: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_there_is_something_to_measure() -> None:
    assert {path.relative_to(_ROOT).parts[0] for path in _MODULES} == set(_PLACES)


@pytest.mark.parametrize("module", _MODULES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_module_is_under_300_lines_and_its_functions_under_40(module: Path) -> None:
    length = len(module.read_text().splitlines())
    long = {name: lines for name, lines in _functions(module) if lines >= 40}

    assert length < 300
    assert not long

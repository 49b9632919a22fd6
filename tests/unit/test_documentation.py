"""Documents that must not drift from the program."""

import re
from datetime import date
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.bench import table

DOCS = Path(__file__).parents[2] / "docs"
OPERATIONS = (DOCS / "operations.md").read_text()
PAGES = sorted(DOCS.rglob("*.md"))


def _names() -> dict[str, str]:
    """Return each setting's name in the environment, and its default as text."""
    found = {}
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        choices = getattr(alias, "choices", None)
        variable = str(choices[0]) if choices else f"CADENCE_{name.upper()}"
        default = field.default
        found[variable] = str(default).lower() if isinstance(default, bool) else str(default)
    return found


def test_every_setting_stands_in_the_table_and_nothing_else_does() -> None:
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE))

    assert listed == set(_names())


@pytest.mark.parametrize(("variable", "default"), _names().items())
def test_default_in_the_table_is_the_programs(variable: str, default: str) -> None:
    row = re.search(rf"^\| `{variable}` \| (.*?) \|", OPERATIONS, re.MULTILINE)

    assert row
    told = re.fullmatch(r"`(.+)`", row[1].strip())
    if told:
        assert told[1] == default
    else:
        assert default in {"", "0", "None", "**********", "()"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_figures_replace_those_of_the_last_run_and_nothing_else() -> None:
    rows = [table.Row("memory", "idle", "80 MB", is_met=True), table.Row("step", "x", "1 ms")]
    block = table.markdown(rows, machine="a machine", on=date(2026, 1, 2))
    page = f"# Before\n{table.BEGIN}\nold\n{table.END}\nafter\n"

    new = table.replaced(page, block)

    assert "old" not in new
    assert "| memory | idle | 80 MB | yes |  |" in new
    assert "Measured on 2026-01-02: a machine." in new
    assert new.startswith("# Before\n")
    assert new.endswith("\nafter\n")
    assert table.replaced(new, block) == new


def test_page_of_figures_has_a_place_for_them() -> None:
    assert table.BEGIN in (DOCS / "performance.md").read_text()

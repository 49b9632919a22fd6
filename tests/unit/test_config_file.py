"""What `.github/cadence.yml` may say, and what is told when it says something else."""

import pytest

from runner.agent.config import RepositoryConfig, read

FULL = """
setup:
  - pip install -e .
verify: make check
setup_timeout_minutes: 5
egress:
  allow: [Static.Example.org, "*.cdn.example.org"]
budget: {steps: 20, usd: 1.5, minutes: 12}
instructions: |
  Keep the changelog.
allow_workflows: true
"""


def test_everything_can_be_said() -> None:
    reading = read(FULL)

    assert reading.warnings == ()
    assert reading.config.setup == ("pip install -e .",)
    assert reading.config.verify == "make check"
    assert reading.config.egress.allow == ("static.example.org", "*.cdn.example.org")
    assert reading.config.budget.usd == 1.5
    assert reading.config.instructions == "Keep the changelog.\n"
    assert reading.config.allow_workflows


@pytest.mark.parametrize("text", [None, "", "# nothing\n", "{}"])
def test_nothing_said_is_all_defaults(text: str | None) -> None:
    assert read(text).config == RepositoryConfig()
    assert read(text).warnings == ()


def test_one_setup_command_needs_no_list() -> None:
    assert read("setup: make deps").config.setup == ("make deps",)


def test_unknown_keys_are_told() -> None:
    assert read("verfiy: x\negress: {alow: []}\n").warnings == (
        ".github/cadence.yml has an unknown key: verfiy.",
        ".github/cadence.yml has an unknown key: egress.alow.",
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("verify: [unclosed", id="syntax"),
        pytest.param("- a\n- b\n", id="a list"),
        pytest.param("just words", id="a text"),
        pytest.param("verify: !!python/object/apply:os.system [id]", id="a tag"),
        pytest.param("a: &a [x]\nsetup: [*a, *a]", id="an alias"),
        pytest.param("#" * 70_000, id="too long"),
        pytest.param("[" * 5_000, id="too deep"),
        pytest.param("verify: \x00", id="control characters"),
    ],
)
def test_broken_file_is_told_in_one_sentence_and_read_as_defaults(text: str) -> None:
    reading = read(text)

    assert reading.config == RepositoryConfig()
    assert len(reading.warnings) == 1
    assert reading.warnings[0].startswith(".github/cadence.yml is not read, because it is broken: ")
    assert "\n" not in reading.warnings[0]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("egress: {allow: ['*']}", "egress.allow.0"),
        ("egress: {allow: ['10.0.0.1']}", "egress.allow.0"),
        ("egress: {allow: ['https://x.org']}", "egress.allow.0"),
        ("budget: {usd: -1}", "budget.usd"),
        ("budget: {steps: 1000000}", "budget.steps"),
        ("verify: [a]", "verify"),
        ("setup: {a: b}", "setup"),
        ("allow_workflows: maybe", "allow_workflows"),
    ],
)
def test_wrong_value_is_left_out_and_the_rest_is_kept(text: str, place: str) -> None:
    reading = read(f"{text}\ninstructions: kept\n")

    assert reading.config == RepositoryConfig(instructions="kept")
    assert len(reading.warnings) == 1
    assert f": {place} is ignored (" in reading.warnings[0]

"""How the doctor judges what was found."""

import io
import json
from email.utils import formatdate

import pytest

from bot import manifest
from bot.db.checkup import Checkup
from bot.doctor import Finding, Level, machine, show, storage
from bot.doctor import github as hub
from bot.github.refusals import Answer

GOOD = Finding(name="disk", ok=Level.OK, detail="plenty")
BAD = Finding(name="key", ok=Level.FAIL, detail="not set", remedy="set it")
WORD = manifest.read()
FULL = {"permissions": dict(WORD.permissions), "events": list(WORD.events)}


@pytest.mark.parametrize(
    ("said", "level"),
    [
        pytest.param("git version 2.39.5", Level.OK, id="Debian 12 with its fix"),
        pytest.param("git version 2.39.2", Level.WARN, id="Debian 12 without"),
        pytest.param("git version 2.43.6", Level.WARN, id="one patch short"),
        pytest.param("git version 2.43.7", Level.OK, id="fixed"),
        pytest.param("git version 2.50.0", Level.WARN, id="new but holed"),
        pytest.param("git version 2.51.0 (Apple Git-1)", Level.OK, id="new"),
        pytest.param("git version 2.30.9", Level.FAIL, id="too old"),
        pytest.param("", Level.FAIL, id="missing"),
    ],
)
def test_git_is_judged_by_its_known_holes(said: str, level: Level) -> None:
    assert machine.git(said).ok is level


@pytest.mark.parametrize(
    ("version", "level"),
    [((3, 10), Level.FAIL), ((3, 11), Level.OK), ((3, 13), Level.OK), ((3, 14), Level.FAIL)],
)
def test_python_outside_what_is_tested_fails(version: tuple[int, int], level: Level) -> None:
    assert machine.python(version).ok is level


@pytest.mark.parametrize(
    ("ahead_s", "level", "words"),
    [
        pytest.param(0, Level.OK, "right", id="right"),
        pytest.param(20, Level.WARN, "20 s ahead of GitHub", id="a little ahead"),
        pytest.param(-300, Level.FAIL, "300 s behind GitHub", id="minutes behind"),
    ],
)
def test_clock_is_judged_by_githubs(ahead_s: int, level: Level, words: str) -> None:
    found = hub.clock({"date": formatdate(1_000_000, usegmt=True)}, now=1_000_000 + ahead_s)

    assert (found.ok, found.detail) == (level, words)


def test_app_as_in_the_manifest_is_good() -> None:
    assert [found.ok for found in hub.rights(FULL, WORD, remedy="")] == [Level.OK, Level.OK]


def test_missing_and_weaker_permissions_and_events_are_named() -> None:
    weak = {**WORD.permissions, "contents": "read"}
    del weak["checks"]

    permissions, events = hub.rights({"permissions": weak, "events": ["push"]}, WORD, remedy="r")

    assert permissions.ok is Level.FAIL
    assert permissions.detail == "missing: checks: read, contents: write"
    assert "issue_comment" in events.detail
    assert events.ok is Level.FAIL


def test_more_rights_than_needed_are_pointed_out() -> None:
    rich = {"permissions": {**WORD.permissions, "workflows": "write"}, "events": WORD.events}

    permissions, _ = hub.rights(rich, WORD, remedy="r")

    assert (permissions.ok, permissions.detail) == (
        Level.WARN,
        "more than needed: workflows: write",
    )


def test_installation_that_did_not_accept_new_permissions_is_named() -> None:
    listed = [
        {"account": {"login": "acme"}, "permissions": dict(WORD.permissions)},
        {"account": {"login": "old"}, "permissions": {"issues": "read"}},
    ]

    assert hub.installations(listed[:1], WORD, page="").ok is Level.OK
    assert "old" in hub.installations(listed, WORD, page="").detail
    assert "installations/new" in hub.installations([], WORD, page="https://g/apps/c").remedy


@pytest.mark.parametrize(
    ("codes", "level", "words"),
    [
        pytest.param([], Level.WARN, "none so far", id="none"),
        pytest.param([202, 202], Level.OK, "accepted", id="all good"),
        pytest.param([202, 0], Level.WARN, "no answer", id="healed"),
        pytest.param([0, 202], Level.FAIL, "no answer", id="unreachable"),
        pytest.param([401, 202], Level.FAIL, "401", id="wrong secret"),
    ],
)
def test_recent_deliveries_show_whether_the_way_is_open(
    codes: list[int], level: Level, words: str
) -> None:
    found = hub.recent([{"status_code": code} for code in codes], page="p")

    assert found.ok is level
    assert words in found.detail
    assert ("SECRET" in found.remedy) is (401 in codes[:1])


def test_webhook_that_goes_elsewhere_is_shown_with_both_addresses() -> None:
    answer = Answer(status=200, headers={}, data={"url": "https://old.example/hooks"})

    found = hub.hook_address(answer, "https://new.example/hooks", page="p")

    assert found.ok is Level.FAIL
    assert "https://old.example/hooks" in found.detail
    assert "https://new.example/hooks" in found.detail


@pytest.mark.parametrize(
    ("found", "levels"),
    [
        pytest.param(
            Checkup(server="SQLite 3", revision="1", newest="1", journal="wal"),
            {"database": Level.OK},
            id="SQLite",
        ),
        pytest.param(
            Checkup(server="SQLite 3", revision="1", newest="2", journal="delete"),
            {"database": Level.WARN, "journal": Level.WARN},
            id="old tables, slow journal",
        ),
        pytest.param(
            Checkup(server="PostgreSQL 18", revision="1", newest="1"),
            {"database": Level.OK, "pgvector": Level.WARN},
            id="no vectors",
        ),
        pytest.param(
            Checkup(server="PostgreSQL 18", revision="1", newest="1", vectors="0.8"),
            {"database": Level.OK, "pgvector": Level.OK},
            id="Postgres",
        ),
    ],
)
def test_database_is_judged(found: Checkup, levels: dict[str, Level]) -> None:
    assert {item.name: item.ok for item in storage.judge(found)} == levels


def test_one_failure_makes_the_whole_fail_and_its_remedy_is_shown() -> None:
    stream = io.StringIO()

    assert not show([GOOD, BAD], stream=stream)
    assert "→ set it" in stream.getvalue()
    assert "1 to put right" in stream.getvalue()
    assert show([GOOD], stream=stream)


def test_findings_as_json_are_for_programs() -> None:
    stream = io.StringIO()

    show([GOOD, BAD], as_json=True, stream=stream)

    first, second = json.loads(stream.getvalue())
    assert first == {"name": "disk", "ok": "ok", "detail": "plenty", "remedy": ""}
    assert second["ok"] == "fail"
